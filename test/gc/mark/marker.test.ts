import { expect, test } from 'vitest'
import { roundedBytes } from '../../../heap/size-classes.ts'
import type { Addr } from '../../../memory/kinds.ts'
import { OBLET_BYTES, WORK_BUFFER_CAPACITY } from '../../../memory/layout.ts'
import { MiB } from '../../../memory/units.ts'
import * as control from '../../../memory/words/control.ts'
import * as span from '../../../memory/words/span.ts'
import { useHandClock } from '../../support/hand-clock.ts'
import { type HandP, HandWorld, type HandWorldOptions } from '../../support/hand-world.ts'

useHandClock()

function oneP(options: HandWorldOptions = {}): { world: HandWorld; only: HandP } {
  const world = new HandWorld({ procs: 1, globals: 1, ...options })
  return { world, only: world.ps[0] }
}

const ofBothKinds = (counts: readonly number[]) =>
  counts.flatMap(count => [[count, 'plain'] as const, [count, 'atomic'] as const])

/** Marks all that the globals lead to, and returns which of the objects are black. */
function mark(world: HandWorld, only: HandP, objects: readonly Addr[]): boolean[] {
  world.startMark(only)
  only.collector.drain.drainForCredit(() => false)
  return objects.map(object => world.colourOf(object) === span.BLACK)
}

test.each(ofBothKinds([0, 1, 2, 3, 7, 16, 100, 1000]))(
  'a struct of %i references leads to each of them, with %s marks',
  (count, marks) => {
    const { world, only } = oneP({ marks })
    const Leaf = world.type(0)
    const children = Array.from({ length: count }, (_, index) => only.make(Leaf, [], index))
    const Struct = world.type(count)
    const object = only.make(Struct, children)
    // The number behind the last reference must not be taken for one.
    const bait = only.make(Leaf)
    world.memory.heap[only.field(object, count)] = bait
    only.setGlobal(0, object)
    expect(mark(world, only, [object, ...children])).toEqual(Array(count + 1).fill(true))
    expect(world.colourOf(bait)).toBe(span.WHITE)
    const { heapMarked, scanWorkHeap } = world.finishCycle(only)
    expect(heapMarked).toBe(count * 16 + roundedBytes(Struct.bytes))
    expect(scanWorkHeap).toBe(count === 0 ? 0 : (count + 1) * 4)
  },
)

test.each(ofBothKinds([0, 1, 5, 1000, 8190, 8191, 20_000]))(
  'an array of %i references leads to each of them, with %s marks',
  (length, marks) => {
    const { world, only } = oneP({ marks })
    const Leaf = world.type(0)
    const array = only.makeArray(length)
    only.setGlobal(0, array)
    const ends = [...new Set([0, length >> 1, length - 1])].filter(
      index => index >= 0 && index < length,
    )
    const children = ends.map(index => {
      const child = only.make(Leaf)
      only.store(only.element(array, index), child)
      return child
    })
    expect(mark(world, only, [array, ...children])).toEqual(Array(children.length + 1).fill(true))
    const { heapMarked, scanWorkHeap } = world.finishCycle(only)
    expect(heapMarked).toBe(children.length * 16 + roundedBytes(8 + 4 * length))
    expect(scanWorkHeap).toBe(4 * length)
  },
)

/** Elements just before and after each border between two pieces, and both ends. */
function bordersOf(length: number): number[] {
  const borders = new Set([0, length - 1])
  for (let piece = OBLET_BYTES; piece < 8 + 4 * length; piece += OBLET_BYTES) {
    borders.add((piece - 8) / 4 - 1).add((piece - 8) / 4)
  }
  return [...borders]
}

const PIECE = OBLET_BYTES / 4

test.each([
  ['to the last byte of the first piece', PIECE - 2, 1],
  ['one element into the second', PIECE - 1, 2],
  ['over three and a half pieces', 3.5 * PIECE, 4],
])('an array %s is scanned in pieces', (_name, length, pieces) => {
  const { world, only } = oneP()
  const array = only.makeArray(length)
  only.setGlobal(0, array)
  const children = bordersOf(length).map(index => {
    const child = only.make(world.type(0))
    only.store(only.element(array, index), child)
    return child
  })
  world.startMark(only)
  only.scanRoot()
  const { marker } = only.collector
  const steps: number[] = []
  for (let before = 0; marker.scanSome(1) > 0; before = marker.scanWork)
    if (marker.scanWork > before) steps.push(marker.scanWork - before)
  expect(steps).toHaveLength(pieces)
  expect(Math.max(...steps)).toBeLessThanOrEqual(OBLET_BYTES)
  expect(marker.scanWork).toBe(4 * length)
  expect(marker.bytesMarked).toBe(roundedBytes(8 + 4 * length) + children.length * 16)
  expect(children.every(child => world.colourOf(child) === span.BLACK)).toBe(true)
  expect(world.finishCycle(only)).toMatchObject({ doubleMarked: 0 })
})

