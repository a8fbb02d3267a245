/**
 * The tri-colour invariant in the middle of a mark (gc/mark/barrier.ts):
 *
 *   Every white object that something black refers to is also reachable from something grey,
 *   through white objects only.
 *
 * Black is an object whose mark byte is black and which is in no work buffer. Black is also a block
 * of globals or a stack that was scanned, and the stack of a goroutine that was born in this mark
 * (its SCANNED_CYCLE is CYCLES in both cases). Grey is:
 *
 * - an object or a piece of an array in a work buffer, and an object with a grey mark;
 * - both values of a pair that waits in a barrier buffer;
 * - a block of globals or a stack whose root job is not taken, and a wanted stack.
 *
 * Proof that a mark which keeps the invariant loses nothing:
 *
 * 1. The mark ends when nothing is grey.
 * 2. Then, by the invariant, nothing black refers to anything white.
 * 3. All roots are black. So, by induction over the path from a root, every reachable object is
 *    black.
 *
 * Proof that a correct mark keeps the invariant:
 *
 * 1. At its start all roots are grey. The only black slots are unused ones, which refer to nothing.
 * 2. A scan makes an object black only when everything that it refers to is grey or black.
 * 3. A store may add a reference from black to white, or cut a path from grey. It does so only
 *    after a pair that holds both ends (shades 2 and 1 of the barrier). A pair that waits is grey.
 * 4. A new object is black. It refers only to what its constructor has shaded.
 * 5. A running goroutine loads into its black stack only what was in the heap. That was reachable
 *    from something grey, or it was in a black object, for which the invariant held. A later cut of
 *    that path is shaded (shade 1).
 *
 * So a finding shows a broken collector as soon as it is broken, long before the object is missed.
 *
 * A pair that waits counts as if its shades were carried out, since all shades are carried out
 * before a mark may end.
 */

import { typeOf } from '../../heap/object.ts'
import type { Addr, GoroutineId, SpanId } from '../../memory/kinds.ts'
import {
  GRANULE_SHIFT,
  OBLET,
  OBLET_BYTES,
  PAGE_SHIFT,
  ROOT_BLOCK_WORDS,
} from '../../memory/layout.ts'
import {
  CYCLES,
  GLOBAL_SLOTS,
  GOROUTINE_NEXT,
  PAGES_END,
  ROOT_JOBS,
  ROOT_NEXT,
} from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import * as pWords from '../../memory/words/p.ts'
import * as span from '../../memory/words/span.ts'
import type { Inspection } from './inspection.ts'
import { arrayEnd, endOfReferences, firstReference, objectAt } from './objects.ts'

/** White, and reachable from something grey through white objects. */
const IS_REACHED = 1
/** In a work buffer. */
const IS_QUEUED = 2

/**
 * Verifies the invariant, in a stopped world in which the other rules hold. `grey` is what the work
 * buffers hold.
 */
export function verifyTriColour(
  inspection: Inspection,
  spans: Iterable<SpanId>,
  grey: readonly Addr[],
): void {
  const colours = new TriColour(inspection)
  const scanSpans = [...spans].filter(id => (inspection.span(id, span.CLASS) & 1) === 0)
  colours.reachFromQueued(grey)
  colours.reachFromGreyMarks(scanSpans)
  colours.reachFromBarriers()
  colours.eachRoot('grey')
  colours.close()
  colours.eachRoot('black')
  colours.expectBlackObjects(scanSpans)
}

class TriColour {
  private readonly inspection: Inspection
  /** States of the granules up to the last page that was ever used. */
  private readonly states: Uint8Array
  private readonly pending: Addr[] = []

  constructor(inspection: Inspection) {
    this.inspection = inspection
    this.states = new Uint8Array((inspection.meta[PAGES_END] << PAGE_SHIFT) >>> GRANULE_SHIFT)
  }

  // ————— what grey things reach

  reachFromQueued(entries: readonly Addr[]): void {
    const { memory } = this.inspection
    for (const entry of entries) {
      if (entry % 16 === OBLET) {
        const piece = entry - OBLET
        const end = Math.min(piece + OBLET_BYTES, arrayEnd(memory, objectAt(memory, piece)))
        for (let word = piece >>> 2; word < end >>> 2; word++) this.reach(memory.heap[word])
      } else {
        this.states[entry >>> GRANULE_SHIFT] |= IS_QUEUED
        this.reachFrom(entry)
      }
    }
  }

  reachFromGreyMarks(spans: readonly SpanId[]): void {
    for (const id of spans) {
      if (this.inspection.span(id, span.GREY) === 0) continue
      this.eachSlot(id, span.GREY_MARK, object => this.reachFrom(object))
    }
  }

  reachFromBarriers(): void {
    const { meta, memory } = this.inspection
    for (let index = 0; index < memory.layout.procs; index++) {
      const beginWord = memory.pWord(index, pWords.BARRIER)
      const end = beginWord + meta[memory.pWord(index, pWords.BARRIER_COUNT)]
      for (let entryWord = beginWord; entryWord < end; entryWord++) this.reach(meta[entryWord])
    }
  }

