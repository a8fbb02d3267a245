/** What a run's trace file (docs/traces.md) says of its cycles, for experiments that measure times within them. */
import { readFileSync } from 'node:fs'
import { GC_LANE } from '../../../runtime/report/trace-events.ts'
import { ownJson } from '../../json.ts'

/** Times in ms since the run began. */
export interface Slice {
  readonly name: string
  readonly startMs: number
  readonly endMs: number
  /** Bytes of scan work of an assist, cycle of a worker, number of a goroutine. */
  readonly detail: number
}

export interface TracedCycle {
  readonly n: number
  readonly setupRequestedMs: number
  /** The end of the setup stop. */
  readonly markBeganMs: number
  readonly terminationRequestedMs: number
  /** All Ps had stopped. */
  readonly terminationStoppedMs: number
  readonly terminationEndedMs: number
}

export interface Trace {
  readonly cycles: readonly TracedCycle[]
  /** What each P did, in the order in which it began. */
  readonly lanes: readonly (readonly Slice[])[]
}

interface TraceFileEvent {
  readonly ph: string
  readonly name: string
  readonly tid: number
  /** µs. */
  readonly ts: number
  readonly dur?: number
  readonly args?: Readonly<Record<string, unknown>>
}

/** Reads a file that `--trace` wrote. */
export function readTrace(file: string): Trace {
  return traceOf(ownJson<{ traceEvents: TraceFileEvent[] }>(readFileSync(file, 'utf8')).traceEvents)
}

/** Events of the file's form to cycles and lanes. A cycle without all of its stops is left out. */
export function traceOf(events: readonly TraceFileEvent[]): Trace {
  const laneNames = events.filter(({ ph, name }) => ph === 'M' && name === 'thread_name')
  const laneOf = new Map(laneNames.map(({ tid, args }) => [tid, laneNumber(String(args?.['name']))]))
  const lanes: Slice[][] = laneNames.filter(({ tid }) => laneOf.get(tid) !== GC_LANE).map(() => [])
  const gc: TraceFileEvent[] = []
  for (const event of events) {
    if (event.ph !== 'X') continue
    const lane = laneOf.get(event.tid)
    if (lane === GC_LANE) gc.push(event)
    else if (lane !== undefined) lanes[lane]?.push(sliceOf(event))
  }
  for (const lane of lanes) lane.sort((a, b) => a.startMs - b.startMs || b.endMs - a.endMs)
  return { cycles: cyclesIn(gc), lanes }
}

function laneNumber(name: string): number {
  return name === 'GC' ? GC_LANE : Number(name.replace(/^P /, ''))
}

function sliceOf({ name, ts, dur = 0, args }: TraceFileEvent): Slice {
  return { name, startMs: ts / 1000, endMs: (ts + dur) / 1000, detail: Number(args?.['detail'] ?? 0) }
}

function cyclesIn(events: readonly TraceFileEvent[]): TracedCycle[] {
  const numbered = (name: string): Map<number, TraceFileEvent> =>
    new Map(events.filter(event => event.name === name).map(event => [Number(event.args?.['cycle']), event]))
  const [setups, terminations] = [numbered('mark setup'), numbered('mark termination')]
  const safepoints = new Map(events.filter(({ name }) => name === 'time to safepoint').map(event => [event.ts, event]))
  return [...terminations].flatMap(([n, termination]): TracedCycle[] => {
    const setup = setups.get(n)
    const safepoint = safepoints.get(termination.ts)
    if (setup === undefined || safepoint === undefined) return []
    return [
      {
        n,
        setupRequestedMs: setup.ts / 1000,
        markBeganMs: (setup.ts + (setup.dur ?? 0)) / 1000,
        terminationRequestedMs: termination.ts / 1000,
        terminationStoppedMs: (safepoint.ts + (safepoint.dur ?? 0)) / 1000,
        terminationEndedMs: (termination.ts + (termination.dur ?? 0)) / 1000,
      },
    ]
  })
}
