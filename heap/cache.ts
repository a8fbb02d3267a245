/**
 * A P's cache of spans: per span class one span, and in it one run of free slots that is filled from the bottom (Go's mcache).
 *
 *        allocated │ RUN_START ▒▒▒ CURSOR      LIMIT │ perhaps more free runs │
 *
 * Allocation is: take CURSOR, move it by a slot, unless that passes LIMIT. Then the next run of the span is taken, or the next
 * span. A run is zeroed and its mark bytes are set as a whole when it is taken: white, or black while a cycle marks. So a new object
 * is zeroed and has its colour before anyone can meet it, and neither is on the fast path.
 *
 * Publication. After a run is taken, one atomic store and load of a word of the P put the mark bytes before whatever the P
 * stores next: who meets a reference to a new object finds it black and never reads its body. (On x64 this comes by itself; on
 * arm64 the marker that follows the reference has a dependency on it. Argued there, tested here.)
 *
 * Live heap (L) is charged for every free slot of a span at once, when the span is acquired
 * (docs/go-collector.md §7.3).
 */

import { add, load, store } from '#sync'
import { InternalError } from '../memory/internal-error.ts'
import { GRANULE_SHIFT, PAGE_BYTES, PAGE_SHIFT } from '../memory/layout.ts'
import type { Addr, Memory } from '../memory/memory.ts'
import { HEAP_SCANNABLE, PHASE, PHASE_OFF } from '../memory/words/control.ts'
import * as p from '../memory/words/p.ts'
import * as span from '../memory/words/span.ts'
import type { Central } from './central.ts'
import { LiveHeap } from './live-heap.ts'
import type { PageHeap } from './page-heap.ts'
import { sizeClassOf, slotBytesOf, spanClassOf } from './size-classes.ts'
import type { SpanId, Spans } from './span.ts'
import type { Sweep } from './sweep-span.ts'

/** Runs shorter than this many words are zeroed by a loop: a call of fill costs more. */
const SHORT_RUN_WORDS = 64
/** Large objects are zeroed in pieces of so many bytes (Go's memclrNoHeapPointersChunked), so that no stop waits for long. */
const PIECE_BYTES = 256 * 1024

export class Cache {
  private readonly memory: Memory
  private readonly spans: Spans
  private readonly central: Central
  private readonly pages: PageHeap
  private readonly check: boolean
  /** What this P's requests reserve and are charged. */
  readonly live: LiveHeap
  /** Index of the first cache word; of PUBLISHED; of the first double of the P. */
  private readonly base: number
  private readonly published: number
  private readonly measures: number

  constructor(memory: Memory, spans: Spans, central: Central, pages: PageHeap, pIndex: number, check: boolean) {
    this.memory = memory
    this.spans = spans
    this.central = central
    this.pages = pages
    this.check = check
    this.live = new LiveHeap(memory, pIndex)
    this.base = memory.p(pIndex, p.CACHE)
    this.published = memory.p(pIndex, p.PUBLISHED)
    this.measures = memory.pMeasure(pIndex, 0)
  }

  /**
   * Takes a slot of the current run; 0 if there is none. For slow paths: the fast path is inlined
   * where objects are made. @nosafepoint
   */
  take(spanClass: number, slotBytes: number): Addr {
    const { words } = this.memory
    const entry = this.base + spanClass * p.CACHE_WORDS
    const at = words[entry + p.CURSOR]
    if (at + slotBytes > words[entry + p.LIMIT]) return 0
    words[entry + p.CURSOR] = at + slotBytes
    return at
  }

  /**
   * Makes the next free run of the cached span current; false if the span has none. @nosafepoint
   */
  nextRun(spanClass: number): boolean {
    const { words, marks } = this.memory
    const entry = this.base + spanClass * p.CACHE_WORDS
    const id = words[entry + p.SPAN]
    if (id === 0) return false
    const slotBytes = this.spans.read(id, span.SLOT_BYTES)
    const stride = slotBytes >>> GRANULE_SHIFT
    const end = this.spans.limit(id) >>> GRANULE_SHIFT
    let begin = this.spans.read(id, span.FREE_FROM) >>> GRANULE_SHIFT
    while (begin < end && marks[begin] !== span.FREE) begin += stride
    let past = begin
    // Under --check a run is one slot, so that a slot is marked allocated only when it is.
    const longest = this.check ? Math.min(end, begin + stride) : end
    while (past < longest && marks[past] === span.FREE) past += stride
    this.spans.write(id, span.FREE_FROM, past << GRANULE_SHIFT)
    this.retireRun(entry, slotBytes)
    if (begin === past) return false
    this.prepare(begin, past, stride)
    words[entry + p.RUN_START] = begin << GRANULE_SHIFT
    words[entry + p.CURSOR] = begin << GRANULE_SHIFT
    words[entry + p.LIMIT] = past << GRANULE_SHIFT
    this.publish()
    return true
  }

