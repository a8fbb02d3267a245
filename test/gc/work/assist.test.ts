// Assist arithmetic and the assist queue, by hand. r is scan work per byte, r' its inverse.

import { expect, test } from 'vitest'
import type { Credit } from '../../../gc/work/assist.ts'
import type { GoroutineId } from '../../../memory/kinds.ts'
import { KiB } from '../../../memory/units.ts'
import * as control from '../../../memory/words/control.ts'
import * as gWords from '../../../memory/words/goroutine.ts'
import * as pWords from '../../../memory/words/p.ts'
import { useHandClock } from '../../support/hand-clock.ts'
import { type HandP, HandWorld } from '../../support/hand-world.ts'

useHandClock()

/** Least work of an assist. */
const OVER_ASSIST = 64 * KiB

interface Scene {
  readonly world: HandWorld
  /** P 0 and P 2 run goroutines, P 1 is in a drain. */
  readonly first: HandP
  readonly worker: HandP
  readonly second: HandP
  readonly goroutines: readonly [GoroutineId, GoroutineId]
  creditOf(id: GoroutineId): number
  background(): number
  /** P s in the assist queue, in order. */
  queue(): number[]
}

/**
 * A cycle marks at assist ratio r. With `elements`, an array of that many references is still to be
 * scanned. Else nothing is left to do.
 */
function marking(r: number, elements = 0, credit: Credit = 'go'): Scene {
  const world = new HandWorld({ procs: 3, globals: 1, credit })
  const { meta, memory } = world
  const [first, worker, second] = world.ps
  const goroutines = [first.spawn(), second.spawn()] as const
  if (elements > 0) first.setGlobal(0, first.makeArray(elements))
  world.startMark(worker)
  for (const each of [worker, first, second]) {
    worker.scanRoot()
    each.safepoint()
  }
  // The array is grey: published, so that the assists find it.
  worker.collector.queue.publish()
  memory.metaF64[memory.controlDouble(control.ASSIST_WORK_PER_BYTE)] = r
  memory.metaF64[memory.controlDouble(control.ASSIST_BYTES_PER_WORK)] =
    r === 0 ? Number.POSITIVE_INFINITY : 1 / r
  return {
    world,
    first,
    worker,
    second,
    goroutines,
    creditOf: id => memory.metaF64[memory.goroutineDouble(id, gWords.ASSIST_BYTES)],
    background: () => meta[control.BACKGROUND_CREDIT],
    queue: () => {
      const found: number[] = []
      for (
        let index = meta[control.ASSIST_FIRST];
        index !== 0;
        index = meta[memory.pWord(index - 1, pWords.ASSIST_NEXT)]
      )
        found.push(index - 1)
      expect(meta[control.ASSIST_COUNT]).toBe(found.length)
      return found
    },
  }
}

const charge = (who: HandP, bytes: number): void => who.collector.assists.charge(bytes)

test('nothing is charged while no cycle marks, or where no goroutine runs', () => {
  const { world, first, worker, creditOf, goroutines } = marking(1)
  charge(worker, 1000)
  expect(creditOf(goroutines[0])).toBe(0)
  world.finishMark(worker)
  charge(first, 1000)
  expect(creditOf(goroutines[0])).toBe(0)
})

test('a debt is paid only from background credit if that suffices, with the least work of an assist', () => {
  const { world, first, goroutines, creditOf, background } = marking(2)
  world.meta[control.BACKGROUND_CREDIT] = 100_000
  charge(first, 1000)
  expect(background()).toBe(100_000 - OVER_ASSIST)
  expect(creditOf(goroutines[0])).toBe(OVER_ASSIST / 2 - 1000)
  // What it has over is used before it pays again.
  charge(first, OVER_ASSIST / 2 - 1000)
  expect([creditOf(goroutines[0]), background()]).toEqual([0, 100_000 - OVER_ASSIST])
})

test('a large debt is paid as it is: r · debt', () => {
  const { world, first, goroutines, creditOf, background } = marking(2)
  world.meta[control.BACKGROUND_CREDIT] = 300_000
  charge(first, 100_001)
  expect([creditOf(goroutines[0]), background()]).toEqual([0, 300_000 - 200_002])
})

test('what background credit does not cover is paid by marking; both round up by a byte', () => {
  const { world, first, goroutines, creditOf, background } = marking(2, 8000)
  world.meta[control.BACKGROUND_CREDIT] = 40_001
  charge(first, 1000)
  expect(background()).toBe(0)
  expect(world.meta[control.SCAN_WORK_HEAP]).toBe(32_000)
  expect(creditOf(goroutines[0])).toBe(-1000 + (1 + 20_000) + (1 + 16_000))
})

