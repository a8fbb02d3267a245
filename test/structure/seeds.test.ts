// docs/seeds.md: each item of the five documents is there, and none is without an answer.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const page = readFileSync('docs/seeds.md', 'utf8')
/** State, and what else is said: where it is, and the command that shows it, or why not. */
const items = page
  .split(/\n(?=- )|\n\n/)
  .map(text => text.replaceAll(/\s+/g, ' '))
  .flatMap(text => {
    const [, number, state, says = ''] =
      /^- \*\*([\d.]+)\*\* .+?\. _(\w+)_(?::? (.+)|\.)$/.exec(text) ?? []
    return number === undefined || state === undefined ? [] : [{ number, state, says }]
  })
const STATES = ['Stands', 'Part', 'Differs', 'Open', 'Prose']

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
    return state === 'Stands' ? !says.includes(';') : state !== 'Prose' && says === ''
  })
  expect(unanswered).toEqual([])
})

test('the table at the top counts the items', () => {
  const counted = (document: string): number[] => {
    const own = items.filter(({ number }) => number.startsWith(document))
    return [own.length, ...STATES.map(wanted => own.filter(one => one.state === wanted).length)]
  }
  const rows = page.split('\n').filter(line => /^\|.*\| +\d+ \|$/.test(line))
  const figures = rows.map(line => (line.match(/\d+(?= \|)/g) ?? []).map(Number))
  expect(figures).toEqual(['0.', '1.', '2.', '3.', '4.', ''].map(counted))
})
