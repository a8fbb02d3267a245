import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sizeClassOf, slotBytesOf, spanClassOf } from '../../heap/size-classes.ts'
import type { Addr, SpanId } from '../../memory/kinds.ts'
import { GRANULE_SHIFT, PAGE_BYTES } from '../../memory/layout.ts'
import * as control from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import * as span from '../../memory/words/span.ts'
import { HandHeap } from '../support/heap.ts'

const SMALL = [16, 48, 1024, 32768].map(bytes => spanClassOf(sizeClassOf(bytes), bytes === 48))
const slotBytesFor = (spanClass: number): number => slotBytesOf(spanClass >> 1)
const sum = (values: Iterable<number>): number =>
  [...values].reduce((total, value) => total + value, 0)

/**
 * What two Ps have, as a list of objects and sums. The heap must agree with it after every step.
 */
class Model {
  readonly hand = new HandHeap({ procs: 2 })
  /** Live objects, or not yet swept ones; their sizes. */
  readonly objects = new Map<Addr, number>()
  /** Unreachable since the last mark: their slots are free once their span is swept. */
  readonly dead = new Map<Addr, number>()
  /** 1 for each granule of an object that is allocated. */
  readonly #granules = new Uint8Array(this.hand.memory.marks.length)
  /** Free bytes of each P's cached spans, which are charged to the live heap. */
  readonly #spare = [new Map<number, number>(), new Map<number, number>()]
  live = 0
  scannable = 0
  allocated = 0
  blackened = 0
  freed = 0

  get isMarking(): boolean {
    return this.hand.meta[control.PHASE] !== control.PHASE_OFF
  }

  #charge(bytes: number, spanClass: number): void {
    this.live += bytes
    if ((spanClass & 1) === 0 && !this.isMarking) this.scannable += bytes
  }

  /** False if there is no memory. */
  allocate(pIndex: number, spanClass: number): boolean {
    const { hand } = this
    const cache = hand.caches[pIndex]
    const slotBytes = slotBytesFor(spanClass)
    let at = cache.take(spanClass, slotBytes)
    for (; at === 0; at = cache.take(spanClass, slotBytes)) {
      if (cache.nextRun(spanClass)) continue
      expect(
        this.#spare[pIndex].get(spanClass) ?? 0,
        'free slots left in a span without a run',
      ).toBe(0)
      const charged = cache.refill(spanClass, hand.sweeps[pIndex])
      if (charged === 0) return false
      this.#refilled(pIndex, spanClass, charged)
    }
    this.#spare[pIndex].set(spanClass, (this.#spare[pIndex].get(spanClass) ?? 0) - slotBytes)
    this.#add(at, slotBytes)
    return true
  }

  #refilled(pIndex: number, spanClass: number, charged: number): void {
    const { spans } = this.hand.heap
    const id = this.hand.meta[
      this.hand.memory.pWord(pIndex, pWords.CACHE + spanClass * pWords.CACHE_WORDS + pWords.SPAN)
    ] as SpanId
    this.#sweptBetween(spans.base(id), spans.limit(id))
    const inSpan = [...this.objects.keys()].filter(
      at => at >= spans.base(id) && at < spans.limit(id),
    ).length
    expect(charged).toBe((spans.read(id, span.SLOTS) - inSpan) * slotBytesFor(spanClass))
    this.#spare[pIndex].set(spanClass, charged)
    this.#charge(charged, spanClass)
  }

  allocateLarge(pIndex: number, bytes: number, noscan: boolean): boolean {
    const cache = this.hand.caches[pIndex]
    const at = cache.allocateLarge(bytes, noscan)
    if (at === 0) return false
    for (let from = at; from !== 0; ) from = cache.zeroPiece(at, from)
    const taken = Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES
    this.#sweptBetween(at, at + taken)
    this.#charge(taken, spanClassOf(0, noscan))
    this.#add(at, taken)
    return true
  }

  /** A fresh object: nobody else's, zeroed, and of the right colour. */
  #add(at: Addr, bytes: number): void {
    const { heap } = this.hand.memory
    for (let word = at >>> 2; word < (at + bytes) >>> 2; word++)
      if (heap[word] !== 0) throw new Error(`${at} is not zeroed`)
    heap.fill(at | 1, at >>> 2, (at + bytes) >>> 2)
    const granules = this.#granules.subarray(at >>> GRANULE_SHIFT, (at + bytes) >>> GRANULE_SHIFT)
    if (granules.includes(1)) throw new Error(`${at} overlaps another object`)
    granules.fill(1)
    if (this.hand.colourOf(at) !== (this.isMarking ? span.BLACK : span.WHITE))
      throw new Error(`colour of ${at}`)
    this.objects.set(at, bytes)
    this.allocated += bytes
  }

  #sweptBetween(begin: Addr, end: Addr): void {
    for (const [at, bytes] of this.dead) {
      if (at < begin || at >= end) continue
      this.dead.delete(at)
      this.#granules.fill(0, at >>> GRANULE_SHIFT, (at + bytes) >>> GRANULE_SHIFT)
    }
  }

  flush(pIndex: number): void {
    this.hand.caches[pIndex].flush()
    for (const [spanClass, spare] of this.#spare[pIndex]) this.#charge(-spare, spanClass)
    this.#spare[pIndex].clear()
  }

  sweepAll(pIndex: number): void {
    this.hand.sweepAll(pIndex)
    this.#sweptBetween(0, 2 ** 31)
    expect(this.hand.heap.central.isDrained).toBe(true)
  }

  startMark(): void {
    this.sweepAll(0)
    const { hand } = this
    hand.meta[control.PHASE] = control.PHASE_MARK
    for (const index of [0, 1])
      hand.memory.metaF64[hand.memory.pDouble(index, pWords.BYTES_BLACKENED)] = 0
    for (const cache of hand.caches) cache.blacken()
    this.blackened = this.allocated
  }

  /** The mark finds every nth object that it did not meet black; all others are dead. */
  endMark(nth: number): void {
    const { hand } = this
    this.flush(0)
    this.flush(1)
    const newborn = this.allocated - this.blackened
    expect(hand.measure(pWords.BYTES_BLACKENED, 0) + hand.measure(pWords.BYTES_BLACKENED, 1)).toBe(
      newborn,
    )
    const white = [...this.objects.keys()].filter(at => hand.colourOf(at) === span.WHITE)
    const reached = new Set(white.filter((_, index) => index % nth === 0))
    hand.blacken(reached)
    hand.endMark()
    for (const at of white) {
      if (reached.has(at)) continue
      this.dead.set(at, this.objects.get(at) ?? 0)
      this.freed += this.objects.get(at) ?? 0
      this.objects.delete(at)
    }
    this.live = hand.meta[control.HEAP_LIVE] = sum(this.objects.values())
  }
}

