import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CycleFacts } from '../../gc/record/cycle-facts.ts'
import { CycleRecords } from '../../gc/record/cycle-record.ts'
import { Sweeper } from '../../gc/sweeper.ts'
import type { World } from '../../gc/world.ts'
import type { Addr } from '../../memory/kinds.ts'
import { PAGE_BYTES } from '../../memory/layout.ts'
import { MiB } from '../../memory/units.ts'
import * as control from '../../memory/words/control.ts'
import { holdClock, TICK_MS } from '../support/hand-clock.ts'
import { HandHeap } from '../support/heap.ts'

/** Objects of this size are eight to a page, and have a span class of their own. */
const BYTES = 1024
const SPAN_CLASS = 60

/** Two Ps with a sweeper each, that share a heap and the records. */
class Hand extends HandHeap {
  told = 0
  /** The spans of each stretch of sweeping that was told. */
  readonly stretches: number[] = []
  woken = 0
  readonly records = new CycleRecords(this.memory)
  readonly facts = new CycleFacts(this.memory, this.records, 2, () => 0)
  readonly sweepers: readonly Sweeper[]

  constructor() {
    super({ procs: 2 })
    const world = { wakeAll: () => this.woken++ } satisfies Partial<World> as unknown as World
    const listener = this.facts
    listener.slice = (kind, _, spans) => {
      expect(kind).toBe('sweep')
      this.stretches.push(spans)
    }
    listener.swept = () => {
      this.told++
      this.records.completeSweep()
    }
    this.sweepers = [0, 1].map(
      index => new Sweeper({ memory: this.memory, index, world, listener }, this.heap),
    )
  }

  /** Ends a mark that reached these objects, as gc/cycle.ts does. */
  terminate(reachable: Iterable<Addr>): void {
    this.blacken(reachable)
    for (const cache of this.caches) cache.flush()
    this.meta[control.CYCLES_MARKED]++
    this.sweepers[0].startSweep()
    this.facts.cycleEnded(0, 0)
  }

  /** Fills whole spans of one page. */
  fill(spans: number): Addr[] {
    return Array.from({ length: spans * (PAGE_BYTES / BYTES) }, () => this.allocate(BYTES))
  }

  get isSwept(): {
    isDone: boolean
    announced: number
    complete: number
    told: number
    woken: number
  } {
    const { meta, told, woken } = this
    return {
      isDone: this.sweepers[0].isComplete,
      announced: meta[control.SWEEP_COMPLETE_CYCLE],
      complete: meta[control.CYCLE_RECORDS_COMPLETE],
      told,
      woken,
    }
  }
}

const complete = (cycles: number): Hand['isSwept'] => ({
  isDone: true,
  announced: cycles,
  complete: cycles,
  told: cycles,
  woken: cycles,
})

test('a sweep whose last sweeper is an allocator that refills is complete, and the next cycle too', () => {
  const hand = new Hand()
  const [object] = hand.fill(1)
  hand.terminate([object])
  // While P 0 sweeps its span inside its refill, P 1 finds that no other is left.
  const { spans } = hand.heap
  const own = spans.ownToSweep.bind(spans)
  spans.ownToSweep = id => {
    spans.ownToSweep = own
    const won = own(id)
    expect(hand.sweepers[1].sweepOne()).toBe(false)
    expect(hand.isSwept).toEqual({ ...complete(0), isDone: false })
    return won
  }
  expect(hand.caches[0].refill(SPAN_CLASS, hand.sweepers[0].sweep)).toBe(7 * BYTES)
  expect(hand.isSwept).toEqual(complete(1))
  hand.terminate([object])
  hand.sweepers[1].finish()
  expect(hand.isSwept).toEqual(complete(2))
})

