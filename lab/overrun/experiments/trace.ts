/**
 * Reads from a run's trace file (docs/traces.md) when its cycles did what, for experiments that
 * measure times within them.
 */
import { readFileSync } from 'node:fs'
import {
  GC_LANE,
  type GcSlice,
  type PSlice,
  readTraceEvents,
  type TraceEvent,
  type TraceFile,
} from 'sawtooth/internal/runtime/report/trace-events'

/** What a P did, with its end. Times in ms since the run began. */
export type Slice = PSlice & { readonly endMs: number }

export interface TracedCycle {
  readonly n: number
  readonly setupRequestedMs: number
  /** The end of the setup stop. */
  readonly markBeganMs: number
  readonly terminationRequestedMs: number
  /** When all Ps had stopped. */
  readonly terminationStoppedMs: number
  readonly terminationEndedMs: number
}

export interface Trace {
  readonly cycles: readonly TracedCycle[]
  /** What each P did, in the order in which it began. */
  readonly lanes: readonly (readonly Slice[])[]
}

/** Reads a file that `--trace` wrote. */
export function readTrace(file: string): Trace {
  return traceOf(readTraceEvents(readFileSync(file, 'utf8')))
}

/** Cycles and lanes. A cycle without all of its stops is left out. */
export function traceOf({ procs, events }: TraceFile): Trace {
  const lanes: Slice[][] = Array.from({ length: procs }, () => [])
  for (const event of events)
    if (isOfP(event)) lanes[event.p]?.push({ ...event, endMs: event.startMs + event.durationMs })
  for (const lane of lanes) lane.sort((a, b) => a.startMs - b.startMs || b.endMs - a.endMs)
  return { cycles: cyclesIn(events.filter(isOfGc)), lanes }
}

function isOfP(event: TraceEvent): event is PSlice {
  return event.kind === 'slice' && event.p !== GC_LANE
}

function isOfGc(event: TraceEvent): event is GcSlice {
  return event.kind === 'slice' && event.p === GC_LANE
}

type Named<Name extends GcSlice['name']> = Extract<GcSlice, { readonly name: Name }>

function cyclesIn(slices: readonly GcSlice[]): TracedCycle[] {
  const setups = new Map(
    slices.flatMap(one => (one.name === 'mark setup' ? [[one.args.cycle, one] as const] : [])),
  )
  const safepoints = new Map(
    slices.flatMap(one => (one.name === 'time to safepoint' ? [[one.startMs, one] as const] : [])),
  )
  const terminations = slices.filter(
    (one): one is Named<'mark termination'> => one.name === 'mark termination',
  )
  return terminations.flatMap(({ args, startMs, durationMs }): TracedCycle[] => {
    const setup = setups.get(args.cycle)
    const safepoint = safepoints.get(startMs)
    if (setup === undefined || safepoint === undefined) return []
    return [
      {
        n: args.cycle,
        setupRequestedMs: setup.startMs,
        markBeganMs: setup.startMs + setup.durationMs,
        terminationRequestedMs: startMs,
        terminationStoppedMs: startMs + safepoint.durationMs,
        terminationEndedMs: startMs + durationMs,
      },
    ]
  })
}