test("an assist's work is no background credit, and its time is its P's", () => {
  const { world, first, goroutines, creditOf, background } = marking(1, 20_000)
  charge(first, 1)
  expect([creditOf(goroutines[0]), background()]).toEqual([-1 + 1 + 80_000, 0])
  expect(world.memory.metaF64[world.memory.pDouble(0, pWords.ASSIST_MS)]).toBeGreaterThan(0)
})

test('at a ratio of 0 a debt is not paid', () => {
  const { first, goroutines, creditOf } = marking(0, 100)
  charge(first, 1000)
  expect(creditOf(goroutines[0])).toBe(-1000)
})

test('background credit below 0, which a race can leave, is not taken', () => {
  const { world, first, goroutines, creditOf, background } = marking(1, 20_000)
  world.meta[control.BACKGROUND_CREDIT] = -5
  charge(first, 1)
  expect([creditOf(goroutines[0]), background()]).toEqual([80_000, -5])
})

test('a goroutine that can neither steal credit nor mark waits until it is funded', () => {
  const { world, first, worker, goroutines, creditOf, background, queue } = marking(2)
  world.at('blocked', () => {
    expect(queue()).toEqual([0])
    // Looking for work was worth the byte that is rounded up.
    expect(creditOf(goroutines[0])).toBe(-999)
    worker.collector.assistQueue.payFrom(2 * 999)
  })
  charge(first, 1000)
  expect([queue(), creditOf(goroutines[0]), background()]).toEqual([[], 0, 0])
})

test('what the queue does not need becomes background credit', () => {
  const { world, first, worker, goroutines, creditOf, background } = marking(2)
  world.at('blocked', () => worker.collector.assistQueue.payFrom(2 * 999 + 5000))
  charge(first, 1000)
  expect([creditOf(goroutines[0]), background()]).toEqual([0, 5000])
  worker.collector.assistQueue.payFrom(7)
  worker.collector.assistQueue.payFrom(0)
  worker.collector.assistQueue.payFrom(-3)
  expect(background()).toBe(5007)
})

/** Two Ps wait, P 0 first; `fund` happens then. Both must be released by it. */
function withTwoWaiting(scene: Scene, debts: readonly [number, number], fund: () => void): void {
  const { world, first, second } = scene
  world.at('blocked', () => charge(second, debts[1] + 1))
  world.at('blocked', fund)
  charge(first, debts[0] + 1)
  expect(scene.queue()).toEqual([])
}

test('the queue is funded in order', () => {
  const scene = marking(2)
  const { world, worker, goroutines, creditOf, queue } = scene
  withTwoWaiting(scene, [1000, 500], () => {
    expect(queue()).toEqual([0, 2])
    worker.collector.assistQueue.payFrom(2 * 1000)
    expect([queue(), creditOf(goroutines[0]), creditOf(goroutines[1])]).toEqual([[2], 0, -500])
    expect(world.meta[world.memory.pWord(0, pWords.ASSIST_QUEUED)]).toBe(0)
    worker.collector.assistQueue.payFrom(2 * 500)
  })
})

test('an assist that cannot be funded in full goes to the back with a smaller debt, and no other is funded then', () => {
  const scene = marking(2)
  const { worker, goroutines, creditOf, queue, background } = scene
  withTwoWaiting(scene, [1000, 50], () => {
    worker.collector.assistQueue.payFrom(2 * 600)
    expect([queue(), creditOf(goroutines[0]), creditOf(goroutines[1])]).toEqual([[2, 0], -400, -50])
    worker.collector.assistQueue.payFrom(2 * 50)
    expect([queue(), creditOf(goroutines[1])]).toEqual([[0], 0])
    worker.collector.assistQueue.payFrom(2 * 400 + 10)
    expect(background()).toBe(10)
  })
})

test('one payment may fund several', () => {
  const scene = marking(2)
  withTwoWaiting(scene, [1000, 50], () => scene.worker.collector.assistQueue.payFrom(2 * 1050 + 4))
  expect(scene.background()).toBe(4)
})

test("a worker's drain funds the queue before it makes credit", () => {
  const { world, first, worker, goroutines, creditOf, queue, background } = marking(2)
  world.at('blocked', () => {
    expect(queue()).toEqual([0])
    // Work turns up: a worker scans 4000 bytes.
    const array = worker.makeArray(1000)
    world.paint(array, 1)
    worker.collector.marker.shade(array)
    worker.collector.drain.drainForCredit(() => false)
  })
  charge(first, 1000)
  expect([creditOf(goroutines[0]), background()]).toEqual([0, 4000 - 2 * 999])
})

