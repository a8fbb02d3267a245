import { expect, test, vi } from 'vitest'
import { priceCommand } from '../../../../lab/overrun/go-price/command.ts'
import { type PriceRuns, plansOf, type Subject } from '../../../../lab/overrun/go-price/measure.ts'
import { parsePriceOptions } from '../../../../lab/overrun/go-price/options.ts'
import { pricePage } from '../../../../lab/overrun/go-price/page.ts'
import {
  blocksOf,
  figureCells,
  ratioCells,
  summaryOf,
  titleOf,
  verdictOf,
} from '../../../../lab/overrun/go-price/results.ts'
import type { PriceRun } from '../../../../lab/overrun/go-price/run.ts'
import { KiB, MiB } from '../../../../memory/units.ts'

const { signal } = new AbortController()

test.each([
  [
    ['--variants', 'base'],
    "--variants must be a list of gate, gate-drains, gate-parks, gate-when-idle, gate-firm, reserve, capped, takes-over, not 'base'",
  ],
  [
    ['--workloads', 'chess'],
    "--workloads must be a list of gcbench, binary-trees, lru, requests, documents, not 'chess'",
  ],
  [['--procs', '65'], "--procs must be a whole number from 1 to 64, not '65'"],
  [['--gogc', 'off'], "--gogc must be a whole number from 1 to 10000, not 'off'"],
  [['--compared-gogc', '0'], "--compared-gogc must be a whole number from 1 to 10000, not '0'"],
  [['--pairs', '5'], "--pairs must be a whole number from 6 to 1000, not '5'"],
  [['--work', '0'], "--work must be a number above 0, up to 10, not '0'"],
  [['--memory-limit=1GiB'], "overrun go price: Option '--memory-limit' does not take an argument"],
  [['--seconds', '1'], "overrun go price: Unknown option '--seconds'"],
  [['--goroot', '/nowhere'], '/nowhere is no folder of Go, it has no VERSION'],
])('%j is refused before anything is copied, with what is allowed', async (argv, message) => {
  await expect(priceCommand(argv, signal)).rejects.toThrow(message)
})

test('--help says what is measured, and has an example', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    expect(await priceCommand(['--help'], signal)).toBe(0)
    expect(String(write.mock.calls[0]?.[0])).toMatch(
      /--workloads NAME[\s\S]*--pairs N[\s\S]*--json FILE[\s\S]*Example:\n {2}sawtooth overrun go price /,
    )
  } finally {
    write.mockRestore()
  }
})

const planned = (...argv: readonly string[]): string[] =>
  plansOf(parsePriceOptions(argv)).map(
    ({ workload, procs, gogc, isLimited }) =>
      `${workload} ${procs} ${gogc}${isLimited ? ' limit' : ''}`,
  )

test('by default each workload runs with GOGC 100, and the first with others and a limit too', () => {
  expect(planned()).toEqual([
    'gcbench 2 100',
    'gcbench 2 10',
    'gcbench 2 50',
    'gcbench 2 400',
    'gcbench 2 800',
    'gcbench 2 100 limit',
    'binary-trees 2 100',
    'lru 2 100',
    'requests 2 100',
    'documents 2 100',
  ])
})

test('where GOGC or a limit is asked for, each workload has it, and no other', () => {
  expect(planned('--workloads', 'lru,documents', '--gogc', '50', '--procs', '1,2')).toEqual([
    'lru 1 50',
    'lru 2 50',
    'documents 1 50',
    'documents 2 50',
  ])
  expect(planned('--workloads', 'lru,gcbench', '--memory-limit')).toEqual([
    'lru 2 100',
    'lru 2 100 limit',
    'gcbench 2 100',
    'gcbench 2 100 limit',
  ])
})

test('variants may have a GOGC of their own, which the title says', () => {
  const [plan, ...more] = plansOf(
    parsePriceOptions(['--workloads', 'lru', '--gogc', '10', '--compared-gogc', '17']),
  )
  expect(more).toEqual([])
  expect(plan).toMatchObject({ gogc: 10, comparedGogc: 17 })
  const situation = { workload: 'lru', procs: 2, gogc: 10, comparedGogc: 17 } as const
  expect(titleOf({ ...situation, memoryLimit: null })).toBe('lru, 2 P, GOGC 10 (variants 17)')
})

const at = (median: number, half = 0.001) => ({ median, low: median - half, high: median + half })

