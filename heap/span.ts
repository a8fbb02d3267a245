/**
 * Spans: runs of pages that are cut into slots of one size, or hold one large object.
 *
 * Go's sweepgen protocol, with h = the heap's sweep generation. Each mark termination stop adds 2
 * to h:
 *
 *   h−2  needs sweeping      in an unswept list              ──┐ CAS: one sweeper wins
 *   h−1  is being swept      in no list; its sweeper owns it ◄─┘
 *   h    swept               in a swept list, or in the hands of a P
 *   h+3  cached by a P       in no list; that P owns it
 *
 * A record is plain, except for SWEEP_GENERATION and GREY. The owner of the span writes it, and
 * gives the span on by a store of its generation or under a list's lock. Both publish the record.
 *
 * Markers read PAGES, SLOT_BYTES and SLOTS plainly as well. These are constant while the span is in
 * use, and no span is freed during a mark. A marker that walks all pages may meet a span that is
 * just being made: it reads the old 0 or the right number of PAGES.
 *
 * Different from Go, there is no h+1 (cached before the sweep began, and still cached): the
 * termination stop puts every cached span back before it moves h (decision 0002). A span whose
 * generation is not what its list implies is a broken heap: the methods throw.
 */

import { compareAndSwap, load, store } from '#sync'
import { InternalError } from '../memory/internal-error.ts'
import type { Addr, Bytes, MetaWord, SpanId } from '../memory/kinds.ts'
import { PAGE_SHIFT } from '../memory/layout.ts'
import type { Memory } from '../memory/memory.ts'
import { HEAP_SWEEP_GENERATION } from '../memory/words/control.ts'
import * as span from '../memory/words/span.ts'

export class Spans {
  private readonly memory: Memory

  constructor(memory: Memory) {
    this.memory = memory
  }

  /** Index of a word of a span's record. */
  word(id: SpanId, word: number): MetaWord {
    return this.memory.layout.spans + id * span.WORDS + word
  }

  /** Reads a word plainly. The header says which words the caller may read. */
  read(id: SpanId, word: number): number {
    return this.memory.meta[this.word(id, word)]
  }

  /** Writes a word plainly. The caller owns the span. */
  write(id: SpanId, word: number, value: number): void {
    this.memory.meta[this.word(id, word)] = value
  }

  /**
   * Fills in the record of a fresh span, which its allocator owns: swept, with nothing allocated.
   */
  initialize(id: SpanId, pages: number, spanClass: number, slotBytes: Bytes, slots: number): void {
    const { meta } = this.memory
    const record = this.word(id, 0)
    meta[record + span.PAGES] = pages
    meta[record + span.CLASS] = spanClass
    meta[record + span.SLOT_BYTES] = slotBytes
    meta[record + span.SLOTS] = slots
    meta[record + span.ALLOCATED] = 0
    meta[record + span.FREE_FROM] = id << PAGE_SHIFT
    meta[record + span.GREY] = 0
    meta[record + span.QUARANTINED] = 0
    // Publishes the record. The generation is plain: it changes only in a stop, as in all of this
    // file.
    store(meta, record + span.SWEEP_GENERATION, meta[HEAP_SWEEP_GENERATION])
  }

  /**
   * The span that an address of the heap buffer lies in; 0 for a free page, −1 for page 0. Plain:
   * the entry of a live object's page does not change (heap/page-heap.ts).
   */
  of(address: Addr): SpanId {
    const { meta, layout } = this.memory
    return meta[layout.pageSpan + (address >>> PAGE_SHIFT)] as SpanId
  }

  /** Address of the first slot. */
  base(id: SpanId): Addr {
    return id << PAGE_SHIFT
  }

  /** Address past the last slot. */
  limit(id: SpanId): Addr {
    return this.base(id) + this.read(id, span.SLOTS) * this.read(id, span.SLOT_BYTES)
  }

  isNoscan(id: SpanId): boolean {
    return (this.read(id, span.CLASS) & 1) !== 0
  }

  isLarge(id: SpanId): boolean {
    return this.read(id, span.CLASS) < 2
  }

  /**
   * Takes an unswept span to sweep it; false if another sweeper was first. The CAS gives ownership.
   * Throws if the span is neither unswept nor in a sweep of this generation, nor past it.
   */
  ownToSweep(id: SpanId): boolean {
    const { meta } = this.memory
    const generation = meta[HEAP_SWEEP_GENERATION]
    if (compareAndSwap(meta, this.word(id, span.SWEEP_GENERATION), generation - 2, generation - 1))
      return true
    const found = load(meta, this.word(id, span.SWEEP_GENERATION)) - generation
    if (found !== -1 && found !== 0 && found !== 3)
      throw new InternalError(
        `span ${id} is listed as unswept with sweep generation h${signed(found)}`,
      )
    return false
  }

  /** Marks the span as swept. The store publishes all that the sweep wrote. */
  publishSwept(id: SpanId): void {
    const { meta } = this.memory
    store(meta, this.word(id, span.SWEEP_GENERATION), meta[HEAP_SWEEP_GENERATION])
  }

  /** Marks a swept span as cached by a P. Throws if it was not swept in this generation. */
  cache(id: SpanId): void {
    this.expect(id, 0, 'cached')
    store(
      this.memory.meta,
      this.word(id, span.SWEEP_GENERATION),
      this.memory.meta[HEAP_SWEEP_GENERATION] + 3,
    )
  }

  /** Marks a cached span as swept again. Throws if it was not cached in this generation. */
  uncache(id: SpanId): void {
    this.expect(id, 3, 'put back')
    this.publishSwept(id)
  }

  /** Throws unless the span's generation is h + `offset`. */
  private expect(id: SpanId, offset: number, deed: string): void {
    const { meta } = this.memory
    const found = load(meta, this.word(id, span.SWEEP_GENERATION)) - meta[HEAP_SWEEP_GENERATION]
    if (found !== offset) {
      throw new InternalError(
        `span ${id} is ${deed} with sweep generation h${signed(found)}, must be h${signed(offset)}`,
      )
    }
  }
}

function signed(value: number): string {
  return value < 0 ? `${value}` : `+${value}`
}
