/**
 * Trace events of one P, in a ring of shared memory that the host drains. Events are written only
 * if a trace was asked for. A full ring drops events and counts them, so a trace never holds a P
 * up.
 *
 * The P writes an event plainly, then stores the count of events written, which publishes the
 * event. The host reads the event, then stores the count of events read, which gives the slot back.
 * So each of the two counts has one writer.
 */

import { add, load, now, store } from '#sync'
import type { Bytes, MetaDouble, MetaWord, Milliseconds } from '../../memory/kinds.ts'
import { TRACE_EVENT_DOUBLES, TRACE_EVENTS, TRACE_RING_WORDS } from '../../memory/layout.ts'
import type { Memory } from '../../memory/memory.ts'
import { CYCLES, DROPPED, STOPPED_AT } from '../../memory/words/control.ts'
import { NullListener, type Slice } from '../listener.ts'

/**
 * What a slice of time was spent on, and what its detail stands for; null if it has none. The ring
 * holds the number of a name in this order.
 */
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
} as const satisfies Record<Slice, string | null> & Record<string, string | null>
export type EventName = keyof typeof EVENT_DETAILS

export const EVENT_NAMES = Object.keys(EVENT_DETAILS) as readonly EventName[]

const NUMBERS = Object.fromEntries(EVENT_NAMES.map((name, number) => [name, number])) as Record<
  EventName,
  number
>

/** Shorter slices, in ms, are not worth a line. */
const SHORTEST_MS = 0.002

export class Events extends NullListener {
  readonly enabled: boolean
  private readonly memory: Memory
  /** Index of the ring's head: events written, then events read. */
  private readonly ringWord: MetaWord
  private readonly eventsDouble: MetaDouble

  constructor(memory: Memory, pIndex: number, enabled: boolean) {
    super()
    this.enabled = enabled
    this.memory = memory
    this.ringWord = memory.layout.traceRings + pIndex * TRACE_RING_WORDS
    this.eventsDouble = memory.layout.traceEvents + pIndex * TRACE_EVENTS * TRACE_EVENT_DOUBLES
  }

  override slice(kind: Slice, startMs: Milliseconds, detail: number): void {
    this.add(kind, startMs, detail)
  }

  override charged(bytes: Bytes): void {
    if (this.enabled) this.write('charge', now(), 0, bytes)
  }

  override markStarted(): void {
    this.stop('sweep termination and mark setup')
  }

  override cycleEnded(): void {
    this.stop('mark termination')
  }

  /** A stop in which this P acted: from when the world stood until now. */
  private stop(kind: EventName): void {
    const { meta } = this.memory
    this.add(kind, this.memory.get(STOPPED_AT), meta[CYCLES])
  }

  private add(kind: EventName, startMs: Milliseconds, detail: number): void {
    if (!this.enabled) return
    const durationMs = now() - startMs
    if (durationMs >= SHORTEST_MS) this.write(kind, startMs, durationMs, detail)
  }

  private write(kind: EventName, startMs: Milliseconds, duration: number, detail: number): void {
    const { meta, metaF64 } = this.memory
    const written = meta[this.ringWord]
    if (written - load(meta, this.ringWord + 1) >= TRACE_EVENTS) {
      add(meta, DROPPED, 1)
      return
    }
    const event = this.eventsDouble + (written % TRACE_EVENTS) * TRACE_EVENT_DOUBLES
    metaF64[event] = NUMBERS[kind]
    metaF64[event + 1] = startMs
    metaF64[event + 2] = duration
    metaF64[event + 3] = detail
    store(meta, this.ringWord, written + 1)
  }

  /** Takes all events that were written since the last call. By the host. */
  drain(
    each: (kind: number, startMs: Milliseconds, durationMs: Milliseconds, detail: number) => void,
  ): void {
    const { meta, metaF64 } = this.memory
    const written = load(meta, this.ringWord)
    for (let read = meta[this.ringWord + 1]; read !== written; read++) {
      const event = this.eventsDouble + (read % TRACE_EVENTS) * TRACE_EVENT_DOUBLES
      each(metaF64[event], metaF64[event + 1], metaF64[event + 2], metaF64[event + 3])
      store(meta, this.ringWord + 1, read + 1)
    }
  }
}
