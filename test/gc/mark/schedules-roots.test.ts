// Root scanning, by written schedules: which P scans which stack, and what may happen to a
// goroutine meanwhile.

import { expect, test } from 'vitest'
import { BreachError } from '../../../gc/verify/breach.ts'
import * as control from '../../../memory/words/control.ts'
import * as gWords from '../../../memory/words/goroutine.ts'
import { useHandClock } from '../../support/hand-clock.ts'
import { HandWorld } from '../../support/hand-world.ts'

useHandClock()

/**
 *   0  goroutine 1 keeps x, and parks on P 0
 *   1  setup stop
 *   2  P 1  takes the job of goroutine 1, owns its stack by its status, and scans it
 *   3  P 1  ends the mark; P 0 has done nothing
 */
test('the P that takes the job scans the stack of a parked goroutine', () => {
  const world = new HandWorld()
  const [mutator, marker] = world.ps
  const Node = world.type(0)
  const goroutine = mutator.spawn()
  const x = mutator.keep(mutator.make(Node, [], 42))
  mutator.parkHere()
  world.startMark(marker) //                                    1
  marker.scanRoot() //                                          2
  expect(world.goroutine(goroutine, gWords.STATUS)).toBe(gWords.G_WAITING)
  const cycle = world.finishCycle(marker) //                    3
  expect(mutator.numberOf(x, Node)).toBe(42)
  expect(cycle).toMatchObject({
    heapMarked: 16,
    sweptMarkedBytes: 16,
    doubleMarked: 0,
    scanWorkStack: 4,
  })
})

/** A job that a marker took and did not do would lose the object: nothing else leads to it. */
test('a parked goroutine whose job is skipped loses what it keeps', () => {
  const world = new HandWorld()
  const [mutator, marker] = world.ps
  mutator.spawn()
  mutator.keep(mutator.make(world.type(0), [], 42))
  mutator.parkHere()
  world.startMark(marker)
  world.meta[control.ROOT_NEXT]++
  expect(() => world.finishMark(marker)).toThrow(BreachError)
})

/**
 *   0  goroutine 1 keeps x and is ready to run, in no P's hands
 *   1  setup stop
 *   2  P 1  scans its stack
 *   3  P 0  runs goroutine 1, which drops x; nobody scans it again
 *   4  P 1  ends the mark: x floats until the next cycle, as does all that was reachable when the
 *           mark began
 */
test('the stack of a goroutine that is ready is scanned before it runs on', () => {
  const world = new HandWorld()
  const [mutator, marker] = world.ps
  const Node = world.type(0)
  const goroutine = mutator.spawn()
  mutator.keep(mutator.make(Node, [], 42))
  mutator.parkHere()
  mutator.goroutines.makeRunnable(goroutine)
  world.startMark(marker) //                                    1
  marker.scanRoot() //                                          2
  expect(world.isScanned(goroutine)).toBe(true)
  mutator.resume(goroutine) //                                  3
  mutator.drop()
  expect(world.finishCycle(marker).heapMarked).toBe(16) //      4
  expect(world.collect(marker).heapMarked).toBe(0)
})

/**
 *   0  goroutine 1 runs on P 0 and keeps x
 *   1  setup stop
 *   2  P 1  takes the job: it may not touch the stack, asks P 0, and leaves the drain. The request
 *           counts
 *   3  P 1  finds nothing to do, and the mark is not over
 *   4  P 0  comes to a safepoint, scans, and is now the last: it ends the attempt, marks, and ends
 *           the mark
 */
test('the mark waits for the stack of a goroutine that runs', () => {
  const world = new HandWorld()
  const [mutator, marker] = world.ps
  const Node = world.type(0)
  const goroutine = mutator.spawn()
  const x = mutator.keep(mutator.make(Node, [], 42))
  world.startMark(marker) //                                    1
  marker.scanRoot() //                                          2
  expect(world.goroutine(goroutine, gWords.STATUS)).toBe(gWords.G_RUNNING | gWords.G_SCAN_WANTED)
  marker.collector.endOfMark.drained()
  expect([world.meta[control.DRAINERS], world.meta[control.SCANS_WANTED]]).toEqual([0, 1])
  marker.collector.drain.enter() //                             3
  marker.collector.drain.drainForCredit(() => false)
  marker.collector.endOfMark.drained()
  expect(world.meta[control.TERMINATION_ATTEMPTS]).toBe(0)
  expect(world.memory.phase).toBe(control.PHASE_MARK)
  mutator.safepoint() //                                        4
  expect(world.isScanned(goroutine)).toBe(true)
  expect(world.meta[control.SCANS_WANTED]).toBe(0)
  mutator.collector.drain.enter()
  world.finishCycle(mutator)
  expect(mutator.numberOf(x, Node)).toBe(42)
})

