// Scans of a stack by another P while its goroutine runs, by written schedules.

import { expect, test } from 'vitest'
import { BreachError } from '../../../gc/verify/breach.ts'
import type { Addr } from '../../../memory/kinds.ts'
import * as control from '../../../memory/words/control.ts'
import * as gWords from '../../../memory/words/goroutine.ts'
import { useHandClock } from '../../support/hand-clock.ts'
import { type HandP, HandWorld } from '../../support/hand-world.ts'

useHandClock()

const newWorld = (): HandWorld => new HandWorld({ stackScans: 'any' })

/**
 *   0  goroutine 1 runs on P 0 and keeps x
 *   1  setup stop
 *   2  P 1  takes the job and scans the stack: the goroutine still runs, and was asked nothing
 *   3  P 1  marks, and the stop finds no work left
 */
test('the P that takes the job scans the stack of a goroutine that runs on another P', () => {
  const world = newWorld()
  const [mutator, marker] = world.ps
  const Node = world.type(0)
  const goroutine = mutator.spawn()
  const x = mutator.keep(mutator.make(Node, [], 42))
  world.startMark(marker) //                                    1
  marker.scanRoot() //                                          2
  expect(world.isScanned(goroutine)).toBe(true)
  expect(world.goroutine(goroutine, gWords.STATUS)).toBe(gWords.G_RUNNING)
  expect(world.meta[control.SCANS_WANTED]).toBe(0)
  marker.scanGrey() //                                          3
  expect(world.tryTerminate(marker)).toBe(true)
  expect(mutator.numberOf(x, Node)).toBe(42)
})

/**
 * The only reference to x is in a variable while the stack is scanned.
 *
 *   0  goroutine 1 runs on P 0 and keeps x
 *   1  setup stop
 *   2  P 0  takes x off its stack
 *   3  P 1  scans the stack: nothing is on it
 *   4  P 0  puts x back
 *   5  P 1  ends the mark
 */
function keepAfterScan(putBack: (mutator: HandP, x: Addr) => void): number {
  const world = newWorld()
  const [mutator, marker] = world.ps
  const Node = world.type(0)
  const goroutine = mutator.spawn()
  const x = mutator.keep(mutator.make(Node, [], 42))
  world.startMark(marker) //                                    1
  mutator.drop() //                                             2
  mutator.collector.stack.save()
  marker.scanRoot() //                                          3
  expect(world.isScanned(goroutine)).toBe(true)
  putBack(mutator, x) //                                        4
  world.finishCycle(marker) //                                  5
  return mutator.numberOf(x, Node)
}

test('a reference that a goroutine puts back on its stack after the scan is shaded', () => {
  expect(keepAfterScan((mutator, x) => mutator.keep(x))).toBe(42)
})

test('without that shade it would be lost', () => {
  const putUnshaded = ({ collector: { stack } }: HandP, x: Addr): void => {
    stack.meta[stack.top++] = x
  }
  expect(() => keepAfterScan(putUnshaded)).toThrow(BreachError)
})

/**
 * The top in the record is that of the setup stop, so the scan may find more than is on the stack.
 *
 *   0  goroutine 1 runs on P 0 and keeps x and y
 *   1  setup stop
 *   2  P 0  drops y, keeps z in its place and w above it
 *   3  P 1  scans what lies below the top of 1: x and z. It does not see w, which was shaded
 *   4  P 1  ends the mark: y was dropped in it
 */
test('what lies below the top of the setup stop is scanned, and what lies above was shaded', () => {
  const world = newWorld()
  const [mutator, marker] = world.ps
  const Node = world.type(0)
  mutator.spawn()
  const [x, y, z, w] = [1, 2, 3, 4].map(value => mutator.make(Node, [], value))
  for (const object of [z, w, x, y]) mutator.keep(object)
  world.startMark(marker) //                                    1
  mutator.drop() //                                             2
  for (const object of [z, w]) mutator.keep(object)
  marker.scanRoot() //                                          3
  const cycle = world.finishCycle(marker) //                    4
  expect(cycle).toMatchObject({ scanWorkStack: 16, heapMarked: 48 })
  expect([x, z, w].map(object => mutator.numberOf(object, Node))).toEqual([1, 3, 4])
})

/** A stack that grows moves. The scan that comes after it finds it where it is now. */
test('a stack that has grown since the setup stop is scanned in its new place', () => {
  const world = newWorld()
  const [mutator, marker] = world.ps
  const Node = world.type(0)
  const goroutine = mutator.spawn()
  const dropped = mutator.make(Node, [], 1)
  for (let count = 0; count < 3; count++) mutator.keep(0)
  const x = mutator.keep(mutator.make(Node, [], 42))
  const before = world.goroutine(goroutine, gWords.STACK)
  world.startMark(marker)
  for (let count = 0; count < 100; count++) mutator.keep(0)
  expect(world.goroutine(goroutine, gWords.STACK)).not.toBe(before)
  world.meta[before + 3] = dropped // the old place belongs to nobody now
  marker.scanRoot()
  expect(world.finishCycle(marker).heapMarked).toBe(16)
  expect(mutator.numberOf(x, Node)).toBe(42)
})

/** A scan copies 256 words at a time. */
test.each([255, 256, 257, 1000])('a stack of %i references is scanned to its end', count => {
  const world = newWorld()
  const [mutator, marker] = world.ps
  const Node = world.type(0)
  mutator.spawn()
  for (let index = 0; index < count; index++) mutator.keep(mutator.make(Node, [], index))
  const cycle = world.collect(marker)
  expect(cycle).toMatchObject({ scanWorkStack: 4 * count, heapMarked: 16 * count })
})

/** A goroutine that waits, that is ready, or that has ended needs no other treatment. */
test('the stack of a goroutine that does not run is scanned, and that of one that is over is not', () => {
  const world = newWorld()
  const [mutator, marker] = world.ps
  const Node = world.type(0)
  mutator.spawn()
  const x = mutator.keep(mutator.make(Node, [], 1))
  mutator.parkHere()
  const ready = mutator.spawn()
  const y = mutator.keep(mutator.make(Node, [], 2))
  mutator.parkHere()
  mutator.goroutines.makeRunnable(ready)
  const over = mutator.spawn()
  mutator.keep(mutator.make(Node, [], 3))
  world.startMark(marker)
  mutator.collector.stack.save()
  expect(mutator.goroutines.tryStopRunning(over, gWords.G_DEAD)).toBe(true)
  mutator.leaveGoroutine()
  mutator.goroutines.release(over)
  expect(world.finishCycle(marker)).toMatchObject({ scanWorkStack: 8, heapMarked: 32 })
  expect([x, y].map(object => mutator.numberOf(object, Node))).toEqual([1, 2])
})
