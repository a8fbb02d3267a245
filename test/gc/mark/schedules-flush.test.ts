// The barrier buffers at the end of the mark, by written schedules. A pair in a buffer is a shade not carried out: whoever misses it ends the mark too
// early, or comes to the stop in vain and has to restart the world.

import { expect, test } from 'vitest'
import { STOP_FORCED_CYCLE } from '../../../gc/world.ts'
import * as pWords from '../../../memory/words/p.ts'
import { faultCountsOf } from '../../../runtime/host/fault-injector.ts'
import { useHandClock } from '../../support/hand-clock.ts'
import { HandWorld } from '../../support/hand-world.ts'

useHandClock()

/**
 *   0  global → b; goroutine 1 runs on P 0 and keeps x, its only copy
 *   1  setup stop
 *   2  P 1  scans the globals and b: black
 *   3  P 0  b.f = x: the shade waits in its buffer; drops x
 *   4  P 1  asks for goroutine 1's stack; P 0 scans it: x is not there any more
 *   5  P 1  finds nothing more, leaves the drain as the last one, and attempts to end the mark
 *   6  P 0  flushes its buffer in the ragged barrier: x is published, and the attempt is given up without a stop (R2)
 *   7  P 1  scans x; the second attempt ends the mark
 */
test('ragged barrier: a shade that waits on another P is found without a stop', () => {
  const world = new HandWorld({ globals: 1 })
  const [mutator, marker] = world.ps
  const Node = world.type(1)
  const goroutine = mutator.spawn()
  const b = mutator.make(Node)
  mutator.setGlobal(0, b)
  const x = mutator.keep(mutator.make(Node, [0], 42))
  world.startMark(marker) //                                    1
  marker.scanRoot() //                                          2
  marker.scanGrey()
  mutator.store(mutator.field(b), x) //                         3
  mutator.drop()
  marker.scanRoot() //                                          4
  mutator.safepoint()
  expect([world.isScanned(goroutine), mutator.collector.barrier.isPending]).toEqual([true, true])
  const cycle = world.finishCycle(marker) //                    5, 6, 7
  expect([cycle.terminationAttempts, cycle.restarts]).toEqual([2, 0])
  expect(world.stops).toBe(2)
  expect(mutator.numberOf(x, Node)).toBe(42)
})

/**
 *   0  as above
 *   1  setup stop
 *   2  P 1  scans the globals and b: black
 *   3  P 1  asks for goroutine 1's stack and leaves the drain: the request makes P 0 the last drainer
 *   4  P 0  b.f = x: the shade waits in its own buffer; drops x
 *   5  P 0  scans its stack at a safepoint, is the last to leave, and attempts to end the mark: it flushes its own buffer first (R2)
 *   6  P 1  scans x; the second attempt ends the mark
 */
test('ragged barrier: the coordinator flushes its own buffer too', () => {
  const world = new HandWorld({ globals: 1 })
  const [mutator, marker] = world.ps
  const Node = world.type(1)
  mutator.spawn()
  const b = mutator.make(Node)
  mutator.setGlobal(0, b)
  const x = mutator.keep(mutator.make(Node, [0], 42))
  world.startMark(marker) //                                    1
  marker.scanRoot() //                                          2
  marker.scanGrey()
  marker.scanRoot() //                                          3
  marker.collector.endOfMark.drained()
  mutator.store(mutator.field(b), x) //                         4
  mutator.drop()
  mutator.safepoint() //                                        5
  marker.collector.drain.enter() //                             6
  const cycle = world.finishCycle(marker)
  expect([cycle.terminationAttempts, cycle.restarts]).toEqual([2, 0])
  expect(world.stops).toBe(2)
  expect(mutator.numberOf(x, Node)).toBe(42)
})

