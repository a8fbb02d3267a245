/**
 * Sweeping one span: what the mark left white is free again, what it left black is white for the next cycle.
 *
 *   FREE  → FREE            BLACK → WHITE, counted          GREY → thrown: the mark was not over
 *   WHITE → FREE; with `--check`: poisoned and QUARANTINE_NEW → (next sweep) QUARANTINE_OLD → (next) FREE
 *
 * A span with nothing left in it goes back to the page heap. A sweeper brackets its work with begin and end: the sweep is
 * complete when every list was drained and nobody sweeps any more.
 */

import { add, compareAndSwap, load, step, sub } from '#sync'
import { InternalError } from './internal-error.ts'
import { PAGES_SWEPT, QUARANTINE_OPEN, SWEEP_DRAINED, SWEEPERS, SWEPT_MARKED_BYTES } from './layout/control.ts'
import { GRANULE_SHIFT } from './layout/layout.ts'
import * as p from './layout/p.ts'
import * as span from './layout/span.ts'
import type { Memory } from './memory.ts'
import type { PageHeap } from './page-heap.ts'
import type { SpanId, Spans } from './span.ts'

/** What freed memory is filled with under `--check`: no type has this header, and as a reference it lies outside every arena. */
export const POISON = 0xdeadbeef | 0

export class Sweep {
  readonly #memory: Memory
  readonly #spans: Spans
  readonly #pages: PageHeap
  readonly #check: boolean
  /** Called by the sweeper whose leaving completes the sweep; set by who keeps the record of it. */
  onComplete: () => void = () => {}
  /** Index of the first double of the P that sweeps. */
  readonly #measures: number

  constructor(memory: Memory, spans: Spans, pages: PageHeap, pIndex: number, check: boolean) {
    this.#memory = memory
    this.#spans = spans
    this.#pages = pages
    this.#check = check
    this.#measures = memory.pMeasure(pIndex, 0)
  }

  /** Registers a sweeper: false if all spans have been handed out already. */
  begin(): boolean {
    const { words } = this.#memory
    for (;;) {
      const sweepers = load(words, SWEEPERS)
      if ((sweepers & SWEEP_DRAINED) !== 0) return false
      if (compareAndSwap(words, SWEEPERS, sweepers, sweepers + 1)) return true
    }
  }

  /** Leaves the sweepers. The one whose leaving completes the sweep says so: it may be an allocator that swept to refill. */
  end(): void {
    if (sub(this.#memory.words, SWEEPERS, 1) === (SWEEP_DRAINED | 1)) this.onComplete()
  }

  /**
   * Sweeps a span that the caller owns (h−1) and publishes it (h). Returns false if it was empty and went back to the page
   * heap. `keep`: an empty span is wanted by the caller, and stays (as in Go, where an allocator sweeps to use).
   */
  sweep(id: SpanId, keep: boolean): boolean {
    step('sweep/span')
    const { words, marks, doubles } = this.#memory
    const slotBytes = this.#spans.read(id, span.SLOT_BYTES)
    const slots = this.#spans.read(id, span.SLOTS)
    const stride = slotBytes >>> GRANULE_SHIFT
    const first = this.#spans.base(id) >>> GRANULE_SHIFT
    const end = first + slots * stride
    let live = 0
    let freed = 0
    let quarantined = 0
    if (this.#check) {
      for (let granule = first; granule < end; granule += stride) {
        const before = marks[granule]
        if (before === span.BLACK) live++
        else if (before === span.WHITE) freed++
        if (this.#sweepChecked(granule, slotBytes) >= span.QUARANTINE_NEW) quarantined++
      }
    } else {
      for (let granule = first; granule < end; granule += stride) {
        const colour = marks[granule]
        if (colour === span.BLACK) {
          marks[granule] = span.WHITE
          live++
        } else if (colour === span.WHITE) {
          marks[granule] = span.FREE
          freed++
        } else if (colour !== span.FREE) throw greyFound(granule)
      }
    }
    if (live + freed > this.#spans.read(id, span.ALLOCATED)) {
      throw new InternalError(
        `sweep increased the allocation count of span ${id}: ${live} live and ${freed} freed of ${this.#spans.read(id, span.ALLOCATED)}`,
      )
    }
    const pages = this.#spans.read(id, span.PAGES)
    add(words, PAGES_SWEPT, pages)
    if (live > 0) add(words, SWEPT_MARKED_BYTES, live * slotBytes)
    doubles[this.#measures + p.FREED_BYTES] += freed * slotBytes
    doubles[this.#measures + p.FREED_OBJECTS] += freed
    const empty = live + quarantined === 0
    this.#spans.write(id, span.ALLOCATED, live + quarantined)
    this.#spans.write(id, span.QUARANTINED, quarantined)
    this.#spans.write(id, span.FREE_FROM, this.#spans.base(id))
    if (empty && !(keep && !this.#spans.isLarge(id))) {
      this.#spans.write(id, span.PAGES, 0)
      this.#pages.free(id, pages)
      return false
    }
    this.#spans.publishSwept(id)
    return true
  }

  #sweepChecked(granule: number, slotBytes: number): number {
    const { words, marks, i32 } = this.#memory
    const before = marks[granule]
    let after = before
    if (before === span.BLACK) after = span.WHITE
    else if (before === span.WHITE) {
      const word = granule << (GRANULE_SHIFT - 2)
      i32.fill(POISON, word, word + (slotBytes >>> 2))
      after = span.QUARANTINE_NEW
    } else if (before === span.QUARANTINE_NEW) after = span.QUARANTINE_OLD
    else if (before === span.QUARANTINE_OLD) after = span.FREE
    else if (before !== span.FREE) throw greyFound(granule)
    if (after >= span.QUARANTINE_NEW && load(words, QUARANTINE_OPEN) !== 0) after = span.FREE
    marks[granule] = after
    return after
  }
}

function greyFound(granule: number): InternalError {
  return new InternalError(`sweep met a grey object at address ${granule << GRANULE_SHIFT}: the mark was not over`)
}
