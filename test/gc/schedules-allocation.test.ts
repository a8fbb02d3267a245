// The colour of new objects, the caches and the sweep, by written schedules: P 0 allocates, and P 1
// marks or sweeps.

import { expect, test } from 'vitest'
import { BreachError } from '../../gc/verify/breach.ts'
import { STOP_FORCED_CYCLE, STOP_HEAP_CYCLE } from '../../gc/world.ts'
import type { Addr } from '../../memory/kinds.ts'
import * as control from '../../memory/words/control.ts'
import { POLL, POLL_FLUSH } from '../../memory/words/p.ts'
import * as span from '../../memory/words/span.ts'
import { useHandClock } from '../support/hand-clock.ts'
import { type HandP, type HandType, HandWorld } from '../support/hand-world.ts'

useHandClock()

test('a large object whose allocation starts a cycle is kept, though the cycle ends before the program has it', () => {
  const world = new HandWorld({ check: true })
  const [mutator, marker] = world.ps
  mutator.spawn()
  const bytes = 40_000
  world.meta[control.TRIGGER] = 0
  world.at('restarted', () => {
    world.finishCycle(enterDrain(marker))
  })
  const cycles = world.meta[control.CYCLES_MARKED]
  const at = mutator.allocator.allocate(bytes, true)
  expect(world.meta[control.CYCLES_MARKED]).toBe(cycles + 1)
  expect(mutator.heap.spans.of(at)).toBeGreaterThan(0)
  expect(world.colourOf(at)).toBe(span.WHITE)
})

/** The three ways to a slot, and what leads the next allocation to each. */
const waysToASlot: Readonly<Record<string, (world: HandWorld, mutator: HandP) => void>> = {
  'a fresh span': () => {},
  'the run that is ready': (_, mutator) => {
    mutator.allocator.allocate(16, true)
  },
  // Every other slot of a span is in use, so a run is one slot, and the refill's one is taken.
  'the next run of the span': (world, mutator) => {
    const Node = world.type(0)
    const objects = Array.from({ length: 512 }, () => mutator.make(Node))
    const array = mutator.keep(mutator.makeArray(256))
    for (const [index, object] of objects.entries())
      if (index % 2 === 1) mutator.store(mutator.element(array, index >> 1), object)
    world.startMark(mutator)
    mutator.safepoint()
    world.finishMark(mutator)
    mutator.allocator.allocate(16, true)
  },
}

test.each(Object.entries(waysToASlot))(
  'what is asked of a P between the moment a slot is found and its return waits: %s',
  (way, prepare) => {
    const world = new HandWorld()
    const [mutator] = world.ps
    mutator.spawn()
    prepare(world, mutator)
    const { cache } = mutator.collector
    const poll = world.memory.pWord(mutator.index, POLL)
    const ask = (at: number): number => {
      if (at !== 0) world.meta[poll] |= POLL_FLUSH // as another P's thread would, just then
      return at
    }
    const [take, refill, nextRun] = [cache.take, cache.refill, cache.nextRun]
    let found = 'the run that is ready'
    cache.take = (...given) => ask(take.apply(cache, given))
    cache.nextRun = spanClass => {
      const isThere = nextRun.call(cache, spanClass)
      if (isThere && found === 'the run that is ready') found = 'the next run of the span'
      return isThere
    }
    cache.refill = (...given) => {
      found = 'a fresh span'
      return refill.apply(cache, given)
    }
    expect(mutator.allocator.allocate(16, true)).toBeGreaterThan(0)
    expect(found).toBe(way)
    expect(world.meta[poll] & POLL_FLUSH).toBe(POLL_FLUSH)
    mutator.safepoint()
    expect(world.meta[poll] & POLL_FLUSH).toBe(0)
  },
)

test('two Ps that find the trigger passed start one cycle', () => {
  const world = new HandWorld({ check: true })
  const [first, second] = world.ps
  first.spawn()
  world.meta[control.TRIGGER] = 0
  world.at('epoch', () => second.world.raise(world.stops, STOP_HEAP_CYCLE))
  first.collector.starter.startIfTriggered()
  expect(world.meta[control.CYCLES]).toBe(1)
  world.finishMark(enterDrain(second))
  expect(world.meta[control.CYCLES_MARKED]).toBe(1)
})

function enterDrain(p: HandP): HandP {
  p.collector.drain.enter()
  return p
}

interface NewObject {
  /** Step 0. */
  prepare?(mutator: HandP, type: HandType): void
  /** Step 3. */
  make(mutator: HandP, type: HandType): Addr
  /** A hand that takes the protection away, after step 3. */
  undo?(world: HandWorld, object: Addr): void
}

/**
 * A new object is only on a stack that was scanned before: no root leads to it, and no store shades
 * it.
 *
 *   0  goroutine 1 runs on P 0
 *   1  setup stop
 *   2  P 1  asks for goroutine 1's stack; P 0 scans it: black
 *   3  P 0  makes n and keeps it
 *   4  P 1  ends the mark
 */
