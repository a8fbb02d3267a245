import { expect, test } from 'vitest'
import { repositoryFiles } from './files.ts'
import { MOST_COLUMNS, wideComments } from './width.ts'

const found = (text: string): string[] => wideComments({ path: 'heap/a.ts', text })

/** A text of that many columns, which begins and ends as given. */
const wide = (columns: number, begin: string, end = ''): string =>
  begin + 'x'.repeat(columns - begin.length - end.length) + end

test.each([
  ['a line comment', wide(101, '// '), 1],
  ['a block comment of one line', wide(101, '/** ', ' */'), 1],
  ['a line of a block comment', `/**\n * a\n${wide(101, ' * ')}\n * b\n */`, 3],
  ['an indented one', `function f() {\n${wide(101, '  // ')}\n}`, 2],
  ['a comment behind code', `a()\n${wide(101, 'b() // ')}`, 2],
  ['a line of a diagram', `/*\n${wide(101, '  ┌─ ')}\n*/`, 2],
  ['an address among words', wide(101, '// see https://example.org/'), 1],
])('the rule of width finds %s', (_, text, line) => {
  expect(found(text)).toEqual([
    `heap/a.ts:${line}: a comment of 101 columns, at most ${MOST_COLUMNS}`,
  ])
})

test('each line that is too wide is found', () => {
  expect(
    found(`/*\n${wide(101, ' * ')}\n${wide(150, ' * ')}\n*/\n${wide(120, '// ')}`),
  ).toHaveLength(3)
})

test.each([
  ['comments of 100 columns', `${wide(100, '// ')}\n/**\n${wide(100, ' * ')}\n */`],
  ['letters of several bytes', `// ${'▒'.repeat(97)}`],
  ['code', wide(120, "const a = '", "'")],
  ['code behind a comment', wide(120, '/* a */ const a = 1 + ', '1')],
  ['what is a comment only in a string', wide(120, "const a = '// ", "'")],
  ['an address on a line of its own', wide(120, '// https://example.org/')],
])('the rule of width allows %s', (_, text) => {
  expect(found(text)).toEqual([])
})

test(`comments have at most ${MOST_COLUMNS} columns`, () => {
  const files = repositoryFiles().filter(({ path }) => /\.[jt]s$/.test(path))
  expect(files.length).toBeGreaterThan(500)
  expect(files.flatMap(wideComments)).toEqual([])
})
