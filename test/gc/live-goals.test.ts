// Under a memory limit trigger and goal follow what is mapped, while no cycle marks too. While one
// does, its goal does not rise beyond that of its start.

import { expect, test } from 'vitest'
import { MiB } from '../../memory/units.ts'
import * as control from '../../memory/words/control.ts'
import { useHandClock } from '../support/hand-clock.ts'
import { type HandP, HandWorld } from '../support/hand-world.ts'

useHandClock()

const PAGE = 8192

function scene(memoryLimit: number): { world: HandWorld; mutator: HandP } {
  const world = new HandWorld({ arenaBytes: 32 * MiB, memoryLimit, stopTheWorld: 1 })
  const [mutator] = world.ps
  mutator.spawn()
  mutator.allocator.allocate(2 * MiB, true)
  return { world, mutator }
}

/** What the goals are, with the mark bytes and span records that pages need beside them. */
const goals = ({ meta }: HandWorld): number[] => [meta[control.TRIGGER], meta[control.GOAL]]

test('each page that is mapped lowers them by what it needs beside it, and a cycle begins at the trigger of then', () => {
  const { world, mutator } = scene(4.5 * MiB)
  const { meta } = world
  let [trigger, goal] = goals(world)
  while (meta[control.HEAP_LIVE] + PAGE < trigger) {
    mutator.allocator.allocate(PAGE, true)
    expect(meta[control.CYCLES]).toBe(0)
    const [newTrigger, newGoal] = goals(world)
    expect(newTrigger).toBeLessThan(trigger)
    expect(newGoal).toBeLessThan(goal)
    ;[trigger, goal] = [newTrigger, newGoal]
  }
  mutator.allocator.allocate(PAGE, true)
  expect(meta[control.CYCLES]).toBe(1)
})

test('without a limit they stay', () => {
  const { world, mutator } = scene(Number.POSITIVE_INFINITY)
  const before = goals(world)
  mutator.allocator.allocate(PAGE, true)
  expect(goals(world)).toEqual(before)
})

test('while a cycle marks its goal may fall, and comes back no further than to that of its start', () => {
  const world = new HandWorld({ arenaBytes: 32 * MiB })
  const [mutator] = world.ps
  mutator.spawn()
  mutator.allocator.allocate(2 * MiB, true)
  const { controller } = mutator.collector
  const setGcPercent = (percent: number): number => {
    world.meta[control.GC_PERCENT] = percent
    controller.commit()
    return world.meta[control.GOAL]
  }
  world.startMark(mutator)
  const atStart = world.meta[control.GOAL]
  expect(setGcPercent(50)).toBeLessThan(atStart)
  expect(setGcPercent(400)).toBe(atStart)
  expect(world.meta[control.TRIGGER]).toBeLessThanOrEqual(atStart)
  world.finishMark(mutator)
  expect(world.meta[control.GOAL]).toBeGreaterThan(atStart)
})
