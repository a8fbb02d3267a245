import { expect, test } from 'vitest'
import { repositoryFiles, typeScriptIn } from './files.ts'

/**
 * Where the lab may parse JSON: its reader, and programs, which run under the runtime and read what
 * the lab wrote for them.
 */
const allowed = (path: string): boolean =>
  path === 'lab/json.ts' || /^lab\/\w+\/programs\//.test(path)

test('the lab parses JSON in one place, which holds what others wrote to its shape', () => {
  const readers = typeScriptIn(repositoryFiles(), ['lab']).filter(({ text }) =>
    text.includes('JSON.parse'),
  )
  const calls = readers
    .filter(({ text }) => /JSON\s*\.\s*parse\s*[(<]|[(,=]\s*JSON\.parse\b/.test(text))
    .map(({ path }) => path)
  expect(calls.filter(path => !allowed(path))).toEqual([])
  expect(calls).toContain('lab/json.ts')
})
