/**
 * How long the end of a mark takes to be agreed on: from the moment at which the last drain that found work came to its end, until the world is stopped. Meanwhile nobody
 * has anything to mark, and whoever has credit allocates.
 */
import type { Slice, Trace } from './trace.ts'

const WORKERS: readonly string[] = ['dedicated worker', 'fractional worker', 'idle worker']

export interface TimeToStop {
  /** Of the cycle. */
  readonly n: number
  readonly ms: number
}

/** One entry for each cycle in which a drain is in the trace: slices below 2 µs are not. */
export function timesToStop({ cycles, lanes }: Trace): TimeToStop[] {
  const drains = lanes.flat().filter(isDrain)
  return cycles.flatMap(
    ({ n, markBeganMs, terminationRequestedMs, terminationStoppedMs }): TimeToStop[] => {
      // A worker's slice may end in the stop that found it in its drain; one that ends later is the next cycle's.
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
