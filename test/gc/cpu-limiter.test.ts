// Go's leaky bucket, by hand: time is what the test says.
import { beforeEach, expect, test, vi } from 'vitest'
import { CpuLimiter } from '../../gc/cpu-limiter.ts'
import * as control from '../../heap/layout/control.ts'
import * as p from '../../heap/layout/p.ts'
import { HandHeap } from '../support/heap.ts'

const clock = vi.hoisted(() => ({ ms: 0 }))
vi.mock('#sync', async importOriginal => ({
  ...(await importOriginal<typeof import('#sync')>()),
  now: () => clock.ms,
}))

const PROCS = 2
let limiter: CpuLimiter
let words: Int32Array
let add: (index: number, total: number, ms: number) => void
let level: () => number

beforeEach(() => {
  const { memory } = new HandHeap({ procs: PROCS })
  words = memory.words
  limiter = new CpuLimiter(memory, 0)
  add = (index, total, ms) => {
    memory.doubles[memory.pMeasure(index, total)] += ms
  }
  level = () => memory.doubles[memory.measure(control.LIMITER_LEVEL)]
  clock.ms = 1000
  limiter.update()
})

const pass = (ms: number, stopped = false): void => {
  clock.ms += ms
  limiter.update(stopped)
}

test('what the collector takes beyond half of the time fills the bucket, the rest empties it', () => {
  add(0, p.TOTAL_ASSIST_MS, 80)
  add(1, p.TOTAL_ASSIST_MS, 80)
  pass(100)
  expect(level()).toBe(160 - 40)
  pass(50)
  expect(level()).toBe(20)
  pass(50)
  expect(level()).toBe(0)
  expect(limiter.isLimiting).toBe(false)
})

test('a second of each P fills it; it limits until the program has had time again', () => {
  words[control.CYCLES] = 7
  pass(999, true)
  expect([level(), limiter.isLimiting]).toEqual([1998, false])
  pass(2, true)
  expect([level(), limiter.isLimiting, words[control.GC_CPU_LIMITED_CYCLE]]).toEqual([2000, true, 7])
  pass(1)
  expect([level(), limiter.isLimiting]).toEqual([1998, false])
})

test('while marking a quarter of all Ps is the collector’s', () => {
  words[control.BLACKEN_ENABLED] = 1
  add(0, p.TOTAL_ASSIST_MS, 100)
  add(1, p.TOTAL_ASSIST_MS, 40)
  pass(100)
  expect(level()).toBe(140 + 50 - 10)
})

test('idle time is neither’s, also that of a P that is still idle', () => {
  add(0, p.TOTAL_ASSIST_MS, 30)
  add(0, p.TOTAL_IDLE_MS, 70)
  add(1, p.IDLE_SINCE, 1000)
  pass(100)
  expect(level()).toBe(30)
})

test('an update is due after 10 ms', () => {
  add(0, p.TOTAL_ASSIST_MS, 9)
  add(1, p.TOTAL_ASSIST_MS, 9)
  clock.ms += 9
  limiter.updateIfDue()
  expect(level()).toBe(0)
  clock.ms += 2
  limiter.updateIfDue()
  expect(level()).toBe(18 - 4)
})
