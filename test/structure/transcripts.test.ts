import { expect, test } from 'vitest'
import { repositoryFiles } from './files.ts'
import { unnamedMachines } from './transcripts.ts'

const found = (text: string): string[] => unnamedMachines({ path: 'page.md', text })

const TIMES = '```text\n1 ms, 2 ms, 3.5 ms\n```\n'
const MACHINE = '2 cores of an AMD EPYC, Node 20.20.2; 4 P.\n'

test.each([
  ['a transcript with its machine', `# A\n${TIMES}\n${MACHINE}`],
  [
    'one that names the machine itself',
    '# A\n```text\n2 P on 2 cores, Node v20.20.2: 1 ms 2 ms 3 ms\n```\n',
  ],
  ['a formula', '# A\n```text\nT = M + 10 ms\n```\n'],
  ['a page without a transcript', '# A\n\nIt takes 1 ms, 2 ms or 3 ms.\n'],
])('the rule of transcripts allows %s', (_, text) => {
  expect(found(text)).toEqual([])
})

test('a machine that another section names does not count', () => {
  expect(found(`# A\n${TIMES}\n# B\n${MACHINE}`)).toEqual([
    "page.md, '# A': a transcript without Node's version",
    "page.md, '# A': a transcript without the cores",
    "page.md, '# A': a transcript without the number of Ps",
  ])
})

test('a line of a transcript that begins like a heading begins no section', () => {
  const text = `# A\n${MACHINE}\n\`\`\`text\n# gc\n1 ms 2 ms 3 ms\n\`\`\`\n`
  expect(found(text)).toEqual([])
})

test('each transcript in a page names its machine', () => {
  const pages = repositoryFiles().filter(({ path }) => path.endsWith('.md'))
  expect(pages.some(({ path }) => path === 'docs/traces.md')).toBe(true)
  expect(pages.flatMap(unnamedMachines)).toEqual([])
})
