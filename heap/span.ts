/**
 * Spans: runs of pages cut into slots of one size, or holding one large object.
 *
 * Go's sweepgen protocol, with h = the heap's sweep generation, which grows by 2 in each mark termination stop:
 *
 *   h−2  needs sweeping      in an unswept list              ──┐ CAS: one sweeper wins
 *   h−1  is being swept      in no list; its sweeper owns it ◄─┘
 *   h    swept               in a swept list, or in its sweeper's hands
 *   h+3  cached by a P       in no list; that P owns it
 *
 * Different from Go, there is no h+1 (cached before the sweep began, still cached): the termination stop puts every cached span
 * back before it moves h, so none is cached then (decision 0002). A span that is not what its list said is a broken
 * heap, and is thrown.
 */

import { compareAndSwap, load, store } from '#sync'
import { InternalError } from '../memory/internal-error.ts'
import { PAGE_SHIFT } from '../memory/layout.ts'
import type { Addr, Memory } from '../memory/memory.ts'
import { HEAP_SWEEP_GENERATION } from '../memory/words/control.ts'
import * as span from '../memory/words/span.ts'

/** The first page of a span in use: its name. */
export type SpanId = number

export class Spans {
  private readonly memory: Memory

  constructor(memory: Memory) {
    this.memory = memory
  }

  /** Index of a word of a span's record. */
  word(id: SpanId, word: number): number {
    return this.memory.layout.spans + id * span.WORDS + word
  }

  read(id: SpanId, word: number): number {
    return this.memory.words[this.word(id, word)]
  }

  write(id: SpanId, word: number, value: number): void {
    this.memory.words[this.word(id, word)] = value
  }

  /** Fills in the record of a fresh span, which its allocator owns: swept, with nothing allocated. */
  initialize(id: SpanId, pages: number, spanClass: number, slotBytes: number, slots: number): void {
    const { words } = this.memory
    const record = this.word(id, 0)
    words[record + span.PAGES] = pages
    words[record + span.CLASS] = spanClass
    words[record + span.SLOT_BYTES] = slotBytes
    words[record + span.SLOTS] = slots
    words[record + span.ALLOCATED] = 0
    words[record + span.FREE_FROM] = id << PAGE_SHIFT
    words[record + span.GREY] = 0
    words[record + span.QUARANTINED] = 0
    store(words, record + span.SWEEP_GENERATION, words[HEAP_SWEEP_GENERATION])
  }

  /** The span that an address of the heap buffer lies in; 0 if it lies in none, −1 for page 0. */
  of(address: Addr): SpanId {
    const { words, layout } = this.memory
    return words[layout.pageSpan + (address >>> PAGE_SHIFT)]
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

  /** Takes an unswept span to sweep it: false if another sweeper was first. Throws if it is no unswept span at all. */
  ownToSweep(id: SpanId): boolean {
    const { words } = this.memory
    const generation = words[HEAP_SWEEP_GENERATION]
    if (compareAndSwap(words, this.word(id, span.SWEEP_GENERATION), generation - 2, generation - 1)) return true
    const found = load(words, this.word(id, span.SWEEP_GENERATION)) - generation
    if (found !== -1 && found !== 0 && found !== 3)
      throw new InternalError(`span ${id} is listed as unswept with sweep generation h${signed(found)}`)
    return false
  }

  /** The span is swept and may be used: publishes all that the sweep wrote. */
  publishSwept(id: SpanId): void {
    const { words } = this.memory
    store(words, this.word(id, span.SWEEP_GENERATION), words[HEAP_SWEEP_GENERATION])
  }

  /** A P takes a swept span into its cache. Throws if it was not swept in this generation. */
  cache(id: SpanId): void {
    this.expect(id, 0, 'cached')
    store(this.memory.words, this.word(id, span.SWEEP_GENERATION), this.memory.words[HEAP_SWEEP_GENERATION] + 3)
  }

  /** A P puts a cached span back: it is a swept one again. Throws if it was not cached in this generation. */
  uncache(id: SpanId): void {
    this.expect(id, 3, 'put back')
    this.publishSwept(id)
  }

  private expect(id: SpanId, offset: number, deed: string): void {
    const { words } = this.memory
    const found = load(words, this.word(id, span.SWEEP_GENERATION)) - words[HEAP_SWEEP_GENERATION]
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
