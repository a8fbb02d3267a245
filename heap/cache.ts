/**
 * A P's cache (Go's mcache): one span of each span class, and in it one run of free slots.
 *
 *        allocated │ RUN_START ▒▒▒ CURSOR      LIMIT │ perhaps more free runs │
 *
 * Allocation, from the fast path to the slow one:
 *
 * 1. take: the slot at CURSOR, if it ends at or below LIMIT. CURSOR moves by a slot.
 * 2. nextRun: the next run of free slots in the same span. The run is zeroed as a whole, and its
 *    mark bytes are set: white, or black while a cycle marks. So an object is zeroed and has its
 *    colour before another P can meet it, and the fast path does neither.
 * 3. refill: another span from the central lists. All of its free slots are charged to the live
 *    heap at once (docs/go-collector.md §7.3).
 *
 * Publication. A marker that meets a new object must find it black, and so never read its body:
 *
 * 1. nextRun and allocateLarge store the mark bytes plainly, then store PUBLISHED and load it, both
 *    atomically.
 * 2. The atomic store comes after the plain stores before it. The atomic load comes after that
 *    store, and before each later store of this P.
 * 3. So the mark bytes come before the store that makes the reference known to another P.
 * 4. The marker loads the mark byte at an address that it computes from the reference. So it loads
 *    the byte after the reference, on arm64 too, and finds it black. (x64 does not reorder stores.
 *    test/litmus/programs/publication.js races these accesses.)
 * 5. That is what processors and V8 do. By the language alone 2 and 4 do not hold: a plain load
 *    that races with a plain store may see what was there before, mark byte and zeroed words alike.
 *
 * The words of a cache are plain. Only the P itself accesses them while it runs, and only the actor
 * does in a stop. The same holds for a cached span and for its mark bytes of free slots.
 */

import { add, load, store } from '#sync'
import { InternalError } from '../memory/internal-error.ts'
import type { Addr, Bytes, Granule, MetaDouble, MetaWord, SpanId } from '../memory/kinds.ts'
import { GRANULE_SHIFT, PAGE_BYTES, PAGE_SHIFT } from '../memory/layout.ts'
import type { Memory } from '../memory/memory.ts'
import { HEAP_SCANNABLE, PHASE, PHASE_OFF } from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'
import * as span from '../memory/words/span.ts'
import type { Central } from './central.ts'
import { LiveHeap } from './live-heap.ts'
import type { PageHeap } from './page-heap.ts'
import { sizeClassOf, slotBytesOf, spanClassOf } from './size-classes.ts'
import type { Spans } from './span.ts'
import type { Sweep } from './sweep-span.ts'

/** Runs shorter than this many words are zeroed by a loop: a call of fill costs more. */
const SHORT_RUN_WORDS = 64
/**
 * Large objects are zeroed in pieces of this many bytes (Go's memclrNoHeapPointersChunked). There
 * is a safepoint between two pieces, so that no stop waits for long.
 */
const PIECE_BYTES = 256 * 1024

export class Cache {
  private readonly memory: Memory
  private readonly spans: Spans
  private readonly central: Central
  private readonly pages: PageHeap
  private readonly check: boolean
  /** Reserves and charges what this P requests. */
  readonly live: LiveHeap
  /** Index of the P's first cache word. */
  private readonly base: MetaWord
  /** Index of the P's PUBLISHED. */
  private readonly publishedWord: MetaWord
  /** Index of the P's first double. */
  private readonly measures: MetaDouble

  constructor(
    memory: Memory,
    spans: Spans,
    central: Central,
    pages: PageHeap,
    pIndex: number,
    check: boolean,
  ) {
    this.memory = memory
    this.spans = spans
    this.central = central
    this.pages = pages
    this.check = check
    this.live = new LiveHeap(memory, pIndex)
    this.base = memory.pWord(pIndex, pWords.CACHE)
    this.publishedWord = memory.pWord(pIndex, pWords.PUBLISHED)
    this.measures = memory.pDouble(pIndex, 0)
  }