/**
 * Between the request and its safepoint the goroutine stops running. Then no P would be left that
 * must scan it.
 *
 *   0  goroutine 1 runs on P 0 and keeps x
 *   1  setup stop
 *   2  P 1  takes the job and asks P 0
 *   3  P 0  parks goroutine 1, without a safepoint: the change of status fails while the request
 *           stands, so P 0 scans first
 *   4  P 1  ends the mark
 */
test('a goroutine that was asked for its stack cannot park before it is scanned', () => {
  const world = new HandWorld()
  const [mutator, marker] = world.ps
  const Node = world.type(0)
  const goroutine = mutator.spawn()
  const x = mutator.keep(mutator.make(Node, [], 42))
  world.startMark(marker) //                                    1
  marker.scanRoot() //                                          2
  expect(mutator.goroutines.tryStopRunning(goroutine, gWords.G_WAITING)).toBe(false)
  mutator.parkHere() //                                         3
  expect(world.goroutine(goroutine, gWords.STATUS)).toBe(gWords.G_WAITING)
  expect(world.isScanned(goroutine)).toBe(true)
  world.finishCycle(marker) //                                  4
  expect(mutator.numberOf(x, Node)).toBe(42)
})

/**
 * A termination stop may come before the safepoint. It must find that an unscanned stack is work
 * that is left.
 *
 *   0  goroutine 1 runs on P 0 and keeps x
 *   1  setup stop
 *   2  P 1  takes the job and asks P 0
 *   3  a P raises the termination stop all the same: the world restarts and marks on
 *   4  P 0  comes to its safepoint; the mark ends
 */
test('the stop does not end the mark while a stack is still to be scanned', () => {
  const world = new HandWorld()
  const [mutator, marker] = world.ps
  const Node = world.type(0)
  mutator.spawn()
  const x = mutator.keep(mutator.make(Node, [], 42))
  world.startMark(marker) //                                    1
  marker.scanRoot() //                                          2
  expect(world.tryTerminate(marker)).toBe(false) //             3
  mutator.safepoint() //                                        4
  expect(world.finishCycle(marker).restarts).toBe(1)
  expect(mutator.numberOf(x, Node)).toBe(42)
})

/**
 * A goroutine that is born while a cycle marks has no job.
 *
 *   0  goroutine 1 runs on P 0 and keeps x
 *   1  setup stop
 *   2  P 0  goroutine 1 starts goroutine 2 with the argument x, and drops x
 *   3  P 1  asks for goroutine 1's stack; P 0 scans it: x is no longer there. P 1 finds no job for
 *           goroutine 2
 *   4  P 1  ends the mark
 */
test('the arguments of a goroutine that is born during the mark are shaded by its creator', () => {
  const world = new HandWorld()
  const [mutator, marker] = world.ps
  const Node = world.type(0)
  mutator.spawn()
  const x = mutator.keep(mutator.make(Node, [], 42))
  world.startMark(marker) //                                    1
  const born = mutator.goroutines.create(-1, 1) //              2
  mutator.collector.barrier.writeMeta(world.goroutine(born, gWords.STACK), x)
  world.meta[world.memory.goroutineWord(born, gWords.STACK_USED)] = 1
  mutator.drop()
  marker.scanRoot() //                                          3
  mutator.safepoint()
  expect(world.meta[control.ROOT_JOBS]).toBe(1)
  world.finishCycle(marker) //                                  4
  expect(mutator.numberOf(x, Node)).toBe(42)
})

/** Each stack is scanned once: what a goroutine takes on after its scan was shaded, or is black. */
test('a stack that is black is not scanned again', () => {
  const world = new HandWorld()
  const [mutator, marker] = world.ps
  mutator.spawn()
  mutator.keep(mutator.make(world.type(0)))
  world.startMark(marker)
  marker.scanRoot()
  mutator.safepoint()
  mutator.keep(mutator.make(world.type(0)))
  mutator.parkHere()
  expect(world.finishCycle(marker).scanWorkStack).toBe(4)
})
