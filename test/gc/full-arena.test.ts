// Requests that find no room, by hand: which are served, and when one is told that there is no
// room. A collection is one stop here.

import { expect, test } from 'vitest'
import { OutOfMemoryError } from '../../gc/allocator.ts'
import type { GateLimit } from '../../gc/work/gate.ts'
import { PAGE_BYTES } from '../../memory/layout.ts'
import * as control from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import { passTime, useHandClock } from '../support/hand-clock.ts'
import { type HandP, HandWorld } from '../support/hand-world.ts'

useHandClock()

const ARENA = 4 * 2 ** 20
const PAGES = ARENA / PAGE_BYTES

function scene(gate: GateLimit = 'off'): { world: HandWorld; first: HandP; second: HandP } {
  const world = new HandWorld({ gate, globals: 4, stopTheWorld: 1, arenaBytes: ARENA })
  const [first, second] = world.ps
  first.spawn()
  second.spawn()
  return { world, first, second }
}

/** Keeps an object of that many pages in global `index`. */
function hold(who: HandP, pages: number, index: number): void {
  who.setGlobal(index, who.allocator.allocate(pages * PAGE_BYTES, true))
}

const collections = (world: HandWorld): number => world.meta[control.CYCLES]

test('a full arena is reported after one collection, and one in a stop', () => {
  const { world, first } = scene()
  hold(first, PAGES - 1, 0)
  hold(first, 1, 1)
  const before = collections(world)
  expect(() => first.allocator.allocate(PAGE_BYTES, true)).toThrow(OutOfMemoryError)
  expect(collections(world) - before).toBe(2)
})

test('free slots of another size are no room', () => {
  const { world, first } = scene()
  // A page with one object of 48 bytes. Its free slots would hold the request if they were of the
  // request's size.
  first.setGlobal(0, first.allocator.allocate(48, true))
  hold(first, PAGES - 1, 1)
  const before = collections(world)
  expect(() => first.allocator.allocate(16, true)).toThrow(OutOfMemoryError)
  expect(collections(world) - before).toBe(2)
  expect(first.allocator.allocate(48, true)).toBeGreaterThan(0)
})

test('free pages that do not lie together are no room for a large object, and are for a small one', () => {
  const { world, first } = scene()
  const size = Math.floor(PAGES / 4)
  for (const index of [0, 1, 2]) hold(first, size, index)
  hold(first, PAGES - 3 * size, 3)
  first.setGlobal(0, 0)
  first.setGlobal(2, 0)
  const before = collections(world)
  expect(() => first.allocator.allocate((size + 1) * PAGE_BYTES, true)).toThrow(OutOfMemoryError)
  expect(collections(world) - before).toBe(2)
  expect(first.allocator.allocate(size * PAGE_BYTES, true)).toBeGreaterThan(0)
})

test('what another P holds in its cache is found', () => {
  const { world, first, second } = scene()
  hold(first, PAGES - 2, 0)
  // Two sizes, a page each, of which nothing lives. So close to the arena's end any request would
  // start a cycle.
  const fillRest = (): void => {
    for (const bytes of [64, 128]) {
      world.meta[control.TRIGGER] = control.NO_BYTES
      second.allocator.allocate(bytes, true)
    }
  }
  fillRest()
  // Another P is faster than this one after the first collection.
  world.at('restarted', () => {
    fillRest()
    world.at('restarted', () => (world.meta[control.TRIGGER] = control.NO_BYTES))
  })
  const before = collections(world)
  expect(first.allocator.allocate(256, true)).toBeGreaterThan(0)
  expect(collections(world) - before).toBe(2)
})

test.each([1, 2])(
  'all who wait are served in one stop, as far as there is room: of two, %i',
  pages => {
    const { world, first, second } = scene()
    const { memory, meta } = world
    hold(first, PAGES - pages, 0)
    second.keep(0)
    const own = memory.pWord(second.index, 0)
    const fillRest = (): void => {
      world.meta[control.TRIGGER] = control.NO_BYTES
      second.allocator.allocate(pages * PAGE_BYTES, true)
    }
    fillRest()
    world.at('restarted', () => {
      fillRest()
      meta[own + pWords.WANTED_SLOT] = second.collector.stack.top - 1
      meta[own + pWords.WANTED_NOSCAN] = 1
      meta[own + pWords.WANTED_BYTES] = 128
    })
    let served = 0
    try {
      if (first.allocator.allocate(256, true) > 0) served++
    } catch (error) {
      expect(error).toBeInstanceOf(OutOfMemoryError)
    }
    if (meta[second.collector.stack.top - 1] > 0) served++
    expect([meta[own + pWords.WANTED_BYTES], served]).toEqual([0, pages])
  },
)