  /**
   * Takes a slot of the current run; 0 if there is none. Only slow paths call it: the fast path is
   * written out where objects are made. @nosafepoint
   */
  take(spanClass: number, slotBytes: Bytes): Addr {
    const { meta } = this.memory
    const entry = this.base + spanClass * pWords.CACHE_WORDS
    const at = meta[entry + pWords.CURSOR]
    if (at + slotBytes > meta[entry + pWords.LIMIT]) return 0
    meta[entry + pWords.CURSOR] = at + slotBytes
    return at
  }

  /**
   * Makes the next free run of the cached span current; false if the span has none. @nosafepoint
   */
  nextRun(spanClass: number): boolean {
    const { meta, marks } = this.memory
    const entry = this.base + spanClass * pWords.CACHE_WORDS
    const id = meta[entry + pWords.SPAN] as SpanId
    if (id === 0) return false
    const slotBytes = this.spans.read(id, span.SLOT_BYTES)
    const stride = slotBytes >>> GRANULE_SHIFT
    const end = this.spans.limit(id) >>> GRANULE_SHIFT
    // The span is cached, so no other P allocates from it or sweeps it. A marker colours only
    // objects, so a mark byte that is FREE stays FREE.
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
    meta[entry + pWords.RUN_START] = begin << GRANULE_SHIFT
    meta[entry + pWords.CURSOR] = begin << GRANULE_SHIFT
    meta[entry + pWords.LIMIT] = past << GRANULE_SHIFT
    this.publishMarks()
    return true
  }

  /**
   * Replaces the cached span, which must have no free slot, by one that has. Returns the bytes
   * charged to the live heap, or 0 if there is no memory. The caller then takes a run, tells the
   * pacer and pays. @nosafepoint
   */
  refill(spanClass: number, sweep: Sweep): number {
    const { meta } = this.memory
    this.putBack(spanClass)
    const id = this.central.acquire(spanClass, sweep)
    if (id === 0) return 0
    const slots = this.spans.read(id, span.SLOTS)
    const free = slots - this.spans.read(id, span.ALLOCATED)
    if (free <= 0) throw new InternalError(`span ${id} was acquired and has no free slot`)
    this.spans.cache(id)
    // The whole span counts as allocated while it is cached. putBack corrects the count.
    this.spans.write(id, span.ALLOCATED, slots)
    meta[this.base + spanClass * pWords.CACHE_WORDS + pWords.SPAN] = id
    const bytes = free * this.spans.read(id, span.SLOT_BYTES)
    this.charge(bytes, spanClass)
    return bytes
  }

  /**
   * Takes a span for one large object, charges it to the live heap and colours it; 0 if there is no
   * memory. The header is 0, so no marker reads the body. The caller zeroes the body piece by piece
   * (zeroPiece). @nosafepoint
   */
  allocateLarge(bytes: Bytes, noscan: boolean): Addr {
    const { meta, marks, heap, metaF64 } = this.memory
    const pages = Math.ceil(bytes / PAGE_BYTES)
    const id = this.pages.allocate(pages)
    if (id === 0) return 0
    const spanClass = spanClassOf(0, noscan)
    const taken = pages * PAGE_BYTES
    const at = id << PAGE_SHIFT
    this.spans.initialize(id, pages, spanClass, taken, 1)
    this.spans.write(id, span.ALLOCATED, 1)
    this.spans.write(id, span.FRESH_PAGE, this.pages.freshPage)
    heap[at >>> 2] = 0
    // PHASE is plain: it changes only in stops, so it does not change between here and the charge.
    const marking = meta[PHASE] !== PHASE_OFF
    marks[at >>> GRANULE_SHIFT] = marking ? span.BLACK : span.WHITE
    if (marking) metaF64[this.measures + pWords.BYTES_BLACKENED] += taken
    this.publishMarks()
    this.charge(taken, spanClass)
    metaF64[this.measures + pWords.ALLOCATED_BYTES] += taken
    metaF64[this.measures + pWords.ALLOCATED_OBJECTS] += 1
    this.central.pushSwept(id)
    return at
  }

