/**
 * Chrome's trace event format, for Perfetto, chrome://tracing and speedscope: one process, a lane
 * for each P, and one for the collector. Here are its events with the names of their arguments, a
 * writer that takes events as they come, and a reader.
 *
 * Each event is written whole. So what was written is valid JSON once `close` has added its end,
 * whenever that is.
 */
import { EVENT_DETAILS, EVENT_NAMES, type EventName } from '../../gc/record/events.ts'
import { wholeNs } from './units.ts'

/** The lane of what no single P does: phases, pauses, counters. */
export const GC_LANE = -1

/** What each event of a P's lane tells beside its time. */
type Details = {
  readonly [Name in EventName]: (typeof EVENT_DETAILS)[Name] extends string
    ? { readonly [Detail in (typeof EVENT_DETAILS)[Name]]: number }
    : undefined
}

/** What each event of the collector's lane tells. */
interface GcDetails {
  readonly 'mark setup': { readonly cycle: number; readonly trigger: string }
  readonly mark: { readonly cycle: number; readonly marked: number }
  readonly 'mark termination': { readonly cycle: number; readonly attempts: number }
  readonly 'time to safepoint': undefined
}

/** Lines of the chart of the heap; null: there is none. */
interface Counters {
  readonly heap: {
    readonly live: number
    readonly goal: number | null
    readonly trigger: number | null
  }
}

/**
 * Times in milliseconds since the run began. Slices of one lane must nest: they may touch, but must
 * not overlap.
 */
interface Slice<Name, Args> {
  readonly kind: 'slice'
  readonly name: Name
  readonly startMs: number
  readonly durationMs: number
  readonly args: Args
}

interface OfP {
  readonly p: number
}

/** A stretch of time of a P. */
export type PSlice = {
  readonly [Name in Exclude<EventName, 'charge'>]: Slice<Name, Details[Name]> & OfP
}[Exclude<EventName, 'charge'>]
/** Bytes were charged to the live heap. */
export interface Charge extends OfP {
  readonly kind: 'instant'
  readonly name: 'charge'
  readonly startMs: number
  readonly args: Details['charge']
}
/** A stretch of time of the collector. */
export type GcSlice = {
  readonly [Name in keyof GcDetails]: Slice<Name, GcDetails[Name]> & { readonly p: typeof GC_LANE }
}[keyof GcDetails]
/** Lines of one chart, by name. */
export interface Counter {
  readonly kind: 'counter'
  readonly name: keyof Counters
  readonly startMs: number
  readonly args: Counters[keyof Counters]
}

export type TraceEvent = PSlice | Charge | GcSlice | Counter

const PROCESS = 1
/**
 * Viewers take the thread that has the number of its process for the main thread, and show it
 * first.
 */
const GC_THREAD = PROCESS
const FIRST_P_THREAD = 2

/** An event of a P's ring (gc/record/events.ts). */
export function eventOfP(
  p: number,
  kind: number,
  startMs: number,
  durationMs: number,
  detail: number,
): PSlice | Charge {
  const name = EVENT_NAMES[kind] as EventName
  const what = EVENT_DETAILS[name]
  const args = what === null ? undefined : { [what]: detail }
  // The names are looked up, so the type cannot follow.
  return {
    ...(name === 'charge' ? { kind: 'instant' } : { kind: 'slice', durationMs }),
    p,
    name,
    startMs,
    args,
  } as PSlice | Charge
}

export class TraceEventWriter {
  readonly #write: (text: string) => void
  #separator = ''
  #closed = false
  #dropped = 0

  constructor(write: (text: string) => void, program: string, procs: number) {
    this.#write = write
    write('{"displayTimeUnit":"ns","traceEvents":[')
    this.#nameProcess(`sawtooth ${program}`)
    this.#nameThread(GC_THREAD, 'GC')
    for (let p = 0; p < procs; p++) this.#nameThread(threadOf(p), `P ${p}`)
  }

  /** Events that came after `close`, whose times are not finite, or that end before they begin. */
  get dropped(): number {
    return this.#dropped
  }

  event(event: TraceEvent): void {
    const startNs = wholeNs(event.startMs)
    // Both ends are rounded, so that slices that nest still do.
    const endNs = event.kind === 'slice' ? wholeNs(event.startMs + event.durationMs) : startNs
    if (this.#closed || !(Number.isFinite(startNs) && Number.isFinite(endNs) && endNs >= startNs)) {
      this.#dropped++
      return
    }
    const common = { name: event.name, pid: PROCESS, ts: startNs / 1e3 }
    if (event.kind === 'counter') {
      this.#put({ ph: 'C', ...common, tid: GC_THREAD, args: finiteIn(event.args) })
      return
    }
    const args = event.args === undefined ? {} : { args: event.args }
    if (event.kind === 'slice')
      this.#put({
        ph: 'X',
        ...common,
        tid: threadOf(event.p),
        dur: (endNs - startNs) / 1e3,
        ...args,
      })
    else this.#put({ ph: 'i', s: 't', ...common, tid: threadOf(event.p), ...args })
  }

  /** Ends the JSON. A second call does nothing. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#write('\n]}\n')
  }

  #nameProcess(name: string): void {
    this.#put({ ph: 'M', name: 'process_name', pid: PROCESS, tid: GC_THREAD, args: { name } })
  }

  #nameThread(tid: number, name: string): void {
    this.#put({ ph: 'M', name: 'thread_name', pid: PROCESS, tid, args: { name } })
    this.#put({ ph: 'M', name: 'thread_sort_index', pid: PROCESS, tid, args: { sort_index: tid } })
  }

  #put(event: object): void {
    this.#write(`${this.#separator}\n${JSON.stringify(event)}`)
    this.#separator = ','
  }
}

/** An event as it stands in the file: times in µs. */
interface FileEvent {
  readonly ph: 'X' | 'i' | 'C' | 'M'
  readonly name: string
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  readonly args?: unknown
}

/** A trace that was read. */
export interface TraceFile {
  readonly procs: number
  /** In the order of the file. */
  readonly events: readonly TraceEvent[]
}

/** Reads what a {@link TraceEventWriter} has written. */
export function readTraceEvents(text: string): TraceFile {
  const { traceEvents } = JSON.parse(text) as { readonly traceEvents: readonly FileEvent[] }
  const lanes = traceEvents.filter(({ ph, name }) => ph === 'M' && name === 'thread_name')
  return {
    procs: lanes.length - 1,
    events: traceEvents.filter(({ ph }) => ph !== 'M').map(eventOf),
  }
}

const KINDS = { X: 'slice', i: 'instant', C: 'counter' } as const

function eventOf({ ph, name, tid, ts, dur = 0, args }: FileEvent): TraceEvent {
  const p = tid === GC_THREAD ? GC_LANE : tid - FIRST_P_THREAD
  // The writer had an event of one of these types.
  return {
    kind: KINDS[ph as keyof typeof KINDS],
    name,
    startMs: ts / 1e3,
    ...(ph === 'X' ? { durationMs: dur / 1e3 } : {}),
    ...(ph === 'C' ? {} : { p }),
    args,
  } as TraceEvent
}

function threadOf(p: number): number {
  return p === GC_LANE ? GC_THREAD : FIRST_P_THREAD + p
}

function finiteIn(values: Readonly<Record<string, number | null>>): Record<string, number> {
  const finite: Record<string, number> = {}
  for (const [name, value] of Object.entries(values))
    if (Number.isFinite(value)) finite[name] = value as number
  return finite
}
