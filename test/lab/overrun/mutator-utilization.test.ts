import { describe, expect, test } from 'vitest'
import {
  minimumMutatorUtilization,
  type TakenSlice,
  type TraceFile,
  takenSlices,
} from '../../../lab/overrun/mutator-utilization.ts'

const slice = (p: number, startMs: number, endMs: number): TakenSlice => ({ p, startMs, endMs })
const leastOf = (taken: readonly TakenSlice[], procs: number, window: number, fromMs = 0, toMs = 100): number =>
  minimumMutatorUtilization(taken, procs, { fromMs, toMs }, [window])[window]

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
    expect(leastOf([slice(0, 10, 20), slice(0, 12, 14), slice(0, 18, 22)], 1, 20)).toBeCloseTo(1 - 12 / 20)
  })

  test('does not look beyond the time that is asked for', () => {
    expect(leastOf([slice(0, 0, 9)], 1, 10, 10)).toBe(1)
    expect(leastOf([slice(0, 0, 12)], 1, 10, 10)).toBeCloseTo(0.8)
  })

  test('leaves out a window that is longer than the time', () => {
    expect(minimumMutatorUtilization([], 1, { fromMs: 0, toMs: 50 }, [10, 100])).toEqual({ 10: 1 })
  })

  test('agrees with the least of all windows on a fine grid', () => {
    const taken = [slice(0, 3, 7.5), slice(1, 6, 9), slice(0, 14, 15), slice(1, 14.5, 20), slice(0, 26, 31)]
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

test('a trace: stops take every P from the time that the world is stopped, idle work and goroutines take nothing', () => {
  const event = (name: string, tid: number, ts: number, dur: number) => ({ ph: 'X', name, tid, ts, dur })
  const trace: TraceFile = {
    traceEvents: [
      { ph: 'M', name: 'process_name', tid: 1 },
      event('mark setup', 1, 1000, 500),
      event('time to safepoint', 1, 1000, 200),
      event('mark', 1, 1500, 4000),
      event('goroutine', 2, 0, 9000),
      event('assist', 2, 2000, 1000),
      event('idle worker', 3, 2000, 1000),
      event('dedicated worker', 3, 3000, 1000),
      event('sweep', 3, 7000, 1000),
    ],
  }
  expect(takenSlices(trace, 2)).toEqual([slice(0, 1.2, 1.5), slice(1, 1.2, 1.5), slice(0, 2, 3), slice(1, 3, 4)])
})
