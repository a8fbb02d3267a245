import { expect, test } from 'vitest'
import { repositoryFiles, type SourceFile, typeScriptIn } from './files.ts'
import { deadReferences } from './references.ts'

/** A house with two sources, a test, a decision and a page. */
const house: readonly SourceFile[] = [
  { path: 'gc/work/gate.ts', text: 'export class Gate { isOpen() {} }' },
  { path: 'heap/span.ts', text: 'export const MOST_MS = 1, span = 2' },
  { path: 'test/gc/work/gate.test.ts', text: '' },
  { path: 'docs/decisions/0002-caches.md', text: '' },
  {
    path: 'docs/page.md',
    text: '# Page\n\n## 1. The gate: not Go’s\n\n### 1.2 Bound\n\n```text\n# 9. Code\n```\n',
  },
]

const named = (path: string, text: string): string[] =>
  deadReferences([...house, { path, text }]).map(found => found.replace(/^[\w/.]+:\d+: /, ''))
const inComment = (text: string): string[] =>
  named('heap/a.ts', `/** ${text} */\nexport const a = 1\n`)
const inPage = (text: string): string[] => named('docs/a.md', `${text}\n`)

test.each([
  ['a file', 'see gc/work/gate.ts.', 'see gc/work/gone.ts.', 'gc/work/gone.ts'],
  ['a folder', 'all of gc/work', 'all of gc/idle', 'gc/idle'],
  ['a folder with a slash', 'all of gc/work/', 'all of gc/idle/', 'gc/idle'],
  ['a folder by its name', 'all of work/', 'all of idle/', 'idle/'],
  ['some files', 'gc/**, heap/{span,a}.ts', 'heap/{span,gone}.ts', 'heap/{span,gone}.ts'],
  ['a name without folders', 'gate.ts and work/gate.ts', 'work/span.ts', 'work/span.ts'],
  ['a test without its endings', 'the test gc/work/gate', 'the test gc/gate', 'gc/gate'],
  ['what is built', 'dist/gc/work/gate.js', 'dist/gc/gate.js', 'dist/gc/gate.js'],
  ['files of Go', 'mgc.go', 'mgcgone.go', 'mgcgone.go'],
  ['a section', 'docs/page.md §1, §1.2', 'docs/page.md §1, §3', 'docs/page.md has no §3'],
  ['a section in a block of code', 'docs/page.md §1', 'docs/page.md §9', 'docs/page.md has no §9'],
  ['a decision', 'decision 0002', 'decision 0003', 'decision 0003'],
  ['a function', 'isOpen() of the gate, isOpen', 'isGone() of the gate', 'isGone'],
  ['a name with capitals', 'what isOpen says', 'what isGone says', 'isGone'],
  ['a member of its class', 'Gate.isOpen', 'Gate.span', 'Gate.span'],
  ['a name in capitals', 'MOST_MS', 'MOST_GONE', 'MOST_GONE'],
])('a comment may name %s only if it is there', (_, alive, dead, found) => {
  expect(inComment(alive)).toEqual([])
  expect(inComment(dead)).toEqual([found])
})

test('a section of a source is one of a page', () => {
  expect(inComment('as in §1')).toEqual(['§1 of no page'])
  expect(inComment('as the design §1 has it, docs/page.md')).toEqual(['§1 of no page'])
})

test.each([
  ['a page', '[x](page.md)', '[x](gone.md)', 'gone.md'],
  ['a folder', '[x](decisions/)', '[x](decision/)', 'decision/'],
  ['a heading', '[x](page.md#1-the-gate-not-gos)', '[x](page.md#the-gate)', 'page.md#the-gate'],
  ['its own heading', '# It\n\n[x](#it)', '# It\n\n[x](#that)', '#that'],
  ['its own section', '## 2. It\n\nas in §2', '## 2. It\n\nas in §3', 'docs/a.md has no §3'],
  ['a section of another', '[x](page.md) §1.2', '[x](page.md) §1.3', 'page.md has no §1.3'],
  [
    'a file in code',
    '```sh\nnode gc/work/gate.ts\n```',
    '```sh\nnode gc/gone.ts\n```',
    'gc/gone.ts',
  ],
  [
    'a decision',
    '[decision 0002](decisions/0002-caches.md)',
    '[0003](decisions/0002-caches.md)',
    '[0003](decisions/0002-caches.md) is another decision',
  ],
])('a page may lead to %s only if it is there', (_, alive, dead, found) => {
  expect(inPage(alive)).toEqual([])
  expect(inPage(dead)).toEqual([found])
})

