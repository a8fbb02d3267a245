/**
 * Trace events of one P, in a ring of shared memory that the host drains. Written only when a trace is wanted; a full ring drops
 * events and counts them: a trace never holds a P up.
 */
import { add, load, now, store } from '#sync'
import { TRACE_EVENT_DOUBLES, TRACE_EVENTS, TRACE_RING_WORDS } from '../../memory/layout.ts'
import type { Memory } from '../../memory/memory.ts'
import { DROPPED } from '../../memory/words/control.ts'

/** What a slice of time was spent on, each with what its detail is; null: nothing. Their numbers stand in the ring. */
export const EVENT_DETAILS = {
  goroutine: 'goroutine',
  'dedicated worker': 'cycle',
  'fractional worker': 'cycle',
  'idle worker': 'cycle',
  assist: 'scanWork',
  sweep: 'spans',
  'sweep termination and mark setup': 'cycle',
  'mark termination': 'cycle',
  stopped: null,
  'blocked in place': 'goroutine',
  charge: 'bytes',
} as const
export type EventName = keyof typeof EVENT_DETAILS

export const EVENT_NAMES = Object.keys(EVENT_DETAILS) as readonly EventName[]
export const EVENT_GOROUTINE = 0
export const EVENT_DEDICATED = 1
export const EVENT_FRACTIONAL = 2
export const EVENT_IDLE = 3
export const EVENT_ASSIST = 4
export const EVENT_SWEEP = 5
export const EVENT_SETUP = 6
export const EVENT_TERMINATION = 7
export const EVENT_STOPPED = 8
export const EVENT_BLOCKED = 9
/** No slice: bytes were charged to the live heap. */
export const EVENT_CHARGE = 10

/** Shorter slices are not worth a line, in ms. */
const SHORTEST_MS = 0.002

export class Events {
  readonly enabled: boolean
  private readonly memory: Memory
  /** Words: events written, events read. */
  private readonly ring: number
  private readonly events: number

  constructor(memory: Memory, pIndex: number, enabled: boolean) {
    this.enabled = enabled
    this.memory = memory
    this.ring = memory.layout.traceRings + pIndex * TRACE_RING_WORDS
    this.events = memory.layout.traceEvents + pIndex * TRACE_EVENTS * TRACE_EVENT_DOUBLES
  }

  /** Records that this P did `kind` from `startMs` until now; `detail` is what EVENT_DETAILS says. */
  slice(kind: number, startMs: number, detail: number): void {
    if (!this.enabled) return
    const duration = now() - startMs
    if (duration >= SHORTEST_MS) this.write(kind, startMs, duration, detail)
  }

  /** Records that this P did `kind` now. */
  instant(kind: number, detail: number): void {
    if (this.enabled) this.write(kind, now(), 0, detail)
  }

  private write(kind: number, startMs: number, duration: number, detail: number): void {
    const { words, doubles } = this.memory
    const written = words[this.ring]
    if (written - load(words, this.ring + 1) >= TRACE_EVENTS) {
      add(words, DROPPED, 1)
      return
    }
    const event = this.events + (written % TRACE_EVENTS) * TRACE_EVENT_DOUBLES
    doubles[event] = kind
    doubles[event + 1] = startMs
    doubles[event + 2] = duration
    doubles[event + 3] = detail
    store(words, this.ring, written + 1)
  }

  /** Takes all events written since the last call: for the host. */
  drain(each: (kind: number, startMs: number, durationMs: number, detail: number) => void): void {
    const { words, doubles } = this.memory
    const written = load(words, this.ring)
    for (let read = words[this.ring + 1]; read !== written; read++) {
      const event = this.events + (read % TRACE_EVENTS) * TRACE_EVENT_DOUBLES
      each(doubles[event], doubles[event + 1], doubles[event + 2], doubles[event + 3])
      store(words, this.ring + 1, read + 1)
    }
  }
}
