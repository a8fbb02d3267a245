// The catalogue of seeded bugs: each still applies to the sources as they are, and still compiles.
// `npm run test:mutants` tells what catches them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { isLong } from '../support/size.ts'
import { patched, transpile } from './build.ts'
import { equivalents, mutants } from './catalogue.ts'
import type { Verdict } from './checks.ts'
import { table } from './table.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string): string => readFileSync(join(repository, file), 'utf8')

test('there are at least 30 mutants, each with a name of its own', () => {
  expect(mutants.length).toBeGreaterThanOrEqual(30)
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
})

/**
 * The code of a source, without comments. The small size only parses the source, which is ten times
 * as fast as to compile it.
 */
function codeOf(file: string, text: string): string {
  const source = ts.createSourceFile(
    file,
    isLong ? transpile(file, text) : text,
    ts.ScriptTarget.ES2023,
  )
  expect(source).toHaveProperty('parseDiagnostics', [])
  return printer.printFile(source)
}
const printer = ts.createPrinter({ removeComments: true })

const known = new Map<string, string>()
/** The code of a source of the repository, unmutated. */
function codeOfRepository(file: string): string {
  const code = known.get(file) ?? codeOf(file, read(file))
  known.set(file, code)
  return code
}

test.each(mutants)('$name applies, compiles and changes the code', ({ edits }) => {
  for (const [file, text] of patched(edits, read))
    expect(codeOf(file, text)).not.toBe(codeOfRepository(file))
})

test('text that does not compile is no code, and a comment changes none', () => {
  expect(() => codeOf('a.ts', 'let a =')).toThrow()
  expect(codeOf('a.ts', 'let a = 1 // one')).toBe(codeOf('a.ts', 'let a = 1'))
  expect(codeOf('a.ts', 'let a = 2')).not.toBe(codeOf('a.ts', 'let a = 1'))
})

test('each equivalent mutant names a file that exists', () => {
  for (const { file } of equivalents) expect(read(file)).not.toBe('')
})

test('text that is there twice, or not at all, is refused', () => {
  const edit = { file: 'a.ts', from: 'x', to: 'y' }
  expect(() => patched([edit], () => 'x x')).toThrow(
    'a.ts must contain this once, and does 2 times: x',
  )
  expect(() => patched([edit], () => '')).toThrow(
    'a.ts must contain this once, and does 0 times: x',
  )
  expect(patched([edit], () => '$& x').get('a.ts')).toBe('$& y')
})

test('the table names mutants that only one check catches, and those that none does', () => {
  const verdict = (by: string): Verdict => ({
    caught: by !== '',
    by,
    runs: 3,
    seconds: 1.25,
    evidence: '',
  })
  const [one, two, three] = mutants
  const results = [
    {
      mutant: one.name,
      verdicts: [
        { check: 'unit', verdict: verdict('test test/gc/sweeper.test.ts') },
        { check: 'explore', verdict: verdict('') },
        { check: 'stress', verdict: verdict('model') },
      ],
    },
    { mutant: three.name, verdicts: [{ check: 'explore', verdict: verdict('protocol roles') }] },
    { mutant: two.name, verdicts: [{ check: 'unit', verdict: verdict('') }] },
  ]
  const text = table(mutants, results, true)
  expect(text).toContain(
    `| \`${one.name}\` | ${one.what} | unit: gc/sweeper; stress: model | 3; 3 | 1; 1 |`,
  )
  expect(text).toContain(`| \`${three.name}\` | ${three.what} | explore: roles | 3 | 1 |`)
  expect(text).toContain('2 of 3 caught.')
  expect(text).toContain(`By one check alone: ${three.name} (explore).`)
  expect(text).toContain(`By none: ${two.name}.`)
  expect(table(mutants, results, false)).not.toContain('alone')
})