/** A tree of arrays: wider than any work buffer, and two levels deep below the root. */
function plantWideTree(world: HandWorld, p: HandP, width: number): number {
  const Link = world.type(1)
  const Leaf = world.type(0)
  const root = p.makeArray(width)
  p.setGlobal(0, root)
  for (let index = 0; index < width; index++) {
    p.store(
      p.element(root, index),
      p.make(Link, [p.make(Link, [p.make(Leaf, [], index)], index)], index),
    )
  }
  return roundedBytes(8 + 4 * width) + width * 48
}

test.each([1, 2])(
  'with a pool of %i work buffers everything is marked: what finds no room stays grey',
  workBuffers => {
    const { world, only } = oneP({ workBuffers })
    const bytes = plantWideTree(world, only, 10 * WORK_BUFFER_CAPACITY)
    world.startMark(only)
    only.scanRoot()
    only.collector.marker.scanSome(1)
    expect(world.meta[control.GREY_SPANS]).toBeGreaterThan(0)
    expect(world.finishCycle(only)).toMatchObject({
      heapMarked: bytes,
      checkedBytes: bytes,
      doubleMarked: 0,
    })
    expect(world.meta[control.GREY_SPANS]).toBe(0)
  },
)

test('a P that gets no work buffer at all marks with grey marks only', () => {
  const world = new HandWorld({ procs: 2, globals: 1, workBuffers: 1 })
  const [holder, marker] = world.ps
  const bytes = plantWideTree(world, holder, 3 * WORK_BUFFER_CAPACITY)
  const other = holder.make(world.type(0))
  world.startMark(marker)
  // The other P holds the only buffer, with one object in it.
  holder.collector.marker.shade(other)
  marker.scanRoot()
  expect(world.meta[control.GREY_SPANS]).toBe(1)
  expect(marker.collector.queue.isEmpty).toBe(true)
  expect(world.finishCycle(marker)).toMatchObject({
    heapMarked: bytes + 16,
    checkedBytes: bytes,
    doubleMarked: 0,
  })
})

test('grey objects that no P has queued are work: the stop does not end the mark over them', () => {
  const { world, only } = oneP({ workBuffers: 1 })
  plantWideTree(world, only, 3 * WORK_BUFFER_CAPACITY)
  world.startMark(only)
  only.scanRoot()
  only.scanGrey()
  expect(only.collector.queue.isEmpty).toBe(true)
  expect(only.collector.drain.isWorkAvailable).toBe(true)
  expect(world.tryTerminate(only)).toBe(false)
})

test('the pieces of a large array that find no work buffer are scanned at once', () => {
  const world = new HandWorld({ procs: 2, globals: 1, workBuffers: 1, arenaBytes: 8 * MiB })
  const [holder, marker] = world.ps
  const length = 4 * PIECE
  const array = holder.makeArray(length)
  holder.setGlobal(0, array)
  const last = holder.make(world.type(0))
  holder.store(holder.element(array, length - 1), last)
  const other = holder.make(world.type(0))
  world.startMark(marker)
  holder.collector.marker.shade(other)
  expect(world.finishCycle(marker)).toMatchObject({ scanWorkHeap: 4 * length, doubleMarked: 0 })
})

/**
 *   1  P 0 and P 1 both read x's mark byte: white
 *   2  both write black, and queue x
 *   3  both scan x: its child is shaded by the first, and found black by the second
 */
test('an object that two markers find white is counted twice, its children once', () => {
  const world = new HandWorld({ globals: 1 })
  const [first, second] = world.ps
  const child = first.make(world.type(0), [], 42)
  const x = first.make(world.type(30), [child])
  first.setGlobal(0, x)
  world.startMark(second)
  first.collector.marker.shade(x) //                            1, 2
  world.paint(x, span.WHITE)
  second.collector.marker.shade(x)
  first.scanGrey() //                                           3
  second.scanGrey()
  const cycle = world.finishCycle(second)
  expect(cycle).toMatchObject({
    heapMarked: 16 + 2 * 128,
    sweptMarkedBytes: 16 + 128,
    doubleMarked: 128,
  })
  expect(cycle.scanWorkHeap).toBe(2 * 31 * 4)
})

test('the work of one P is found by another through the shared list', () => {
  const world = new HandWorld({ globals: 1 })
  const [first, second] = world.ps
  const bytes = plantWideTree(world, first, 4 * WORK_BUFFER_CAPACITY)
  world.startMark(second)
  first.scanRoot()
  first.collector.marker.scanSome(1)
  expect(second.collector.drain.isWorkAvailable).toBe(true)
  second.scanGrey()
  expect(world.meta[control.WORK_FULL_COUNT]).toBe(0)
  expect(first.collector.queue.isEmpty).toBe(false)
  first.scanGrey()
  expect(world.finishCycle(second)).toMatchObject({ heapMarked: bytes, doubleMarked: 0 })
})

test('under --check a reference to no object is an internal error of the mark', () => {
  const { world, only } = oneP({ check: true })
  const x = only.make(world.type(0))
  world.memory.meta[world.global(0)] = x + 16
  world.startMark(only)
  expect(() => only.scanRoot()).toThrow(
    `mark met a reference to ${x + 16}, where no object is (mark byte 0)`,
  )
})
