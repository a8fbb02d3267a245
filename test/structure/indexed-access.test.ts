import { expect, test } from 'vitest'
import { repositoryFiles, typeScriptIn } from './files.ts'
import { uncheckedAccesses } from './indexed-access.ts'

test('what an index reads is checked outside the core', () => {
  const all = repositoryFiles()
  // The lab's tsconfig has the option, and leaves out the programs that it runs.
  const programs = typeScriptIn(all, ['lab']).filter(({ path }) => path.includes('/programs/'))
  expect(programs.length).toBeGreaterThan(0)
  const files = [...typeScriptIn(all, ['runtime', 'examples']), ...programs]
  expect(uncheckedAccesses(files)).toEqual([])
})

test('an access without a check is found', () => {
  const text = 'export const first = (view: Int32Array): number => view[0]\n'
  expect(uncheckedAccesses([{ path: 'runtime/a.ts', text }])).toEqual([
    expect.stringMatching(/^runtime\/a\.ts:1: Type 'number \| undefined' is not assignable/),
  ])
})
