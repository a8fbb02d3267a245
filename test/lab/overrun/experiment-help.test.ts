import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { helpOf } from '../../../lab/overrun/experiment-help.ts'
import { EXPERIMENT_NAMES, experiments } from '../../../lab/overrun/experiments.ts'
import { help } from '../../../lab/overrun/help.ts'
import { parseOptions } from '../../../lab/overrun/options.ts'

const MOST_COLUMNS = 130

const exitsIn = (text: string): string[] => text.split('\n').filter(line => /^Exit: /.test(line))

describe.each(EXPERIMENT_NAMES)('the help of %s', name => {
  const text = helpOf(experiments[name])

  test('says what it does, how it is used, how long it takes, its exit codes, an example', () => {
    expect(text).toMatch(
      new RegExp(
        [
          '^[A-Z][^]+\\.',
          `Usage:\n {2}sawtooth overrun ${name} \\[options\\]`,
          'Options:\n(?: {2}.+\n)+',
          'Takes about \\d minutes? where nothing else runs, and longer on a busy machine\\.',
          'Exit: 0 every criterion holds.*, 1 one fails, .+, 130 interrupt\\.',
          `Example:\n {2}sawtooth overrun ${name} --quick .*--seed 7\n$`,
        ].join('\n+'),
      ),
    )
  })

  test('names the options that the command takes, and the example is of them', () => {
    const named = [...text.matchAll(/^ {2}(--[a-z]+)/gm)].map(([, option]) => option)
    expect(named).toEqual([
      ...(name === 'rate' ? ['--goal'] : []),
      ...['--quick', '--seed', '--json', '--report', '--help'],
    ])
    const example = text.trimEnd().split('\n').at(-1)?.trim().split(' ').slice(2) ?? []
    expect(parseOptions(example)).toMatchObject({ what: name, quick: true, seed: 7 })
  })

  test(`has no line of more than ${MOST_COLUMNS} columns`, () => {
    expect(text.split('\n').filter(line => line.length > MOST_COLUMNS)).toEqual([])
  })
})

test('the exit codes are those of the sweep', () => {
  expect(exitsIn(help)).toHaveLength(1)
  expect(exitsIn(helpOf(experiments.limit))).toEqual(exitsIn(help))
})

test('Go is named where it is measured', () => {
  for (const one of Object.values(experiments))
    expect(helpOf(one).includes('Go runs the same where it is installed.')).toBe(
      one.isBesideGo === true,
    )
})

test('the page of the overrun has each experiment in its table, and the minutes that it takes', () => {
  const page = readFileSync(new URL('../../../docs/overrun.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| .+ \| +(\d) \| /gm)]
  expect(rows.map(([, name, minutes]) => [name, Number(minutes)])).toEqual(
    EXPERIMENT_NAMES.map(name => [name, experiments[name].takes.minutes]),
  )
})
