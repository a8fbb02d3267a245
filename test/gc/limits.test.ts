// What a limited collector calls off, and what it does not stop, by hand.

import { expect, test } from 'vitest'
import { STOP_HEAP_CYCLE } from '../../gc/world.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import * as pWords from '../../memory/words/p.ts'
import { useHandClock } from '../support/hand-clock.ts'
import { type HandP, HandWorld } from '../support/hand-world.ts'

useHandClock()

const MiB = 2 ** 20

/** As if the collector had had all of the time for long: the next update fills the bucket. */
function exhaust(world: HandWorld): void {
  const { memory } = world
  memory.metaF64[memory.pDouble(0, pWords.TOTAL_ASSIST_MS)] += 1e9
  memory.metaF64[memory.controlDouble(control.LIMITER_UPDATED_AT)] = 0
}

/** The collector is limited, and stays so beyond the next update. */
function limit(world: HandWorld): void {
  world.meta[control.GC_CPU_LIMITED] = 1
  world.memory.metaF64[world.memory.controlDouble(control.LIMITER_LEVEL)] = 1e9
}

/**
 * A cycle marks. All there is to mark is an array of `elements` references, and at this assist
 * ratio a page of debt is worth all of it.
 */
function marking(elements: number): {
  world: HandWorld
  mutator: HandP
  marker: HandP
  debt(): number
} {
  const world = new HandWorld({ globals: 1, arenaBytes: 16 * MiB })
  const { memory } = world
  const [mutator, marker] = world.ps
  const goroutine = mutator.spawn()
  mutator.setGlobal(0, mutator.makeArray(elements))
  world.startMark(marker)
  for (const each of [marker, mutator]) {
    marker.scanRoot()
    each.safepoint()
  }
  marker.collector.queue.publish()
  memory.metaF64[memory.controlDouble(control.ASSIST_WORK_PER_BYTE)] = 1000
  memory.metaF64[memory.controlDouble(control.ASSIST_BYTES_PER_WORK)] = 1 / 1000
  return {
    world,
    mutator,
    marker,
    debt: () => -memory.metaF64[memory.goroutineDouble(goroutine, gWords.ASSIST_BYTES)],
  }
}

test('an assist that is under way ends when the collector becomes limited', () => {
  const { world, mutator, debt } = marking(MiB)
  exhaust(world)
  mutator.collector.assists.charge(8192)
  expect(world.meta[control.GC_CPU_LIMITED]).toBe(1)
  const done = world.meta[control.SCAN_WORK_HEAP]
  // It is asked for after 100,000 bytes of work, and a piece of an array is 128 KiB.
  expect(done).toBeGreaterThan(0)
  expect(done).toBeLessThan(MiB)
  expect(debt()).toBeGreaterThan(0)
  expect(world.memory.phase).toBe(control.PHASE_MARK)
})

test('a limited assist does nothing', () => {
  const { world, mutator, debt } = marking(MiB)
  limit(world)
  mutator.collector.assists.charge(8192)
  expect([world.meta[control.SCAN_WORK_HEAP], debt()]).toEqual([0, 8192])
})

test('a goroutine that waits for credit goes on, in debt, when the collector becomes limited', () => {
  const { world, mutator, marker, debt } = marking(1)
  world.at('blocked', () => {
    expect(world.meta[control.ASSIST_COUNT]).toBe(1)
    exhaust(world)
    marker.collector.limiter.update()
  })
  mutator.collector.assists.charge(8192)
  expect([world.meta[control.ASSIST_COUNT], world.meta[control.GC_CPU_LIMITED]]).toEqual([0, 1])
  expect(debt()).toBeGreaterThan(0)
})

test('and none begins to wait for credit once it is limited', () => {
  const { world, mutator } = marking(1)
  const { drain } = mutator.collector
  drain.drainWork = () => {
    limit(world)
    return 0
  }
  mutator.collector.assists.charge(8192)
  expect(world.meta[control.ASSIST_COUNT]).toBe(0)
})

test('a wait at the gate ends when the collector becomes limited, in the middle of a mark', () => {
  const world = new HandWorld({ gate: 'goal' })
  const [mutator, marker] = world.ps
  mutator.spawn()
  world.startMark(marker)
  while (marker.collector.roots.areLeft) marker.scanRoot()
  mutator.safepoint()
  // No work is left that other Ps see, and the marker does not leave its drain. So only the limiter
  // ends this wait: where the P sleeps or, on a slow machine, where it would raise a stop.
  for (const point of ['blocked', 'epoch'] as const)
    world.at(point, () => {
      exhaust(world)
      marker.collector.limiter.update()
    })
  mutator.collector.gate.admit(world.meta[control.GOAL] + 1)
  expect(mutator.collector.cache.live.reserved).toBe(0)
  expect([world.memory.phase, world.meta[control.CYCLES_MARKED]]).toEqual([control.PHASE_MARK, 0])
  mutator.collector.gate.admit(world.meta[control.GOAL] + 1)
  expect(mutator.collector.cache.live.reserved).toBe(0)
})

