import { expect, test } from 'vitest'
import { repositoryFiles } from './files.ts'
import { MOST_PROSE_COLUMNS, MOST_TABLE_COLUMNS, PAGES_LEFT_OUT, wideLines } from './prose-width.ts'

const found = (text: string): string[] => wideLines({ path: 'docs/a.md', text })

/** A line of that many columns, which begins and ends as given, of words with a blank between. */
function wide(columns: number, begin = '', end = ''): string {
  const words = 'of words '.repeat(columns).slice(0, columns - begin.length - end.length - 1)
  return `${begin}${words}x${end}`
}

test.each([
  ['a paragraph', wide(101), 1],
  ['the second line of one', `a\n${wide(101)}`, 2],
  ['an item of a list', wide(101, '- '), 1],
  ['a quote', wide(101, '> '), 1],
  ['a heading', wide(101, '## '), 1],
  ['a link among words', wide(101, '- see [a page](page.md) '), 1],
  ['prose behind a block of code', `\`\`\`text\na\n\`\`\`\n\n${wide(101)}`, 5],
])('the rule of width finds %s', (_, text, line) => {
  expect(found(text)).toEqual([
    `docs/a.md:${line}: prose of 101 columns, at most ${MOST_PROSE_COLUMNS}`,
  ])
})

test('the rule of width finds a row of a table', () => {
  const row = wide(141, '| ', ' |')
  expect(found(`| a |\n| - |\n${row}`)).toEqual([
    `docs/a.md:3: a row of ${row.length} columns, at most ${MOST_TABLE_COLUMNS}`,
  ])
})

test('each line that is too wide is found', () => {
  expect(found(`${wide(101)}\n\n${wide(150, '- ')}\n\n| ${wide(150)} |`)).toHaveLength(3)
})

test.each([
  ['prose of 100 columns', wide(100)],
  ['letters of several bytes', `${'µ'.repeat(50)} ${'→'.repeat(49)}`],
  ['a row of 140 columns', wide(140, '| ', ' |')],
  ['a block of code', `\`\`\`sh\n${wide(150)}\n\`\`\``],
  ['a block of code in a list', `- a\n\n  \`\`\`sh\n  ${wide(150)}\n  \`\`\``],
  [
    'a block that shows a fence',
    `\`\`\`\`md\n\`\`\`sh\n${wide(150)}\n\`\`\`\n${wide(150)}\n\`\`\`\``,
  ],
  ['an address', `https://example.org/${'x'.repeat(100)}`],
  ['a word in an item', `- ${'x'.repeat(120)}`],
  ['a link', `- ([an article of two](https://example.org/${'x'.repeat(100)})).`],
  ['a picture', `![${wide(150)}](picture.svg)`],
])('the rule of width allows %s', (_, text) => {
  expect(found(text)).toEqual([])
})

test(`prose has at most ${MOST_PROSE_COLUMNS} columns, and rows ${MOST_TABLE_COLUMNS}`, () => {
  const pages = repositoryFiles().filter(({ path }) => path.endsWith('.md'))
  for (const path of PAGES_LEFT_OUT.keys())
    expect(pages.some(page => page.path === path)).toBe(true)
  expect(pages.some(({ path }) => path === 'docs/collector.md')).toBe(true)
  expect(pages.filter(({ path }) => !PAGES_LEFT_OUT.has(path)).flatMap(wideLines)).toEqual([])
})
