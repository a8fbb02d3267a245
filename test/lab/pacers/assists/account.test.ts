import { expect, test } from 'vitest'
import { accountOf } from '../../../../lab/pacers/assists/account.ts'
import { assistsHtml } from '../../../../lab/pacers/assists/report.ts'
import { type AssistsResults, formatAssists } from '../../../../lab/pacers/assists/table.ts'
import { KiB } from '../../../../lab/units.ts'
import { GC_LANE, type TraceEvent } from '../../../../runtime/report/trace-events.ts'

const WORK = 1024 * KiB

/** 4 bytes of work are due for each byte, on a runway of 256 KiB. */
const cycleOf = (n: number) => ({
  ...{ n, heapAtStart: 1024 * KiB, goal: 1280 * KiB, assistRatio: 4 },
  scanWork: { heap: WORK, stack: 0, globals: 0 },
})

/**
 * A mark of 10 ms. A worker marks all the time, 1000 KiB of the 1024. Every ms, from the start on,
 * 16 KiB are allocated: 64 KiB are owed for them, and the worker has done 100. The first comes
 * before the worker has any credit, so its goroutine assists, for a while.
 */
const markOf = (n: number): TraceEvent[] => {
  const startMs = 100 * n
  return [
    {
      ...{ kind: 'slice', name: 'mark', p: GC_LANE, startMs, durationMs: 10 },
      args: { cycle: n, marked: 0 },
    },
    {
      ...{ kind: 'slice', name: 'fractional worker', p: 1, startMs, durationMs: 10 },
      args: { cycle: n },
    },
    ...Array.from(
      { length: 10 },
      (_, ms): TraceEvent => ({
        ...{ kind: 'instant', name: 'charge', p: 0, startMs: startMs + ms },
        args: { bytes: 16 * KiB },
      }),
    ),
    {
      ...{ kind: 'slice', name: 'assist', p: 0, startMs, durationMs: 0.5 },
      args: { scanWork: 24 * KiB },
    },
  ]
}

const account = accountOf({ procs: 2, events: [...markOf(1), ...markOf(2)] }, [
  cycleOf(1),
  cycleOf(2),
])
/** All the work is due on what is left of the runway after the first 16 KiB. */
const FIRST_DEBT = ((4 * 256 * KiB) / (240 * KiB)) * 16 * KiB
const sum = (amounts: readonly number[]): number => amounts.reduce((all, one) => all + one, 0)

test('a tenth has what was allocated in it, and who scanned', () => {
  expect(account.work).toBe(2 * WORK)
  for (const bytes of account.allocated) expect(bytes).toBeCloseTo(2 * 16 * KiB, 3)
  expect(account.assists.slice(1)).toEqual(new Array(9).fill(0))
  expect(account.assists[0]).toBeCloseTo(2 * 24 * KiB, 3)
  // What assists did not scan, workers did, evenly.
  expect(sum(account.workers)).toBeCloseTo(2 * 1000 * KiB, 3)
  for (const work of account.workers) expect(work / KiB).toBeCloseTo(200, 0)
})

test('without credit at its start, a mark has its assists there', () => {
  // The first charge is due at once, and no worker has given anything yet.
  expect(account.replayed[0]).toBeCloseTo(2 * FIRST_DEBT, 3)
  expect(account.replayed.slice(1)).toEqual(new Array(9).fill(0))
})

test('with the credit that the cycle before left, a mark has none of them', () => {
  // The first mark has no cycle before it.
  expect(account.withCredit[0]).toBeCloseTo(FIRST_DEBT, 3)
  expect(sum(account.withCredit)).toBeCloseTo(FIRST_DEBT, 3)
})

test('credit grows as long as workers do more than is owed', () => {
  for (const [tenth, credit] of account.credit.entries())
    expect(credit).toBeGreaterThan(account.credit[tenth - 1] ?? 0)
})

test('the table and the report have the account of each pacer', () => {
  const results: AssistsResults = {
    ...{ schema: 1, command: 'sawtooth pacers assists', seed: 1, scenario: 'x' },
    machine: { cpu: 'cpu', cores: 2, platform: 'linux x64', node: 'v20', go: null },
    assists: [{ pacer: 'go1.21', engine: 'real', shares: new Array(10).fill(0.1), account }],
  }
  expect(formatAssists(results)).toMatch(/^go1\.21 +allocated +15\.6 %( +10\.0 %){10}$/m)
  expect(assistsHtml(results)).toContain('Why there')
})
