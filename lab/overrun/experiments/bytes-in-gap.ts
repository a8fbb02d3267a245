/** What Ps took from the heap while a cycle's end was held up: from a run's trace. */
import type { CycleRecord } from 'sawtooth/internal/runtime/report/record'
import type { TraceFile } from 'sawtooth/internal/runtime/report/trace-events'

/**
 * The bytes that were charged in the last `gapMs` before the termination stop of a cycle was asked
 * for. null if the gap need not have been there: the mark went on after a stop.
 */
export function bytesInGap(
  { startMs, stwSetupUs, markMs, restarts }: CycleRecord,
  gapMs: number,
  { events }: TraceFile,
): number | null {
  if (restarts > 0) return null
  const end = startMs + stwSetupUs / 1000 + markMs
  let bytes = 0
  for (const event of events)
    if (event.kind === 'instant' && event.startMs > end - gapMs && event.startMs <= end)
      bytes += event.args.bytes
  return bytes
}
