import { expect, test } from 'vitest'
import { MiB } from '../../../memory/units.ts'
import type { CycleRecord, RunRecord } from '../../../runtime/report/record.ts'
import { formatSummary } from '../../../runtime/report/summary.ts'
import { humanBytes, humanMs } from '../../../runtime/report/units.ts'
import { aHandRun } from '../../support/hand-run.ts'
import { cycleRecord, runRecord, totalsOf } from './records.ts'

/** The summary of a run with these cycles. The machine and the sizes make it easy to read. */
function summaryOf(cycles: readonly CycleRecord[], changed: Partial<RunRecord> = {}): string {
  const { memStats } = runRecord()
  const record = runRecord({
    ...{
      cpus: 2,
      procs: 4,
      wallMs: 1250,
      activeMs: 1000,
      allocations: { objects: 2_500_000, bytes: 80 * MiB },
    },
    memStats: { ...memStats, HeapAlloc: 3 * MiB, NextGC: 4 * MiB, GCCPUFraction: 0.0545 },
    ...changed,
  })
  return formatSummary(record, totalsOf(cycles))
}

const still = {
  stwSetupUs: 0,
  stwTerminationUs: 0,
  cpuMs: { assist: 0, dedicated: 0, fractional: 0, idle: 0 },
}

test('a run with cycles', () => {
  const cycles = [
    cycleRecord({
      stwSetupUs: 500,
      stwTerminationUs: 1500,
      cpuMs: { assist: 40, dedicated: 100, fractional: 0, idle: 20 },
      overrun: MiB,
      sweepMs: { goroutine: 20, idle: 5 },
    }),
    cycleRecord({
      n: 2,
      trigger: 'forced',
      restarts: 1,
      stwSetupUs: 2500,
      stwTerminationUs: 500,
      cpuMs: { assist: 0, dedicated: 60, fractional: 8, idle: 60 },
      overrun: 2 * MiB,
      goal: 5 * MiB,
      sweepMs: { goroutine: 40, idle: 0 },
    }),
    cycleRecord({ n: 3, overrun: 0, ...still, sweepMs: null }),
  ]
  expect(summaryOf(cycles)).toBe(
    [
      'cycles                3  in 1.25 s on 4 P, 1 forced, 1 restarts',
      'pauses          5.00 ms  in total',
      'worst pause     2.50 ms  in cycle 2',
      'GC CPU            5.5 %  without idle workers',
      '  assist          1.0 %',
      '  dedicated       4.0 %',
      '  fractional      0.2 %',
      '  stopped         0.3 %',
      '  idle            2.0 %',
      'sweep             1.5 %  in goroutines, not part of GC CPU',
      'allocated      80.0 MiB  2,500,000 objects, 64.0 MiB/s',
      'heap live      3.00 MiB  goal 4.00 MiB',
      'worst overrun  2.00 MiB  40.0 % over 5.00 MiB in cycle 2; 2 of 3 cycles overran',
      '',
    ].join('\n'),
  )
})

test('of a run by hand, it names the worst of its cycles', async () => {
  const { record } = await aHandRun()
  const { cycles } = record
  const text = formatSummary(record, totalsOf(cycles))
  const pauses = cycles.map(cycle => Math.max(cycle.stwSetupUs, cycle.stwTerminationUs))
  const worst = Math.max(...pauses)
  expect(text).toMatch(new RegExp(`^cycles +${cycles.length}  in `))
  expect(text).toContain(`${humanMs(worst / 1e3)}  in cycle ${pauses.indexOf(worst) + 1}\n`)
  const over = cycles.map(({ overrun }) => overrun).filter(overrun => overrun > 0)
  expect(over.length).toBeGreaterThan(0)
  expect(text).toContain(`${over.length} of ${cycles.length} cycles overran\n`)
  expect(text).toMatch(new RegExp(`worst overrun +${humanBytes(Math.max(...over))}  `))
})

test('a run without a cycle', () => {
  expect(summaryOf([], { gogc: 'off', wallMs: 0.4 })).toBe(
    [
      'cycles            0  in 400 µs on 4 P',
      'allocated  80.0 MiB  2,500,000 objects, 195 GiB/s',
      'heap live  3.00 MiB  goal none',
      '',
    ].join('\n'),
  )
})

test('goals that were kept, and lost wake-ups, are told', () => {
  const text = summaryOf([cycleRecord({ overrun: 0 })], { rescues: 2 })
  expect(text).toMatch(/^worst overrun +0 B {2}every cycle kept its goal$/m)
  expect(text).toMatch(/^rescues +2 {2}lost wake-ups/m)
})

test('cycles that passed their goal while the CPU limiter limited are told apart', () => {
  const text = summaryOf([
    cycleRecord({ overrun: MiB, goal: MiB, gcCpuLimited: true }),
    cycleRecord({ n: 2, overrun: 16, goal: MiB }),
    cycleRecord({ n: 3, overrun: 0, gcCpuLimited: true }),
  ])
  expect(text).toContain('2 of 3 cycles overran, 1 while the CPU limiter limited\n')
})

test('an overrun of a goal of nothing has no percentage', () => {
  const text = summaryOf([cycleRecord({ overrun: MiB, goal: 0 })])
  expect(text).toMatch(/^worst overrun +1.00 MiB {2}0 B in cycle 1; 1 of 1 cycles overran$/m)
})
