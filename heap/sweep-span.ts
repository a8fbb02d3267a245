/**
 * Sweeping one span: what the mark left white becomes free, what it left black becomes white for
 * the next cycle.
 *
 *   FREE  → FREE            BLACK → WHITE, counted          GREY → thrown: the mark was not over
 *   WHITE → FREE; with `--check`: poisoned, then QUARANTINE_NEW
 *                 → (next sweep) QUARANTINE_OLD → (the one after) FREE
 *
 * A span in which nothing is left goes back to the page heap.
 *
 * Mark bytes are plain here. The sweeper owns the span, and no marker runs: a mark begins only
 * after the sweep is complete. The store of the span's generation at the end publishes them.
 *
 * The sweep is *drained* when no unswept span is left to take, and *complete* when no sweeper is at
 * work either. Proof that the sweep completes once, after the last span was swept:
 *
 * 1. A sweeper adds 1 to SWEEPERS before it takes a span. Once SWEEP_DRAINED is set it cannot.
 * 2. A sweeper sets SWEEP_DRAINED when it finds no unswept span in any list. No unswept span comes
 *    back: spans are pushed to swept lists only (heap/central.ts).
 * 3. A span that a sweeper has popped and not swept yet is covered by that sweeper's count.
 * 4. Once SWEEP_DRAINED is set, the count only falls. Exactly one decrement leaves SWEEP_DRAINED
 *    and no sweeper. The sweeper that made it completes the sweep.
 */

import { add, compareAndSwap, load, now, sub } from '#sync'
import { InternalError } from '../memory/internal-error.ts'
import type { Bytes, MetaDouble, Milliseconds, SpanId } from '../memory/kinds.ts'
import { GRANULE_SHIFT } from '../memory/layout.ts'
import type { Memory } from '../memory/memory.ts'
import * as control from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'
import * as span from '../memory/words/span.ts'
import type { PageHeap } from './page-heap.ts'
import type { Spans } from './span.ts'

/**
 * What freed memory is filled with under `--check`. No type has this header, and as a reference it
 * lies outside every arena.
 */
export const POISON = 0xdeadbeef | 0

/**
 * The most bytes of a large object that are poisoned, since the sweep of one span is one step. An
 * access to freed memory is found by its mark byte in any case.
 */
const POISON_BYTES = 256 * 1024

/** Four mark bytes in one word. */
const FOUR_FREE = 0
const FOUR_WHITE = span.WHITE * 0x01010101
const FOUR_BLACK = span.BLACK * 0x01010101

/** What is told of a P's sweeping. */
export interface SweepListener {
  /** The P has swept `spans` spans from `beganMs` until now, with nothing else between. */
  ended(beganMs: Milliseconds, spans: number): void
  /** By the sweeper whose end completes the sweep. */
  completed(): void
}

/** @nosafepoint */
export class Sweep {
  private readonly memory: Memory
  private readonly spans: Spans
  private readonly pages: PageHeap
  private readonly check: boolean
  private readonly listener: SweepListener
  /** Index of the first double of the P that sweeps. */
  private readonly measures: MetaDouble
  /** What the last sweep of a span has counted. */
  private readonly counts = { live: 0, freed: 0, quarantined: 0 }
  /** When the stretch that was begun last began, and the spans that it has swept. */
  private beganMs: Milliseconds = 0
  private spansSwept = 0

  constructor(
    memory: Memory,
    spans: Spans,
    pages: PageHeap,
    pIndex: number,
    check: boolean,
    listener: SweepListener,
  ) {
    this.memory = memory
    this.spans = spans
    this.pages = pages
    this.check = check
    this.measures = memory.pDouble(pIndex, 0)
    this.listener = listener
  }

  /** Begins a stretch of sweeping: counts a sweeper on. False if the sweep is drained. */
  begin(): boolean {
    const { meta } = this.memory
    for (;;) {
      const sweepers = load(meta, control.SWEEPERS)
      if ((sweepers & control.SWEEP_DRAINED) !== 0) return false
      if (compareAndSwap(meta, control.SWEEPERS, sweepers, sweepers + 1)) break
    }
    this.beganMs = now()
    this.spansSwept = 0
    return true
  }

  /**
   * Ends the stretch: adds its time to `spentDouble` of the P, and counts the sweeper off. In this
   * order, so that a complete sweep has all of its time. The sweeper may be an allocator that swept
   * for a refill.
   */
  end(spentDouble: number = pWords.SWEEP_MS): void {
    const { meta, metaF64 } = this.memory
    metaF64[this.measures + spentDouble] += now() - this.beganMs
    this.listener.ended(this.beganMs, this.spansSwept)
    if (sub(meta, control.SWEEPERS, 1) === (control.SWEEP_DRAINED | 1)) this.listener.completed()
  }