function makeOnBlackStack({ prepare, make, undo }: NewObject): {
  world: HandWorld
  n: Addr
  mutator: HandP
} {
  const world = new HandWorld()
  const [mutator, marker] = world.ps
  const Node = world.type(1)
  const goroutine = mutator.spawn()
  prepare?.(mutator, Node) //                                   0
  world.startMark(marker) //                                    1
  marker.scanRoot() //                                          2
  mutator.safepoint()
  expect(world.isScanned(goroutine)).toBe(true)
  const n = mutator.keep(make(mutator, Node)) //                3
  undo?.(world, n)
  world.finishCycle(marker) //                                  4
  return { world, n, mutator }
}

const white = (world: HandWorld, object: Addr): void => world.paint(object, span.WHITE)

test('allocate black: an object of a run taken while a cycle marks is not lost', () => {
  const fresh: NewObject = { make: (mutator, type) => mutator.make(type, [0], 42) }
  const { world, n, mutator } = makeOnBlackStack(fresh)
  expect(world.colourOf(n)).toBe(span.WHITE)
  expect(mutator.memory.heap[mutator.field(n, 1)]).toBe(42)
  expect(() => makeOnBlackStack({ ...fresh, undo: white })).toThrow(BreachError)
})

test('allocate black: a large object made while a cycle marks is not lost', () => {
  const large: NewObject = { make: mutator => mutator.makeArray(10_000) }
  const { world, n, mutator } = makeOnBlackStack(large)
  expect(world.colourOf(n)).toBe(span.WHITE)
  expect(mutator.heap.spans.isLarge(mutator.heap.spans.of(n))).toBe(true)
  expect(() => makeOnBlackStack({ ...large, undo: white })).toThrow(BreachError)
})

test('blackening of cached runs: an object of a run taken before the cycle is not lost', () => {
  let before = 0
  const cached: NewObject = {
    prepare: (mutator, type) => {
      before = mutator.make(type)
    },
    make: (mutator, type) => mutator.make(type, [0], 42),
  }
  const { n, mutator } = makeOnBlackStack(cached)
  // The next slot of the same run: nothing was taken in between.
  expect(n).toBe(before + 16)
  expect(mutator.memory.heap[mutator.field(n, 1)]).toBe(42)
  expect(() => makeOnBlackStack({ ...cached, undo: white })).toThrow(BreachError)
})

test('what was cached but not allocated when the mark ends is neither marked nor live', () => {
  const world = new HandWorld()
  const [mutator, marker] = world.ps
  mutator.spawn()
  mutator.keep(mutator.make(world.type(0)))
  world.startMark(marker)
  const kept = mutator.keep(mutator.make(world.type(10)))
  world.finishMark(marker)
  const bytes = 16 + mutator.heap.spans.read(mutator.heap.spans.of(kept), span.SLOT_BYTES)
  expect(world.meta[control.HEAP_LIVE]).toBe(bytes)
  mutator.collector.sweeper.finish()
  expect(world.records.take(false)).toMatchObject({ heapMarked: bytes, sweptMarkedBytes: bytes })
})

/**
 * A span that stays cached over the end of a mark would not be swept. Its objects would stay black,
 * and the next cycle would never scan them.
 *
 *   0  goroutine 1 runs on P 0 and keeps x, of a span that P 0 caches
 *   1  a cycle: x is black; the sweep makes it white
 *   2  P 0  makes y, of another size, and stores it in x; no barrier is on. Nothing else leads to y
 *   3  P 1  the next cycle must scan x to find y
 */
test('flush of caches: an object of a cached span is scanned again by the next cycle', () => {
  const world = new HandWorld()
  const [mutator, marker] = world.ps
  const X = world.type(1)
  const Y = world.type(9)
  mutator.spawn()
  const x = mutator.keep(mutator.make(X, [0], 41))
  world.collect(marker) //                                      1
  const y = mutator.make(Y, [], 42) //                          2
  mutator.store(mutator.field(x), y)
  expect(world.colourOf(y)).toBe(span.WHITE)
  world.startMark(marker) //                                    3
  marker.scanRoot()
  mutator.safepoint()
  world.finishCycle(marker)
  expect([mutator.numberOf(x, X), mutator.numberOf(y, Y)]).toEqual([41, 42])
})

/**
 * What a cycle left unswept would be black in the next one, with the same end.
 *
 *   0  goroutine 1 runs on P 0 and keeps x
 *   1  a cycle is marked, and not swept
 *   2  P 0  stores y in x
 *   3  the next setup stop comes at once, and finishes the sweep
 *   4  P 1  marks: it must scan x to find y
 */