test('a cost is told if its interval lies above 1 % and above that of base again', () => {
  expect(verdictOf(at(1.02), at(1))).toBe('costs')
  expect(verdictOf(at(1.02), at(1, 0.05))).toBe('not told')
  expect(verdictOf(at(1.02, 0.011), at(1))).toBe('not told')
  expect(verdictOf(at(0.98), at(1))).toBe('saves')
  expect(verdictOf(at(0.98), at(0.99, 0.02))).toBe('not told')
  expect(verdictOf(at(1.002), at(1, 0.1))).toBe('within 1 %')
})

const MOST_US = 300
const run = (seconds: number, timed: boolean): PriceRun => ({
  seconds,
  cpuSeconds: 2 * seconds,
  cycles: 4,
  triesACycle: 1.5,
  peakHeap: 6 * MiB,
  pausesUs: [10, 30],
  pastGoals: [0, 8 * KiB],
  latencies: timed ? { counts: [0, 98, 2], maxUs: MOST_US } : null,
})
const ROUNDS = 7
/** Each round takes longer than the one before, for all subjects alike. */
const rounds = (ratio: number, timed: boolean): PriceRun[] =>
  Array.from({ length: ROUNDS }, (_, round) => run((1 + round) * ratio, timed))
const found = (ratio: number, timed = true): PriceRuns => ({
  situation: {
    workload: 'lru',
    procs: 2,
    gogc: 100,
    comparedGogc: 100,
    memoryLimit: timed ? null : 8 * MiB,
  },
  runs: new Map<Subject, PriceRun[]>([
    ['base', rounds(1, timed)],
    ['gate', rounds(ratio, timed)],
    ['base again', rounds(1, timed)],
  ]),
})

test('ratios are those of a round, so a machine that slows down does not count', () => {
  const [block] = blocksOf([found(1.1)])
  const rows = block?.rows ?? []
  expect(ratioCells(rows)).toEqual([
    [
      'gate',
      '1.100 [1.100, 1.100]',
      'costs',
      '1.100 [1.100, 1.100]',
      'costs',
      '1.00',
      '1.00',
      '1.00 [1.00, 1.00]',
      '1.00',
      '1.00 [1.00, 1.00]',
    ],
    [
      'base again',
      '1.000 [1.000, 1.000]',
      '–',
      '1.000 [1.000, 1.000]',
      '–',
      '1.00',
      '1.00',
      '1.00 [1.00, 1.00]',
      '1.00',
      '1.00 [1.00, 1.00]',
    ],
  ])
  // The median round is the fourth.
  expect(figureCells(rows)[0]?.join(' ')).toBe(
    `base 4000 8000 4 1.5 6.0 20 30 30 0.0 0.0 0.0 ${MOST_US} 4 8 8`,
  )
})

test('what costs is said first, then how many rows tell nothing', () => {
  expect(summaryOf(blocksOf([found(1.02), found(1.1, false), found(1)]))).toEqual([
    'gate costs time: lru, 2 P, GOGC 100, memory limit 8.00 MiB: 1.100 [1.100, 1.100]; base again 1.000 [1.000, 1.000]',
    'gate costs CPU time: lru, 2 P, GOGC 100, memory limit 8.00 MiB: 1.100 [1.100, 1.100]; base again 1.000 [1.000, 1.000]',
    'gate costs time: lru, 2 P, GOGC 100: 1.020 [1.020, 1.020]; base again 1.000 [1.000, 1.000]',
    'gate costs CPU time: lru, 2 P, GOGC 100: 1.020 [1.020, 1.020]; base again 1.000 [1.000, 1.000]',
    'rows: 3; time more than 1 % off: 2, within 1 %: 1, hidden by noise: 0',
  ])
})

test.each([
  [true, 4],
  [false, 3],
])('the page has a chart for each ratio that there is: timed %s, %i', async (timed, charts) => {
  const text = await pricePage({
    schema: 1,
    machine: { cpu: 'a CPU', cores: 2, platform: 'linux x64', node: 'v20', go: 'go1.19.8' },
    command: 'sawtooth overrun go price --pairs 7',
    load: [1.5, 2.5],
    blocks: blocksOf([found(1.1, timed)]),
  })
  expect(text.match(/<svg /g)).toHaveLength(charts)
  for (const part of [
    'load 1.5 before, 2.5 after',
    'gate costs time: lru',
    'base again',
    '--pairs 7',
  ])
    expect(text).toContain(part)
})
