// The coordinator's protocol (gc/termination/coordinator.ts), driven by hand: R1, R2, R3, and what
// may come between its steps.

import { afterEach, expect, test, vi } from 'vitest'
import { STOP_STATISTICS } from '../../../gc/world.ts'
import type { Addr, MetaWords } from '../../../memory/kinds.ts'
import * as control from '../../../memory/words/control.ts'
import * as pWords from '../../../memory/words/p.ts'
import { useHandClock } from '../../support/hand-clock.ts'
import {
  type HandP,
  type HandType,
  HandWorld,
  type HandWorldOptions,
} from '../../support/hand-world.ts'

useHandClock()

/** What another P does just before the coordinator lets others in. */
const beforeRelease = vi.hoisted(() => ({ action: null as (() => void) | null }))

vi.mock('#sync', async original => {
  const sync = await original<typeof import('../../../memory/sync.ts')>()
  return {
    ...sync,
    store: (meta: MetaWords, index: number, value: number) => {
      if (index === control.TERMINATOR && value === 0) {
        const { action } = beforeRelease
        beforeRelease.action = null
        action?.()
      }
      sync.store(meta, index, value)
    },
  }
})

afterEach(() => {
  expect(beforeRelease.action).toBeNull()
})

interface Scene {
  readonly world: HandWorld
  readonly mutator: HandP
  readonly marker: HandP
  readonly Node: HandType
  /** Kept by goroutine 1 since before the cycle, and black. */
  readonly kept: Addr
  attempts(): number
}

/**
 * Goes to where the mark seems over: goroutine 1 runs on P 0, and its stack is black. P 1 is the
 * only drainer, and finds nothing more.
 */
function almostOver(options: HandWorldOptions = {}): Scene {
  const world = new HandWorld({ globals: 2, ...options })
  const [mutator, marker] = world.ps
  const Node = world.type(1)
  mutator.spawn()
  const kept = mutator.keep(mutator.make(Node, [0], 42))
  world.startMark(marker)
  marker.scanRoot()
  marker.scanRoot()
  mutator.safepoint()
  marker.collector.drain.drainForCredit(() => false)
  return {
    world,
    mutator,
    marker,
    Node,
    kept,
    attempts: () => world.meta[control.TERMINATION_ATTEMPTS],
  }
}

/** A P publishes a grey object; the object is its own, so nobody has seen it. */
function publish(world: HandWorld, from: HandP, Node: HandType): void {
  const object = from.make(Node)
  world.paint(object, 1)
  from.collector.marker.shade(object)
  from.collector.queue.publish()
}

test('the last to leave the drain ends the mark at the first attempt', () => {
  const { world, marker, attempts } = almostOver()
  marker.collector.endOfMark.drained()
  expect(world.memory.phase).toBe(control.PHASE_OFF)
  expect([attempts(), world.stops, world.meta[control.TERMINATOR]]).toEqual([1, 2, 0])
})

test('a P that is not the last to leave attempts nothing', () => {
  const { world, mutator, marker, attempts } = almostOver()
  mutator.collector.drain.enter()
  marker.collector.endOfMark.drained()
  expect([world.memory.phase, attempts()]).toEqual([control.PHASE_MARK, 0])
  mutator.collector.endOfMark.drained()
  expect([world.memory.phase, attempts()]).toEqual([control.PHASE_OFF, 1])
})

test('a P that is the last to leave, and sees work, attempts nothing', () => {
  const { world, mutator, marker, Node, attempts } = almostOver()
  publish(world, mutator, Node)
  marker.collector.endOfMark.drained()
  expect([world.memory.phase, attempts()]).toEqual([control.PHASE_MARK, 0])
})

test('R1: asked while somebody drains, the coordinator does nothing', () => {
  const { world, mutator, attempts } = almostOver()
  mutator.collector.endOfMark.scanServed()
  expect([world.memory.phase, attempts(), world.meta[control.TERMINATOR]]).toEqual([
    control.PHASE_MARK,
    0,
    0,
  ])
})

