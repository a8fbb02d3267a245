/**
 * How long it takes to agree on the end of a mark: from the end of the last drain that found work
 * until the world is stopped. Meanwhile no P has anything to mark, and goroutines that have credit
 * allocate.
 */
import type { Slice, Trace } from './trace.ts'

const WORKERS: readonly string[] = ['dedicated worker', 'fractional worker', 'idle worker']

export interface TimeToStop {
  /** The cycle's number. */
  readonly n: number
  readonly ms: number
}

/** One entry for each cycle that has a drain in the trace. Slices below 2 µs are not in it. */
export function timesToStop({ cycles, lanes }: Trace): TimeToStop[] {
  const drains = lanes.flat().filter(isDrain)
  return cycles.flatMap(
    ({ n, markBeganMs, terminationRequestedMs, terminationStoppedMs }): TimeToStop[] => {
      // A worker's slice may end in the stop that found the worker in its drain. A slice that ends
      // after the request belongs to the next cycle.
      const ends = drains
        .map(({ endMs }) => endMs)
        .filter(endMs => endMs > markBeganMs && endMs <= terminationRequestedMs)
      return ends.length === 0 ? [] : [{ n, ms: terminationStoppedMs - Math.max(...ends) }]
    },
  )
}

function isDrain(slice: Slice): boolean {
  return WORKERS.includes(slice.name) || (slice.name === 'assist' && slice.args.scanWork > 0)
}