const allocation = {
  p: fc.nat(1),
  spanClass: fc.constantFrom(...SMALL),
  count: fc.integer({ min: 1, max: 150 }),
}
const large = {
  p: fc.nat(1),
  bytes: fc.integer({ min: 32769, max: 300_000 }),
  noscan: fc.boolean(),
}
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('allocate' as const), ...allocation }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('large' as const), ...large }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'sweep' as const), p: fc.nat(1) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('phase' as const),
      nth: fc.constantFrom(1, 2, 7, 1000),
    }),
  },
)

test('two Ps that share the central lists hand out every slot once, zeroed and coloured, and charge the live heap exactly', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), sequence => {
      const model = new Model()
      const { meta } = model.hand
      for (const one of sequence) {
        if (one.do === 'flush') model.flush(one.p)
        else if (one.do === 'sweep') model.sweepAll(one.p)
        else if (one.do === 'large') model.allocateLarge(one.p, one.bytes, one.noscan)
        else if (one.do === 'allocate')
          for (let n = one.count; n > 0 && model.allocate(one.p, one.spanClass); n--);
        else if (!model.isMarking) model.startMark()
        else if (one.do === 'phase') model.endMark(one.nth)
        expect(meta[control.HEAP_LIVE]).toBe(model.live)
        expect(meta[control.HEAP_SCANNABLE]).toBe(model.scannable)
      }
      finish(model)
    }),
    { numRuns: 150 },
  )
})

/** Two cycles later everything is freed: all sums agree, and the arena is one run again. */
function finish(model: Model): void {
  const { hand } = model
  if (!model.isMarking) model.startMark()
  model.endMark(1)
  model.sweepAll(0)
  expect(hand.meta[control.HEAP_LIVE]).toBe(sum(model.objects.values()))
  expect(hand.meta[control.SWEPT_MARKED_BYTES]).toBe(sum(model.objects.values()))
  expect(hand.measure(pWords.ALLOCATED_BYTES, 0) + hand.measure(pWords.ALLOCATED_BYTES, 1)).toBe(
    model.allocated,
  )
  expect(hand.measure(pWords.FREED_BYTES, 0) + hand.measure(pWords.FREED_BYTES, 1)).toBe(
    model.freed,
  )
  model.startMark()
  hand.endMark()
  hand.sweepAll(1)
  expect(hand.meta[control.PAGES_IN_USE]).toBe(0)
  expect(hand.heap.pages.allocate(hand.memory.layout.pages - 1)).toBe(1)
}