test('past the goal a stop serves one request; the other is in line, and is served in the next', () => {
  const { world, first, second } = scene('goal')
  const { memory, meta } = world
  hold(first, PAGES - 2, 0)
  second.keep(0)
  const own = memory.pWord(second.index, 0)
  // Garbage fills the rest: before the first waits at the gate, and once it has passed.
  const fillRest = (): void => {
    second.collector.sweeper.finish()
    second.collector.cache.allocateLarge(2 * PAGE_BYTES, true)
  }
  const want = (): void => {
    meta[own + pWords.WANTED_SLOT] = second.collector.stack.top - 1
    meta[own + pWords.WANTED_NOSCAN] = 1
    meta[own + pWords.WANTED_BYTES] = 128
  }
  fillRest()
  world.at('restarted', fillRest)
  world.at('stop', () => undefined)
  world.at('stop', want)
  const request = (): unknown => ({
    bytes: meta[own + pWords.WANTED_BYTES],
    isServed: meta[second.collector.stack.top - 1] > 0,
    isInLine: meta[own + pWords.TOKEN_WANTED_AT] > 0,
  })
  expect(first.allocator.allocate(256, true)).toBeGreaterThan(0)
  expect(request()).toEqual({ bytes: 128, isServed: false, isInLine: true })
  second.collector.collectStopped()
  expect(request()).toEqual({ bytes: 0, isServed: true, isInLine: false })
})

/**
 * A cycle marks, the arena is full, and a request waits at the gate for the end of the mark. In the
 * middle of its wait the gate opens.
 */
test('a cycle that a request waited for at the gate is its concurrent one, though the gate opened', () => {
  const world = new HandWorld({ gate: 'goal', globals: 1, arenaBytes: ARENA })
  const { memory, meta } = world
  const [first, marker] = world.ps
  first.spawn()
  first.setGlobal(0, first.collector.cache.allocateLarge((PAGES - 1) * PAGE_BYTES, true))
  world.startMark(marker)
  while (marker.collector.roots.areLeft) marker.scanRoot()
  first.safepoint()
  first.keep(first.collector.cache.allocateLarge(PAGE_BYTES, true))
  const open = (): void => {
    memory.metaF64[memory.pDouble(0, pWords.TOTAL_ASSIST_MS)] += 1e9
    memory.metaF64[memory.controlDouble(control.LIMITER_UPDATED_AT)] = 0
    marker.collector.limiter.update()
  }
  world.at('blocked', open)
  // Until the P at the gate raises the stop.
  for (let waits = 0; waits < 2; waits++) world.at('blocked', () => passTime(10))
  const before = collections(world)
  expect(() => first.allocator.allocate(16, true)).toThrow(OutOfMemoryError)
  expect(meta[control.GC_CPU_LIMITED]).toBe(1)
  // The one in a stop.
  expect(collections(world) - before).toBe(1)
})

test('a large object that is served in the stop is zeroed, though its pages were used', () => {
  const { world, first, second } = scene()
  const bytes = (PAGES - 1) * PAGE_BYTES
  const garbage = first.allocator.allocate(bytes, true)
  world.memory.heap.fill(7, garbage >>> 2, (garbage + bytes) >>> 2)
  // Dirty pages are all that is left, and at the first collection another P has one of them.
  const takePage = (): void => {
    world.meta[control.TRIGGER] = control.NO_BYTES
    second.allocator.allocate(64, true)
  }
  takePage()
  world.at('restarted', takePage)
  const at = first.allocator.allocate(bytes, true)
  expect(at).toBeGreaterThan(0)
  expect(world.memory.heap.subarray(at >>> 2, (at + bytes) >>> 2).every(word => word === 0)).toBe(
    true,
  )
})

test('what others have in flight is no reason to fail: their goroutines may never keep it', () => {
  const { world, first, second } = scene()
  const { memory, meta } = world
  const size = Math.floor(PAGES / 2) * PAGE_BYTES
  // Another P is about to hand half of the arena to its goroutine; it does so between two stops.
  const inFlight = (bytes: number): void => {
    meta[memory.pWord(second.index, pWords.IN_FLIGHT_BYTES)] = bytes
  }
  second.keep(second.allocator.allocate(size, true))
  inFlight(size)
  for (let stops = 0; stops < 3; stops++) world.at('restarted', () => undefined)
  world.at('restarted', () => {
    second.drop()
    inFlight(0)
  })
  for (let slept = 0; slept < 100_000; slept++) world.at('blocked', () => undefined)
  const before = collections(world)
  expect(first.allocator.allocate(size + PAGE_BYTES, true)).toBeGreaterThan(0)
  expect(collections(world) - before).toBe(5)
})

test('but not for ever', () => {
  const { world, first, second } = scene()
  const size = Math.floor(PAGES / 2) * PAGE_BYTES
  second.keep(second.allocator.allocate(size, true))
  world.meta[world.memory.pWord(second.index, pWords.IN_FLIGHT_BYTES)] = size
  first.world.blockInPlace = () => undefined
  first.world.raise = () => {
    world.meta[control.CYCLES]++
    return true
  }
  first.collector.collect = () => undefined
  expect(() => first.allocator.allocate(size + PAGE_BYTES, true)).toThrow(OutOfMemoryError)
  expect(world.meta[control.CYCLES]).toBe(100)
})

test('requests at the shadow stack end as they began: nothing is left on it', () => {
  const { first } = scene()
  hold(first, PAGES, 0)
  const { top } = first.collector.stack
  expect(() => first.allocator.allocate(16, true)).toThrow(OutOfMemoryError)
  expect(first.collector.stack.top).toBe(top)
})