  /**
   * Zeroes the piece of a large object that begins at `from`. Pages that no span has used are zero
   * already and are left out. Returns where the next piece begins; 0 if all is zero. `at`: the
   * object.
   */
  zeroPiece(at: Addr, from: Addr): Addr {
    const id = (at >>> PAGE_SHIFT) as SpanId
    const end = this.spans.read(id, span.FRESH_PAGE) << PAGE_SHIFT
    const past = Math.min(from + PIECE_BYTES, end)
    if (from < past) this.memory.heap.fill(0, from >>> 2, past >>> 2)
    return past < end ? past : 0
  }

  /**
   * Takes a slot, or a large object whose body is not zeroed yet, for the P of this cache. 0 if
   * there is no room. By the actor, in a stop in which the sweep is complete.
   */
  serve(bytes: Bytes, noscan: boolean, sweep: Sweep): Addr {
    const sizeClass = sizeClassOf(bytes)
    if (sizeClass === 0) return this.allocateLarge(bytes, noscan)
    const spanClass = spanClassOf(sizeClass, noscan)
    if (this.refill(spanClass, sweep) === 0 || !this.nextRun(spanClass)) return 0
    return this.take(spanClass, slotBytesOf(sizeClass))
  }

  /**
   * Blackens the unused rest of every current run. By the actor, in the setup stop: what the caches
   * hand out during the mark must be black.
   */
  blacken(): void {
    const { meta, metaF64, marks } = this.memory
    for (let spanClass = 0; spanClass < pWords.SPAN_CLASSES; spanClass++) {
      const entry = this.base + spanClass * pWords.CACHE_WORDS
      const cursor = meta[entry + pWords.CURSOR]
      const limit = meta[entry + pWords.LIMIT]
      if (cursor === limit) continue
      const stride =
        this.spans.read(meta[entry + pWords.SPAN] as SpanId, span.SLOT_BYTES) >>> GRANULE_SHIFT
      for (
        let granule = cursor >>> GRANULE_SHIFT;
        granule < limit >>> GRANULE_SHIFT;
        granule += stride
      )
        marks[granule] = span.BLACK
      metaF64[this.measures + pWords.BYTES_BLACKENED] += limit - cursor
    }
  }

  /**
   * Puts every cached span back. Its unused slots are free again and no longer charged. By the
   * actor, in the termination stop.
   */
  flush(): void {
    const { meta } = this.memory
    for (let spanClass = 0; spanClass < pWords.SPAN_CLASSES; spanClass++) {
      if (meta[this.base + spanClass * pWords.CACHE_WORDS + pWords.SPAN] !== 0)
        this.putBack(spanClass)
    }
  }

  /** Bytes and objects allocated in the current runs: the P's sums do not hold these yet. */
  unretired(): { bytes: Bytes; objects: number } {
    const { meta } = this.memory
    let bytes = 0
    let objects = 0
    for (let spanClass = 0; spanClass < pWords.SPAN_CLASSES; spanClass++) {
      const entry = this.base + spanClass * pWords.CACHE_WORDS
      const used = meta[entry + pWords.CURSOR] - meta[entry + pWords.RUN_START]
      if (used === 0) continue
      bytes += used
      objects += used / this.spans.read(meta[entry + pWords.SPAN] as SpanId, span.SLOT_BYTES)
    }
    return { bytes, objects }
  }

