// Go 1.19.8 (2 CPUs) printed the lines that are expected here, from the numbers that are formatted
// here.

import { describe, expect, test } from 'vitest'
import { MiB } from '../../../memory/units.ts'
import {
  formatGcTrace,
  formatPacerTraceEnd,
  formatPacerTraceStart,
  formatPacerTraceSweepDone,
} from '../../../runtime/report/gctrace.ts'
import {
  goDecimal,
  goFloat,
  goMebibytes,
  goMilliseconds,
} from '../../../runtime/report/go-print.ts'
import { cycleExtra, cycleRecord } from './records.ts'

describe('gctrace', () => {
  test('of a first cycle on 2 Ps', () => {
    const cycle = cycleRecord({
      startMs: 7.9,
      stwSetupUs: 74.2,
      markMs: 5.8123,
      stwTerminationUs: 67.9,
      cpuMs: { assist: 0.4599, dedicated: 0.7, fractional: 2, idle: 2.1 },
      heapAtStart: 3_997_696,
      heapAtMarkEnd: 5_275_648,
      heapMarked: 4.1 * MiB,
    })
    const extra = cycleExtra({ gcCpuFraction: 0.1299 })
    expect(formatGcTrace(cycle, extra, { procs: 2, cpus: 2 })).toBe(
      'gc 1 @0.007s 12%: 0.074+5.8+0.067 ms clock, 0.14+0.45/2.7/2.1+0.13 ms cpu, 3->5->4 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 2 P',
    )
  })

  test('counts no more Ps as stopped than there are CPUs', () => {
    const cycle = cycleRecord({
      n: 2,
      startMs: 12,
      stwSetupUs: 66,
      markMs: 4.7,
      stwTerminationUs: 19,
      cpuMs: { assist: 0.51, dedicated: 4.8, fractional: 0, idle: 0 },
      heapAtStart: 7_744_518,
      heapAtMarkEnd: 8_623_488,
      heapMarked: 4 * MiB,
    })
    const machine = { procs: 6, cpus: 2 }
    expect(
      formatGcTrace(cycle, cycleExtra({ gcCpuFraction: 0.1, goalAtMarkEnd: 8_504_896 }), machine),
    ).toBe(
      'gc 2 @0.012s 10%: 0.066+4.7+0.019 ms clock, 0.13+0.51/4.8/0+0.038 ms cpu, 7->8->4 MB, 8 MB goal, 0 MB stacks, 0 MB globals, 6 P',
    )
  })

  test('of a forced cycle', () => {
    const cycle = cycleRecord({
      n: 7,
      trigger: 'forced',
      startMs: 219.5,
      stwSetupUs: 31.6,
      markMs: 18.99,
      stwTerminationUs: 3.4,
      cpuMs: { assist: 0, dedicated: 0, fractional: 5.2, idle: 13.9 },
      heapAtStart: 31.9 * MiB,
      heapAtMarkEnd: 31.9 * MiB,
      heapMarked: 16.2 * MiB,
    })
    const extra = cycleExtra({ gcCpuFraction: 0.07, goalAtMarkEnd: 41.5 * MiB, maxStackScan: MiB })
    expect(formatGcTrace(cycle, extra, { procs: 2, cpus: 4 })).toBe(
      'gc 7 @0.219s 7%: 0.031+18+0.003 ms clock, 0.063+0/5.2/13+0.006 ms cpu, 31->31->16 MB, 41 MB goal, 1 MB stacks, 0 MB globals, 2 P (forced)',
    )
  })

  test('without a goal shows the largest integer of Go', () => {
    const line = formatGcTrace(cycleRecord(), cycleExtra({ goalAtMarkEnd: null }), {
      procs: 1,
      cpus: 1,
    })
    expect(line).toContain(', 8796093022207 MB goal,')
  })
})

describe('gcpacertrace', () => {
  test('at the start of a cycle', () => {
    const cycle = cycleRecord({ assistRatio: 1.4383040001, heapAtStart: 3_997_696 })
    const start = { heapScannable: 3.9 * MiB, dedicatedWorkers: 1, fractionalGoal: 1 / 12 }
    expect(formatPacerTraceStart(cycle, start, 'go1.19')).toBe(
      'pacer: assist ratio=+1.438304e+000 (scan 3 MB in 3->4 MB) workers=1++8.333333e-002',
    )
  })

  test('at the end of a cycle that overran', () => {
    const cycle = cycleRecord({
      pacerUtilization: 0.2899,
      scanWork: { heap: 3_794_384, stack: 2272, globals: 200_304 },
      heapAtMarkEnd: 5_275_648,
    })
    expect(
      formatPacerTraceEnd(
        cycle,
        cycleExtra({ expectedScanWork: 200_304, triggered: 3_997_696 }),
        'go1.19',
      ),
    ).toBe(
      'pacer: 28% CPU (25 exp.) for 3794384+2272+200304 B work (200304 B exp.) in 3997696 B -> 5275648 B (∆goal 1081344, cons/mark +0.000000e+000)',
    )
  })

  test('at the end of a cycle that kept its goal', () => {
    const cycle = cycleRecord({
      scanWork: { heap: 4_270_112, stack: 1992, globals: 200_304 },
      heapAtMarkEnd: 10_147_968,
    })
    const extra = cycleExtra({
      expectedScanWork: 3_996_960,
      triggered: 8_737_745,
      goalAtMarkEnd: 10_296_176,
      consMarkBefore: 0.189235,
    })
    expect(formatPacerTraceEnd(cycle, extra, 'go1.19')).toBe(
      'pacer: 25% CPU (25 exp.) for 4270112+1992+200304 B work (3996960 B exp.) in 8737745 B -> 10147968 B (∆goal -148208, cons/mark +1.892350e-001)',
    )
  })

  test('is missing at the end of a cycle in which nothing was allocated', () => {
    expect(
      formatPacerTraceEnd(
        cycleRecord({ heapAtMarkEnd: 9 }),
        cycleExtra({ triggered: 9 }),
        'go1.19',
      ),
    ).toBeUndefined()
  })

  test('counts down from the largest integer of Go without a goal', () => {
    const line = formatPacerTraceEnd(
      cycleRecord({ heapAtMarkEnd: MiB }),
      cycleExtra({ goalAtMarkEnd: null }),
      'go1.19',
    )
    expect(line).toContain('∆goal -9223372036852678656,')
  })

  test('when sweeping is done', () => {
    const sweep = {
      heapLive: 4.9 * MiB,
      allocatedDuringSweep: 0.5 * MiB,
      sweptPages: 645,
      sweepPagesPerByte: 0.000223,
    }
    expect(formatPacerTraceSweepDone(sweep, 'go1.19')).toBe(
      'pacer: sweep done at heap size 4MB; allocated 0MB during sweep; swept 645 pages at +2.230000e-004 pages/byte',
    )
  })
})

