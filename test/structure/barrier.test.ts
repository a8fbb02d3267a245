import { expect, test } from 'vitest'
import { barrierSites, listedSites } from './barrier.ts'
import { CallGraph } from './call-graph.ts'
import { repositoryFiles, typeScriptIn } from './files.ts'

const barrier =
  'export class WriteBarrier { private count = 0; record(): void { this.count++ } get isPending() { return true } }'
const sites = (text: string): string[] =>
  barrierSites(
    new CallGraph([
      { path: 'gc/mark/barrier.ts', text: barrier },
      { path: 'memory/words/control.ts', text: 'export const WRITE_BARRIER = 1' },
      {
        path: 'heap/a.ts',
        text: `import { WriteBarrier } from '../gc/mark/barrier.ts'\nimport * as control from '../memory/words/control.ts'\nimport { WRITE_BARRIER } from '../memory/words/control.ts'\n${text}`,
      },
    ]),
  )

test.each([
  ['a call', 'function f(b: WriteBarrier) { b.record() }'],
  ['a call through a field', 'function f(p: { barrier: WriteBarrier }) { p.barrier.record() }'],
  ['a method that is taken out', 'function f({ record }: WriteBarrier) { record() }'],
  ['a method that is passed on', 'function f(b: WriteBarrier) { return [b.record] }'],
  ['a getter', 'function f(b: WriteBarrier) { return b.isPending }'],
  [
    'a look whether it is on',
    'function f(words: Int32Array) { return words[WRITE_BARRIER] !== 0 }',
  ],
  [
    'a look by another name',
    'function f(words: Int32Array) { return words[control.WRITE_BARRIER] !== 0 }',
  ],
])('a site of the barrier is found: %s', (_, text) => {
  expect(sites(text)).toEqual(['heap/a.ts f'])
})

test.each([
  ['a method of that name', 'class A { record() {} } function f(a: A) { a.record() }'],
  [
    'what is only made or kept',
    'class A { b: WriteBarrier; constructor() { this.b = new WriteBarrier() } }',
  ],
])('no site of the barrier: %s', (_, text) => {
  expect(sites(text)).toEqual([])
})

test('the header of gc/mark/barrier.ts lists each use of its parts, and no other', () => {
  const files = repositoryFiles()
  const graph = new CallGraph(
    typeScriptIn(files, ['memory', 'heap', 'gc', 'scheduler', 'runtime', 'lab']),
  )
  const text = files.find(({ path }) => path === 'gc/mark/barrier.ts')?.text ?? ''
  expect(listedSites(text.slice(0, text.indexOf('*/')))).toEqual(barrierSites(graph))
})
