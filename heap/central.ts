/**
 * The central lists: for each span class, the spans that no P caches. There are four lists: partial
 * and full, swept and unswept.
 *
 * Bit 1 of the sweep generation says which list of a pair is the swept one. So the termination stop
 * makes every swept span an unswept one by adding 2 to the generation. All spans are swept before a
 * mark begins, so the list that becomes the swept one is empty.
 *
 * - A lock for each class guards its four lists and the NEXT words of the spans in them.
 * - A span that was popped belongs to the P that popped it. If it comes from an unswept list, the P
 *   must also own it to sweep (heap/span.ts) before it may use it.
 * - Spans are pushed to swept lists only. So between two termination stops an unswept list only
 *   shrinks, and an unswept list that is empty stays empty.
 * - The record of a span is plain: its owner writes it before the push, and the lock orders that
 *   before whatever the P that pops it reads.
 */

import type { MetaWord, SpanId } from '../memory/kinds.ts'
import { PAGE_BYTES } from '../memory/layout.ts'
import { lock, unlock } from '../memory/lock.ts'
import type { Memory } from '../memory/memory.ts'
import { HEAP_SWEEP_GENERATION } from '../memory/words/control.ts'
import { SPAN_CLASSES } from '../memory/words/p.ts'
import * as span from '../memory/words/span.ts'
import type { PageHeap } from './page-heap.ts'
import { slotBytesOf, spanPagesOf } from './size-classes.ts'
import type { Spans } from './span.ts'
import type { Sweep } from './sweep-span.ts'

/** The most spans that a refill sweeps before it takes fresh pages (Go's spanBudget). */
const SWEEP_BUDGET = 100

type SweepState = 'swept' | 'unswept'

/** @nosafepoint */
export class Central {
  private readonly memory: Memory
  private readonly spans: Spans
  private readonly pages: PageHeap

  constructor(memory: Memory, spans: Spans, pages: PageHeap) {
    this.memory = memory
    this.spans = spans
    this.pages = pages
  }

  /**
   * Returns a swept span of the class with at least one free slot, owned by the caller; 0 if there
   * is none and no pages are left. May sweep, which `sweep` accounts for.
   */
  acquire(spanClass: number, sweep: Sweep): SpanId {
    const partial = this.pop(spanClass, span.CENTRAL_PARTIAL, 'swept')
    if (partial !== 0) return partial
    if (sweep.begin()) {
      const swept = this.sweepForSlots(spanClass, sweep)
      sweep.end()
      if (swept !== 0) return swept
    }
    return this.grow(spanClass)
  }

  /**
   * Sweeps spans of the class until one has a free slot; 0 if there is none within the budget. The
   * caller has begun a sweep.
   */
  private sweepForSlots(spanClass: number, sweep: Sweep): SpanId {
    for (let budget = SWEEP_BUDGET; budget > 0; budget--) {
      const id = this.popUnswept(spanClass)
      if (id === 0) return 0
      if (!this.spans.ownToSweep(id)) continue
      if (!sweep.sweep(id, 'keep')) continue
      if (this.spans.read(id, span.ALLOCATED) < this.spans.read(id, span.SLOTS)) return id
      this.pushSwept(id)
    }
    return 0
  }

  /** Makes a span of fresh pages; 0 if there are none. */
  private grow(spanClass: number): SpanId {
    const sizeClass = spanClass >> 1
    const pages = spanPagesOf(sizeClass)
    const slotBytes = slotBytesOf(sizeClass)
    const id = this.pages.allocate(pages)
    if (id !== 0)
      this.spans.initialize(
        id,
        pages,
        spanClass,
        slotBytes,
        Math.floor((pages * PAGE_BYTES) / slotBytes),
      )
    return id
  }

  /** Puts a swept span into the partial or the full list, by its number of free slots. */
  pushSwept(id: SpanId): void {
    const full = this.spans.read(id, span.ALLOCATED) === this.spans.read(id, span.SLOTS)
    this.push(id, full ? span.CENTRAL_FULL : span.CENTRAL_PARTIAL)
  }

  /** Pops an unswept span of the class, partial ones first; 0 if there is none. */
  popUnswept(spanClass: number): SpanId {
    const partial = this.pop(spanClass, span.CENTRAL_PARTIAL, 'unswept')
    return partial !== 0 ? partial : this.pop(spanClass, span.CENTRAL_FULL, 'unswept')
  }

  /** True if no list of any class holds an unswept span. Exact in a stopped world, else a hint. */
  get isDrained(): boolean {
    const { meta } = this.memory
    for (let spanClass = 0; spanClass < SPAN_CLASSES; spanClass++) {
      if (meta[this.headWord(spanClass, span.CENTRAL_PARTIAL, 'unswept')] !== 0) return false
      if (meta[this.headWord(spanClass, span.CENTRAL_FULL, 'unswept')] !== 0) return false
    }
    return true
  }

  /**
   * Index of the head of a list: swept lists are number h/2 mod 2 of their pair. The generation is
   * plain, since it changes only in the termination stop.
   */
  private headWord(spanClass: number, pair: number, state: SweepState): MetaWord {
    const { meta, layout } = this.memory
    const current = (meta[HEAP_SWEEP_GENERATION] >>> 1) & 1
    return (
      layout.central +
      spanClass * span.CENTRAL_WORDS +
      pair +
      (state === 'swept' ? current : 1 - current)
    )
  }

  private lockWord(spanClass: number): MetaWord {
    return this.memory.layout.central + spanClass * span.CENTRAL_WORDS + span.CENTRAL_LOCK
  }

  private push(id: SpanId, pair: number): void {
    const { meta } = this.memory
    const spanClass = this.spans.read(id, span.CLASS)
    lock(meta, this.lockWord(spanClass))
    try {
      const head = this.headWord(spanClass, pair, 'swept')
      this.spans.write(id, span.NEXT, meta[head])
      meta[head] = id
    } finally {
      unlock(meta, this.lockWord(spanClass))
    }
  }

  private pop(spanClass: number, pair: number, state: SweepState): SpanId {
    const { meta } = this.memory
    const head = this.headWord(spanClass, pair, state)
    // A hint, before the lock. An old 0 of a swept list sends the caller on to the next list, which
    // costs a span and no object. An unswept list cannot show an old 0: what was pushed to it was
    // pushed before the termination stop.
    if (meta[head] === 0) return 0
    lock(meta, this.lockWord(spanClass))
    try {
      const id = meta[head] as SpanId
      if (id !== 0) meta[head] = this.spans.read(id, span.NEXT)
      return id
    } finally {
      unlock(meta, this.lockWord(spanClass))
    }
  }
}
