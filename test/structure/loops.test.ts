import { expect, test } from 'vitest'
import { repositoryFiles, typeScriptIn } from './files.ts'
import { openLoops } from './loops.ts'

const loops = (text: string): string[] => openLoops({ path: 'scheduler/a.ts', text })

test.each([
  ['for (;;)', 'class A { f() { for (;;) g() } }', ['A.f']],
  ['for without a step', 'function f() { for (let i = 0; i < n; ) i = g(i) }', ['f']],
  [
    'for with a step that counts nothing',
    'function f() { for (let x = g(); x !== 0; x = g()) h(x) }',
    ['f'],
  ],
  ['while', 'class A { get f() { while (g()) h() } }', ['A.f']],
  ['do', 'function f() { do g(); while (h()) }', ['f']],
  [
    'counting loops',
    'function f() { for (let i = 0; i < n; i++) g(); for (const x of y) h(x) }',
    [],
  ],
])('an open loop is found: %s', (_, text, found) => {
  expect(loops(text)).toEqual(found)
})

test('docs/scheduler.md says of each open loop of the scheduler what bounds it', () => {
  const files = repositoryFiles()
  const page = files.find(({ path }) => path === 'docs/scheduler.md')?.text ?? ''
  const table = [...page.matchAll(/^\| (`.*?) +\|/gm)].map(([, names]) => names).join(' ')
  const missing = typeScriptIn(files, ['scheduler'])
    .flatMap(openLoops)
    .filter(label => !table.includes(`\`${label}\``))
  expect(missing).toEqual([])
})