test('sweepOne sweeps one span and puts it back in its list; without any left it completes the sweep, once', () => {
  const hand = new Hand()
  const objects = hand.fill(3)
  hand.terminate([objects[0], ...objects.slice(8, 16)])
  for (let swept = 1; swept <= 3; swept++) {
    expect(hand.sweepers[1].sweepOne()).toBe(true)
    expect([hand.meta[control.PAGES_SWEPT], hand.isSwept.isDone]).toEqual([swept, false])
  }
  expect([hand.sweepers[1].sweepOne(), hand.sweepers[0].sweepOne()]).toEqual([false, false])
  expect(hand.isSwept).toEqual(complete(1))
  expect(hand.meta[control.PAGES_IN_USE]).toBe(2)
  expect(hand.heap.central.isDrained).toBe(true)
  expect(hand.fill(1)[0]).toBe(objects[1])
})

test('sweeping goes through all span classes', () => {
  const hand = new Hand()
  for (const bytes of [16, 96, 8192, 32768]) hand.allocate(bytes)
  hand.caches[1].allocateLarge(50_000, true)
  hand.terminate([])
  hand.sweepers[0].finish()
  expect(hand.meta[control.PAGES_IN_USE]).toBe(0)
  expect(hand.isSwept).toEqual(complete(1))
})

test('the record of the cycle says what was swept', () => {
  const hand = new Hand()
  const [object] = hand.fill(2)
  hand.terminate([object])
  expect(hand.records.take(false)).toBeUndefined()
  hand.sweepers[0].finish()
  expect(hand.records.take(false)).toMatchObject({ sweptPages: 2, sweptMarkedBytes: BYTES })
})

test('the record has the time of sweeping as goroutines need it, and in idle time, of all Ps', () => {
  const release = holdClock()
  try {
    const hand = new Hand()
    const objects = hand.fill(4)
    hand.terminate(objects)
    // Between two reads of this clock passes the same time, so a stretch takes one tick.
    expect(hand.sweepers[0].sweepOne()).toBe(true)
    expect(hand.sweepers[1].sweepOne()).toBe(true)
    expect(hand.sweepers[1].sweepInBackground()).toBe(true)
    hand.sweepers[0].finish()
    // finish() sweeps the fourth span, and then finds none.
    expect(hand.stretches).toEqual([1, 1, 1, 1])
    const record = hand.records.take(false)
    expect(record?.sweepMs).toBeCloseTo(4 * TICK_MS, 9)
    expect(record?.idleSweepMs).toBeCloseTo(TICK_MS, 9)
    hand.terminate([])
    hand.sweepers[1].finish()
    expect(hand.records.take(false)).toMatchObject({ idleSweepMs: 0 })
  } finally {
    release()
  }
})

test('an allocator that needs a span tells of its sweep, with the spans that it has swept', () => {
  const hand = new Hand()
  const objects = hand.fill(3)
  hand.terminate(objects.slice(7)) // the other two spans are full
  expect(hand.caches[0].refill(SPAN_CLASS, hand.sweepers[0].sweep)).toBe(7 * BYTES)
  expect(hand.stretches).toEqual([3])
})

test('in the background a span at a time is swept, and nothing when all is done', () => {
  const hand = new Hand()
  expect(hand.sweepers[0].sweepInBackground()).toBe(false)
  hand.fill(2)
  hand.terminate([])
  expect([1, 2, 3, 4].map(() => hand.sweepers[0].sweepInBackground())).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect(hand.isSwept).toEqual(complete(1))
})

test('a cycle that ends before the last sweep is complete is an error, and so is a sweeper in a stopped world', () => {
  const hand = new Hand()
  hand.terminate([])
  expect(() => hand.sweepers[0].startSweep()).toThrow('before the sweep of the last one')
  hand.sweeps[1].begin()
  expect(() => hand.sweepers[0].finish()).toThrow('sweepers are at work')
})

test('a sweep that is completed twice is an error', () => {
  const hand = new Hand()
  hand.terminate([])
  hand.sweepers[0].finish()
  hand.meta[control.SWEEPERS] = 0
  expect(() => hand.sweepers[0].sweepOne()).toThrow('the sweep of cycle 1 was completed twice')
})