// The numbers and the lines are those of listing 6 of "Garbage Collection In Go: Part I", 2018,
// which Go 1.5 to 1.8 printed.
describe('gcpacertrace of the pacers with a trigger ratio', () => {
  const step = {
    ...{ marked: 30_488_736, trigger: 37_605_024, live: 73_473_040 },
    ...{ before: 0.2334071, growth: 1, grown: 1.409842, utilization: 0.25, goalUtilization: 0.25 },
  }
  const cycle = cycleRecord({
    scanWork: { heap: 308_200, stack: 1992, globals: 200_304 },
  })

  test.each(['go1.5', 'go1.10'] as const)('at the end of a cycle, of %s', form => {
    expect(formatPacerTraceEnd(cycle, cycleExtra({ ratio: step }), form)).toBe(
      'pacer: H_m_prev=30488736 h_t=+2.334071e-001 H_T=37605024 h_a=+1.409842e+000 H_a=73473040 h_g=+1.000000e+000 H_g=60977472 u_a=+2.500000e-001 u_g=+2.500000e-001 W_a=308200 goalΔ=+7.665929e-001 actualΔ=+1.176435e+000 u_a/u_g=+1.000000e+000',
    )
  })

  test('is missing at the end of a cycle that the controller did not see', () => {
    expect(formatPacerTraceEnd(cycle, cycleExtra({ ratio: null }), 'go1.10')).toBeUndefined()
  })

  test.each([
    ['go1.5', 'workers=2+0', 'workers=0+1'],
    ['go1.10', 'workers=2++0.000000e+000', 'workers=0++2.500000e-001'],
  ] as const)('at the start of a cycle, of %s', (form, dedicated, fractional) => {
    const started = cycleRecord({
      ...{ assistRatio: 1.232155, heapAtStart: 70.5 * MiB, goal: 71.5 * MiB },
    })
    const heapScannable = 1.5 * MiB
    const lineOf = (dedicatedWorkers: number, fractionalGoal: number): string =>
      formatPacerTraceStart(started, { heapScannable, dedicatedWorkers, fractionalGoal }, form)
    const begin = 'pacer: assist ratio=+1.232155e+000 (scan 1 MB in 70->71 MB)'
    expect(lineOf(2, 0)).toBe(`${begin} ${dedicated}`)
    expect(lineOf(0, 0.25)).toBe(`${begin} ${fractional}`)
  })

  test('when sweeping is done', () => {
    const sweep = {
      ...{ heapLive: 29.5 * MiB, allocatedDuringSweep: 0.5 * MiB },
      ...{ sweptPages: 3752, sweepPagesPerByte: 6.18355e-4 },
    }
    expect(formatPacerTraceSweepDone(sweep, 'go1.5')).toBe(
      'pacer: sweep done at heap size 29MB; allocated 0MB of spans; swept 3752 pages at +6.183550e-004 pages/byte',
    )
    expect(formatPacerTraceSweepDone(sweep, 'go1.10')).toContain('allocated 0MB during sweep; ')
  })
})

describe('numbers as Go prints them', () => {
  test.each([
    [0, '0'],
    [999, '0'],
    [1000, '0.001'],
    [23_900, '0.023'],
    [99_999, '0.099'],
    [100_000, '0.10'],
    [129_999, '0.12'],
    [1_599_999, '1.5'],
    [9_999_999, '9.9'],
    [10_000_000, '10'],
    [1_234_567_890, '1234'],
  ])('%i ns are %s ms', (ns, text) => {
    expect(goMilliseconds(ns)).toBe(text)
  })

  test.each([
    [0, '+0.000000e+000'],
    [-0, '-0.000000e+000'],
    [1, '+1.000000e+000'],
    [-1234.5678, '-1.234568e+003'],
    [9.9999999, '+1.000000e+001'],
    [2.171717e-14, '+2.171717e-014'],
    [1e100, '+1.000000e+100'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ])('%d is %s', (value, text) => {
    expect(goFloat(value)).toBe(text)
  })

  test('decimals and mebibytes are cut', () => {
    expect(goDecimal(12_345.9, 3)).toBe('12.345')
    expect(goDecimal(7, 3)).toBe('0.007')
    expect(goMebibytes(4 * MiB - 1)).toBe(3)
    expect(goMebibytes(3000 * MiB)).toBe(3000)
  })
})
