// The gate, by hand: what it admits, what a P does while it waits, and that L counts what is there.
// The goal of a fresh heap is 4 MiB.

import { expect, test } from 'vitest'
import type { GateLimit } from '../../../gc/work/gate.ts'
import { GateToken } from '../../../gc/work/gate-token.ts'
import { sizeClassOf, spanClassOf } from '../../../heap/size-classes.ts'
import * as control from '../../../memory/words/control.ts'
import * as pWords from '../../../memory/words/p.ts'
import { passTime, useHandClock } from '../../support/hand-clock.ts'
import { type HandP, HandWorld } from '../../support/hand-world.ts'

useHandClock()

const PAGE = 8192
/** More than the 64 KiB by which a goal is put off if a cycle begins just before it. */
const MORE = 10 * PAGE

interface Scene {
  readonly world: HandWorld
  readonly mutator: HandP
  readonly marker: HandP
  live(): number
  /** Fills the heap up to that many bytes below its goal. */
  fill(room: number): void
  admit(bytes: number): number
}

/** A heap that has `room` bytes to its goal. What fills it is garbage. */
function near(room: number, gate: GateLimit = 'goal'): Scene {
  const world = new HandWorld({ globals: 1, gate, arenaBytes: 32 * 2 ** 20 })
  const [mutator, marker] = world.ps
  mutator.spawn()
  const live = (): number => world.meta[control.HEAP_LIVE]
  const fill = (bytes: number): void => {
    while (world.meta[control.GOAL] - live() >= bytes + PAGE)
      mutator.collector.cache.allocateLarge(PAGE, true)
  }
  const admit = (bytes: number): number => {
    mutator.collector.gate.admit(bytes)
    return mutator.collector.cache.live.reserved
  }
  fill(room)
  expect(world.meta[control.GOAL] - live()).toBe(room)
  return { world, mutator, marker, live, fill, admit }
}

test('a request within the goal is counted at once, and its charge adds nothing', () => {
  const { world, mutator, live, admit } = near(PAGE)
  expect(admit(PAGE)).toBe(PAGE)
  expect(live()).toBe(world.meta[control.GOAL])
  mutator.collector.cache.allocateLarge(PAGE, true)
  expect(live()).toBe(world.meta[control.GOAL])
  expect(world.stops).toBe(0)
})

test('a span with fewer free slots than were reserved gives the rest back', () => {
  const { mutator, live, admit } = near(3 * PAGE)
  mutator.allocateSlot(16, true)
  const before = live()
  mutator.collector.cache.flush()
  const unused = before - live()
  admit(PAGE)
  // The span that was flushed is taken again: one slot of it is in use.
  const { cache, sweeper } = mutator.collector
  expect(cache.refill(spanClassOf(sizeClassOf(16), true), sweeper.sweep)).toBe(unused)
  expect(live()).toBe(before)
})

test('a reservation whose request finds no memory is taken back', () => {
  const { mutator, live, admit } = near(PAGE)
  const before = live()
  expect(admit(PAGE)).toBe(PAGE)
  expect(live()).toBe(before + PAGE)
  mutator.collector.cache.live.giveBack()
  expect(live()).toBe(before)
})

test('past the goal a cycle is run, and then there is room', () => {
  const { world, mutator, live, admit } = near(0)
  expect(admit(MORE)).toBe(MORE)
  mutator.collector.cache.allocateLarge(MORE, true)
  expect([world.meta[control.CYCLES], world.meta[control.CYCLES_MARKED], world.stops]).toEqual([
    1, 1, 2,
  ])
  expect(live()).toBe(MORE)
  expect(world.memory.metaF64[world.memory.pDouble(mutator.index, pWords.GATE_MS)]).toBeGreaterThan(
    0,
  )
})

test('in a mark that runs what can be marked is marked, and the mark ended', () => {
  const { world, mutator, marker, live, fill, admit } = near(0)
  mutator.setGlobal(0, mutator.makeArray(20))
  world.startMark(marker)
  fill(0)
  marker.collector.endOfMark.drained()
  expect(world.memory.phase).toBe(control.PHASE_MARK)
  expect(admit(PAGE)).toBe(PAGE)
  expect([world.memory.phase, world.meta[control.CYCLES_MARKED]]).toEqual([control.PHASE_OFF, 1])
  expect(live()).toBeGreaterThan(PAGE)
})

test('a P whose work no other sees is stopped after a while: its work is published, and marked at the gate', () => {
  const { world, mutator, marker, fill, admit } = near(0)
  mutator.setGlobal(0, mutator.makeArray(20))
  world.startMark(marker)
  fill(0)
  while (marker.collector.roots.areLeft) marker.scanRoot()
  mutator.safepoint()
  expect(mutator.collector.drain.isWorkAvailable).toBe(false)
  // Nothing comes in time. After the stop the P at the gate marks what there is, and waits for the
  // drain that still counts.
  world.at('blocked', () => passTime(4))
  world.at('restarted', () => {
    expect(mutator.collector.drain.isWorkAvailable).toBe(true)
    world.at('blocked', () => marker.collector.endOfMark.drained())
  })
  expect(admit(PAGE)).toBe(PAGE)
  expect([world.memory.phase, world.meta[control.CYCLES_MARKED], world.stops]).toEqual([
    control.PHASE_OFF,
    1,
    3,
  ])
})

