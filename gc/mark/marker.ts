/**
 * Marking on one P: shading white objects, and scanning what was shaded.
 *
 *   shade(object)   if its mark byte is WHITE: store BLACK, and put the object in the grey queue
 *   scan(object)    shade every object that it refers to
 *
 *   mark byte   in a mark                                     what makes it so
 *   FREE        no object                                     the sweep
 *   WHITE       not reached yet                               the sweep; allocation between marks
 *   BLACK       reached: scanned, to be scanned by whoever    a marker; allocation in a mark
 *               stored the byte, or born in this mark
 *   GREY_MARK   reached, and a walk must scan it              a marker that got no work buffer
 *
 * `--check` adds two for freed slots in quarantine, which a mark must never meet. In a proof about
 * colours *black* means scanned, or never to be scanned: a byte that is BLACK and whose object is
 * still in a work buffer is a grey object there (gc/mark/barrier.ts).
 *
 * Black without marking. An object that is allocated while the phase is mark is born black: a cache
 * colours a whole run of slots before it hands out the first one, and a large object before anybody
 * knows it (heap/cache.ts). The slots that the caches have ready when the mark begins are blackened
 * in the setup stop (gc/cycle.ts). No such object is ever scanned, and none needs it: it is born
 * without references, and each one that is stored in it is shaded, by its constructor or by the
 * barrier (gc/mark/barrier.ts). If such an object dies in its first cycle, it is kept until the
 * sweep after the next mark.
 *
 * Why no atomic operation is needed to mark.
 *
 * 1. In a mark no sweeper runs, and allocation stores only bytes that were FREE. So only markers
 *    store the byte of an object that was white: BLACK as they shade it, GREY_MARK after that if
 *    they get no work buffer, and BLACK as a walk takes a grey mark.
 * 2. Several markers may find an object white. The stores to its byte have one order, and the last
 *    of them sees to a scan: after a last BLACK of a shade the object is in a queue, since without
 *    a buffer GREY_MARK would have followed; after a last GREY_MARK its span is flagged; after a
 *    last BLACK of a walk that walk scans it.
 * 3. The object may be scanned more than once, at most once for each P that found it white. That
 *    costs time, and counts its bytes and its scan work again. A second scan sees at most what was
 *    stored since the first, and the barrier has shaded that. The sweep counts the marks, so
 *    SWEPT_MARKED_BYTES is exact.
 * 4. The mark bytes of neighbours are different memory locations. A store to one never disturbs
 *    another.
 * 5. A marker may see an old WHITE for long: by 2 and 3 that is harmless. It cannot see an old
 *    BLACK of the cycle before, which would hide a white object: the sweep that made it WHITE is
 *    complete before the setup stop, and each P passes an atomic operation as it goes on.
 * 6. Whether the mark is over is asked in a stop, and every P passes atomic operations before it
 *    stands there, so the actor sees every mark byte.
 *
 * With `--marks atomic` a compare-and-swap takes the byte from WHITE to BLACK first. So one marker
 * wins, and an object is scanned once: 2 and 3 are not needed. The one order of 2 is that of
 * coherence, and so is 5, with either kind of marks: by the language alone, plain stores to a byte
 * have no order, and a plain load may see an old byte for ever.
 *
 * A scan reads words that the program may be writing. The barrier has shaded both the value that a
 * store overwrites and the value that it writes (gc/mark/barrier.ts), so it does not matter which
 * one the scan reads.
 *
 * When no work buffer is to be had.
 *
 * 1. The marker, which has stored BLACK, stores GREY_MARK, then sets the flag of the span
 *    (span.GREY), and counts the span in GREY_SPANS. It runs all the while, so no stop sees less.
 * 2. A drain that finds nothing in queues, shared list and barrier buffer walks the flagged spans,
 *    and scans each object that has a grey mark (scanFlaggedSpans). GREY_SPANS counts as work that
 *    every P sees, so the mark is not over while it is above 0 (gc/mark/drain.ts).
 * 3. Each walk scans the grey marks that it finds, and each P leaves an object grey at most once in
 *    a cycle, since it never sees that object white again. So the walks come to an end.
 * 4. A piece of an array that finds no buffer is scanned at once: there is no mark byte for a
 *    piece.
 * 5. A sweep that meets a grey mark ends the run: the mark was not over.
 *
 * Scan work is counted as Go counts it: the bytes walked, up to the last reference. Objects without
 * references are none. Different from Go, they are queued too: a shade reads only the mark byte, so
 * what an object refers to is known when it is scanned, and not before.
 */

