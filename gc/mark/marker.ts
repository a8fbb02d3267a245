/**
 * Marking on one P: shading objects grey and scanning grey objects black.
 *
 *   shade(object)   if its mark byte is white: make it black, put it in the grey queue
 *   scan(object)    shade every object that it refers to
 *
 * Neither needs an atomic operation. Two markers may both find an object white: both queue it and
 * both scan it, which costs time and counts its bytes twice, but shades nothing that is not
 * reachable. The sweep counts the marks, exactly. The mark bytes of neighbouring objects are
 * different memory locations: stores to them do not disturb each other.
 *
 * A scan reads words that mutators may be writing. Whatever it reads, the barrier has shaded both
 * the value overwritten and the value written (gc/mark/barrier.ts), so either will do.
 *
 * When no work buffer can be had, the object is left GREY and its span is flagged; a drain ends
 * with a pass over flagged spans.
 *
 * Scan work is counted as Go's: bytes walked, up to the last reference; objects without references
 * are none.
 */

import { add, exchange, load, or, step as syncStep } from '#sync'
import {
  ARRAY_ELEMENTS_BYTE,
  ARRAY_LENGTH_WORD,
  HEADER_REFERENCES_SHIFT,
  HEADER_TYPE_MASK,
  REFERENCE_ARRAY,
} from '../../heap/object.ts'
import type { Spans } from '../../heap/span.ts'
import { InternalError } from '../../memory/internal-error.ts'
import type { Addr, HeapWords, Marks, MetaWords, SpanId } from '../../memory/kinds.ts'
import { GRANULE_SHIFT, OBLET, OBLET_BYTES, PAGE_SHIFT } from '../../memory/layout.ts'
import type { Memory } from '../../memory/memory.ts'
import { GREY_SPANS, PAGES_END } from '../../memory/words/control.ts'
import * as span from '../../memory/words/span.ts'
import type { GreyQueue } from './grey-queue.ts'

/** V8 folds a file's own constant, and loads an imported one at each call (npm run bench:steps). */
const step = syncStep

/**
 * What an object without references counts for where a drain asks how much it has done; it is no
 * scan work.
 */
const NOSCAN_STEP = 16

/** @nosafepoint */
export class Marker {
  readonly queue: GreyQueue
  private readonly spans: Spans
  private readonly memory: Memory
  private readonly heap: HeapWords
  private readonly marks: Marks
  private readonly meta: MetaWords
  private readonly typeSlots: number
  private readonly check: boolean

  /**
   * Heap scan work, and bytes of objects marked, since the caller last took them. Owner: this P's
   * thread.
   */
  scanWork = 0
  bytesMarked = 0

  constructor(memory: Memory, spans: Spans, queue: GreyQueue, check: boolean) {
    this.memory = memory
    this.spans = spans
    this.queue = queue
    this.heap = memory.heap
    this.marks = memory.marks
    this.meta = memory.meta
    this.typeSlots = memory.layout.typeSlots
    this.check = check
  }

  /** Makes a white object grey. `object` is not nil. */
  shade(object: Addr): void {
    const granule = object >>> GRANULE_SHIFT
    const colour = this.marks[granule]
    if (colour === span.WHITE) {
      this.marks[granule] = span.BLACK
      if (!this.queue.put(object)) this.leaveGrey(object)
    } else if (this.check) this.checkColour(object, colour)
  }

  /**
   * Scans up to about `budget` bytes of grey objects. Returns the steps done, 0 if there was
   * nothing: see NOSCAN_STEP. The mark loop: shade and queue are written out here, and what they
   * touch is in locals (13.5 ns an object with calls, 10 without, sweep included).
   */
  scanSome(budget: number): number {
    const heap = this.heap
    const marks = this.marks
    const meta = this.meta
    const queue = this.queue
    const typeSlots = this.typeSlots
    let { top, floor, ceiling } = queue
    let done = 0
    let scanWork = 0
    let bytesMarked = 0
    while (done < budget) {
      if (top === floor) {
        queue.top = top
        const found = queue.findMore()
        top = queue.top
        if (!found) break
        floor = queue.floor
        ceiling = queue.ceiling
      }
      const entry = meta[--top]
      step('mark/scan')
      const word = entry >>> 2
      const header = heap[word]
      const references = header >>> HEADER_REFERENCES_SHIFT
      const slot = meta[typeSlots + (header & HEADER_TYPE_MASK)]
      if ((entry & OBLET) !== 0 || references === REFERENCE_ARRAY || slot === 0) {
        queue.top = top
        done += this.scanUncommon(entry)
        top = queue.top
        floor = queue.floor
        ceiling = queue.ceiling
        continue
      }
      bytesMarked += slot
      if (references === 0) {
        done += NOSCAN_STEP
        continue
      }
      const end = word + references
      for (let index = word + 1; index <= end; index++) {
        const target = heap[index]
        if (target === 0) continue
        const granule = target >>> GRANULE_SHIFT
        const colour = marks[granule]
        if (colour !== span.WHITE) {
          if (this.check) this.checkColour(target, colour)
          continue
        }
        marks[granule] = span.BLACK
        if (top === ceiling) {
          queue.top = top
          const hasRoom = queue.makeRoom()
          top = queue.top
          floor = queue.floor
          ceiling = queue.ceiling
          if (!hasRoom) {
            this.leaveGrey(target)
            continue
          }
        }
        meta[top++] = target
      }
      const work = (references + 1) << 2
      scanWork += work
      done += work
    }
    queue.top = top
    this.scanWork += scanWork
    this.bytesMarked += bytesMarked
    return done
  }