/**
 * The pace is a quotient of doubles. Where it asks for a whole number of pages, one more page may
 * be swept.
 */
const ROUNDING = 1e-6

/** Paced so that the trigger lies `runway` bytes beyond the pacer's distance. */
function paced(spans: number, runway: number): Hand {
  const hand = new Hand()
  const objects = hand.fill(spans)
  hand.terminate(objects)
  hand.meta[control.HEAP_LIVE] = objects.length * BYTES
  hand.meta[control.TRIGGER] = hand.meta[control.HEAP_LIVE] + runway + MiB
  hand.sweepers[0].pace(MiB)
  return hand
}

test('as the heap grows, sweeping keeps ahead in proportion, and is done 1 MiB before the trigger', () => {
  const parameters = [
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: PAGE_BYTES, max: MiB }),
  ] as const
  fc.assert(
    fc.property(
      ...parameters,
      fc.array(fc.integer({ min: 1, max: 65536 }), { maxLength: 30 }),
      (spans, runway, requests) => {
        const hand = paced(spans, runway)
        // However near the trigger is, no page that is acquired costs more than 16.
        const way = Math.max(runway, (spans * PAGE_BYTES) / 16)
        let grown = 0
        for (const bytes of requests) {
          hand.sweepers[0].payFor(bytes, 0)
          grown += bytes
          hand.meta[control.HEAP_LIVE] += bytes
          const due = Math.min(spans, (spans * grown) / way)
          expect(hand.meta[control.PAGES_SWEPT]).toBeGreaterThan(due - ROUNDING)
          expect(hand.meta[control.PAGES_SWEPT]).toBeLessThan(due + 1 + ROUNDING)
        }
        hand.sweepers[1].payFor(Math.max(0, way - grown) + 1, 0)
        expect(hand.meta[control.PAGES_SWEPT]).toBe(spans)
      },
    ),
    { numRuns: 60 },
  )
})

test('pages that the caller brings swept are taken off what it must sweep', () => {
  const hand = paced(40, 40 * PAGE_BYTES)
  hand.sweepers[0].payFor(10 * PAGE_BYTES, 10)
  expect(hand.meta[control.PAGES_SWEPT]).toBe(0)
  hand.sweepers[0].payFor(10 * PAGE_BYTES, 4)
  expect(hand.meta[control.PAGES_SWEPT]).toBe(6)
})

test('without a trigger, or with all swept, nothing is asked for', () => {
  const hand = paced(4, PAGE_BYTES)
  const rate = hand.memory.controlDouble(control.SWEEP_PAGES_PER_BYTE)
  expect(hand.memory.metaF64[rate]).toBe(4 / PAGE_BYTES)
  hand.meta[control.TRIGGER] = control.NO_BYTES
  hand.sweepers[0].pace(MiB)
  expect(hand.memory.metaF64[rate]).toBe(0)
  hand.sweepers[0].payFor(MiB, 0)
  expect(hand.meta[control.PAGES_SWEPT]).toBe(0)
  hand.meta[control.TRIGGER] = 3 * MiB
  hand.sweepers[0].pace(MiB)
  hand.sweepers[0].payFor(3 * MiB, 0)
  expect([hand.isSwept.isDone, hand.memory.metaF64[rate]]).toEqual([true, 0])
  hand.sweepers[0].pace(MiB)
  expect(hand.memory.metaF64[rate]).toBe(0)
})

test('behind the trigger sixteen pages are swept for each that is acquired, and not the whole heap for the first', () => {
  const hand = paced(40, -2 * MiB)
  hand.sweepers[0].payFor(PAGE_BYTES, 0)
  expect(hand.meta[control.PAGES_SWEPT]).toBe(16)
  hand.meta[control.HEAP_LIVE] += PAGE_BYTES
  hand.sweepers[0].payFor(PAGE_BYTES, 0)
  expect(hand.meta[control.PAGES_SWEPT]).toBe(32)
})
