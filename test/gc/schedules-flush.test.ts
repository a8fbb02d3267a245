// The barrier buffers at the end of the mark, by written schedules. A pair in a buffer is a shade not carried out: whoever misses it ends the mark too
// early, or comes to the stop in vain and has to restart the world.
import { expect, test } from 'vitest'
import type { RawCycle } from '../../gc/cycle-record.ts'
import { STOP_FORCED_CYCLE } from '../../gc/world.ts'
import type { Addr } from '../../heap/memory.ts'
import { type HandP, type HandType, HandWorld } from '../support/hand-world.ts'

interface Scene {
  readonly world: HandWorld
  readonly mutator: HandP
  readonly marker: HandP
  readonly Node: HandType
  readonly x: Addr
  /** P 0 stores x, which it alone knows, in b, which is black: a pair in its buffer. */
  hide(): void
}

/**
 * Up to where the mark looks over: goroutine 1 runs on P 0 and holds x, new to the heap and on no stack; P 1 has marked all there is, is still in its
 * drain, and finds nothing more. Nothing is published.
 */
function almostOver(): Scene {
  const world = new HandWorld({ globals: 1 })
  const [mutator, marker] = world.ps
  const Node = world.type(1)
  mutator.spawn()
  const b = mutator.make(Node)
  mutator.setGlobal(0, b)
  const x = mutator.make(Node, [0], 42)
  world.startMark(marker)
  marker.scanRoot()
  marker.scanGrey()
  marker.scanRoot()
  mutator.safepoint()
  marker.collector.drain.drainForCredit(() => false)
  expect(marker.collector.drain.isWorkAvailable).toBe(false)
  return { world, mutator, marker, Node, x, hide: () => mutator.store(mutator.field(b), x) }
}

function finish({ world, mutator, marker, Node, x }: Scene): RawCycle {
  const cycle = world.finishCycle(marker)
  expect(mutator.numberOf(x, Node)).toBe(42)
  return cycle
}

/**
 *   1  P 0  stores x in b, which is black: the shade waits in its buffer
 *   2  P 1  leaves the drain as the last one, and attempts to end the mark
 *   3  P 0  flushes its buffer in the ragged barrier: x is published, and the attempt is given up without a stop (R2)
 *   4  P 1  scans x; the second attempt ends the mark
 */
test('ragged barrier: a shade that waits on another P is found without a stop', () => {
  const scene = almostOver()
  scene.hide() //                                               1
  const cycle = finish(scene) //                                2, 3, 4
  expect(cycle).toMatchObject({ terminationAttempts: 2, restarts: 0 })
  expect(scene.world.stops).toBe(2)
})

/**
 *   1  P 1  leaves the drain as the last one; every P passes the ragged barrier, and nothing was published
 *   2  P 0  runs on to its next safepoint, and stores x in b: the shade waits in its buffer
 *   3  the world stops. The actor flushes every buffer, finds x, and restarts the world (R3)
 *   4  P 1  scans x; the second attempt ends the mark
 */
test('stop: a shade recorded after its P has passed the ragged barrier is found there', () => {
  const scene = almostOver()
  scene.world.at('flushed', scene.hide) //                      2
  const cycle = finish(scene) //                                1, 3, 4
  expect(cycle).toMatchObject({ terminationAttempts: 2, restarts: 1 })
  expect(scene.world.stops).toBe(3)
})

/**
 *   1  P 1  asks for goroutine 1's stack and leaves the drain: P 0 is the last drainer
 *   2  P 0  stores x in b: the shade waits in its own buffer
 *   3  P 0  scans its stack at a safepoint, is the last to leave, and attempts to end the mark: it flushes its own buffer first (R2)
 *   4  P 1  scans x; the second attempt ends the mark
 */
test('ragged barrier: the coordinator flushes its own buffer too', () => {
  const world = new HandWorld({ globals: 1 })
  const [mutator, marker] = world.ps
  const Node = world.type(1)
  mutator.spawn()
  const b = mutator.make(Node)
  mutator.setGlobal(0, b)
  const x = mutator.make(Node, [0], 42)
  world.startMark(marker)
  marker.scanRoot()
  marker.scanGrey()
  marker.scanRoot() //                                          1
  marker.collector.drain.leave()
  mutator.store(mutator.field(b), x) //                         2
  mutator.safepoint() //                                        3
  marker.collector.drain.enter() //                             4
  const cycle = finish({ world, mutator, marker, Node, x, hide: () => {} })
  expect(cycle).toMatchObject({ terminationAttempts: 2, restarts: 0 })
  expect(world.stops).toBe(2)
})

/**
 *   1  setup stop: one P only
 *   2  it marks as a worker: b is black, its goroutine's stack scanned
 *   3  it runs its goroutine for a while, which stores x in b
 *   4  it marks again and runs dry: before it leaves the drain, it carries out its own shades, and ends the mark at the first attempt
 */
test('a drain that runs dry carries out the shades of its own P', () => {
  const world = new HandWorld({ globals: 1, procs: 1 })
  const [only] = world.ps
  const Node = world.type(1)
  only.spawn()
  const b = only.make(Node)
  only.setGlobal(0, b)
  const x = only.make(Node, [0], 42)
  world.stop(only, STOP_FORCED_CYCLE) //                        1
  only.collector.drain.enter()
  only.scanRoot() //                                            2
  only.scanRoot()
  only.scanGrey()
  only.store(only.field(b), x) //                               3
  const cycle = finish({ world, mutator: only, marker: only, Node, x, hide: () => {} }) // 4
  expect(cycle).toMatchObject({ terminationAttempts: 1, restarts: 0 })
})
