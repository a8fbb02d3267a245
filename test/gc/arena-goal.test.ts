// The arena limits every pacer's goal: a cycle begins while there is room for it to be concurrent.

import { describe, expect, test } from 'vitest'
import { Controller } from '../../gc/controller.ts'
import type { Pacer } from '../../gc/pacer/pacer.ts'
import { builtInPacers, pacerNamed } from '../../gc/pacer/registry.ts'
import { STOP_HEAP_CYCLE } from '../../gc/world.ts'
import { Memory } from '../../memory/memory.ts'
import { MiB } from '../../memory/units.ts'
import * as control from '../../memory/words/control.ts'

const ARENA = 64 * MiB
/** A sixteenth is kept free. */
const MOST = 60 * MiB

interface Scene {
  readonly memory: Memory
  readonly controller: Controller
  goals(): { goal: number; trigger: number; hardGoal: number; committedGoal: number }
  ratio(): number
}

/** A heap in which that many bytes live, as at the end of a cycle. */
function living(bytes: number, pacer: Pacer, gcPercent = 100): Scene {
  const memory = Memory.reserve({ arenaBytes: ARENA, procs: 2 })
  const config = { procs: 2, gcPercent, memoryLimit: Number.POSITIVE_INFINITY }
  memory.meta[control.SWEEPERS] = control.SWEEP_DRAINED
  const controller = new Controller(memory, pacer, config)
  controller.initialize(config)
  memory.meta[control.SCAN_WORK_HEAP] = bytes
  controller.resetLive(bytes)
  controller.commit()
  const measure = (name: number): number => memory.metaF64[memory.controlDouble(name)]
  return {
    memory,
    controller,
    goals: () => ({
      goal: memory.meta[control.GOAL],
      trigger: memory.meta[control.TRIGGER],
      hardGoal: measure(control.HARD_GOAL),
      committedGoal: measure(control.COMMITTED_GOAL),
    }),
    ratio: () => measure(control.ASSIST_WORK_PER_BYTE),
  }
}

describe.each(builtInPacers().map(pacer => [pacer.name, pacer] as const))('%s', (_name, pacer) => {
  test.each([10, 31, 38, 50, 58])('where %i of 64 MiB live, no goal lies beyond 60', mib => {
    const { goal, trigger, hardGoal, committedGoal } = living(mib * MiB, pacer, 1000).goals()
    expect(Math.max(goal, hardGoal, committedGoal)).toBeLessThanOrEqual(MOST)
    expect(goal).toBeGreaterThan(mib * MiB)
    expect(trigger).toBeLessThan(goal)
    expect(trigger).toBeGreaterThan(mib * MiB)
  })

  test('a goal below that is left as it is', () => {
    const { goal } = living(10 * MiB, pacer).goals()
    expect(goal).toBeLessThan(40 * MiB)
    const other = living(10 * MiB, pacer)
    other.memory.metaF64[other.memory.controlDouble(control.ARENA_HOLDS)] = Number.POSITIVE_INFINITY
    other.controller.commit()
    expect(other.goals().goal).toBe(goal)
  })

  test('without GOGC the arena is the goal', () => {
    const { goal, trigger } = living(20 * MiB, pacer, -1).goals()
    expect([goal, trigger]).toEqual([MOST, 20 * MiB + 0.95 * 40 * MiB])
  })
})

test('where more lives than may be the goal is what lives, and cycles follow each other', () => {
  const { goal, trigger } = living(62 * MiB, pacerNamed('go1.21')).goals()
  expect([goal, trigger]).toEqual([62 * MiB, 62 * MiB])
})

test('the trigger keeps the distance that the pacer has found, but for the first part of the way', () => {
  const pacer = pacerNamed('fixed:trigger=0.9')
  // The pacer's goal is 80 MiB, and its trigger 76.
  expect(living(40 * MiB, pacer).goals()).toMatchObject({ goal: MOST, trigger: 56 * MiB })
  const early = pacerNamed('fixed:trigger=0.1')
  expect(living(40 * MiB, early).goals()).toMatchObject({ goal: MOST, trigger: 54 * MiB })
})

test('assists spread what is left to mark over the way that there is', () => {
  const { memory, controller, ratio } = living(40 * MiB, pacerNamed('fixed:trigger=0.8'))
  memory.meta[control.HEAP_LIVE] = 50 * MiB
  memory.metaF64[memory.controlDouble(control.TRIGGERED)] = 50 * MiB
  controller.startCycle(STOP_HEAP_CYCLE)
  memory.meta[control.SCAN_WORK_HEAP] = 0
  controller.revise()
  // 40 MiB to scan on the 10 to the goal; the pacer thought of 30.
  expect(ratio()).toBeCloseTo(4, 5)
})

test('an arena that was full with less is taken to hold less, and a little more with each cycle', () => {
  const scene = living(20 * MiB, pacerNamed('go1.21'), 1000)
  const { memory, controller, goals } = scene
  memory.meta[control.HEAP_LIVE] = 40 * MiB
  controller.arenaIsFull(8192)
  controller.commit()
  expect(goals().goal).toBe(36 * MiB + 8192)
  // A large request that finds no room says little of what the arena holds.
  controller.arenaIsFull(100 * MiB)
  controller.commit()
  expect(goals().goal).toBe(36 * MiB + 8192)
  controller.startCycle(STOP_HEAP_CYCLE)
  expect(goals().goal).toBe(39 * MiB + 7168)
  for (let cycle = 0; cycle < 100; cycle++) controller.startCycle(STOP_HEAP_CYCLE)
  controller.commit()
  expect(goals().goal).toBeGreaterThan(MOST - 100)
})
