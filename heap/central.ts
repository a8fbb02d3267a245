/**
 * The central lists: per span class, the spans that no P caches. Four lists each: partial and full, swept and unswept. Which list
 * of a pair is the unswept one alternates with the sweep generation, so that the termination stop turns all swept spans into
 * unswept ones by moving one number. All spans are swept before the next cycle, so the list that becomes the swept one is empty.
 *
 * A span in a list belongs to whoever holds that class's lock; a span popped belongs to the popper, who must own it to sweep
 * (heap/span.ts) if it came from an unswept list.
 */

import { PAGE_BYTES } from '../memory/layout.ts'
import { lock, unlock } from '../memory/lock.ts'
import type { Memory } from '../memory/memory.ts'
import { HEAP_SWEEP_GENERATION } from '../memory/words/control.ts'
import { SPAN_CLASSES } from '../memory/words/p.ts'
import * as span from '../memory/words/span.ts'
import type { PageHeap } from './page-heap.ts'
import { slotBytesOf, spanPagesOf } from './size-classes.ts'
import type { SpanId, Spans } from './span.ts'
import type { Sweep } from './sweep-span.ts'

/** Spans that a refill sweeps at most before it takes fresh pages (Go's spanBudget). */
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
   * A swept span of the class with at least one free slot, owned by the caller; 0 if there is none and no pages are left.
   * May sweep; `sweep` accounts for it.
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

  /** Sweeps spans of the class until one has a free slot. The caller has begun a sweep. */
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

  private grow(spanClass: number): SpanId {
    const sizeClass = spanClass >> 1
    const pages = spanPagesOf(sizeClass)
    const slotBytes = slotBytesOf(sizeClass)
    const id = this.pages.allocate(pages)
    if (id !== 0) this.spans.initialize(id, pages, spanClass, slotBytes, Math.floor((pages * PAGE_BYTES) / slotBytes))
    return id
  }

  /** Puts a swept span where its number of free slots says. */
  pushSwept(id: SpanId): void {
    const full = this.spans.read(id, span.ALLOCATED) === this.spans.read(id, span.SLOTS)
    this.push(id, full ? span.CENTRAL_FULL : span.CENTRAL_PARTIAL)
  }

  /** An unswept span of the class, partial ones first; 0 if there is none. */
  popUnswept(spanClass: number): SpanId {
    const partial = this.pop(spanClass, span.CENTRAL_PARTIAL, 'unswept')
    return partial !== 0 ? partial : this.pop(spanClass, span.CENTRAL_FULL, 'unswept')
  }

  /** True if no list of any class holds an unswept span. Exact in a stopped world, else a hint. */
  get allSwept(): boolean {
    const { words } = this.memory
    for (let spanClass = 0; spanClass < SPAN_CLASSES; spanClass++) {
      if (words[this.head(spanClass, span.CENTRAL_PARTIAL, 'unswept')] !== 0) return false
      if (words[this.head(spanClass, span.CENTRAL_FULL, 'unswept')] !== 0) return false
    }
    return true
  }

  /** Index of the head of a list: swept lists are number h/2 mod 2 of their pair. */
  private head(spanClass: number, pair: number, state: SweepState): number {
    const { words, layout } = this.memory
    const current = (words[HEAP_SWEEP_GENERATION] >>> 1) & 1
    return layout.central + spanClass * span.CENTRAL_WORDS + pair + (state === 'swept' ? current : 1 - current)
  }

  private lockOf(spanClass: number): number {
    return this.memory.layout.central + spanClass * span.CENTRAL_WORDS + span.CENTRAL_LOCK
  }

  private push(id: SpanId, pair: number): void {
    const { words } = this.memory
    const spanClass = this.spans.read(id, span.CLASS)
    lock(words, this.lockOf(spanClass))
    try {
      const head = this.head(spanClass, pair, 'swept')
      this.spans.write(id, span.NEXT, words[head])
      words[head] = id
    } finally {
      unlock(words, this.lockOf(spanClass))
    }
  }

  private pop(spanClass: number, pair: number, state: SweepState): SpanId {
    const { words } = this.memory
    const head = this.head(spanClass, pair, state)
    // A hint: an old 0 sends the caller on to the next list, which costs a span and not an object.
    if (words[head] === 0) return 0
    lock(words, this.lockOf(spanClass))
    try {
      const id = words[head]
      if (id !== 0) words[head] = this.spans.read(id, span.NEXT)
      return id
    } finally {
      unlock(words, this.lockOf(spanClass))
    }
  }
}
