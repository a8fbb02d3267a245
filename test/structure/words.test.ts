import { describe, expect, test } from 'vitest'
import { repositoryFiles, typeScriptIn } from './files.ts'
import { wordViolations } from './words.ts'

const violations = (table: string, use = ''): string[] =>
  wordViolations([{ path: 'memory/words/a.ts', text: table }], [{ path: 'gc/a.ts', text: use }])

const both = 'add(words, control.ONE, 1)\nadd(words, control.TWO, 1)'

describe('the rule of words finds', () => {
  test('a number that is out of order', () => {
    expect(
      violations('/** A. */\nexport const ONE = 2\n/** B. */\nexport const TWO = 1\n', both),
    ).toEqual(['memory/words/a.ts: TWO is out of order'])
  })

  test('a word without a biography', () => {
    expect(violations('/** A. */\nexport const ONE = 1\n\nexport const TWO = 2\n', both)).toEqual([
      'memory/words/a.ts: TWO has no biography',
    ])
  })

  test.each([
    ['is never read', 'words[control.ONE] = 1'],
    ['is never read', 'store(words, control.ONE, 1)'],
    ['is never read', 'this.set(control.ONE, now())'],
    ['is never read', 'const one = memory.p(index, pWords.ONE)\nwords[one] = 0'],
    ['is never written', 'if (words[control.ONE] === 1) return'],
    ['is never written', 'return load(words, this.memory.p(index, pWords.ONE)) + 1'],
    ['is never written', 'this.oneWord = memory.p(index, pWords.ONE)\nreturn words[this.oneWord]'],
  ])('one that %s: %s', (fault, use) => {
    expect(violations('/** A. */\nexport const ONE = 1\n', use)).toEqual([
      `memory/words/a.ts: ONE ${fault}`,
    ])
  })

  test('one that nobody uses, whatever comments say of it', () => {
    expect(
      violations('/** A. */\nexport const ONE = 1\n', '/** add(words, ONE, 1) */\n// ONE'),
    ).toHaveLength(2)
  })
})

test.each([
  [
    'a word that one file writes and another part reads',
    'words[control.ONE] = 1\nreturn words[control.ONE]',
  ],
  ['a lock', 'lock(words, control.ONE)'],
  ['a counter', 'words[own + pWords.ONE]++'],
  ['a counter before its use', 'return ++words[pWords.ONE]'],
  ['an assignment of two lines', 'words[pWords.ONE] =\n  words[pWords.ONE] & 1'],
  ['a list of words', 'const ALL = [\n  pWords.ONE,\n]'],
  [
    'an index that is kept',
    'this.oneWord = memory.p(index, pWords.ONE)\nadd(words, this.oneWord, 1)',
  ],
])('the rule of words allows %s', (_, use) => {
  expect(violations('/** A. */\nexport const ONE = 1\n', use)).toEqual([])
})

test('a group of words shares a biography, and a table begins at 0 again', () => {
  const table =
    '/** A. */\nexport const ONE = 1\nexport const TWO = 2\n/** B. */\nexport const NIL = 0\n'
  expect(violations(table, `${both}\nadd(words, NIL, 1)`)).toEqual([])
})

test('the words of shared memory keep the rule', () => {
  const files = repositoryFiles()
  const tables = files.filter(({ path }) => path.startsWith('memory/words/'))
  const users = typeScriptIn(files, ['memory', 'heap', 'gc', 'scheduler', 'runtime']).filter(
    ({ path }) => !path.startsWith('memory/words/'),
  )
  expect(tables).toHaveLength(4)
  expect(wordViolations(tables, users)).toEqual([])
})
