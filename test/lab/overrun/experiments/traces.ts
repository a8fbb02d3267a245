/**
 * Traces whose times a test chooses. They are written and read as the traces of runs are. No run
 * can be asked for such times.
 */

import { EVENT_DETAILS } from '../../../../gc/record/events.ts'
import { type Trace, traceOf } from '../../../../lab/overrun/experiments/trace.ts'
import {
  GC_LANE,
  type GcSlice,
  type PSlice,
  readTraceEvents,
  type TraceEvent,
  TraceEventWriter,
  type TraceFile,
} from '../../../../runtime/report/trace-events.ts'

/** A slice of a P. `detail` is what its kind says. */
export function slice(
  p: number,
  name: PSlice['name'],
  startMs: number,
  endMs: number,
  detail = 0,
): PSlice {
  const what = EVENT_DETAILS[name]
  const args = what === null ? undefined : { [what]: detail }
  return { kind: 'slice', p, name, startMs, durationMs: endMs - startMs, args } as PSlice
}

/**
 * The collector's lane of one cycle: requests and ends of its stops. Each time the world has
 * stopped after a tenth of the stop.
 */
export function cycle(
  n: number,
  setup: readonly [number, number],
  termination: readonly [number, number],
): readonly [GcSlice, GcSlice, GcSlice, GcSlice] {
  const at = ([startMs, endMs]: readonly [number, number]) =>
    ({ kind: 'slice', p: GC_LANE, startMs, durationMs: endMs - startMs }) as const
  const safepoint = (stop: readonly [number, number]) =>
    ({
      ...at(stop),
      name: 'time to safepoint',
      durationMs: (stop[1] - stop[0]) / 10,
      args: undefined,
    }) as const
  return [
    { ...at(setup), name: 'mark setup', args: { cycle: n, trigger: 'heap' } },
    safepoint(setup),
    { ...at(termination), name: 'mark termination', args: { cycle: n, attempts: 1 } },
    safepoint(termination),
  ]
}

/** A file with these events, as it is read. */
export function traceFile(procs: number, events: readonly TraceEvent[]): TraceFile {
  let text = ''
  const writer = new TraceEventWriter(part => (text += part), 'by hand', procs)
  for (const event of events) writer.event(event)
  writer.close()
  return readTraceEvents(text)
}

/** Its cycles and lanes. */
export function trace(procs: number, events: readonly TraceEvent[]): Trace {
  return traceOf(traceFile(procs, events))
}
