/**
 * Names whoever keeps a stop, or a stack scan, waiting for longer than 100 ms: usually a task in a loop without a safepoint. Where it is the runtime that is at work there, the line says so, and
 * gives no advice.
 */

import { load, now } from '#sync'
import type { GoroutineId } from '../../memory/kinds.ts'
import type { Memory } from '../../memory/memory.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import * as pWords from '../../memory/words/p.ts'
import { raisedReason, raisingSince } from '../../scheduler/stop.ts'
import { readAt } from '../read-at.ts'
import { ACTIVITY } from './describe-ps.ts'

/** How long a P may keep others waiting before it is named, in ms. */
const PATIENCE_MS = 100

export class Stragglers {
  readonly #memory: Memory
  readonly #nameOf: (goroutine: number) => string
  /** When the wait began for which a P was named last: it is named once. */
  readonly #namedFor = new Map<number, number>()

  constructor(memory: Memory, nameOf: (goroutine: number) => string) {
    this.#memory = memory
    this.#nameOf = nameOf
  }

  /** Lines about those who have just become known; to be called every few milliseconds. */
  find(): string[] {
    const { meta, metaF64, layout } = this.#memory
    const lines: string[] = []
    const stopSince =
      raisedReason(this.#memory) === 0 ? Number.POSITIVE_INFINITY : raisingSince(this.#memory)
    for (let index = 0; index < layout.procs; index++) {
      if (load(meta, this.#memory.pWord(index, pWords.STATUS)) !== pWords.STATUS_RUNNING) continue
      const scanSince = this.#isScanWanted(index)
        ? readAt(metaF64, this.#memory.pDouble(index, pWords.SCAN_REQUESTED_AT))
        : Number.POSITIVE_INFINITY
      const since = Math.min(stopSince, scanSince)
      if (now() - since < PATIENCE_MS || this.#namedFor.get(index) === since) continue
      this.#namedFor.set(index, since)
      const what = stopSince <= scanSince ? 'the world waits to stop' : 'a stack scan waits'
      lines.push(
        `${what}: ${this.#who(index)} has reached no safepoint for ${Math.round(now() - since)} ms (${this.#advice(index)})`,
      )
    }
    return lines
  }

  #isScanWanted(index: number): boolean {
    const { meta } = this.#memory
    const goroutine = readAt(meta, this.#memory.pWord(index, pWords.GOROUTINE)) as GoroutineId
    return (
      goroutine !== 0 &&
      (load(meta, this.#memory.goroutineWord(goroutine, gWords.STATUS)) & gWords.G_SCAN_WANTED) !==
        0
    )
  }

  #advice(index: number): string {
    const activity = readAt(this.#memory.meta, this.#memory.pWord(index, pWords.ACTIVITY))
    if (activity === pWords.ACTIVITY_GOROUTINE) return 'call poll() in long loops'
    return `not its own doing: the P ${ACTIVITY[activity] ?? 'is at work'}`
  }

  #who(index: number): string {
    const goroutine = readAt(this.#memory.meta, this.#memory.pWord(index, pWords.GOROUTINE))
    if (goroutine === 0)
      return `P ${index} (which runs no goroutine: the system has taken its thread off the CPU)`
    return `goroutine ${goroutine} (${this.#nameOf(goroutine)}) on P ${index}`
  }
}
