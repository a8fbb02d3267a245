import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fixed } from '../../../gc/pacer/fixed.ts'
import { go121 } from '../../../gc/pacer/go1.21.ts'
import type { Pacer } from '../../../gc/pacer/pacer.ts'
import { type Row, type Scenario, simulate } from './stepped-engine.ts'

const rowsOf = (pacer: Pacer, name: string): Row[] =>
  simulate(pacer, JSON.parse(readFileSync(new URL(`scenarios/${name}.json`, import.meta.url), 'utf8')) as Scenario)

/** Rows from cycle `first` on, each with the one before. */
const pairsFrom = (rows: readonly Row[], first: number): [Row, Row][] =>
  rows.filter(row => row.cycle >= first).map(row => [row, rows[row.cycle - 2] as Row])

const between = (value: number, low: number, high: number): void => {
  expect(value).toBeGreaterThanOrEqual(low)
  expect(value).toBeLessThanOrEqual(high)
}

const settled = ([row, before]: [Row, Row]): void => {
  between(row.gcUtilization - before.gcUtilization, -0.005, 0.005)
  between(row.peak / row.goal, 0.95, 1.05)
}

describe('go1.21 in the stepped engine', () => {
  test('is at the goal and at 25 % of the CPU after 25 cycles of a steady heap', () => {
    const rows = rowsOf(go121, 'steady')
    for (const pair of pairsFrom(rows, 25)) {
      between(pair[0].gcUtilization, 0.245, 0.255)
      settled(pair)
    }
  })

  test('reproduces the last row that Go gives for a steady heap', () => {
    const last = rowsOf(go121, 'steady').at(-1) as Row
    expect(last.gcUtilization).toBeCloseTo(0.25, 4)
    between(last.heapLive - 20_886_438, -4, 4)
    between(last.trigger - 39_968_953, -4, 4)
    between(last.peak - 41_813_835, -4, 4)
    between(last.goal - 41_813_836, -4, 4)
  })

  test('settles again after the allocation rate doubled', () => {
    for (const pair of pairsFrom(rowsOf(go121, 'step-alloc'), 25))
      if (pair[0].cycle < 50 || pair[0].cycle >= 75) settled(pair)
  })

  test('keeps a GOGC of 1500 near the goal', () => {
    for (const [row, before] of pairsFrom(rowsOf(go121, 'high-gogc'), 13)) {
      between(row.peak / row.goal, 0.9, row.cycle === 26 ? 15 : 1.05)
      between(row.gcUtilization, 0, 0.25 + 0.28)
      between(row.gcUtilization - before.gcUtilization, -0.03, 0.03)
    }
  })

  test('starts late in a small heap that allocates slowly', () => {
    const rows = rowsOf(go121, 'small-heap-slow-alloc')
    for (const row of rows.slice(4)) {
      between(row.peak / row.goal, 0.925, 1.025)
      between((row.trigger - row.heapLive) / (row.goal - row.heapLive), 0.925, 0.975)
      if (row.cycle > 25) between(row.gcUtilization, 0.245, 0.255)
    }
  })

  test('never comes near a memory limit of 512 MiB', () => {
    const rows = rowsOf(go121, 'steady-memory-limit')
    for (const row of rows) expect(row.peak).toBeLessThan(520_764_785)
    for (const pair of pairsFrom(rows, 25)) {
      between(pair[0].gcUtilization, 0.245, 0.255)
      settled(pair)
    }
  })
})

test('fixed starts each cycle at its share of the way', () => {
  for (const row of rowsOf(fixed(0.8), 'steady').slice(1)) {
    // The sweeper's 1 MiB moves the trigger of small heaps up.
    if (row.goal - row.heapLive > 8 * 1024 * 1024)
      between((row.trigger - row.heapLive) / (row.goal - row.heapLive), 0.799, 0.801)
    expect(row.peak).toBeLessThanOrEqual(1.1 * row.goal)
  }
})
