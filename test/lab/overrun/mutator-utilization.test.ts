import { describe, expect, test } from 'vitest'
import {
  minimumMutatorUtilization,
  mutatorUtilization,
  type TakenSlice,
  takenSlices,
} from '../../../lab/overrun/mutator-utilization.ts'
import { readTraceEvents } from '../../../runtime/report/trace-events.ts'
import { aHandRun } from '../../support/hand-run.ts'
import { cycle, slice as sliceOf, traceFile } from './experiments/traces.ts'

const slice = (p: number, startMs: number, endMs: number): TakenSlice => ({ p, startMs, endMs })
const rounded = (ms: number): number => Math.round(ms * 1e6) / 1e6
const leastOf = (
  taken: readonly TakenSlice[],
  procs: number,
  window: number,
  fromMs = 0,
  toMs = 100,
): number => minimumMutatorUtilization(taken, procs, { fromMs, toMs }, [window])[window]

describe('minimum mutator utilization', () => {
  test('is 1 where the collector took nothing', () => {
    expect(leastOf([], 2, 10)).toBe(1)
  })

  test('is 0 for a window as long as a stop of all Ps', () => {
    const stop = [slice(0, 40, 45), slice(1, 40, 45)]
    expect(leastOf(stop, 2, 5)).toBe(0)
    expect(leastOf(stop, 2, 10)).toBeCloseTo(0.5)
    expect(leastOf(stop, 2, 50)).toBeCloseTo(0.9)
  })

  test('counts all Ps: a worker that has one of four leaves three quarters', () => {
    expect(leastOf([slice(2, 10, 60)], 4, 20)).toBeCloseTo(0.75)
  })

  test('finds the window that holds two short stops, though it begins within neither bound of a window', () => {
    // 2 ms of every window that reaches from 11 or before to 20 or later.
    expect(leastOf([slice(0, 10, 12), slice(0, 19, 21)], 1, 9)).toBeCloseTo(1 - 2 / 9)
    expect(leastOf([slice(0, 10, 12), slice(0, 19, 21)], 1, 11)).toBeCloseTo(1 - 4 / 11)
  })

  test('counts nested and overlapping slices of a P once', () => {
    expect(leastOf([slice(0, 10, 20), slice(0, 12, 14), slice(0, 18, 22)], 1, 20)).toBeCloseTo(
      1 - 12 / 20,
    )
  })

  test('does not look beyond the time that is asked for', () => {
    expect(leastOf([slice(0, 0, 9)], 1, 10, 10)).toBe(1)
    expect(leastOf([slice(0, 0, 12)], 1, 10, 10)).toBeCloseTo(0.8)
  })

  test('leaves out a window that is longer than the time', () => {
    expect(minimumMutatorUtilization([], 1, { fromMs: 0, toMs: 50 }, [10, 100])).toEqual({ 10: 1 })
  })

  test('agrees with the least of all windows on a fine grid', () => {
    const taken = [
      slice(0, 3, 7.5),
      slice(1, 6, 9),
      slice(0, 14, 15),
      slice(1, 14.5, 20),
      slice(0, 26, 31),
    ]
    for (const window of [1, 4, 10, 25]) {
      let least = 1
      for (let start = 0; start <= 40 - window; start += 1 / 64) {
        const within = taken.map(({ startMs, endMs }) =>
          Math.max(0, Math.min(endMs, start + window) - Math.max(startMs, start)),
        )
        least = Math.min(least, 1 - within.reduce((sum, ms) => sum + ms, 0) / (2 * window))
      }
      expect(leastOf(taken, 2, window, 0, 40), `${window} ms`).toBeCloseTo(least, 9)
    }
  })
})

describe('mutator utilization of all windows', () => {
  test('half of the windows, and one of a hundred, have less', () => {
    // Of 90 ms of starts, windows at 20 ms touch the slice. 0.9 ms are above 9.55 of its 10 ms.
    const { 10: found } = mutatorUtilization([slice(0, 40, 50)], 1, { fromMs: 0, toMs: 100 }, [10])
    expect(found).toEqual({ least: 0, p1: expect.closeTo(0.045, 9), p50: expect.closeTo(1, 9) })
  })

  test('agrees with the windows on a fine grid', () => {
    const taken = [slice(0, 3, 7.5), slice(1, 6, 9), slice(0, 14, 15), slice(1, 14.5, 20)]
    for (const window of [1, 4, 10]) {
      const left: number[] = []
      for (let start = 0; start <= 40 - window; start += 1 / 1024) {
        const within = taken.map(({ startMs, endMs }) =>
          Math.max(0, Math.min(endMs, start + window) - Math.max(startMs, start)),
        )
        left.push(1 - within.reduce((sum, ms) => sum + ms, 0) / (2 * window))
      }
      left.sort((a, b) => a - b)
      const at = (share: number): number => left[Math.floor(share * left.length)] as number
      const found = mutatorUtilization(taken, 2, { fromMs: 0, toMs: 40 }, [window])[window]
      expect(found?.p1, `${window} ms`).toBeCloseTo(at(0.01), 2)
      expect(found?.p50, `${window} ms`).toBeCloseTo(at(0.5), 2)
    }
  })

  test('where only one window fits, it is all of them', () => {
    const found = mutatorUtilization([slice(0, 2, 7)], 1, { fromMs: 0, toMs: 10 }, [10])
    expect(found).toEqual({ 10: { least: 0.5, p1: 0.5, p50: 0.5 } })
  })
})

test('a trace: stops take every P from the time that the world is stopped, idle work and goroutines take nothing', () => {
  const trace = traceFile(2, [
    ...cycle(1, [1, 1.5], [5.5, 6.5]),
    sliceOf(0, 'goroutine', 0, 9),
    sliceOf(0, 'assist', 2, 3, 100),
    sliceOf(1, 'idle worker', 2, 3),
    sliceOf(1, 'dedicated worker', 3, 4),
    sliceOf(1, 'sweep', 7, 8),
  ])
  const taken = takenSlices(trace).map(({ p, startMs, endMs }) =>
    slice(p, rounded(startMs), rounded(endMs)),
  )
  expect(taken).toEqual([
    ...[slice(0, 1.05, 1.5), slice(1, 1.05, 1.5), slice(0, 5.6, 6.5), slice(1, 5.6, 6.5)],
    ...[slice(0, 2, 3), slice(1, 3, 4)],
  ])
})

test('of a run, all Ps are taken in each stop of its record', async () => {
  const { record, trace } = await aHandRun()
  const taken = takenSlices(readTraceEvents(trace))
  for (const { startMs, stwSetupUs, markMs, stwTerminationUs } of record.cycles) {
    const markEnd = startMs + stwSetupUs / 1000 + markMs
    for (const end of [startMs + stwSetupUs / 1000, markEnd + stwTerminationUs / 1000]) {
      const ps = taken.flatMap(({ p, endMs }) => (Math.abs(endMs - end) < 1e-5 ? [p] : []))
      expect([...new Set(ps)].sort()).toEqual([0, 1])
    }
  }
  const span = { fromMs: 0, toMs: record.wallMs }
  const { 1: short } = minimumMutatorUtilization(taken, record.procs, span, [1])
  expect(short).toBeGreaterThanOrEqual(0)
  expect(short).toBeLessThan(1)
})
