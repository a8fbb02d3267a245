/**
 * Writes Chrome's trace event format as it comes, for Perfetto, chrome://tracing and speedscope: one process, a lane per
 * P, one for the collector. Each event is written whole, so that what was written is valid JSON once close has added
 * its end, whenever that is.
 */

/** The lane of what no single P does: phases, pauses, counters. */
export const GC_LANE = -1

type Args = Readonly<Record<string, string | number | boolean | null>>

/** Times in milliseconds since the run began. */
export type TraceEvent =
  /** A stretch of time. Slices of one lane must nest: they may touch, but not overlap. */
  | {
      readonly kind: 'slice'
      /** A P, or GC_LANE. */
      readonly p: number
      readonly name: string
      readonly startMs: number
      readonly durationMs: number
      readonly args?: Args
    }
  | {
      readonly kind: 'instant'
      readonly p: number
      readonly name: string
      readonly startMs: number
      readonly args?: Args
    }
  /** Lines of one chart, by name; a value that is null or endless is left out. */
  | {
      readonly kind: 'counter'
      readonly name: string
      readonly startMs: number
      readonly args: Readonly<Record<string, number | null>>
    }

const PROCESS = 1
/** Viewers take the thread that has its process's number for the main one, and show it first. */
const GC_THREAD = PROCESS
const FIRST_P_THREAD = 2

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

  /** Events that came after close, or with a time that is none. */
  get dropped(): number {
    return this.#dropped
  }

  event(event: TraceEvent): void {
    const startNs = Math.round(event.startMs * 1e6)
    // Rounded at both ends, so that slices that nest still do.
    const endNs = event.kind === 'slice' ? Math.round((event.startMs + event.durationMs) * 1e6) : startNs
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
      this.#put({ ph: 'X', ...common, tid: threadOf(event.p), dur: (endNs - startNs) / 1e3, ...args })
    else this.#put({ ph: 'i', s: 't', ...common, tid: threadOf(event.p), ...args })
  }

  /** Ends the JSON. Once is enough, more do no harm. */
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

function threadOf(p: number): number {
  return p === GC_LANE ? GC_THREAD : FIRST_P_THREAD + p
}

function finiteIn(values: Readonly<Record<string, number | null>>): Record<string, number> {
  const finite: Record<string, number> = {}
  for (const [name, value] of Object.entries(values)) if (Number.isFinite(value)) finite[name] = value as number
  return finite
}
