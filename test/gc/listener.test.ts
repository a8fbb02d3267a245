// Listeners (gc/listener.ts) are told what the collector does, and decide nothing: a collector that
// nobody listens to marks, frees and plans the same.
import { expect, test } from 'vitest'
import type { Listener } from '../../gc/listener.ts'
import * as control from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import { useHandClock } from '../support/hand-clock.ts'
import { HandWorld } from '../support/hand-world.ts'

useHandClock()

/** Words by which the collector decides; those that depend on the clock are left out. */
const DECIDED = [
  control.CYCLES,
  control.CYCLES_MARKED,
  control.HEAP_LIVE,
  control.HEAP_SCANNABLE,
  control.GOAL,
  control.TRIGGER,
  control.SCAN_WORK_HEAP,
  control.SCAN_WORK_STACK,
  control.PAGES_IN_USE,
]

/** What two Ps' collections came to, cycle by cycle. */
function collected(listened: boolean): number[][] {
  const world = new HandWorld({ globals: 1 })
  const [first, second] = world.ps
  if (!listened)
    for (const { collector } of world.ps)
      (collector.here.listener as unknown as { all: readonly Listener[] }).all = []
  const pair = world.type(2)
  const rows: number[][] = []
  for (let cycle = 1; cycle <= 4; cycle++) {
    first.setGlobal(0, 0)
    for (let count = 0; count < 100 * cycle; count++) {
      const child = first.make(pair)
      first.setGlobal(0, first.make(pair, [child, world.meta[world.global(0)]]))
      second.make(pair)
    }
    world.startMark(first)
    second.make(pair)
    world.finishMark(first)
    first.collector.sweeper.finish()
    rows.push([
      ...DECIDED.map(word => world.meta[word]),
      world.memory.get(control.HEAP_MARKED),
      world.memory.sumOfPs(pWords.FREED_BYTES),
    ])
  }
  return rows
}

test('a collector without listeners collects as one with all of them', () => {
  const told = collected(true)
  expect(told.map(row => row[0])).toEqual([1, 2, 3, 4])
  expect(collected(false)).toEqual(told)
})
