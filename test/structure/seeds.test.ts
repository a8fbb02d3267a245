// docs/seeds.md: each item of the five documents is there, none is without an answer, and what the
// answers name exists. test/commands/seeds.long.test.ts runs the commands.
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { library } from '../../lab/pacers/scenarios/library.ts'
import { codeIn, isCommand, itemsOf, seedsPage } from './seeds.ts'

const items = itemsOf(seedsPage)
const STATES = ['Stands', 'Asked', 'Part', 'Differs', 'Open', 'Prose']
/** In place of a command: the link before it leads to one. */
const THERE = 'the command is there'

test('each of the 167 items is there, in their order', () => {
  const counts = [24, 52, 41, 31, 19]
  expect(items.map(({ number }) => number)).toEqual(
    counts.flatMap((count, document) =>
      Array.from({ length: count }, (_, index) => `${document}.${index + 1}`),
    ),
  )
})

test('what stands has its place and what shows it; what does not says why', () => {
  const unanswered = items.filter(({ state, says }) => {
    if (!STATES.includes(state)) return true
    const shown = says.split('; ').at(-1) ?? ''
    if (state === 'Stands') return !says.includes(';') || !isShown(shown)
    return state !== 'Prose' && says === ''
  })
  expect(unanswered).toEqual([])
})

/** True for a command, a file, and the word that the command is elsewhere. */
function isShown(text: string): boolean {
  return text === THERE || codeIn(text).some(code => isCommand(code) || code.startsWith('test/'))
}

test('the table at the top counts the items', () => {
  const counted = (document: string): number[] => {
    const own = items.filter(({ number }) => number.startsWith(document))
    return [own.length, ...STATES.map(wanted => own.filter(one => one.state === wanted).length)]
  }
  const rows = seedsPage.split('\n').filter(line => /^\|.*\| +\d+ \|$/.test(line))
  const figures = rows.map(line => (line.match(/\d+(?= \|)/g) ?? []).map(Number))
  expect(figures).toEqual(['0.', '1.', '2.', '3.', '4.', ''].map(counted))
})

/** A file or a folder, or the beginning of scenarios' names. */
function leads(path: string): boolean {
  if (existsSync(path)) return true
  const begin = path.replace(/…$/, '')
  return library.some(({ name }) => (begin === path ? name === path : name.startsWith(begin)))
}

test('a path that leads nowhere is found', () => {
  expect(
    ['gc/pacer', 'gc/pacer/runway.ts', 'stepped/steady', 'model/…'].filter(leads),
  ).toHaveLength(4)
  expect(['gc/gone', 'stepped/gone', 'gone/…'].filter(leads)).toEqual([])
})

test('each path exists', () => {
  const paths = codeIn(seedsPage).filter(code => !code.includes(' ') && code.includes('/'))
  expect(paths.length).toBeGreaterThan(50)
  expect(paths.filter(path => !leads(path))).toEqual([])
})

test('no item says “unit tests” without saying which', () => {
  const unnamed = items.filter(
    ({ says }) => /\bunit tests?\b/.test(says) && !/`test\/[^`]+\.test\.ts`/.test(says),
  )
  expect(unnamed).toEqual([])
})

test('the words behind a test’s file stand in it', () => {
  const hints = items.flatMap(({ number, says }) =>
    [...says.matchAll(/`(test\/[^`]+\.test\.ts)`, ([^`;]+)/g)].map(([, file = '', words = '']) => ({
      number,
      file,
      words,
    })),
  )
  expect(hints.length).toBeGreaterThan(5)
  expect(hints.filter(({ file, words }) => !readFileSync(file, 'utf8').includes(words))).toEqual([])
})

test('where the command is said to be elsewhere, the section has one', () => {
  const elsewhere = items.filter(({ says }) => says.endsWith(THERE))
  expect(elsewhere.length).toBeGreaterThan(0)
  for (const { number, says } of elsewhere) {
    const [, page, anchor] = /\]\(([\w.-]+)#([\w-]+)\)/.exec(says) ?? []
    const sections = readFileSync(`docs/${page}`, 'utf8').split(/\n(?=#)/)
    const section = sections.find(
      text =>
        text.split('\n', 1)[0]?.replace(/^#+ /, '').toLowerCase().replaceAll(' ', '-') === anchor,
    )
    expect(section, number).toMatch(/`node [^`]*bin\/sawtooth\.js|^npm run /m)
  }
})