  /**
   * Sweeps a span that the caller owns (h−1) and publishes it (h). Returns false if the span was
   * empty and went back to the page heap. `ifEmpty`: an allocator is to use the span, so it keeps
   * an empty one (as in Go). The span of a large object is never kept.
   */
  sweep(id: SpanId, ifEmpty: 'free' | 'keep'): boolean {
    this.memory.faults.pass('sweep/span')
    const { meta, metaF64 } = this.memory
    const slotBytes = this.spans.read(id, span.SLOT_BYTES)
    const slots = this.spans.read(id, span.SLOTS)
    const stride = slotBytes >>> GRANULE_SHIFT
    const first = this.spans.base(id) >>> GRANULE_SHIFT
    const end = first + slots * stride
    if (this.check) this.sweepChecked(first, end, stride, slotBytes)
    else if (stride === 1) this.sweepDense(first, end)
    else this.sweepSlots(first, end, stride)
    const { live, freed, quarantined } = this.counts
    // A sweep finds at most what was allocated. ALLOCATED also counts slots in quarantine.
    if (live + freed > this.spans.read(id, span.ALLOCATED)) {
      throw new InternalError(
        `sweep increased the allocation count of span ${id}: ${live} live and ${freed} freed of ${this.spans.read(id, span.ALLOCATED)}`,
      )
    }
    this.spansSwept++
    const pages = this.spans.read(id, span.PAGES)
    add(meta, control.PAGES_SWEPT, pages)
    if (live > 0) add(meta, control.SWEPT_MARKED_BYTES, live * slotBytes)
    metaF64[this.measures + pWords.FREED_BYTES] += freed * slotBytes
    metaF64[this.measures + pWords.FREED_OBJECTS] += freed
    const empty = live + quarantined === 0
    this.spans.write(id, span.ALLOCATED, live + quarantined)
    this.spans.write(id, span.QUARANTINED, quarantined)
    this.spans.write(id, span.FREE_FROM, this.spans.base(id))
    // 0 PAGES: no span in use begins at this page. The verifier relies on it.
    if (empty && (ifEmpty === 'free' || this.spans.isLarge(id))) {
      this.spans.write(id, span.PAGES, 0)
      this.pages.free(id, pages)
      return false
    }
    this.spans.publishSwept(id)
    return true
  }

  /** Sweeps slot by slot. */
  private sweepSlots(first: number, end: number, stride: number): void {
    const { marks } = this.memory
    let live = 0
    let freed = 0
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
    this.count(live, freed, 0)
  }

  /**
   * Sweeps slots of one granule. Their mark bytes stand side by side, so four of one colour are
   * swept at once.
   */
  private sweepDense(first: number, end: number): void {
    const { meta, layout } = this.memory
    let live = 0
    let freed = 0
    // Spans begin at pages, so their mark bytes begin at words. A word of mixed colours is left to
    // the loop over bytes.
    for (let granule = first; granule < end; granule += 4) {
      const word = (layout.marks + granule) >>> 2
      const colours = meta[word]
      if (colours === FOUR_WHITE) {
        meta[word] = FOUR_FREE
        freed += 4
      } else if (colours === FOUR_BLACK) {
        meta[word] = FOUR_WHITE
        live += 4
      } else if (colours !== FOUR_FREE) {
        this.sweepSlots(granule, granule + 4, 1)
        live += this.counts.live
        freed += this.counts.freed
      }
    }
    this.count(live, freed, 0)
  }

  /**
   * Sweeps slot by slot, with poison and quarantine. If a P makes room in a full arena, the
   * quarantine is open: freed slots are free at once.
   */
  private sweepChecked(first: number, end: number, stride: number, slotBytes: Bytes): void {
    const { meta, marks, heap } = this.memory
    const isOpen = load(meta, control.QUARANTINE_OPEN) !== 0
    let live = 0
    let freed = 0
    let quarantined = 0
    for (let granule = first; granule < end; granule += stride) {
      const before = marks[granule]
      let after = before
      if (before === span.BLACK) {
        after = span.WHITE
        live++
      } else if (before === span.WHITE) {
        const word = granule << (GRANULE_SHIFT - 2)
        heap.fill(POISON, word, word + (Math.min(slotBytes, POISON_BYTES) >>> 2))
        after = span.QUARANTINE_NEW
        freed++
      } else if (before === span.QUARANTINE_NEW) after = span.QUARANTINE_OLD
      else if (before === span.QUARANTINE_OLD) after = span.FREE
      else if (before !== span.FREE) throw greyFound(granule)
      if (after >= span.QUARANTINE_NEW && isOpen) after = span.FREE
      if (after >= span.QUARANTINE_NEW) quarantined++
      marks[granule] = after
    }
    this.count(live, freed, quarantined)
  }

  private count(live: number, freed: number, quarantined: number): void {
    this.counts.live = live
    this.counts.freed = freed
    this.counts.quarantined = quarantined
  }
}

function greyFound(granule: number): InternalError {
  return new InternalError(
    `sweep met a grey object at address ${granule << GRANULE_SHIFT}: the mark was not over`,
  )
}