/**
 * A shade that is needed after its P has passed the barrier, though nobody publishes anything (golang/go#27993). It takes three Ps: another one still
 * has the shade of y in its buffer, and finds y black when it passes, because P 0 has come before it.
 *
 *   0  global 0 → a → y, an array of 64 KiB; y[0] → x. Goroutine 1 runs on P 0, goroutine 2 on P 2
 *   1  setup stop
 *   2  P 1  scans the globals: a is grey. Both stacks are scanned: black
 *   3  P 2  loads y from a.f and keeps it; a.f = nil: the shade of y waits in P 2's buffer
 *   4  P 1  scans a, finds nothing more, leaves the drain as the last one, and begins the ragged barrier
 *   5  P 0  passes: it has nothing
 *   6  P 2  global 1 = y
 *   7  P 0  loads y from global 1, and stores it until its buffer is full and carried out: y is in P 0's grey queue
 *   8  P 0  loads x from y[0] and keeps it; y[0] = nil: the shade of x waits in P 0's buffer
 *   9  P 0  assists with 64 KiB: scans y, finds nothing there, and has paid
 *  10  P 2  passes: it finds y black, and has nothing to publish
 *  11  P 1  sees no publication, and raises the stop. The actor flushes every buffer, finds x, and restarts the world (R3)
 *  12  P 1  scans x; the second attempt ends the mark
 */
test('stop: a shade that waits on a P which has passed the ragged barrier is found', () => {
  const world = new HandWorld({
    globals: 3,
    procs: 3,
    faults: ['mark-termination/restarted:stall=1ms'],
  })
  const [mutator, marker, other] = world.ps
  const Node = world.type(1)
  mutator.spawn()
  other.spawn()
  const x = mutator.make(Node, [0], 42)
  const y = mutator.makeArray(16384)
  mutator.store(mutator.element(y, 0), x)
  const a = mutator.make(Node, [y])
  mutator.setGlobal(0, a)
  world.startMark(marker) //                                    1
  marker.scanRoot() //                                          2
  marker.scanRoot()
  mutator.safepoint()
  marker.scanRoot()
  other.safepoint()
  other.keep(other.load(other.field(a))) //                     3
  other.store(other.field(a), 0)
  world.at('passed', () => {
    other.setGlobal(1, y) //                                    6
    for (let pair = 0; pair <= pWords.BARRIER_PAIRS; pair++)
      mutator.setGlobal(2, world.meta[world.global(1)]) // 7
    expect(mutator.collector.queue.isEmpty).toBe(false)
    mutator.keep(mutator.load(mutator.element(y, 0))) //        8
    mutator.store(mutator.element(y, 0), 0)
    mutator.collector.drain.enter() //                          9
    expect(mutator.collector.drain.drainWork(64 * 1024)).toBe(64 * 1024)
    mutator.collector.endOfMark.drained()
    expect([mutator.collector.queue.isEmpty, mutator.collector.barrier.isPending]).toEqual([
      true,
      true,
    ])
  })
  world.at('passed', () => expect(other.collector.barrier.isPending).toBe(false)) // 10
  const cycle = world.finishCycle(marker) //                    4 to 12
  expect([cycle.terminationAttempts, cycle.restarts]).toEqual([2, 1])
  expect(
    faultCountsOf(world.memory, []).find(({ point }) => point === 'mark-termination/restarted'),
  ).toMatchObject({
    strikes: 1,
  })
  expect(world.stops).toBe(3)
  expect(mutator.numberOf(x, Node)).toBe(42)
})

/**
 *   0  global → b; goroutine 1 runs on the only P and keeps x, its only copy
 *   1  setup stop
 *   2  as a worker, the P scans the globals and b: black
 *   3  it runs on with its goroutine: b.f = x; drops x
 *   4  it marks again, its own stack first, and runs dry: before it leaves the drain, it carries out its own shades, and ends the mark at the first attempt
 */
test('a drain that runs dry carries out the shades of its own P', () => {
  const world = new HandWorld({ globals: 1, procs: 1 })
  const [only] = world.ps
  const Node = world.type(1)
  only.spawn()
  const b = only.make(Node)
  only.setGlobal(0, b)
  const x = only.keep(only.make(Node, [0], 42))
  world.stop(only, STOP_FORCED_CYCLE) //                        1
  only.collector.drain.enter()
  only.scanRoot() //                                            2
  only.scanGrey()
  only.store(only.field(b), x) //                               3
  only.drop()
  const cycle = world.finishCycle(only) //                      4
  expect([cycle.terminationAttempts, cycle.restarts]).toEqual([1, 0])
  expect(only.numberOf(x, Node)).toBe(42)
})
