// Go's leaky bucket, by hand: time is what the test says.

import { beforeEach, expect, test, vi } from 'vitest'
import { NullListener } from '../../../gc/listener.ts'
import { AssistQueue } from '../../../gc/work/assist-queue.ts'
import { CpuLimiter } from '../../../gc/work/cpu-limiter.ts'
import type { World } from '../../../gc/world.ts'
import { STOP_HEAP_CYCLE } from '../../../gc/world.ts'
import type { MetaDoubles, MetaWords } from '../../../memory/kinds.ts'
import * as control from '../../../memory/words/control.ts'
import * as pWords from '../../../memory/words/p.ts'
import { HandWorld } from '../../support/hand-world.ts'
import { HandHeap } from '../../support/heap.ts'

const clock = vi.hoisted(() => ({ ms: 0 }))
vi.mock('#sync', async importOriginal => ({
  ...(await importOriginal<typeof import('#sync')>()),
  now: () => clock.ms,
}))

const PROCS = 2
let limiters: readonly CpuLimiter[]
let limiter: CpuLimiter
let calledOff: number
let meta: MetaWords
let metaF64: MetaDoubles
let add: (index: number, total: number, ms: number) => void
let level: () => number
let set: (measure: number, value: number) => void

beforeEach(() => {
  const { memory } = new HandHeap({ procs: PROCS })
  meta = memory.meta
  metaF64 = memory.metaF64
  calledOff = 0
  const world = { wakeAll: () => calledOff++ } satisfies Partial<World> as unknown as World
  limiters = [0, 1].map(index => {
    const here = { memory, index, world, listener: new NullListener() }
    return new CpuLimiter(here, new AssistQueue(here))
  })
  limiter = limiters[0]
  add = (index, total, ms) => {
    metaF64[memory.pDouble(index, total)] += ms
  }
  set = (measure, value) => {
    metaF64[memory.controlDouble(measure)] = value
  }
  level = () => metaF64[memory.controlDouble(control.LIMITER_LEVEL)]
  clock.ms = 1000
  limiter.update()
})

const pass = (ms: number): void => {
  clock.ms += ms
  limiter.update()
}

/** The same while the world is stopped. */
const stand = (ms: number, by = limiter): void => {
  clock.ms += ms
  by.updateStopped()
}

test('what the collector takes beyond half of the time fills the bucket, the rest empties it', () => {
  add(0, pWords.TOTAL_ASSIST_MS, 80)
  add(1, pWords.TOTAL_ASSIST_MS, 80)
  pass(100)
  expect(level()).toBe(160 - 40)
  pass(50)
  expect(level()).toBe(20)
  pass(50)
  expect(level()).toBe(0)
  expect(limiter.isLimiting).toBe(false)
})

test('a second of each P fills it, and from then on it limits until it is empty', () => {
  meta[control.CYCLES] = 7
  stand(999)
  expect([level(), limiter.isLimiting]).toEqual([1998, false])
  stand(2)
  expect([level(), limiter.isLimiting, meta[control.GC_CPU_LIMITED_CYCLE]]).toEqual([2000, true, 7])
  meta[control.CYCLES] = 9
  pass(1)
  expect([level(), limiter.isLimiting]).toEqual([1998, true])
  pass(998)
  expect([level(), limiter.isLimiting, meta[control.GC_CPU_LIMITED_CYCLE]]).toEqual([2, true, 7])
  pass(1)
  // The cycle in which it ends was limited too.
  expect([level(), limiter.isLimiting, meta[control.GC_CPU_LIMITED_CYCLE]]).toEqual([0, false, 9])
})

test('where the goal leaves no runway a tenth of a second of each P is enough', () => {
  meta[control.GOAL] = 64
  set(control.HEAP_MARKED, 64)
  stand(99)
  expect(limiter.isLimiting).toBe(false)
  stand(2)
  expect([level(), limiter.isLimiting]).toEqual([200, true])
})

test('while marking a quarter of all Ps is the collector’s', () => {
  meta[control.BLACKEN_ENABLED] = 1
  add(0, pWords.TOTAL_ASSIST_MS, 100)
  add(1, pWords.TOTAL_ASSIST_MS, 40)
  pass(100)
  expect(level()).toBe(140 + 50 - 10)
})

test('idle time is neither’s, also that of a P that is still idle', () => {
  add(0, pWords.TOTAL_ASSIST_MS, 30)
  add(0, pWords.TOTAL_IDLE_MS, 70)
  limiters[1].idle()
  pass(100)
  expect(level()).toBe(30)
  limiters[1].busy()
  pass(10)
  expect(level()).toBe(10)
})

test('work for the collector, and a wait for it, counts while it lasts, and once', () => {
  const isBegun = limiters[1].begin()
  limiters[0].idle()
  pass(40)
  expect(level()).toBe(40)
  // A part of it is no work of its own, and no idle time either.
  const isPart = limiters[1].begin()
  limiters[1].idle()
  pass(20)
  limiters[1].end(isPart)
  expect(level()).toBe(60)
  clock.ms += 5
  limiters[1].end(isBegun)
  pass(0)
  expect([level(), isBegun, isPart]).toEqual([65, true, false])
  pass(10)
  expect(level()).toBe(55)
})

test('what is under way is called off once, when the bucket is full', () => {
  stand(999)
  stand(1)
  stand(0, limiters[1])
  stand(10)
  expect([calledOff, limiter.isLimiting]).toEqual([1, true])
})

test('an update is due after 10 ms', () => {
  add(0, pWords.TOTAL_ASSIST_MS, 9)
  add(1, pWords.TOTAL_ASSIST_MS, 9)
  clock.ms += 9
  limiter.updateIfDue()
  expect(level()).toBe(0)
  clock.ms += 2
  limiter.updateIfDue()
  expect(level()).toBe(18 - 4)
})

test('sweeping for a cycle that is about to start is the collector’s', () => {
  const world = new HandWorld()
  const [first] = world.ps
  let spans = 8
  first.collector.sweeper.sweepOne = () => {
    clock.ms += 5
    return --spans > 0
  }
  first.collector.starter.start(STOP_HEAP_CYCLE)
  expect(world.memory.metaF64[world.memory.pDouble(0, pWords.TOTAL_ASSIST_MS)]).toBe(40)
  expect(world.meta[control.CYCLES]).toBe(1)
})