test('what is no reference is left alone', () => {
  expect(
    inPage('`./mine.ts`, https://example.org/gc/gone.ts, [x](https://example.org/gone.md)'),
  ).toEqual([])
  expect(inPage('```ts\n// mine.ts\n```\n\n`a[0](x)`, and/or, lab.ts')).toEqual(['lab.ts'])
  expect(named('heap/a.ts', "export const a = '// gc/gone.ts' + `/* gc/gone.ts */`\n")).toEqual([])
})

test('comments are read wherever they stand', () => {
  const found = named(
    'heap/a.ts',
    [
      '// gc/a.ts is the first line of two, docs/page.md',
      '// §7',
      'export function f(a: number /* gc/b.ts */): number { // gc/c.ts',
      '  return a / 2',
      '  // gc/d.ts',
      '}',
      '// gc/e.ts',
    ].join('\n'),
  )
  expect(found).toEqual([
    'gc/a.ts',
    'docs/page.md has no §7',
    'gc/b.ts',
    'gc/c.ts',
    'gc/d.ts',
    'gc/e.ts',
  ])
})

test('what comments and pages name exists', () => {
  const files = repositoryFiles().filter(({ path }) => !path.includes('/broken/'))
  expect(deadReferences(files)).toEqual([])
})

/** Texts that tell of zeal as if the allocation were a fixed one. */
function fixedZeal({ path, text }: SourceFile): string[] {
  const plain = text.replaceAll(/\s+(?:\*\s+)?/g, ' ')
  const found = [...plain.matchAll(/\b(?:every|each) nth\b/gi)]
  return found
    .map(({ index }) => plain.slice(Math.max(0, index - 160), index + 160))
    .filter(around => /zeal/i.test(around))
    .map(around => `${path}: ${around}`)
}

test('a fixed choice of zeal is found', () => {
  const near = (what: string): string[] =>
    fixedZeal({ path: 'a.ts', text: `/** --zeal N:\n * ${what} */` })
  expect(near(['collects at every', 'Nth allocation'].join('\n * '))).toHaveLength(1)
  expect(near('collects before one randomly chosen allocation in every N')).toEqual([])
  expect(
    fixedZeal({ path: 'a.ts', text: ['--shard K/N plays every', 'Nth scenario'].join(' ') }),
  ).toEqual([])
})

test('zeal is described alike everywhere', () => {
  const files = repositoryFiles()
  expect(files.filter(({ path }) => /\.(?:[jt]s|md)$/.test(path)).flatMap(fixedZeal)).toEqual([])
  const described = files.filter(({ text }) =>
    text
      .replaceAll(/\s+(?:\*\s+)?/g, ' ')
      .includes('before one randomly chosen allocation in every N'),
  )
  expect(described.map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      'README.md',
      'docs/command-line.md',
      'gc/allocator.ts',
      'runtime/host/help.ts',
      'runtime/options/configuration.ts',
    ]),
  )
})

/** Spans such as `Stop.raise`, of classes of the core. */
function missingMembers(pages: readonly SourceFile[], sources: readonly SourceFile[]): string[] {
  const bodies = new Map<string, string>()
  for (const { text } of sources)
    for (const [, name = ''] of text.matchAll(/^(?:export )?(?:abstract )?class (\w+)/gm))
      bodies.set(name, text)
  return pages.flatMap(({ path, text }) =>
    [...text.matchAll(/`([A-Z]\w+)\.(\w+)`/g)].flatMap(([, name = '', member = '']) => {
      const body = bodies.get(name)
      return body === undefined || new RegExp(`\\b${member}\\b`).test(body)
        ? []
        : [`${path}: ${name}.${member}`]
    }),
  )
}

test('a member that a page names is found missing, and one that is there is not', () => {
  const sources = [{ path: 'gc/a.ts', text: 'export class Gate {\n  admit(): void {}\n}\n' }]
  const page = (text: string) => [{ path: 'docs/a.md', text }]
  expect(missingMembers(page('`Gate.admitted`, and `Atomics.wait`'), sources)).toEqual([
    'docs/a.md: Gate.admitted',
  ])
  expect(missingMembers(page('`Gate.admit`'), sources)).toEqual([])
})

test('members of classes of the core that the pages name exist', () => {
  const all = repositoryFiles()
  const pages = all.filter(
    ({ path }) => path.endsWith('.md') && !path.startsWith('docs/go-collector'),
  )
  expect(missingMembers(pages, typeScriptIn(all, ['memory', 'heap', 'gc', 'scheduler']))).toEqual(
    [],
  )
})
