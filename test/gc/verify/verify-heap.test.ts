// The verifier as a whole: what it lets pass, how much it says, and that it only reads. What it
// finds is in the files beside this one, named as those that find it.

import { expect, test } from 'vitest'
import { verifyHeap } from '../../../gc/verify/verify-heap.ts'
import { GRANULE_SHIFT } from '../../../memory/layout.ts'
import * as control from '../../../memory/words/control.ts'
import * as span from '../../../memory/words/span.ts'
import { growWorld } from '../../support/grown-world.ts'
import { useHandClock } from '../../support/hand-clock.ts'
import { complaintOf, Words } from '../../support/heap-breaks.ts'

useHandClock()

test.each(['off', 'sweeping', 'marking', 'terminating'] as const)(
  'a sound heap passes: %s',
  phase => {
    for (const check of [true, false]) {
      const { world } = growWorld(phase, check)
      expect(() => verifyHeap(world.memory)).not.toThrow()
    }
  },
)

test('it lists up to five disagreements, so that a person sees the pattern', () => {
  const grown = growWorld('off')
  const w = new Words(grown)
  for (const lock of [control.WORK_LOCK, control.PAGE_LOCK]) w.meta[lock] = 1
  expect(() => verifyHeap(grown.world.memory)).toThrow(
    /disagrees with itself:\n {2}WORK_LOCK is held.*\n {2}PAGE_LOCK is held/,
  )
  for (const object of grown.kept) w.marks[object >>> GRANULE_SHIFT] = 9
  for (let spanClass = 0; spanClass < 8; spanClass++)
    w.meta[w.layout.central + spanClass * span.CENTRAL_WORDS] = 1
  const found = complaintOf(() => verifyHeap(grown.world.memory))
  expect(found?.message.split('\n  ')).toHaveLength(1 + 5)
})

test('it changes nothing', () => {
  for (const phase of ['off', 'sweeping', 'marking'] as const) {
    const { memory } = growWorld(phase).world
    const before = [
      memory.meta.slice(0, memory.layout.workBuffers),
      memory.marks.slice(),
      memory.heap.slice(),
    ]
    verifyHeap(memory)
    const after = [memory.meta.slice(0, memory.layout.workBuffers), memory.marks, memory.heap]
    for (const [index, words] of before.entries())
      expect(
        Buffer.compare(Buffer.from(words.buffer), Buffer.from(after[index].slice().buffer)),
      ).toBe(0)
  }
})