  /**
   * Replaces the cached span, which must have no free slot, by one that has. Returns the bytes charged to the live heap, or 0 if
   * there is no memory. The caller takes a run, then tells the pacer and pays. @nosafepoint
   */
  refill(spanClass: number, sweep: Sweep): number {
    const { words } = this.memory
    this.putBack(spanClass)
    const id = this.central.acquire(spanClass, sweep)
    if (id === 0) return 0
    const slots = this.spans.read(id, span.SLOTS)
    const free = slots - this.spans.read(id, span.ALLOCATED)
    if (free <= 0) throw new InternalError(`span ${id} was acquired and has no free slot`)
    this.spans.cache(id)
    this.spans.write(id, span.ALLOCATED, slots)
    words[this.base + spanClass * p.CACHE_WORDS + p.SPAN] = id
    const bytes = free * this.spans.read(id, span.SLOT_BYTES)
    this.charge(bytes, spanClass)
    return bytes
  }

  /**
   * A span of its own for a large object, charged to the live heap and coloured; 0 if there is no memory. Its header is 0, so no marker reads what follows; that is zeroed
   * piece by piece (zeroPiece). @nosafepoint
   */
  allocateLarge(bytes: number, noscan: boolean): Addr {
    const { words, marks, i32, doubles } = this.memory
    const pages = Math.ceil(bytes / PAGE_BYTES)
    const id = this.pages.allocate(pages)
    if (id === 0) return 0
    const spanClass = spanClassOf(0, noscan)
    const taken = pages * PAGE_BYTES
    const at = id << PAGE_SHIFT
    this.spans.initialize(id, pages, spanClass, taken, 1)
    this.spans.write(id, span.ALLOCATED, 1)
    this.spans.write(id, span.FRESH_PAGE, this.pages.freshPage)
    i32[at >>> 2] = 0
    const marking = words[PHASE] !== PHASE_OFF
    marks[at >>> GRANULE_SHIFT] = marking ? span.BLACK : span.WHITE
    if (marking) doubles[this.measures + p.BYTES_BLACKENED] += taken
    this.publish()
    this.charge(taken, spanClass)
    doubles[this.measures + p.ALLOCATED_BYTES] += taken
    doubles[this.measures + p.ALLOCATED_OBJECTS] += 1
    this.central.pushSwept(id)
    return at
  }

  /** Zeroes a piece of a large object, from an address in it, as far as its pages were used before. Returns where to go on; 0: all is zeroed. */
  zeroPiece(at: Addr, from: Addr): Addr {
    const id = at >>> PAGE_SHIFT
    const end = this.spans.read(id, span.FRESH_PAGE) << PAGE_SHIFT
    const past = Math.min(from + PIECE_BYTES, end)
    if (from < past) this.memory.i32.fill(0, from >>> 2, past >>> 2)
    return past < end ? past : 0
  }

  /** A slot, or a large object whose memory is still to be zeroed, for the P of this cache: in a stop, when nothing needs sweeping. 0 if there is no room for it. */
  serve(bytes: number, noscan: boolean, sweep: Sweep): Addr {
    const sizeClass = sizeClassOf(bytes)
    if (sizeClass === 0) return this.allocateLarge(bytes, noscan)
    const spanClass = spanClassOf(sizeClass, noscan)
    if (this.refill(spanClass, sweep) === 0 || !this.nextRun(spanClass)) return 0
    return this.take(spanClass, slotBytesOf(sizeClass))
  }

  /** Marks the unused rest of every current run black: in the setup stop, by whoever acts. */
  blacken(): void {
    const { words, doubles, marks } = this.memory
    for (let spanClass = 0; spanClass < p.SPAN_CLASSES; spanClass++) {
      const entry = this.base + spanClass * p.CACHE_WORDS
      const cursor = words[entry + p.CURSOR]
      const limit = words[entry + p.LIMIT]
      if (cursor === limit) continue
      const stride = this.spans.read(words[entry + p.SPAN], span.SLOT_BYTES) >>> GRANULE_SHIFT
      for (let granule = cursor >>> GRANULE_SHIFT; granule < limit >>> GRANULE_SHIFT; granule += stride)
        marks[granule] = span.BLACK
      doubles[this.measures + p.BYTES_BLACKENED] += limit - cursor
    }
  }