test('R1: a P that enters a drain after the first look is seen by the second, before the ragged barrier', () => {
  const { world, mutator, marker, attempts } = almostOver()
  world.at('epoch', () => mutator.collector.drain.enter())
  const barrier = vi.fn()
  world.at('ragged barrier', barrier)
  marker.collector.endOfMark.drained()
  expect(barrier).not.toHaveBeenCalled()
  expect([world.memory.phase, attempts(), world.stops]).toEqual([control.PHASE_MARK, 1, 1])
  mutator.collector.endOfMark.drained()
  expect([world.memory.phase, attempts(), world.stops]).toEqual([control.PHASE_OFF, 2, 2])
})

test('R2: work published during the ragged barrier calls the attempt off before the stop', () => {
  const { world, mutator, marker, Node, attempts } = almostOver()
  world.at('ragged barrier', () => publish(world, mutator, Node))
  marker.collector.endOfMark.drained()
  expect([world.memory.phase, attempts(), world.stops]).toEqual([control.PHASE_MARK, 1, 1])
  expect([world.meta[control.TERMINATOR], marker.collector.drain.isWorkAvailable]).toEqual([
    0,
    true,
  ])
  marker.collector.drain.enter()
  expect(world.finishCycle(marker)).toMatchObject({ terminationAttempts: 2, restarts: 0 })
})

/**
 *   1  P 1  attempts; P 0 publishes work in the ragged barrier
 *   2  P 2  takes that work, marks it to the end, and leaves: no P drains, and no work is left in
 *           any list
 *   3  P 1  sees by PUBLICATIONS that there was some: its barrier proves nothing. It asks once more
 */
test('R2: work that was published and taken again during the ragged barrier calls the attempt off too', () => {
  const { world, mutator, marker, Node, attempts } = almostOver({ procs: 3 })
  const [, , helper] = world.ps
  world.at('ragged barrier', () => {
    publish(world, mutator, Node)
    helper.collector.drain.enter()
    helper.collector.drain.drainForCredit(() => false)
    helper.collector.endOfMark.drained()
    expect(helper.collector.drain.isQuiescent).toBe(true)
  })
  marker.collector.endOfMark.drained()
  expect([world.memory.phase, attempts(), world.stops]).toEqual([control.PHASE_OFF, 2, 2])
})

/**
 * Shades that are recorded after a P has passed the barrier. Those of black objects are carried out
 * in the stop, and are no reason to restart.
 */
test('a shade of a black object after the ragged barrier costs no restart', () => {
  const { world, mutator, marker, kept } = almostOver()
  world.at('passed', () => mutator.setGlobal(0, kept))
  marker.collector.endOfMark.drained()
  expect(world.memory.phase).toBe(control.PHASE_OFF)
  mutator.collector.sweeper.finish()
  expect(world.records.take(false)).toMatchObject({ terminationAttempts: 1, restarts: 0 })
  expect(mutator.collector.barrier.isPending).toBe(false)
})

/**
 * A grey object that is only in one P's queue, though no P has published anything since the first
 * look. Which barrier entries can do that, and how such a shade can wait in the buffer up to the
 * stop, is in schedules-flush.test.ts.
 *
 *   0  global 0 → a → y → x; goroutine 1 runs on P 0, goroutine 2 on P 2; their stacks are black
 *   1  P 2  keeps y and clears a.f: the shade of y waits in its buffer. P 1 scans a
 *   2  P 1  leaves as the last one; in the ragged barrier P 0 passes first
 *   3  P 2  global 1 = y; P 0 stores y until its own buffer is carried out: y is in P 0's queue
 *   4  P 2  passes, finds y black, and publishes nothing
 *   5  P 0  publishes y as it stops: the world restarts (R3)
 *   6  P 1  scans y and x
 */
