import { expect, test } from 'vitest'
import type { Case } from '../../../lab/overrun/results.ts'
import {
  formatAgainstGo,
  formatCauses,
  formatGaps,
  formatSweep,
} from '../../../lab/overrun/sweep-table.ts'
import { formatRows } from '../../../lab/table.ts'
import { MiB } from '../../../memory/units.ts'
import { someCase } from '../../support/overrun-results.ts'
import { coordinator, gated } from './cycles.ts'

const { pastLeastGoal: _, ...found } = { ...someCase, bound: null, held: null }
const pastLeastGoal = { p50: 0, p90: 0, p99: 0, max: 7 * MiB }
const overran: Case = {
  ...found,
  ...coordinator,
  pastLeastGoal,
  cycles: 1234,
  overrun: { p50: 0, p90: 1024, p99: 2 * MiB, max: 5 * MiB },
}
const kept: Case = {
  ...{ ...found, ...gated, cycles: 20, overrun: { p50: 0, p90: 0, p99: 0, max: 0 } },
  ...{ bound: 4 * MiB + 32 * 1024, held: true, idle: 0.625 },
}
const go: Case = {
  ...overran,
  runtime: 'go',
  cycles: 99,
  overrun: { p50: 0, p90: 0, p99: MiB, max: 3 * MiB },
}

test('a row for each case; what all cases have in common stands above', () => {
  expect(formatSweep([overran, kept]).split('\n')).toEqual([
    "Heap past its cycle's own goal when marking ends; past least: the worst, past the smallest of these goals. All: goal 4.00 MiB, P 4, busy threads 0, instances 1, injected -.",
    '',
    'termination  gate  credit  wait   cycles  p50       p90       p99       max  past least  of goal     bound  kept  rescues    idle',
    'coordinator  off   go      sleep   1,234  0 B  1.00 KiB  2.00 MiB  5.00 MiB    7.00 MiB  125.0 %         -  -           0       -',
    'helping      goal  go      sleep      20  0 B       0 B       0 B       0 B           -    0.0 %  4.03 MiB  yes         0  62.5 %',
    '',
  ])
})

test('who scans stacks has a column where it is not the owner in every case', () => {
  expect(formatSweep([overran, { ...overran, stackScans: 'owner' }])).not.toContain('stacks by')
  const table = formatSweep([overran, { ...overran, stackScans: 'any' }])
  expect(table).toMatch(/wait +stacks by +cycles/)
  expect(table).toMatch(/sleep +owner +1,234/)
  expect(table).toMatch(/sleep +any +1,234/)
})

test('a bound that was broken cries out, and what was injected has a column where cases differ in it', () => {
  const table = formatSweep([{ ...kept, held: false, injected: 'refill:yield' }, kept])
  expect(table).toContain('refill:yield  helping')
  expect(table).toMatch(/4\.03 MiB {2}NO /)
})

test('the causes that made a tenth of the bytes or more are told, the largest first', () => {
  const by = { credit: 3 * MiB, wantedStack: 16 * MiB, 'stall:drain/leave': MiB }
  expect(
    formatCauses([
      { ...overran, by },
      { ...kept, by: {} },
    ]),
  ).toBe(
    "coordinator, 4 P, goal 4 MiB: 20.0 MiB past the goals in all: 80.0 % while a running goroutine's stack waited to be scanned, 15.0 % on banked credit\n",
  )
})

test('a case in which no cycle counts has no figures', () => {
  expect(formatSweep([{ ...kept, bound: null, held: null, cycles: 0 }])).toMatch(
    /sleep +0 +- +- +- +- +- +- +- +- +0 +62\.5 %\n/,
  )
})

test('Go’s row has its own name, and says how its bytes were found', () => {
  const table = formatSweep([overran, go])
  expect(table).toContain("Go's own")
  expect(table).toContain('to the byte')
  expect(formatAgainstGo([overran, go])).toBe(
    "4.00 MiB, 4 P, 0 busy: 99th percentile 2.00 MiB, Go's 1.00 MiB: 2.00 times\n",
  )
  expect(formatAgainstGo([overran, kept])).toBe('')
  expect(formatAgainstGo([{ ...overran, stackScans: 'any' }, go])).toBe('')
})

test('rows by name become a table', () => {
  expect(
    formatRows([
      { name: 'a', bytes: 10 },
      { name: 'bc', bytes: 9 },
    ]),
  ).toBe('name  bytes\na        10\nbc        9\n')
})

test('what held Ps up, by case; nothing of a case without gaps', () => {
  const gaps = { ms: 500, unknownMs: 100, offCpuMs: 300, v8Ms: 4 }
  expect(formatGaps([{ ...overran, gaps }, go, { ...kept, gaps: { ...gaps, unknownMs: 0 } }])).toBe(
    "coordinator, 4 P, goal 4 MiB: gaps of 500 ms in all: 75.0 % off the CPU, 1.0 % in V8's collector; without 100 ms of which it is not known\n" +
      "helping, gate goal, 4 P, goal 4 MiB: gaps of 500 ms in all: 60.0 % off the CPU, 0.8 % in V8's collector\n",
  )
  const unknown = { ms: 500, unknownMs: 500, offCpuMs: 0, v8Ms: 0 }
  expect(formatGaps([{ ...kept, gaps: unknown }])).toBe(
    'helping, gate goal, 4 P, goal 4 MiB: gaps of 500 ms in all: what held Ps up is not known\n',
  )
})