  /**
   * Frees the unused slots of a cached span, and puts the span into a central list. It undoes what
   * nextRun and refill did in advance for these slots: colour, BYTES_BLACKENED, ALLOCATED and the
   * charge.
   */
  private putBack(spanClass: number): void {
    const { meta, marks, metaF64 } = this.memory
    const entry = this.base + spanClass * pWords.CACHE_WORDS
    const id = meta[entry + pWords.SPAN] as SpanId
    if (id === 0) return
    const slotBytes = this.spans.read(id, span.SLOT_BYTES)
    const stride = slotBytes >>> GRANULE_SHIFT
    const cursor = meta[entry + pWords.CURSOR]
    const limit = meta[entry + pWords.LIMIT]
    const unusedInRun = limit - cursor
    for (
      let granule = cursor >>> GRANULE_SHIFT;
      granule < limit >>> GRANULE_SHIFT;
      granule += stride
    )
      marks[granule] = span.FREE
    if (unusedInRun > 0 && meta[PHASE] !== PHASE_OFF)
      metaF64[this.measures + pWords.BYTES_BLACKENED] -= unusedInRun
    this.retireRun(entry, slotBytes)
    const unused = this.freeSlots(id, stride) + unusedInRun / slotBytes
    this.spans.write(id, span.ALLOCATED, this.spans.read(id, span.SLOTS) - unused)
    // The next P that caches the span searches all of it.
    this.spans.write(id, span.FREE_FROM, this.spans.base(id))
    if (unused > 0) this.uncharge(unused * slotBytes, spanClass)
    meta[entry + pWords.SPAN] = 0
    // The store in uncache publishes the record and the mark bytes; so does the list's lock.
    this.spans.uncache(id)
    this.central.pushSwept(id)
  }

  /** Counts the free slots that no run has taken yet. */
  private freeSlots(id: SpanId, stride: number): number {
    const { marks } = this.memory
    const end = this.spans.limit(id) >>> GRANULE_SHIFT
    let free = 0
    for (
      let granule = this.spans.read(id, span.FREE_FROM) >>> GRANULE_SHIFT;
      granule < end;
      granule += stride
    ) {
      if (marks[granule] === span.FREE) free++
    }
    return free
  }

  /** Adds what was allocated in the run to the P's sums, and forgets the run. */
  private retireRun(entry: number, slotBytes: Bytes): void {
    const { meta, metaF64 } = this.memory
    const used = meta[entry + pWords.CURSOR] - meta[entry + pWords.RUN_START]
    if (used > 0) {
      metaF64[this.measures + pWords.ALLOCATED_BYTES] += used
      metaF64[this.measures + pWords.ALLOCATED_OBJECTS] += used / slotBytes
    }
    meta[entry + pWords.CURSOR] = 0
    meta[entry + pWords.LIMIT] = 0
    meta[entry + pWords.RUN_START] = 0
  }

  /** Zeroes a run of free slots and sets its mark bytes. */
  private prepare(begin: Granule, past: Granule, stride: number): void {
    const { meta, heap, marks, metaF64 } = this.memory
    const first = begin << (GRANULE_SHIFT - 2)
    const end = past << (GRANULE_SHIFT - 2)
    if (end - first < SHORT_RUN_WORDS) for (let word = first; word < end; word++) heap[word] = 0
    else heap.fill(0, first, end)
    const marking = meta[PHASE] !== PHASE_OFF
    const colour = marking ? span.BLACK : span.WHITE
    if (stride === 1 && past - begin > 16) marks.fill(colour, begin, past)
    else for (let granule = begin; granule < past; granule += stride) marks[granule] = colour
    if (marking) metaF64[this.measures + pWords.BYTES_BLACKENED] += (past - begin) << GRANULE_SHIFT
  }

  /** Orders the mark bytes before every later store of this P: see Publication above. */
  private publishMarks(): void {
    const { meta } = this.memory
    store(meta, this.publishedWord, 1)
    load(meta, this.publishedWord)
  }

  private charge(bytes: Bytes, spanClass: number): void {
    this.live.charge(bytes)
    this.countScannable(bytes, spanClass)
  }

  private uncharge(bytes: Bytes, spanClass: number): void {
    this.live.shrink(bytes)
    this.countScannable(-bytes, spanClass)
  }

  /**
   * Counts bytes in scan spans for the pacer. While a cycle marks, HEAP_SCANNABLE is frozen; the
   * end of the mark sets it anew.
   */
  private countScannable(bytes: Bytes, spanClass: number): void {
    const { meta } = this.memory
    if ((spanClass & 1) === 0 && meta[PHASE] === PHASE_OFF) add(meta, HEAP_SCANNABLE, bytes)
  }
}