test('all spans are swept before the next mark', () => {
  const world = new HandWorld()
  const [mutator, marker] = world.ps
  const X = world.type(1)
  const Y = world.type(9)
  mutator.spawn()
  const x = mutator.keep(mutator.make(X, [0], 41))
  world.startMark(marker) //                                    1
  marker.scanRoot()
  mutator.safepoint()
  world.finishMark(marker)
  expect(world.colourOf(x)).toBe(span.BLACK)
  const y = mutator.make(Y, [], 42) //                          2
  mutator.store(mutator.field(x), y)
  world.startMark(marker) //                                    3
  marker.scanRoot() //                                          4
  mutator.safepoint()
  world.finishCycle(marker)
  expect([mutator.numberOf(x, X), mutator.numberOf(y, Y)]).toEqual([41, 42])
})

/**
 * Two sweepers and one span. The lists hand a span to one P only, so the second sweeper here knows
 * the span by its address. Only the sweep generation tells it that it comes too late.
 *
 *   0  goroutine 1 runs on P 0 and keeps x; a dead object lies beside it
 *   1  a cycle is marked, and not swept
 *   2  P 1  looks at x's span and finds it unswept
 *   3  P 0  refills from the same span: it takes it from the list, owns it, sweeps it, and caches
 *           it
 *   4  P 0  makes n in the dead object's slot: white, as no cycle marks
 *   5  P 1  goes on with what it found, and tries to own the span: it is refused. To sweep the span
 *           again would free n and x
 */
test('sweepgen: a sweeper that comes late does not sweep what is allocated from again', () => {
  const world = new HandWorld()
  const [mutator, sweeper] = world.ps
  const Node = world.type(1)
  mutator.spawn()
  const x = mutator.keep(mutator.make(Node, [0], 41))
  const dead = mutator.make(Node)
  world.startMark(sweeper) //                                   1
  sweeper.scanRoot()
  mutator.safepoint()
  world.finishMark(sweeper)
  const { spans } = sweeper.heap
  const id = spans.of(x)
  const generation = (): number =>
    spans.read(id, span.SWEEP_GENERATION) - world.meta[control.HEAP_SWEEP_GENERATION]
  expect(generation()).toBe(-2) //                              2
  const n = mutator.keep(mutator.make(Node, [x], 42)) //        3, 4
  expect([n, generation()]).toEqual([dead, 3])
  const owned = spans.ownToSweep(id) //                         5
  if (owned) sweeper.collector.sweeper.sweep.sweep(id, 'keep')
  expect([world.colourOf(x), world.colourOf(n)]).toEqual([span.WHITE, span.WHITE])
  expect(owned).toBe(false)
  expect(generation()).toBe(3)
  world.collect(sweeper)
  expect([mutator.numberOf(x, Node), mutator.numberOf(n, Node)]).toEqual([41, 42])
})

/**
 * A refill and the background sweeper in the same class.
 *
 *   0  goroutine 1 runs on P 0 and keeps the odd ones of 1024 objects: two spans
 *   1  a cycle is marked, and not swept
 *   2  P 0  refills: sweeps the first unswept span and allocates in its free slots
 *   3  P 1  sweeps what is left in the background: not the span that P 0 caches
 *   4  P 0  goes on allocating, until both spans are full
 */
test('a refill sweeps before it allocates, beside the background sweeper', () => {
  const world = new HandWorld()
  const [mutator, sweeper] = world.ps
  const Node = world.type(0)
  mutator.spawn()
  const objects = Array.from({ length: 1024 }, (_, index) => mutator.make(Node, [], index))
  const kept = objects.filter((_, index) => index % 2 === 1)
  const array = mutator.keep(mutator.makeArray(kept.length))
  for (const [index, object] of kept.entries()) mutator.store(mutator.element(array, index), object)
  world.startMark(sweeper) //                                   1
  sweeper.scanRoot()
  mutator.safepoint()
  world.finishMark(sweeper)
  const first = mutator.make(Node) //                           2
  const swept = mutator.heap.spans.of(first)
  while (sweeper.collector.sweeper.sweepInBackground()); //     3
  expect(sweeper.collector.sweeper.isComplete).toBe(true)
  const later = Array.from({ length: 511 }, () => mutator.make(Node)) // 4
  const inUse = new Set(kept)
  for (const object of [first, ...later]) {
    expect(inUse.has(object), `slot ${object} is used twice`).toBe(false)
    inUse.add(object)
  }
  expect(mutator.heap.spans.of(later[0])).toBe(swept)
  expect(inUse).toEqual(new Set(objects))
  expect(kept.every((object, index) => mutator.numberOf(object, Node) === 2 * index + 1)).toBe(true)
})

test('the setup stop refuses to begin while somebody sweeps', () => {
  const world = new HandWorld()
  const [mutator, marker] = world.ps
  mutator.spawn()
  mutator.keep(mutator.make(world.type(0)))
  world.startMark(marker)
  marker.scanRoot()
  mutator.safepoint()
  world.finishMark(marker)
  expect(mutator.collector.sweeper.sweep.begin()).toBe(true)
  expect(() => world.stop(marker, STOP_FORCED_CYCLE)).toThrow(
    'sweepers are at work in a stopped world',
  )
})
