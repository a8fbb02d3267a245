// The policy of golang/go#52433's first idea, by hand: what a goroutine that has taken memory does
// for the end of the mark.

import { expect, test } from 'vitest'
import type { TerminationName } from '../../../gc/termination/policy.ts'
import * as control from '../../../memory/words/control.ts'
import * as gWords from '../../../memory/words/goroutine.ts'
import { useHandClock } from '../../support/hand-clock.ts'
import { type HandP, HandWorld } from '../../support/hand-world.ts'

useHandClock()

interface Scene {
  readonly world: HandWorld
  readonly mutator: HandP
  readonly marker: HandP
  refill(): void
}

/**
 * A cycle marks, and roots and stacks are scanned. `marker` is in a drain, and has an array of 20
 * references to scan, which no other P sees.
 */
function marking(termination: TerminationName): Scene {
  const world = new HandWorld({ globals: 1, termination })
  const [mutator, marker] = world.ps
  mutator.spawn()
  mutator.setGlobal(0, mutator.makeArray(20))
  world.startMark(marker)
  while (marker.collector.roots.areLeft) marker.scanRoot()
  mutator.safepoint()
  // As the allocator does.
  const refill = (): void => {
    const { endOfMark, assists } = mutator.collector
    if (endOfMark.refilled()) assists.assistAhead()
  }
  return { world, mutator, marker, refill }
}

/**
 * An attempt begins, and fails: in its barrier a buffer is published (R2), and at the next look a P
 * drains (R1). The marker then parks.
 */
function failAttempt({ world, mutator, marker }: Scene): void {
  world.at('ragged barrier', () => {
    marker.collector.queue.publish()
    mutator.collector.drain.enter()
  })
  marker.collector.endOfMark.drained()
  world.meta[control.DRAINERS]--
  expect(world.meta[control.TERMINATION_ATTEMPTS]).toBe(1)
  expect([world.memory.phase, world.meta[control.TERMINATOR]]).toEqual([control.PHASE_MARK, 0])
  expect(mutator.collector.drain.isWorkAvailable).toBe(true)
}

test('before an attempt has begun a refill does nothing', () => {
  const { world, mutator, marker, refill } = marking('assist-takes-over')
  marker.collector.queue.publish()
  refill()
  expect(mutator.collector.drain.isWorkAvailable).toBe(true)
  expect(world.meta[control.SCAN_WORK_HEAP]).toBe(0)
})

test('after a failed attempt a refill marks what there is, though the goroutine has credit, and ends the mark', () => {
  const scene = marking('assist-takes-over')
  const { world, mutator, refill } = scene
  failAttempt(scene)
  const credit = world.memory.goroutineDouble(mutator.goroutine, gWords.ASSIST_BYTES)
  world.memory.metaF64[credit] = 2 ** 27
  refill()
  expect([world.memory.phase, world.meta[control.CYCLES_MARKED]]).toEqual([control.PHASE_OFF, 1])
})

test('under the coordinator a refill does nothing for the mark, until the goroutine is in debt', () => {
  const scene = marking('coordinator')
  failAttempt(scene)
  scene.refill()
  expect(scene.world.memory.phase).toBe(control.PHASE_MARK)
  expect(scene.mutator.collector.drain.isWorkAvailable).toBe(true)
})

test('a mark that may be over, and that no P ends, is ended at a refill', () => {
  const scene = marking('assist-takes-over')
  const { world, mutator, refill } = scene
  failAttempt(scene)
  // Somebody marks the rest, and vanishes before it can leave the drain as the last.
  mutator.collector.drain.drainWork(2 ** 20)
  expect([mutator.collector.drain.isQuiescent, world.memory.phase]).toEqual([
    true,
    control.PHASE_MARK,
  ])
  refill()
  expect(world.memory.phase).toBe(control.PHASE_OFF)
})
