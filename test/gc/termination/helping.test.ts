// The policy of golang/go#52433's second idea, by hand: which P looks whether the mark is over,
// when it looks, and what the stop does itself.

import { expect, test } from 'vitest'
import * as control from '../../../memory/words/control.ts'
import * as gWords from '../../../memory/words/goroutine.ts'
import * as pWords from '../../../memory/words/p.ts'
import { useHandClock } from '../../support/hand-clock.ts'
import { type HandP, HandWorld } from '../../support/hand-world.ts'

useHandClock()

interface Scene {
  readonly world: HandWorld
  readonly mutator: HandP
  readonly marker: HandP
  readonly other: HandP
}

/**
 * A cycle marks. All roots are scanned except the stack of the mutator's goroutine, which keeps x:
 * that stack is wanted. `marker` is in a drain.
 */
function marking(): Scene {
  const world = new HandWorld({ procs: 3, globals: 1, termination: 'helping', isRunning: true })
  const [mutator, marker, other] = world.ps
  mutator.spawn()
  other.spawn()
  return { world, mutator, marker, other }
}

const refill = (of: HandP): boolean => of.collector.endOfMark.refilled()
const state = ({ world }: Scene): [number, number] => [
  world.memory.phase,
  world.meta[control.CYCLES_MARKED],
]
const MARKING = [control.PHASE_MARK, 0]
const ENDED = [control.PHASE_OFF, 1]

/** The marker counts itself off as the last, and is taken off the CPU before it looks. */
function vanishAsLast({ world, marker }: Scene): void {
  marker.collector.drain.publish()
  world.meta[control.DRAINERS]--
  world.meta[world.memory.pWord(marker.index, pWords.DRAINING)]--
}

test('a P that leaves a drain publishes what it holds, so that others see it before it is counted off', () => {
  const scene = marking()
  const { world, mutator, marker } = scene
  const Node = world.type(1)
  mutator.setGlobal(0, mutator.make(Node, [mutator.make(world.type(0))]))
  world.startMark(marker)
  marker.scanRoot()
  expect(mutator.collector.drain.isWorkAvailable).toBe(true)
  while (marker.collector.roots.areLeft) marker.scanRoot()
  for (const each of world.ps) each.safepoint()
  expect(marker.collector.queue.isEmpty).toBe(false)
  marker.collector.endOfMark.drained()
  expect([marker.collector.queue.isEmpty, mutator.collector.drain.isWorkAvailable]).toEqual([
    true,
    true,
  ])
  expect(state(scene)).toEqual(MARKING)
})

test('while the last to leave is off the CPU, the next refill ends the mark', () => {
  const scene = marking()
  const { world, mutator, marker, other } = scene
  world.startMark(marker)
  while (marker.collector.roots.areLeft) marker.scanRoot()
  for (const each of world.ps) each.safepoint()
  marker.collector.drain.drainForCredit(() => false)
  refill(other)
  expect(state(scene)).toEqual(MARKING)
  vanishAsLast(scene)
  refill(mutator)
  expect(state(scene)).toEqual(ENDED)
  marker.collector.endOfMark.scanServed()
  expect(state(scene)).toEqual(ENDED)
})

test('a refill waits for a wanted stack while the heap is below its goal; above it the stop scans the stack itself', () => {
  const scene = marking()
  const { world, mutator, marker, other } = scene
  const Node = world.type(0)
  const x = mutator.keep(mutator.make(Node, [], 42))
  world.startMark(marker)
  while (marker.collector.roots.areLeft) marker.scanRoot()
  other.safepoint()
  marker.collector.drain.drainForCredit(() => false)
  marker.collector.endOfMark.drained()
  expect([world.meta[control.DRAINERS], world.meta[control.SCANS_WANTED]]).toEqual([0, 1])
  refill(other)
  expect(state(scene)).toEqual(MARKING)
  world.meta[control.HEAP_LIVE] = world.meta[control.GOAL]
  refill(other)
  expect(state(scene)).toEqual(ENDED)
  expect(world.meta[control.SCANS_WANTED]).toBe(0)
  expect(world.goroutine(mutator.goroutine, gWords.STATUS)).toBe(gWords.G_RUNNING)
  marker.collector.sweeper.finish()
  expect(mutator.numberOf(x, Node)).toBe(42)
})

