// A large object is zeroed in pieces, with a safepoint between two pieces, and only where its pages
// have been used.

import { expect, test } from 'vitest'
import { POISON } from '../../heap/sweep-span.ts'
import { PAGE_BYTES } from '../../memory/layout.ts'
import { KiB } from '../../memory/units.ts'
import * as control from '../../memory/words/control.ts'
import * as span from '../../memory/words/span.ts'
import { useHandClock } from '../support/hand-clock.ts'
import { HandWorld } from '../support/hand-world.ts'

useHandClock()

const BYTES = 1024 * KiB
const PIECES = 4

/** A heap in which that many bytes from the first page on were used, and are free and dirty. */
function used(bytes: number): HandWorld {
  const world = new HandWorld({ globals: 1, arenaBytes: 8 * 1024 * KiB })
  const [mutator, marker] = world.ps
  mutator.spawn()
  const at = mutator.collector.cache.allocateLarge(bytes, true)
  world.memory.heap.fill(7, at >>> 2, (at + bytes) >>> 2)
  world.startMark(marker)
  world.finishMark(marker)
  marker.collector.sweeper.finish()
  return world
}

const isZero = (world: HandWorld, at: number, bytes: number): boolean =>
  world.memory.heap.subarray(at >>> 2, (at + bytes) >>> 2).every(word => word === 0)

test('between two pieces of 256 KiB there is a safepoint, and at the end all is zero', () => {
  const world = used(BYTES)
  const [mutator] = world.ps
  let polls = 0
  const zeroed: boolean[] = []
  mutator.collector.starter.poll = () => {
    // The first is that of every allocation.
    if (polls++ > 0) zeroed.push(isZero(world, PAGE_BYTES, (polls - 1) * 256 * KiB))
  }
  const at = mutator.allocator.allocate(BYTES, true)
  expect([at, polls - 1, zeroed]).toEqual([PAGE_BYTES, PIECES - 1, [true, true, true]])
  expect(isZero(world, at, BYTES)).toBe(true)
})

test.each([false, true])(
  'whole cycles, sweep included, pass between two pieces; while marking: %s',
  isMarking => {
    const world = used(BYTES)
    const [mutator, marker] = world.ps
    if (isMarking) world.startMark(marker)
    // Nobody pays: in a schedule by hand there is nobody to wait for.
    world.memory.metaF64[world.memory.controlDouble(control.ASSIST_WORK_PER_BYTE)] = 0
    let polls = 0
    mutator.collector.starter.poll = () => {
      if (polls++ === 0) return
      if (isMarking && polls === 2) world.finishCycle(marker)
      // The marker meets the object on the stack, and all memory behind its header is dirty.
      else world.collect(marker)
      expect(mutator.heap.spans.of(PAGE_BYTES)).toBe(1)
      expect(world.colourOf(PAGE_BYTES)).toBe(span.WHITE)
    }
    const at = mutator.allocator.allocate(BYTES, false)
    expect([at, polls - 1]).toEqual([PAGE_BYTES, PIECES - 1])
    expect(isZero(world, at, BYTES)).toBe(true)
    mutator.setGlobal(0, at)
    world.collect(marker)
    expect(mutator.heap.spans.of(at)).toBe(1)
  },
)

test('a cycle that begins and ends before anything is zeroed reads nothing of it', () => {
  const world = new HandWorld({ check: true, arenaBytes: 8 * 1024 * KiB })
  const [mutator, marker] = world.ps
  mutator.spawn()
  mutator.collector.cache.allocateLarge(BYTES, true)
  // Its memory is freed, poisoned, and out of quarantine. Read as a header, the poison has
  // thousands of references to nowhere, which a checked mark would report.
  for (let cycle = 0; cycle < 3; cycle++) {
    world.startMark(marker)
    world.finishMark(marker)
    marker.collector.sweeper.finish()
  }
  expect(world.memory.heap[PAGE_BYTES >>> 2]).toBe(POISON)
  world.meta[control.TRIGGER] = 0
  world.at('restarted', () => {
    marker.collector.drain.enter()
    world.finishCycle(marker)
  })
  const at = mutator.allocator.allocate(BYTES, false)
  expect([at, world.meta[control.CYCLES_MARKED], isZero(world, at, BYTES)]).toEqual([
    PAGE_BYTES,
    4,
    true,
  ])
})

test('pages that were never used are not touched', () => {
  const world = used(300 * KiB)
  const [mutator] = world.ps
  const end = world.meta[control.PAGES_END] * PAGE_BYTES
  // Nobody but a test writes there: it is how to see that nobody does.
  const beyond = end >>> 2
  world.memory.heap[beyond] = 77
  const at = mutator.allocator.allocate(BYTES, true)
  expect([at, isZero(world, at, end - at), world.memory.heap[beyond]]).toEqual([
    PAGE_BYTES,
    true,
    77,
  ])
  world.memory.heap[beyond] = 0
})

test('of what lies beyond all that was used not even a piece is zeroed', () => {
  const world = new HandWorld({ arenaBytes: 8 * 1024 * KiB })
  const [mutator] = world.ps
  mutator.spawn()
  let polls = 0
  mutator.collector.starter.poll = () => polls++
  const at = mutator.allocator.allocate(BYTES, true)
  expect([isZero(world, at, BYTES), polls]).toEqual([true, 1])
})