test('a request that has no room beside what is live is admitted after one cycle, uncounted before its charge', () => {
  const { world, live, admit } = near(0)
  expect(admit(6 * 2 ** 20)).toBe(0)
  expect(world.meta[control.CYCLES_MARKED]).toBe(1)
  expect(live()).toBe(0)
})

test('a request that finds its room taken by others waits for another cycle', () => {
  const { world, mutator, marker, live, fill, admit } = near(0)
  world.startMark(marker)
  fill(0)
  while (marker.collector.roots.areLeft) marker.scanRoot()
  mutator.safepoint()
  world.at('blocked', () => {
    marker.collector.endOfMark.drained()
    // Others are there first.
    fill(0)
  })
  expect(admit(MORE)).toBe(MORE)
  expect(world.meta[control.CYCLES_MARKED]).toBe(2)
  expect(live()).toBeLessThanOrEqual(world.meta[control.GOAL])
})

test('of requests that fit nowhere one passes for each mark: where another has the token, it waits for the next', () => {
  const { world, marker, admit } = near(0)
  const token = new GateToken(marker.memory)
  // The stops of a mark: setup and termination. Another P is there first when the first mark ends.
  world.at('restarted', () => undefined)
  world.at('restarted', () => expect(token.take(marker.index)).toBe(1))
  world.at('restarted', () => token.leaveLine(marker.index))
  expect(admit(6 * 2 ** 20)).toBe(0)
  expect(world.meta[control.CYCLES_MARKED]).toBe(2)
})

test('a request that is first in line passes before one that came later, though the token is there', () => {
  const { world, mutator, marker, admit } = near(0)
  const token = new GateToken(marker.memory)
  world.collect(marker)
  world.meta[control.GATE_TOKEN] = 1
  expect(token.take(marker.index)).toBe(0)
  // It is slow: when the second mark ends it does not look, and when the third ends it leaves.
  for (let stop = 1; stop <= 3; stop++) world.at('restarted', () => undefined)
  world.at('restarted', () => token.leaveLine(marker.index))
  expect(admit(6 * 2 ** 20)).toBe(0)
  expect(world.meta[control.CYCLES_MARKED]).toBe(3)
  expect(token.isInLine(mutator.index)).toBe(false)
})

test('a request that finds no memory after a mark has ended needs the token of the new period', () => {
  const { world, mutator, marker, admit } = near(0)
  const bytes = 6 * 2 ** 20
  admit(bytes)
  const marked = (): number => world.meta[control.CYCLES_MARKED]
  mutator.collector.gate.admitAgain(bytes)
  expect(marked()).toBe(1)
  world.collect(marker)
  mutator.collector.gate.admitAgain(bytes)
  expect(marked()).toBe(3)
})

test('where a whole cycle is one stop, one such cycle is enough', () => {
  const world = new HandWorld({ gate: 'goal', stopTheWorld: 1 })
  const [mutator] = world.ps
  mutator.spawn()
  mutator.collector.gate.admit(world.meta[control.GOAL] + 1)
  expect(mutator.collector.cache.live.reserved).toBe(0)
  expect([world.meta[control.CYCLES_MARKED], world.stops]).toEqual([1, 1])
})

test('hard: up to the pacer’s hard goal', () => {
  const { world, mutator, live, admit } = near(0, 'hard')
  const hard = world.memory.metaF64[world.memory.controlDouble(control.HARD_GOAL)]
  expect(hard).toBeGreaterThan(world.meta[control.GOAL] + PAGE)
  const room = Math.floor(hard - live())
  const reserved = admit(room)
  expect([reserved, world.stops]).toEqual([room, 0])
  mutator.collector.cache.live.giveBack()
  expect(admit(room + 2 * MORE)).toBe(room + 2 * MORE)
  expect(world.meta[control.CYCLES_MARKED]).toBe(1)
})

test('hard, without any goal: as much as a word can count, and no more', () => {
  const { world, live, admit } = near(PAGE, 'hard')
  world.memory.metaF64[world.memory.controlDouble(control.HARD_GOAL)] = Number.POSITIVE_INFINITY
  expect(admit(2 ** 31 - PAGE)).toBe(0)
  expect(live()).toBe(0)
  expect(world.meta[control.CYCLES_MARKED]).toBe(1)
})

test('off: nothing is counted, and no P waits', () => {
  const { world, live, admit } = near(0, 'off')
  const before = live()
  expect(admit(PAGE)).toBe(0)
  expect([live(), world.stops]).toEqual([before, 0])
})
