import { expect, test } from 'vitest'
import { brokenDiagrams } from './diagrams.ts'
import { repositoryFiles, typeScriptIn } from './files.ts'

const source = {
  path: 'heap/span.ts',
  text: [
    '/**',
    ' * Spans.',
    ' *',
    ' *   h−2  needs sweeping   ──┐ CAS',
    ' *   h−1  is being swept   ◄─┘',
    ' *',
    ' *   h    is swept, and may be used',
    ' */',
    'export const A = 1',
    '// one line: ▒▒▒ CURSOR      LIMIT │',
  ].join('\n'),
}
const diagram = ['h−2  needs sweeping   ──┐ CAS', 'h−1  is being swept   ◄─┘']

/** A page with a block of these lines, below a mark if one is given. */
const broken = (lines: readonly string[], from?: string): string[] => {
  const mark = from === undefined ? '' : `<!-- from ${from} -->\n\n`
  const text = `# A page\n\n${mark}\`\`\`text\n${lines.join('\n')}\n\`\`\`\n`
  return brokenDiagrams([{ path: 'docs/a.md', text }], [source])
}

test.each([
  ['the same', diagram],
  ['the same, with a blank line in it', [...diagram, '', 'h    is swept, and may be used']],
  ['one that is indented', diagram.map(line => `  ${line}`)],
  ['one line', ['one line: ▒▒▒ CURSOR      LIMIT │']],
])('a marked diagram may be %s', (_, lines) => {
  expect(broken(lines, 'heap/span.ts')).toEqual([])
})

test.each([
  ['another word', [diagram[0] ?? '', 'h−1  was being swept   ◄─┘']],
  ['another blank', [diagram[0] ?? '', 'h−1   is being swept   ◄─┘']],
  ['another order', diagram.toReversed()],
  ['another indentation in it', [diagram[0] ?? '', ` ${diagram[1]}`]],
  ['a line more', [...diagram, 'h    swept']],
])('a marked diagram with %s is found', (_, lines) => {
  expect(broken(lines, 'heap/span.ts')).toEqual([
    'docs/a.md:5: is not in heap/span.ts, line for line',
  ])
})

test('a mark that names no source is found', () => {
  expect(broken(diagram, 'heap/gone.ts')).toEqual(['docs/a.md:5: heap/gone.ts is no source'])
})

test.each([
  ['the same', diagram],
  ['the same with other blanks', diagram.map(line => `    ${line.replace('  ', '    ')}`)],
  ['a part of one with other lines', ['a line of its own', ...diagram]],
  ['a single line', ['one line: ▒▒▒ CURSOR LIMIT │']],
])('a diagram without a mark that repeats a source is found: %s', (_, lines) => {
  expect(broken(lines)).toEqual(['docs/a.md:3: is in heap/span.ts too, and not marked'])
})

test.each([
  ['other lines', ['h−2  waits to be swept', 'h−1  is swept just now']],
  ['one line of several', [diagram[0] ?? '', 'h−1  is swept just now']],
  ['short lines', ['Spans.', 'Spans.']],
  ['code', ['export const A = 1']],
])('a block without a mark may have %s', (_, lines) => {
  expect(broken(lines)).toEqual([])
})

test('diagrams of the pages are those of the sources', () => {
  const files = repositoryFiles()
  const pages = files.filter(({ path }) => path.endsWith('.md'))
  const sources = typeScriptIn(files, ['memory', 'heap', 'gc', 'scheduler', 'runtime', 'lab'])
  expect(pages.filter(({ text }) => text.includes('<!-- from ')).length).toBeGreaterThan(3)
  expect(brokenDiagrams(pages, sources)).toEqual([])
})
