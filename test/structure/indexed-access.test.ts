import { expect, test } from 'vitest'
import { repositoryFiles, typeScriptIn } from './files.ts'
import { uncheckedAccesses } from './indexed-access.ts'

test('what an index reads is checked outside the core', () => {
  const files = typeScriptIn(repositoryFiles(), ['runtime', 'examples'])
  expect(uncheckedAccesses(files)).toEqual([])
})

test('an access without a check is found', () => {
  const text = 'export const first = (view: Int32Array): number => view[0]\n'
  expect(uncheckedAccesses([{ path: 'runtime/a.ts', text }])).toEqual([
    expect.stringMatching(/^runtime\/a\.ts:1: Type 'number \| undefined' is not assignable/),
  ])
})