  /** Puts every cached span back, its unused slots free and no longer charged: in stops, and when the P ends. */
  flush(): void {
    const { words } = this.memory
    for (let spanClass = 0; spanClass < p.SPAN_CLASSES; spanClass++) {
      if (words[this.base + spanClass * p.CACHE_WORDS + p.SPAN] !== 0) this.putBack(spanClass)
    }
  }

  /** Bytes and objects allocated in the current runs, which the P's sums do not hold yet. */
  unretired(): { bytes: number; objects: number } {
    const { words } = this.memory
    let bytes = 0
    let objects = 0
    for (let spanClass = 0; spanClass < p.SPAN_CLASSES; spanClass++) {
      const entry = this.base + spanClass * p.CACHE_WORDS
      const used = words[entry + p.CURSOR] - words[entry + p.RUN_START]
      if (used === 0) continue
      bytes += used
      objects += used / this.spans.read(words[entry + p.SPAN], span.SLOT_BYTES)
    }
    return { bytes, objects }
  }

  private putBack(spanClass: number): void {
    const { words, marks, doubles } = this.memory
    const entry = this.base + spanClass * p.CACHE_WORDS
    const id = words[entry + p.SPAN]
    if (id === 0) return
    const slotBytes = this.spans.read(id, span.SLOT_BYTES)
    const stride = slotBytes >>> GRANULE_SHIFT
    const cursor = words[entry + p.CURSOR]
    const limit = words[entry + p.LIMIT]
    const unusedInRun = limit - cursor
    for (let granule = cursor >>> GRANULE_SHIFT; granule < limit >>> GRANULE_SHIFT; granule += stride)
      marks[granule] = span.FREE
    if (unusedInRun > 0 && words[PHASE] !== PHASE_OFF) doubles[this.measures + p.BYTES_BLACKENED] -= unusedInRun
    this.retireRun(entry, slotBytes)
    const unused = this.freeSlots(id, stride) + unusedInRun / slotBytes
    this.spans.write(id, span.ALLOCATED, this.spans.read(id, span.SLOTS) - unused)
    this.spans.write(id, span.FREE_FROM, this.spans.base(id))
    if (unused > 0) this.uncharge(unused * slotBytes, spanClass)
    words[entry + p.SPAN] = 0
    this.spans.uncache(id)
    this.central.pushSwept(id)
  }

  /** Free slots that no run has taken yet. */
  private freeSlots(id: SpanId, stride: number): number {
    const { marks } = this.memory
    const end = this.spans.limit(id) >>> GRANULE_SHIFT
    let free = 0
    for (let granule = this.spans.read(id, span.FREE_FROM) >>> GRANULE_SHIFT; granule < end; granule += stride) {
      if (marks[granule] === span.FREE) free++
    }
    return free
  }

  /** Adds what was allocated in the run to the P's sums, and forgets the run. */
  private retireRun(entry: number, slotBytes: number): void {
    const { words, doubles } = this.memory
    const used = words[entry + p.CURSOR] - words[entry + p.RUN_START]
    if (used > 0) {
      doubles[this.measures + p.ALLOCATED_BYTES] += used
      doubles[this.measures + p.ALLOCATED_OBJECTS] += used / slotBytes
    }
    words[entry + p.CURSOR] = 0
    words[entry + p.LIMIT] = 0
    words[entry + p.RUN_START] = 0
  }

  /** Zeroes a run of free slots and gives its mark bytes their colour. */
  private prepare(begin: number, past: number, stride: number): void {
    const { words, i32, marks, doubles } = this.memory
    const first = begin << (GRANULE_SHIFT - 2)
    const end = past << (GRANULE_SHIFT - 2)
    if (end - first < SHORT_RUN_WORDS) for (let word = first; word < end; word++) i32[word] = 0
    else i32.fill(0, first, end)
    const marking = words[PHASE] !== PHASE_OFF
    const colour = marking ? span.BLACK : span.WHITE
    if (stride === 1 && past - begin > 16) marks.fill(colour, begin, past)
    else for (let granule = begin; granule < past; granule += stride) marks[granule] = colour
    if (marking) doubles[this.measures + p.BYTES_BLACKENED] += (past - begin) << GRANULE_SHIFT
  }

  private publish(): void {
    const { words } = this.memory
    store(words, this.published, 1)
    load(words, this.published)
  }

  private charge(bytes: number, spanClass: number): void {
    this.live.charge(bytes)
    this.countScannable(bytes, spanClass)
  }

  private uncharge(bytes: number, spanClass: number): void {
    this.live.shrink(bytes)
    this.countScannable(-bytes, spanClass)
  }

  private countScannable(bytes: number, spanClass: number): void {
    const { words } = this.memory
    if ((spanClass & 1) === 0 && words[PHASE] === PHASE_OFF) add(words, HEAP_SCANNABLE, bytes)
  }
}
