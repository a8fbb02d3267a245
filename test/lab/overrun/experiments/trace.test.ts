import { expect, test } from 'vitest'
import { timesToFullUse } from '../../../../lab/overrun/experiments/time-to-full-use.ts'
import { timesToStop } from '../../../../lab/overrun/experiments/time-to-stop.ts'
import { traceOf } from '../../../../lab/overrun/experiments/trace.ts'
import type { CycleRecord } from '../../../../runtime/report/record.ts'
import { readTraceEvents } from '../../../../runtime/report/trace-events.ts'
import { aHandRun } from '../../../support/hand-run.ts'
import { cycle, slice, trace } from './traces.ts'

test('cycles and lanes of a trace file', () => {
  const { cycles, lanes } = trace(2, [
    slice(1, 'stopped', 5, 6),
    slice(1, 'goroutine', 1, 9, 7),
    ...cycle(3, [2, 2.5], [5, 6]),
  ])
  expect(cycles).toEqual([
    {
      n: 3,
      setupRequestedMs: 2,
      markBeganMs: 2.5,
      terminationRequestedMs: 5,
      terminationStoppedMs: 5.1,
      terminationEndedMs: 6,
    },
  ])
  expect(lanes).toEqual([
    [],
    [
      { ...slice(1, 'goroutine', 1, 9, 7), endMs: 9 },
      { ...slice(1, 'stopped', 5, 6), endMs: 6 },
    ],
  ])
})

test('a cycle of which the trace has no setup is left out', () => {
  const [, , termination, safepoint] = cycle(1, [0, 1], [5, 6])
  expect(trace(1, [termination, safepoint]).cycles).toEqual([])
})

test('the trace of a run has the times of its record, cycle for cycle', async () => {
  const { record, trace: text } = await aHandRun()
  const { cycles, lanes } = traceOf(readTraceEvents(text))
  expect(lanes.length).toBe(record.procs)
  expect(cycles.map(({ n }) => n)).toEqual(record.cycles.map(({ n }) => n))
  for (const [index, found] of cycles.entries()) {
    const { startMs, stwSetupUs, markMs, stwTerminationUs, timeToSafepointUs } = record.cycles[
      index
    ] as CycleRecord
    const requestedMs = startMs + stwSetupUs / 1000 + markMs
    // A trace counts nanoseconds.
    expect(found.setupRequestedMs).toBeCloseTo(startMs, 5)
    expect(found.markBeganMs).toBeCloseTo(startMs + stwSetupUs / 1000, 5)
    expect(found.terminationRequestedMs).toBeCloseTo(requestedMs, 5)
    expect(found.terminationStoppedMs).toBeCloseTo(requestedMs + timeToSafepointUs[1] / 1000, 5)
    expect(found.terminationEndedMs).toBeCloseTo(requestedMs + stwTerminationUs / 1000, 5)
  }
})

// Termination ends at 6. Both Ps have a goroutine all the time.
const running = [slice(0, 'goroutine', 1, 20), slice(1, 'goroutine', 1, 20)]
const stops = cycle(1, [2, 3], [5, 6])
const use = (...events: Parameters<typeof trace>[1]): readonly number[] =>
  timesToFullUse(trace(2, [...running, ...stops, ...events])).map(({ afterMs }) =>
    Number(afterMs.toFixed(6)),
  )

test('all in use at once when no P is stopped any more', () => {
  expect(use(slice(0, 'stopped', 5, 6), slice(1, 'stopped', 5, 6))).toEqual([0])
})

test('the last P to wake decides', () => {
  expect(use(slice(0, 'stopped', 5, 6.5), slice(1, 'stopped', 5, 9))).toEqual([3])
})

test('what follows at once is not use: stopped, then blocked in place', () => {
  expect(
    use(
      slice(0, 'stopped', 5, 7),
      slice(0, 'blocked in place', 7, 8),
      slice(0, 'blocked in place', 10, 11),
    ),
  ).toEqual([2])
})

test('a moment between two of them is', () => {
  expect(use(slice(0, 'stopped', 5, 7), slice(0, 'sweep', 7.5, 8))).toEqual([1])
})

test('a stop within a block: the block counts to its end', () => {
  expect(use(slice(0, 'blocked in place', 4, 10), slice(0, 'stopped', 5, 6.5))).toEqual([4])
})

test('without a goroutine at that time, the next one counts', () => {
  const events = [
    slice(0, 'goroutine', 1, 20),
    slice(1, 'goroutine', 1, 5),
    slice(1, 'goroutine', 8, 20),
    ...stops,
  ]
  expect(timesToFullUse(trace(2, events))).toEqual([{ n: 1, afterMs: 2, isOvertaken: false }])
})

test('where the next cycle begins first, that is said', () => {
  const events = [...running, ...stops, slice(1, 'stopped', 5, 9), ...cycle(2, [8, 8.5], [12, 13])]
  expect(timesToFullUse(trace(2, events))[0]).toEqual({ n: 1, afterMs: 3, isOvertaken: true })
})

test('a cycle is left out if the trace ends before all Ps are in use', () => {
  const events = [slice(0, 'goroutine', 1, 20), slice(1, 'goroutine', 1, 5), ...stops]
  expect(timesToFullUse(trace(2, events))).toEqual([])
})

// The mark begins at 3, its termination stop is requested at 5 and has stopped the world at 5.1.
const toStop = (...events: Parameters<typeof trace>[1]): readonly number[] =>
  timesToStop(trace(2, [...stops, ...events])).map(({ ms }) => Number(ms.toFixed(6)))

test('from the last drain of any P until the world is stopped', () => {
  expect(toStop(slice(0, 'dedicated worker', 3, 4), slice(1, 'assist', 3.5, 4.5, 2000))).toEqual([
    0.6,
  ])
})

test('an assist that found nothing is no drain', () => {
  expect(toStop(slice(0, 'idle worker', 3, 4), slice(1, 'assist', 4.5, 4.9, 0))).toEqual([1.1])
})

test('drains of the cycle before and after do not count', () => {
  expect(toStop(slice(0, 'fractional worker', 1, 2), slice(0, 'dedicated worker', 6.5, 7))).toEqual(
    [],
  )
})
