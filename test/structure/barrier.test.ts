import { expect, test } from 'vitest'
import { barrierSites, heapStores, listedSites } from './barrier.ts'
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

test.each([
  ['a view', 'function f(heap: HeapWords) { heap[3] = 1 }', ['heap/a.ts f']],
  ['a view of the memory', 'class A { f() { this.memory.heap[3] |= 1 } }', ['heap/a.ts A.f']],
  ['another view', 'function f() { meta[3] = 1; const x = heap[3] }', []],
])('a store into the heap is found: %s', (_, text, found) => {
  expect(heapStores({ path: 'heap/a.ts', text })).toEqual(found)
})

// A store that is not listed may be one of a reference that no barrier covers.
test('the heap is stored into where the barrier, or the kind of the word, covers the store', () => {
  const sources = typeScriptIn(repositoryFiles(), [
    'memory',
    'heap',
    'gc',
    'scheduler',
    'runtime',
    'lab',
  ])
  const stores = sources.flatMap(heapStores).filter(site => !site.startsWith('scheduler/timers.ts'))
  expect(stores.sort()).toEqual([
    ...['gc/mark/barrier.ts WriteBarrier.write'], // the barrier
    ...['heap/cache.ts Cache.allocateLarge', 'heap/cache.ts Cache.prepare'], // zeroes
    ...['runtime/program/array.ts Elements.new'], // header and length of a new array
    ...['runtime/program/array.ts Elements.set'], // numbers
    ...['runtime/program/array.ts Elements.setReference'], // both shades, written out
    ...['runtime/program/channels.ts Chan.new'], // a new channel; shade 2 of its buffer
    ...['runtime/program/channels.ts newWaitable'], // a new mutex or wait group
    ...['runtime/program/struct.ts IntegerField.set'], // numbers
    ...['runtime/program/struct.ts MediumStruct.make'], // a new object; shade 2
    ...['runtime/program/struct.ts MixedStruct.make'], // the same
    ...['runtime/program/struct.ts ReferenceField.set'], // both shades, written out
    ...['runtime/program/struct.ts SmallStruct.make'], // a new object; shade 2
    ...['scheduler/channel.ts Channels.closeLocked'], // a number
    ...['scheduler/channel.ts Channels.takeFirst'], // a number
    ...['scheduler/channel.ts Channels.write'], // numbers; references by the barrier
    // Numbers of wait records.
    ...['scheduler/waiters.ts Waiters.append', 'scheduler/waiters.ts Waiters.remove'],
    ...['scheduler/waiting.ts LockMutex.passes'], // a number
    ...['scheduler/waiting.ts addToGroup', 'scheduler/waiting.ts unlockMutex'], // numbers
  ])
})
