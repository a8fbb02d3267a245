import { expect, test } from 'vitest'
import { bytesInGap } from '../../../../lab/overrun/experiments/bytes-in-gap.ts'
import type { TraceEvent } from '../../../../runtime/report/trace-events.ts'
import { cycleWith } from '../cycles.ts'
import { slice } from './traces.ts'

/** Its termination stop is asked for at 100 + 1 + 49 = 150 ms. */
const cycle = cycleWith({ startMs: 100, stwSetupUs: 1000, markMs: 49, restarts: 0 })
const charge = (p: number, startMs: number, bytes: number): TraceEvent => ({
  kind: 'instant',
  p,
  name: 'charge',
  startMs,
  args: { bytes },
})
const trace = (...events: readonly TraceEvent[]) => ({ procs: 2, events: [...events] })

test('what every P took in the gap counts, and nothing before or after it', () => {
  const events = [
    charge(1, 129.9, 1),
    charge(1, 130.1, 10),
    slice(1, 'goroutine', 131, 149),
    charge(0, 140, 100),
    charge(1, 150, 1000),
    charge(1, 150.1, 10_000),
  ]
  expect(bytesInGap(cycle, 20, trace(...events))).toBe(1110)
  expect(bytesInGap(cycle, 5, trace(...events))).toBe(1000)
})

test('nobody took anything: 0', () => {
  expect(bytesInGap(cycle, 20, trace())).toBe(0)
})

test('after a restart the gap may have been before another stop', () => {
  expect(bytesInGap({ ...cycle, restarts: 1 }, 20, trace(charge(1, 140, 8)))).toBeNull()
})
