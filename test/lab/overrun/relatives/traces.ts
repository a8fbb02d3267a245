/** Trace files by hand: events in ms, as TraceEventWriter writes them. */
import { type Trace, traceOf } from '../../../../lab/overrun/relatives/trace.ts'
import { GC_LANE, type TraceEvent, TraceEventWriter } from '../../../../runtime/report/trace-events.ts'

export function slice(p: number, name: string, startMs: number, endMs: number, detail = 0): TraceEvent {
  return { kind: 'slice', p, name, startMs, durationMs: endMs - startMs, args: { detail } }
}

/** The collector's lane of one cycle: requests and ends of its stops; each world has stopped after a tenth of its stop. */
export function cycle(
  n: number,
  setup: readonly [number, number],
  termination: readonly [number, number],
): TraceEvent[] {
  const gc = (name: string, [startMs, endMs]: readonly [number, number]): TraceEvent[] => {
    const durationMs = endMs - startMs
    return [
      { kind: 'slice', p: GC_LANE, name, startMs, durationMs, args: { cycle: n } },
      { kind: 'slice', p: GC_LANE, name: 'time to safepoint', startMs, durationMs: durationMs / 10 },
    ]
  }
  return [...gc('mark setup', setup), ...gc('mark termination', termination)]
}

/** What is read from a file with these events. */
export function trace(procs: number, events: readonly TraceEvent[]): Trace {
  let text = ''
  const writer = new TraceEventWriter(
    part => {
      text += part
    },
    'by hand',
    procs,
  )
  for (const event of events) writer.event(event)
  writer.close()
  return traceOf(JSON.parse(text).traceEvents)
}