import { add, compareAndSwapByte, exchange, load, or, step as syncStep } from '#sync'
import {
  ARRAY_ELEMENTS_BYTE,
  ARRAY_LENGTH_WORD,
  HEADER_REFERENCES_SHIFT,
  HEADER_TYPE_MASK,
  REFERENCE_ARRAY,
} from '../../heap/object.ts'
import type { Spans } from '../../heap/span.ts'
import { InternalError } from '../../memory/internal-error.ts'
import type { Addr, Granule, HeapWords, Marks, MetaWords, SpanId } from '../../memory/kinds.ts'
import { GRANULE_SHIFT, OBLET, OBLET_BYTES, PAGE_SHIFT } from '../../memory/layout.ts'
import type { Memory } from '../../memory/memory.ts'
import { GREY_SPANS, PAGES_END } from '../../memory/words/control.ts'
import * as span from '../../memory/words/span.ts'
import type { GreyQueue } from './grey-queue.ts'

/** V8 folds a file's own constant, and loads an imported one at each call (npm run bench:steps). */
const step = syncStep

/**
 * What an object without references counts for when a drain asks how much it has done. It is no
 * scan work, but a step must end after many of them too.
 */
const NOSCAN_STEP = 16

/** How a marker makes a white object black: in one step with the look at its byte, or not. */
export type MarkKind = 'plain' | 'atomic'

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
  private readonly isAtomic: boolean

  /**
   * Heap scan work, and bytes of the objects that were scanned, since the caller last took them.
   * Only this P's thread uses them.
   */
  scanWork = 0
  bytesMarked = 0

  constructor(memory: Memory, spans: Spans, queue: GreyQueue, check: boolean, kind: MarkKind) {
    this.memory = memory
    this.spans = spans
    this.queue = queue
    this.heap = memory.heap
    this.marks = memory.marks
    this.meta = memory.meta
    this.typeSlots = memory.layout.typeSlots
    this.check = check
    this.isAtomic = kind === 'atomic'
  }

  /** Makes a white object grey: its byte is BLACK, and it is in the queue. `object` is not nil. */
  shade(object: Addr): void {
    const granule = object >>> GRANULE_SHIFT
    const colour = this.marks[granule]
    if (colour === span.WHITE) {
      if (this.isAtomic && !this.wins(granule)) return
      this.marks[granule] = span.BLACK
      if (!this.queue.put(object)) this.leaveGrey(object)
    } else if (this.check) this.checkColour(object, colour)
  }

  /** With atomic marks: true for the one marker that makes the object black. */
  private wins(granule: Granule): boolean {
    return compareAndSwapByte(this.marks, granule, span.WHITE, span.BLACK)
  }

  /**
   * Scans grey objects, up to about `budget` bytes. Returns how much was done, 0 if there was
   * nothing (an object without references counts as NOSCAN_STEP). This is the mark loop. Shade and
   * queue are written out here, and what they touch is in locals: 10 ns an object, 13.5 with calls,
   * the sweep included. Whenever a method of the queue is called, `top` is handed to it and all
   * three are read again.
   */
  scanSome(budget: number): number {
    const heap = this.heap
    const marks = this.marks
    const meta = this.meta
    const queue = this.queue
    const typeSlots = this.typeSlots
    const isAtomic = this.isAtomic
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
      // Uncommon: a piece, an array of references, or a type whose slots the table does not know.
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
        if (isAtomic && !this.wins(granule)) continue
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

  /**
   * Scans an entry of any kind: an object, an array, or a piece of one. Returns how much was done.
   */
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

  /**
   * Scans the first piece of an array of references and queues the others, so that no step takes
   * long and other Ps can share a large array. Only this first scan counts the object's bytes.
   */
  private scanArray(array: Addr): number {
    const end = this.endOfArray(array)
    this.bytesMarked += this.slotBytes(array)
    for (let piece = array + OBLET_BYTES; piece < end; piece += OBLET_BYTES) {
      // Without a buffer the piece is scanned at once: a long step is better than a lost object.
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
   * No buffer is to be had, so only the mark byte can tell that the object must be scanned. The
   * byte is stored before the flag. The flag is atomic, so a P that sees it finds the byte.
   */
  private leaveGrey(object: Addr): void {
    this.marks[object >>> GRANULE_SHIFT] = span.GREY_MARK
    const id = this.spans.of(object)
    if (or(this.meta, this.spans.word(id, span.GREY), 1) === 0) add(this.meta, GREY_SPANS, 1)
  }

  /**
   * Scans what was left grey, in all flagged spans. True if there was a flag. The caller's queue
   * must be empty, so that the buffers that it holds are free for what these scans find.
   */
  scanFlaggedSpans(): boolean {
    const meta = this.meta
    if (load(meta, GREY_SPANS) === 0) return false
    let any = false
    const end = meta[PAGES_END]
    for (let page = 1 as SpanId; page < end; ) {
      const pages = meta[this.spans.word(page, span.PAGES)]
      const inUse = meta[this.memory.layout.pageSpan + page] === page
      // Of two markers only one gets the flag from the exchange. The exchange comes before the look
      // at the bytes: an object that is left grey after the look sets the flag again.
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