test('a P at the gate does not wait for a wanted stack, wherever the heap is', () => {
  const scene = marking()
  const { world, marker, other } = scene
  world.startMark(marker)
  while (marker.collector.roots.areLeft) marker.scanRoot()
  other.safepoint()
  marker.collector.drain.drainForCredit(() => false)
  marker.collector.endOfMark.drained()
  expect([state(scene), world.meta[control.SCANS_WANTED]]).toEqual([MARKING, 1])
  other.collector.endOfMark.gateIdle()
  expect([state(scene), world.meta[control.SCANS_WANTED]]).toEqual([ENDED, 0])
})

test('a drainer that stands aside, and is not counted off yet, keeps no P from ending the mark', () => {
  const scene = marking()
  const { world, marker, other } = scene
  world.startMark(marker)
  while (marker.collector.roots.areLeft) marker.scanRoot()
  for (const each of world.ps) each.safepoint()
  marker.collector.drain.drainForCredit(() => false)
  const status = world.memory.pWord(marker.index, pWords.STATUS)
  world.meta[status] = pWords.STATUS_RUNNING
  refill(other)
  expect(state(scene)).toEqual(MARKING)
  world.meta[status] = pWords.STATUS_WAITING
  refill(other)
  expect([state(scene), world.meta[control.DRAINERS]]).toEqual([ENDED, 1])
})

test('the P that has served the last wanted stack ends the mark', () => {
  const scene = marking()
  const { world, mutator, marker, other } = scene
  world.startMark(marker)
  while (marker.collector.roots.areLeft) marker.scanRoot()
  other.safepoint()
  marker.collector.drain.drainForCredit(() => false)
  marker.collector.endOfMark.drained()
  expect(state(scene)).toEqual(MARKING)
  mutator.safepoint()
  expect(state(scene)).toEqual(ENDED)
})

test('a P that holds grey objects of its barrier publishes them instead of stopping the world', () => {
  const scene = marking()
  const { world, mutator, marker } = scene
  const Node = world.type(1)
  const hidden = mutator.make(Node, [mutator.make(world.type(0))])
  world.startMark(marker)
  while (marker.collector.roots.areLeft) marker.scanRoot()
  for (const each of world.ps) each.safepoint()
  marker.collector.drain.drainForCredit(() => false)
  mutator.setGlobal(0, hidden)
  mutator.collector.barrier.flush()
  expect(mutator.collector.queue.isEmpty).toBe(false)
  vanishAsLast(scene)
  refill(mutator)
  expect(state(scene)).toEqual(MARKING)
  expect([mutator.collector.queue.isEmpty, world.meta[control.TERMINATION_ATTEMPTS]]).toEqual([
    true,
    0,
  ])
})

test('what a barrier’s buffer hides is marked in the stop; more of it than 64 KiB restarts the mark', () => {
  for (const [length, isOver] of [
    [100, true],
    [40_000, false],
  ] as const) {
    const scene = marking()
    const { world, mutator, marker } = scene
    const first = mutator.makeArray(length)
    const second = mutator.makeArray(length)
    mutator.store(mutator.element(first, 0), second)
    world.startMark(marker)
    while (marker.collector.roots.areLeft) marker.scanRoot()
    for (const each of world.ps) each.safepoint()
    marker.collector.drain.drainForCredit(() => false)
    // The shade of the store waits in the buffer: no look sees it.
    mutator.setGlobal(0, first)
    marker.collector.endOfMark.drained()
    expect(state(scene)).toEqual(isOver ? ENDED : MARKING)
    expect(world.meta[control.TERMINATION_RESTARTS]).toBe(isOver ? 0 : 1)
    if (isOver) continue
    expect(marker.collector.drain.isWorkAvailable).toBe(true)
    marker.collector.drain.enter()
    world.finishMark(marker)
    expect(state(scene)).toEqual(ENDED)
  }
})
