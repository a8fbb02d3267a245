/**
 * Where a P is in the termination, or where a fault stalls it: its place. What others allocate
 * while it is there is named after the place (gc/record/overrun.ts). The record of the cycle keeps
 * the longest stretch at each place: the gap. The end of a mark cuts every stretch. What holds a P
 * up after that counts neither for this cycle nor for the next.
 *
 * The words are plain. The P itself writes them, and the actor of a stop resets them. A P that
 * stands aside (scheduler/stop.ts) may write while another P acts. Then the actor reads an old
 * place or a new one, and a stretch that ends just then may count for the next cycle. Nothing but
 * the record depends on these words.
 */

import { now } from '#sync'
import type { FaultPoint } from '../../memory/fault-points.ts'
import type { MetaDouble, MetaWord } from '../../memory/kinds.ts'
import type { Memory } from '../../memory/memory.ts'
import * as pWords from '../../memory/words/p.ts'

/**
 * Places of the termination, in PLACE from 1. Above them, from FIRST_FAULT_PLACE, are the fault
 * points, in the order of their counters.
 */
export const PLACES = [
  'mark-termination/enter',
  'mark-termination/before-barrier',
  'mark-termination/in-barrier',
  'mark-termination/after-barrier',
  'mark-termination/published',
  'mark-termination/before-stop',
  'mark-termination/restarted',
  'mark-termination/leave',
] as const satisfies readonly FaultPoint[]
export const FIRST_FAULT_PLACE = 1 + PLACES.length
export const IN_BARRIER = 1 + PLACES.indexOf('mark-termination/in-barrier')

/** What the host knows of a P's thread, in ms. */
export interface ThreadClocks {
  /** How long V8's collector has held the thread up since this was asked last. */
  v8Ms(): number
  /**
   * How long the thread was ready and had no CPU, since it began; NaN where nobody counts it. It
   * grows only when the thread gets a CPU again.
   */
  offCpuMs(): number
}

/** Where there is no host. */
export const NO_CLOCKS: ThreadClocks = { v8Ms: () => 0, offCpuMs: () => Number.NaN }

/** A stretch of at least this length, in ms, is compared with the time in V8's collector. */
const LONG_MS = 0.5

export class Place {
  private readonly memory: Memory
  private readonly placeWord: MetaWord
  private readonly v8PlaceWord: MetaWord
  private readonly sinceDouble: MetaDouble
  private readonly offCpuDouble: MetaDouble
  private readonly gapsDouble: MetaDouble
  private readonly gapsOffCpuDouble: MetaDouble
  private readonly gapsV8Double: MetaDouble
  private readonly clocks: ThreadClocks

  constructor(memory: Memory, pIndex: number, clocks: ThreadClocks) {
    this.memory = memory
    this.placeWord = memory.pWord(pIndex, pWords.PLACE)
    this.v8PlaceWord = memory.pWord(pIndex, pWords.V8_PLACE)
    this.sinceDouble = memory.pDouble(pIndex, pWords.PLACE_SINCE)
    this.offCpuDouble = memory.pDouble(pIndex, pWords.PLACE_OFF_CPU)
    this.gapsDouble = memory.pDouble(pIndex, pWords.LONGEST_GAP)
    this.gapsOffCpuDouble = memory.pDouble(pIndex, pWords.GAP_OFF_CPU)
    this.gapsV8Double = memory.pDouble(pIndex, pWords.GAP_V8)
    this.clocks = clocks
  }

  get current(): number {
    return this.memory.meta[this.placeWord]
  }

  /**
   * From now on this P is at `place`; 0 for none. Ends the stretch at the place before. It asks the
   * host twice, some µs together: a P comes here only in the termination, and where a fault stalls.
   */
  be(place: number): void {
    const { meta, metaF64 } = this.memory
    const before = meta[this.placeWord]
    if (before === place) return
    const time = now()
    const v8Ms = this.clocks.v8Ms()
    const offCpuMs = this.clocks.offCpuMs()
    if (before !== 0) {
      const ms = time - metaF64[this.sinceDouble]
      if (ms > metaF64[this.gapsDouble + before]) {
        metaF64[this.gapsDouble + before] = ms
        metaF64[this.gapsOffCpuDouble + before] = offCpuMs - metaF64[this.offCpuDouble]
        metaF64[this.gapsV8Double + before] = v8Ms
      }
      if (ms >= LONG_MS && v8Ms > ms / 2) meta[this.v8PlaceWord] = before
    }
    metaF64[this.sinceDouble] = time
    metaF64[this.offCpuDouble] = offCpuMs
    meta[this.placeWord] = place
  }
}
