/**
 * How long after a termination stop all Ps run goroutines again.
 *
 * What a goroutine's P does for the collector, and what it waits for, lies within the goroutine's
 * slice. So a P is in use at a moment that lies in a goroutine's slice of its lane, and in no slice
 * of anything else.
 */
import type { Slice, Trace } from './trace.ts'

export interface FullUse {
  /** The cycle's number. */
  readonly n: number
  /** From the end of the stop until each P had been in use. */
  readonly afterMs: number
  /** Whether the next cycle began before that. */
  readonly isOvertaken: boolean
}

/**
 * One entry for each cycle, in order, without those after which the trace ends too early. Each P
 * must have a goroutine that never waits by itself.
 */
export function timesToFullUse({ cycles, lanes }: Trace): FullUse[] {
  return cycles.flatMap(({ n, terminationEndedMs }, index): FullUse[] => {
    const fullMs = Math.max(...lanes.map(lane => firstUse(lane, terminationEndedMs)))
    if (fullMs === Number.POSITIVE_INFINITY) return []
    const nextMs = cycles[index + 1]?.setupRequestedMs ?? Number.POSITIVE_INFINITY
    return [{ n, afterMs: fullMs - terminationEndedMs, isOvertaken: nextMs < fullMs }]
  })
}

/** The first moment from `fromMs` on at which the P is in use; Infinity if there is none. */
function firstUse(lane: readonly Slice[], fromMs: number): number {
  const later = lane.filter(({ endMs }) => endMs > fromMs)
  let moment = fromMs
  for (const slice of later) {
    // Slices are in the order in which they begin, so a later one lies within this one or behind
    // it.
    if (slice.name === 'goroutine') continue
    if (slice.startMs > moment && isWithin(later, moment)) return moment
    moment = Math.max(moment, slice.endMs)
  }
  if (isWithin(later, moment)) return moment
  return (
    later.find(({ name, startMs }) => name === 'goroutine' && startMs > moment)?.startMs ??
    Number.POSITIVE_INFINITY
  )
}

function isWithin(slices: readonly Slice[], moment: number): boolean {
  return slices.some(
    ({ name, startMs, endMs }) => name === 'goroutine' && startMs <= moment && moment < endMs,
  )
}