test('a P at the gate that sweeps for a cycle starts none when the collector becomes limited', () => {
  const world = new HandWorld({ gate: 'goal' })
  const [mutator] = world.ps
  mutator.spawn()
  let swept = 0
  mutator.collector.sweeper.sweepOne = () => {
    if (++swept === 3) exhaust(world)
    return swept < 100
  }
  mutator.collector.gate.admit(world.meta[control.GOAL] + 1)
  expect(mutator.collector.cache.live.reserved).toBe(0)
  expect([swept, world.stops]).toEqual([3, 0])
})

test('a drain at the gate ends when the collector becomes limited', () => {
  const world = new HandWorld({ gate: 'goal', globals: 1, arenaBytes: 16 * MiB })
  const [mutator, marker] = world.ps
  mutator.spawn()
  mutator.setGlobal(0, mutator.makeArray(MiB))
  world.startMark(marker)
  exhaust(world)
  mutator.collector.gate.admit(world.meta[control.GOAL] + 1)
  expect(mutator.collector.cache.live.reserved).toBe(0)
  expect(world.meta[control.SCAN_WORK_HEAP]).toBeLessThan(MiB)
  expect(world.memory.phase).toBe(control.PHASE_MARK)
})

test('a limited collector starts a cycle only when the heap has grown by an eighth of what lives, or a MiB', () => {
  const world = new HandWorld()
  const [mutator] = world.ps
  mutator.spawn()
  const { memory, meta } = world
  memory.metaF64[memory.controlDouble(control.HEAP_MARKED)] = 64 * MiB
  meta[control.TRIGGER] = 64 * MiB
  meta[control.GC_CPU_LIMITED] = 1
  const starts = (live: number): boolean => {
    meta[control.HEAP_LIVE] = live
    return mutator.collector.starter.isHeapTriggered
  }
  expect([64 * MiB, 72 * MiB - 1, 72 * MiB].map(starts)).toEqual([false, false, true])
  memory.metaF64[memory.controlDouble(control.HEAP_MARKED)] = 100
  meta[control.TRIGGER] = 0
  expect([100, MiB + 99, MiB + 100].map(starts)).toEqual([false, false, true])
  meta[control.TRIGGER] = 4 * MiB
  expect([4 * MiB - 1, 4 * MiB].map(starts)).toEqual([false, true])
  meta[control.GC_CPU_LIMITED] = 0
  meta[control.TRIGGER] = 100
  expect(starts(100)).toBe(true)
})

test.each([1, 2] as const)(
  'an allocation that starts a cycle has its slot, though the cycle ends in the same stop (gcstoptheworld=%i)',
  stopTheWorld => {
    const world = new HandWorld({ stopTheWorld })
    const [mutator] = world.ps
    mutator.spawn()
    // Whatever was marked, the next span starts a cycle again.
    world.meta[control.TRIGGER] = 0
    for (let time = 0; time < 5; time++)
      world.at('restarted', () => (world.meta[control.TRIGGER] = 0))
    const at = mutator.allocator.allocate(16, true)
    expect([world.meta[control.CYCLES], at > 0]).toEqual([1, true])
    // And it outlives the sweep.
    mutator.collector.sweeper.finish()
    expect(mutator.heap.spans.of(at)).toBeGreaterThan(0)
    expect(mutator.allocator.allocate(16, true)).not.toBe(at)
  },
)

test('a cycle that ends or begins limited is said to be limited', () => {
  const world = new HandWorld()
  const [, marker] = world.ps
  expect(world.collect(marker).gcCpuLimited).toBe(0)
  world.startMark(marker)
  world.meta[control.GC_CPU_LIMITED] = 1
  // What the next update counts is the program's, so that it is limited no more when the mark ends.
  world.memory.metaF64[world.memory.controlDouble(control.LIMITER_LEVEL)] = 0
  expect(world.finishCycle(marker).gcCpuLimited).toBe(1)
  marker.world.raise(world.stops, STOP_HEAP_CYCLE)
  expect(world.memory.phase).toBe(control.PHASE_MARK)
})