  /** Scans anything: an object, an array or a piece of one. */
  private scanUncommon(entry: number): number {
    const heap = this.heap
    const word = entry >>> 2
    if ((entry & OBLET) !== 0) return this.scanPiece(entry - OBLET)
    const header = heap[word]
    const references = header >>> HEADER_REFERENCES_SHIFT
    if (references === REFERENCE_ARRAY) return this.scanArray(entry)
    this.bytesMarked += this.slotBytes(entry)
    return references === 0
      ? NOSCAN_STEP
      : this.scanRange(entry + 4, entry + 4 + references * 4) + 4
  }

  /** Scans the first piece of an array of references and queues the others. */
  private scanArray(array: Addr): number {
    const end = this.endOfArray(array)
    this.bytesMarked += this.slotBytes(array)
    for (let piece = array + OBLET_BYTES; piece < end; piece += OBLET_BYTES) {
      // Without a buffer the piece is scanned at once: a long step instead of a lost object.
      if (!this.queue.put(piece + OBLET)) this.scanRange(piece, Math.min(piece + OBLET_BYTES, end))
    }
    return (
      this.scanRange(array + ARRAY_ELEMENTS_BYTE, Math.min(array + OBLET_BYTES, end)) +
      ARRAY_ELEMENTS_BYTE
    )
  }

  private scanPiece(piece: Addr): number {
    const end = this.endOfArray(this.spans.base(this.spans.of(piece)))
    return this.scanRange(piece, Math.min(piece + OBLET_BYTES, end))
  }

  private scanRange(begin: Addr, end: Addr): number {
    const heap = this.heap
    for (let word = begin >>> 2; word < end >>> 2; word++) {
      const target = heap[word]
      if (target !== 0) this.shade(target)
    }
    this.scanWork += end - begin
    return end - begin
  }

  private endOfArray(array: Addr): Addr {
    return array + ARRAY_ELEMENTS_BYTE + (this.heap[(array >>> 2) + ARRAY_LENGTH_WORD] << 2)
  }

  private slotBytes(object: Addr): number {
    return this.spans.read(this.spans.of(object), span.SLOT_BYTES)
  }

  /**
   * No buffer: the mark byte alone must tell. The byte is stored before the flag, so a P that sees
   * the flag finds the object.
   */
  private leaveGrey(object: Addr): void {
    this.marks[object >>> GRANULE_SHIFT] = span.GREY_MARK
    const id = this.spans.of(object)
    if (or(this.meta, this.spans.word(id, span.GREY), 1) === 0) add(this.meta, GREY_SPANS, 1)
  }

  /**
   * Queues or scans what was left grey; true if there was any. To be called with an empty queue.
   */
  scanFlaggedSpans(): boolean {
    const meta = this.meta
    if (load(meta, GREY_SPANS) === 0) return false
    let any = false
    const end = meta[PAGES_END]
    for (let page = 1 as SpanId; page < end; ) {
      const pages = meta[this.spans.word(page, span.PAGES)]
      const inUse = meta[this.memory.layout.pageSpan + page] === page
      // The exchange lets one marker only answer for the flag; it comes before the look, so a later
      // grey object flags again.
      if (inUse && exchange(meta, this.spans.word(page, span.GREY), 0) !== 0) {
        add(meta, GREY_SPANS, -1)
        this.scanGreyOf(page)
        any = true
      }
      page += inUse && pages > 0 ? pages : 1
    }
    return any
  }

  private scanGreyOf(id: SpanId): void {
    const stride = this.spans.read(id, span.SLOT_BYTES) >>> GRANULE_SHIFT
    const end = this.spans.limit(id) >>> GRANULE_SHIFT
    for (let granule = (id << PAGE_SHIFT) >>> GRANULE_SHIFT; granule < end; granule += stride) {
      if (this.marks[granule] !== span.GREY_MARK) continue
      this.marks[granule] = span.BLACK
      this.scanUncommon(granule << GRANULE_SHIFT)
    }
  }

  private checkColour(object: Addr, colour: number): void {
    if (colour === span.BLACK || colour === span.GREY_MARK) return
    throw new InternalError(
      `mark met a reference to ${object}, where no object is (mark byte ${colour})`,
    )
  }
}
