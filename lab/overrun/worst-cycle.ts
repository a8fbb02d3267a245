/**
 * Finds the cycle that passed its goal by most, and reads from the run's trace what each P did when
 * its mark came to an end.
 */
import type { CycleRecord } from 'sawtooth/internal/runtime/report/record'
import { GC_LANE, readTraceEvents } from 'sawtooth/internal/runtime/report/trace-events'
import type { WorstCycle } from './results.ts'

/** How much is shown before the end of the mark, and after the world goes on, in ms. */
const BEFORE_MS = 15
const AFTER_MS = 1

/**
 * Returns null if no cycle passed its goal.
 *
 * @param trace - the text of the trace file
 */
export function worstCycleOf(cycles: readonly CycleRecord[], trace: string): WorstCycle | null {
  const worst = cycles.reduce<CycleRecord | null>(
    (most, cycle) => (cycle.overrun > (most?.overrun ?? 0) ? cycle : most),
    null,
  )
  if (worst === null) return null
  const { n, startMs, stwSetupUs, markMs, stwTerminationUs, overrun, overrunBy, gaps } = worst
  const markEndMs = stwSetupUs / 1000 + markMs
  const from = startMs + Math.max(0, markEndMs - BEFORE_MS)
  const to = startMs + markEndMs + stwTerminationUs / 1000 + AFTER_MS
  const { events } = readTraceEvents(trace)
  const lanes = events.flatMap(event => {
    if (event.kind !== 'slice' || event.p === GC_LANE) return []
    const { p, name, startMs: begins, durationMs } = event
    const ends = begins + durationMs
    if (ends <= from || begins >= to) return []
    return [
      {
        p,
        what: name,
        fromMs: Math.max(begins, from) - startMs,
        toMs: Math.min(ends, to) - startMs,
      },
    ]
  })
  lanes.sort((one, other) => one.p - other.p || one.fromMs - other.fromMs)
  const requests = events.flatMap(event => {
    if (event.kind !== 'instant' || event.startMs < from || event.startMs > to) return []
    return [{ p: event.p, atMs: event.startMs - startMs, bytes: event.args.bytes }]
  })
  return { n, overrun, by: overrunBy, gaps, lanes, requests, markEndMs }
}