  /** Follows white objects until no new one is reached. */
  close(): void {
    for (let object = this.pending.pop(); object !== undefined; object = this.pending.pop())
      this.reachFrom(object)
  }

  private reachFrom(object: Addr): void {
    const { heap } = this.inspection.memory
    const end = endOfReferences(this.inspection.memory, object)
    for (let word = firstReference(this.inspection.memory, object); word < end; word++)
      this.reach(heap[word])
  }

  private reach(object: Addr): void {
    const granule = object >>> GRANULE_SHIFT
    if (this.inspection.memory.marks[granule] !== span.WHITE || this.states[granule] === IS_REACHED)
      return
    this.states[granule] = IS_REACHED
    this.pending.push(object)
  }

  // ————— what black things refer to

  expectBlackObjects(spans: readonly SpanId[]): void {
    const { memory } = this.inspection
    for (const id of spans) {
      this.eachSlot(id, span.BLACK, object => {
        if (this.states[object >>> GRANULE_SHIFT] === IS_QUEUED) return
        const end = endOfReferences(memory, object)
        for (let word = firstReference(memory, object); word < end; word++)
          this.expectSafe(
            memory.heap[word],
            () => `the black object at ${object} (type ${typeOf(memory.heap[object >>> 2])})`,
          )
      })
    }
  }

  private expectSafe(target: Addr, who: () => string): void {
    if (target === 0) return
    const { memory } = this.inspection
    const granule = target >>> GRANULE_SHIFT
    const colour = memory.marks[granule]
    if (colour === span.BLACK || colour === span.GREY_MARK) return
    if (colour !== span.WHITE)
      this.inspection.found(
        `${who()} refers to ${target}, which is no object (mark byte ${colour})`,
      )
    else if (this.states[granule] !== IS_REACHED)
      this.inspection.found(
        `${who()} refers to ${target} (type ${typeOf(memory.heap[target >>> 2])}), which is white and reachable from nothing grey`,
      )
  }

  // ————— roots

  /**
   * Of grey roots, reaches what they refer to. Of black roots, expects that what they refer to is
   * safe.
   */
  eachRoot(colour: 'grey' | 'black'): void {
    const { meta, memory } = this.inspection
    const slots = meta[GLOBAL_SLOTS]
    const blocks = Math.ceil(slots / ROOT_BLOCK_WORDS)
    const grey = Math.min(Math.min(meta[ROOT_NEXT], blocks) * ROOT_BLOCK_WORDS, slots)
    const from = colour === 'grey' ? grey : 0
    const to = colour === 'grey' ? slots : grey
    for (let slot = from; slot < to; slot++)
      this.root(
        colour,
        meta[memory.layout.globals + slot],
        () => `global slot ${slot}, which was scanned,`,
      )
    for (let id = 1 as GoroutineId; id <= meta[GOROUTINE_NEXT]; id++) {
      if (this.stackColour(id, blocks) !== colour) continue
      const begin = meta[memory.goroutineWord(id, gWords.STACK)]
      const used = meta[memory.goroutineWord(id, gWords.STACK_USED)]
      for (let slot = 0; slot < used; slot++)
        this.root(
          colour,
          meta[begin + slot],
          () => `slot ${slot} of goroutine ${id}’s stack, which was scanned,`,
        )
    }
  }

  private root(colour: 'grey' | 'black', object: Addr, who: () => string): void {
    if (colour === 'grey') this.reach(object)
    else this.expectSafe(object, who)
  }

  /**
   * A stack is black if it was scanned. A stack that no P will scan counts as black too: what only
   * that stack refers to would be lost, which is a finding as well.
   */
  private stackColour(id: GoroutineId, blocks: number): 'grey' | 'black' | 'none' {
    const { meta, memory } = this.inspection
    const status = meta[memory.goroutineWord(id, gWords.STATUS)]
    if (status === gWords.G_FREE || status === gWords.G_DEAD) return 'none'
    if (meta[memory.goroutineWord(id, gWords.SCANNED_CYCLE)] === meta[CYCLES]) return 'black'
    const job = blocks + id - 1
    const isTaken = job < meta[ROOT_NEXT] || job >= meta[ROOT_JOBS]
    return !isTaken || (status & gWords.G_SCAN_WANTED) !== 0 ? 'grey' : 'black'
  }

  private eachSlot(id: SpanId, colour: number, visit: (object: Addr) => void): void {
    const { marks } = this.inspection.memory
    const stride = this.inspection.span(id, span.SLOT_BYTES) >>> GRANULE_SHIFT
    const first = (id << PAGE_SHIFT) >>> GRANULE_SHIFT
    const end = first + this.inspection.span(id, span.SLOTS) * stride
    for (let granule = first; granule < end; granule += stride)
      if (marks[granule] === colour) visit(granule << GRANULE_SHIFT)
  }
}