test('the end of the mark releases the assists that wait; the next cycle knows nothing of the debt', () => {
  const scene = marking(2)
  const { world, worker, first, second, goroutines, creditOf, background } = scene
  withTwoWaiting(scene, [1000, 500], () => world.finishMark(worker))
  expect(world.memory.phase).toBe(control.PHASE_OFF)
  expect([0, 2].map(index => world.meta[world.memory.pWord(index, pWords.ASSIST_QUEUED)])).toEqual([
    0, 0,
  ])
  expect(goroutines.map(creditOf)).toEqual([-1000, -500])

  worker.collector.sweeper.finish()
  world.startMark(worker)
  world.memory.metaF64[world.memory.controlDouble(control.ASSIST_WORK_PER_BYTE)] = 1
  world.memory.metaF64[world.memory.controlDouble(control.ASSIST_BYTES_PER_WORK)] = 1
  world.meta[control.BACKGROUND_CREDIT] = OVER_ASSIST
  charge(first, 10)
  expect([creditOf(goroutines[0]), background()]).toEqual([OVER_ASSIST - 10, 0])
  world.meta[control.BACKGROUND_CREDIT] = OVER_ASSIST
  charge(second, 20)
  expect(creditOf(goroutines[1])).toBe(OVER_ASSIST - 20)
})

test('an assist that finds the mark over as the last drainer ends it', () => {
  const { world, first, worker } = marking(1)
  worker.collector.endOfMark.drained()
  expect(world.memory.phase).toBe(control.PHASE_OFF)
  worker.collector.sweeper.finish()

  world.startMark(worker)
  while (worker.collector.roots.areLeft) worker.scanRoot()
  for (const each of world.ps) each.safepoint()
  world.memory.metaF64[world.memory.controlDouble(control.ASSIST_WORK_PER_BYTE)] = 1
  world.at('blocked', () => {
    throw new Error('it waits though the mark is over')
  })
  // A worker that left its role a moment ago, before this P's assist entered the drain.
  world.meta[control.DRAINERS]--
  charge(first, 1000)
  expect(world.memory.phase).toBe(control.PHASE_OFF)
})

test('a goroutine that ends gives its credit to the pool; its debt is forgiven', () => {
  const { world, first, goroutines, creditOf, background } = marking(2)
  const [goroutine] = goroutines
  const setCredit = (bytes: number): void => {
    world.memory.metaF64[world.memory.goroutineDouble(goroutine, gWords.ASSIST_BYTES)] = bytes
  }
  world.meta[control.BACKGROUND_CREDIT] = OVER_ASSIST
  charge(first, 1000)
  setCredit(333)
  first.collector.assists.settle(goroutine)
  expect(background()).toBe(666)
  setCredit(-5000)
  first.collector.assists.settle(goroutine)
  expect(background()).toBe(666)
  // Work counters have 32 bits: credit beyond a quarter of that buys nothing more.
  world.meta[control.BACKGROUND_CREDIT] = 0
  setCredit(1e12)
  first.collector.assists.settle(goroutine)
  expect(background()).toBe(2 ** 29)
  expect(creditOf(goroutine)).toBe(1e12)
})

test('credit of an earlier cycle does not count', () => {
  const { world, first, worker, goroutines, background } = marking(1)
  world.meta[control.BACKGROUND_CREDIT] = OVER_ASSIST
  charge(first, 1)
  world.finishMark(worker)
  worker.collector.sweeper.finish()
  world.startMark(worker)
  first.collector.assists.settle(goroutines[0])
  expect(background()).toBe(0)
})

test('capped: the bank of a goroutine is at most the room to the goal, and nothing beyond it', () => {
  const { world, first, goroutines, creditOf } = marking(2, 0, 'capped')
  const [id] = goroutines
  const bank = world.memory.goroutineDouble(id, gWords.ASSIST_BYTES)
  charge(first, 0)
  world.memory.metaF64[bank] = 2 ** 27
  world.meta[control.HEAP_LIVE] = world.meta[control.GOAL] - 5000
  charge(first, 1000)
  expect(creditOf(id)).toBe(5000)
  world.memory.metaF64[bank] = 700
  charge(first, 200)
  expect(creditOf(id)).toBe(500)
  world.meta[control.HEAP_LIVE] = world.meta[control.GOAL] + 1
  charge(first, 100)
  expect(creditOf(id)).toBe(0)
})