test('R3: a grey object that turns up in the stop restarts the mark', () => {
  const world = new HandWorld({ globals: 3, procs: 3 })
  const [mutator, marker, other] = world.ps
  const Node = world.type(1)
  mutator.spawn()
  other.spawn()
  const x = mutator.make(Node, [0], 42)
  const y = mutator.make(Node, [x])
  const a = mutator.make(Node, [y])
  mutator.setGlobal(0, a)
  world.startMark(marker)
  for (const each of [marker, mutator, other]) {
    marker.scanRoot()
    each.safepoint()
  }
  other.keep(other.load(other.field(a))) //                     1
  other.store(other.field(a), 0)
  world.at('passed', () => {
    other.setGlobal(1, y) //                                    3
    for (let pair = 0; pair <= pWords.BARRIER_PAIRS; pair++)
      mutator.setGlobal(2, world.meta[world.global(1)])
  })
  const published = world.meta[control.PUBLICATIONS]
  world.at('stop', () => expect(world.meta[control.PUBLICATIONS]).toBe(published))
  marker.collector.drain.drainForCredit(() => false)
  marker.collector.endOfMark.drained() //                             2, 4, 5
  expect([world.memory.phase, world.stops]).toEqual([control.PHASE_MARK, 2])
  expect(world.meta[control.BLACKEN_ENABLED]).toBe(1)
  marker.collector.drain.enter() //                             6
  expect(world.finishCycle(marker)).toMatchObject({ terminationAttempts: 2, restarts: 1 })
  expect(mutator.numberOf(x, Node)).toBe(42)
})

test('a stop of another kind in between makes the raise fail, and the coordinator asks again', () => {
  const { world, mutator, marker, attempts } = almostOver()
  world.at('passed', () => world.stop(mutator, STOP_STATISTICS))
  marker.collector.endOfMark.drained()
  expect([world.memory.phase, attempts(), world.stops]).toEqual([control.PHASE_OFF, 2, 3])
})

test('one coordinator at a time: another P that would attempt leaves', () => {
  const { world, mutator, marker, attempts } = almostOver()
  world.at('ragged barrier', () => {
    mutator.collector.endOfMark.scanServed()
    expect(attempts()).toBe(1)
  })
  marker.collector.endOfMark.drained()
  expect([world.memory.phase, attempts()]).toEqual([control.PHASE_OFF, 1])
})

/**
 *   1  P 1  attempts; P 0 enters a drain: R1, and P 1 gives up
 *   2  P 0  leaves as the last one, finds a coordinator at work, and leaves it to that
 *   3  P 1  lets others in. Nobody else will come: it must look once more
 */
test('a coordinator that gives up looks again after it has let others in', () => {
  const { world, mutator, marker, attempts } = almostOver()
  world.at('epoch', () => mutator.collector.drain.enter()) //   1
  beforeRelease.action = () => mutator.collector.endOfMark.drained() // 2
  marker.collector.endOfMark.drained() //                             3
  expect([world.memory.phase, attempts()]).toEqual([control.PHASE_OFF, 2])
})

test('after the end of the mark a late attempt does nothing', () => {
  const { world, mutator, marker, attempts } = almostOver()
  marker.collector.endOfMark.drained()
  mutator.collector.endOfMark.scanServed()
  mutator.collector.drain.enter()
  mutator.collector.endOfMark.drained()
  expect([world.memory.phase, attempts(), world.stops]).toEqual([control.PHASE_OFF, 1, 2])
})

test.each([1, 2] as const)(
  'with gcstoptheworld=%i the setup stop marks everything, running stacks too',
  stopTheWorld => {
    const world = new HandWorld({ globals: 1, stopTheWorld })
    const [mutator, marker] = world.ps
    const Node = world.type(1)
    mutator.spawn()
    const x = mutator.keep(mutator.make(Node, [mutator.make(Node)], 42))
    mutator.make(Node)
    world.stop(marker, 2)
    expect([world.memory.phase, world.stops]).toEqual([control.PHASE_OFF, 1])
    expect(world.meta[control.HEAP_LIVE]).toBe(32)
    expect(mutator.collector.sweeper.isComplete).toBe(stopTheWorld === 2)
    expect(mutator.numberOf(x, Node)).toBe(42)
  },
)
