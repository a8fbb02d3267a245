/**
 * Checkmark (Go's gccheckmark). In the termination stop the actor marks the live heap a second
 * time, from all roots, with marks of its own. An object that it reaches and that is not black is a
 * lost object: the collector is wrong, and the run ends.
 *
 * Why it finds every lost object of a cycle: the world is stopped, so what is reachable does not
 * change, and this walk uses neither the barrier nor the marker. It runs after the mark has ended
 * and before the sweep, so the mark bytes are those that the sweep would free by.
 */

import { typeOf } from '../../heap/object.ts'
import type { Spans } from '../../heap/span.ts'
import type { Addr, GoroutineId } from '../../memory/kinds.ts'
import { GRANULE_SHIFT, PAGE_SHIFT } from '../../memory/layout.ts'
import type { Memory } from '../../memory/memory.ts'
import { GLOBAL_SLOTS, GOROUTINE_NEXT, PAGES_END } from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import * as span from '../../memory/words/span.ts'
import { BreachError } from './breach.ts'
import { endOfReferences, firstReference } from './objects.ts'

export class Checkmark {
  private readonly memory: Memory
  private readonly spans: Spans
  private reached = new Uint8Array(0)
  private pending: Addr[] = []

  constructor(memory: Memory, spans: Spans) {
    this.memory = memory
    this.spans = spans
  }

  /**
   * Walks everything that is reachable. Returns its bytes, where each object counts as its whole
   * slot. Throws a BreachError for the first lost object.
   */
  verify(): number {
    const { marks, meta } = this.memory
    if (this.reached.length === 0) this.reached = new Uint8Array(marks.length)
    else this.reached.fill(0, 0, (meta[PAGES_END] << PAGE_SHIFT) >>> GRANULE_SHIFT)
    let bytes = 0
    this.visitRoots()
    for (let object = this.pending.pop(); object !== undefined; object = this.pending.pop()) {
      bytes += this.spans.read(this.spans.of(object), span.SLOT_BYTES)
      this.visitReferences(object)
    }
    return bytes
  }

  private visitRoots(): void {
    const { meta, layout } = this.memory
    for (let slot = 0; slot < meta[GLOBAL_SLOTS]; slot++)
      this.visit(meta[layout.globals + slot], `global slot ${slot}`)
    for (let goroutine = 1 as GoroutineId; goroutine <= meta[GOROUTINE_NEXT]; goroutine++) {
      const record = this.memory.goroutineWord(goroutine, 0)
      const status = meta[record + gWords.STATUS]
      if (status === gWords.G_FREE || status === gWords.G_DEAD) continue
      const base = meta[record + gWords.STACK]
      for (let slot = 0; slot < meta[record + gWords.STACK_USED]; slot++) {
        this.visit(meta[base + slot], `slot ${slot} of goroutine ${goroutine}'s stack`)
      }
    }
  }

  private visitReferences(object: Addr): void {
    const { heap } = this.memory
    const end = endOfReferences(this.memory, object)
    for (let index = firstReference(this.memory, object); index < end; index++)
      this.visit(heap[index], object)
  }

  private visit(object: Addr, from: string | Addr): void {
    if (object === 0) return
    const granule = object >>> GRANULE_SHIFT
    if (this.reached[granule] !== 0) return
    const colour = this.memory.marks[granule]
    if (colour !== span.BLACK) throw this.lost(object, colour, from)
    this.reached[granule] = 1
    this.pending.push(object)
  }

  private lost(object: Addr, colour: number, from: string | Addr): BreachError {
    const { heap } = this.memory
    const source =
      typeof from === 'string' ? from : `the object at ${from} (type ${typeOf(heap[from >>> 2])})`
    const what = colour === span.WHITE ? 'was not marked' : `is no object (mark byte ${colour})`
    return new BreachError(
      `checkmark: ${source} refers to ${object} (type ${typeOf(heap[object >>> 2])}), which ${what}: ${colour === span.WHITE ? 'the mark lost an object' : 'the reference is stale'}`,
    )
  }
}
