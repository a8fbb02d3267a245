import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WorkBuffers } from '../../../gc/mark/work-buffers.ts'
import type { WorkBuffer } from '../../../memory/kinds.ts'
import { WORK_BUFFER_WORDS } from '../../../memory/layout.ts'
import { PUBLICATIONS, WORK_FULL_COUNT } from '../../../memory/words/control.ts'
import { HandHeap } from '../../support/heap.ts'

const COUNT = 6
const fresh = (): { buffers: WorkBuffers; hand: HandHeap } => {
  const hand = new HandHeap({ workBuffers: COUNT })
  return { buffers: new WorkBuffers(hand.memory), hand }
}

test('a buffer is in one list or in one hand, and every push to the full list is counted', () => {
  const steps = fc.array(fc.constantFrom('takeEmpty', 'takeFull', 'putEmpty', 'putFull'), {
    maxLength: 200,
  })
  const { buffers, hand } = fresh()
  const { meta } = hand
  const held: WorkBuffer[] = []
  const full = new Set<WorkBuffer>()
  let pushes = 0
  fc.assert(
    fc.property(steps, sequence => {
      for (const step of sequence) {
        if (step === 'takeEmpty' || step === 'takeFull') {
          const buffer = buffers[step]()
          const available = step === 'takeFull' ? full.size > 0 : held.length + full.size < COUNT
          expect(buffer !== 0).toBe(available)
          if (buffer === 0) continue
          if (step === 'takeFull') expect(full.delete(buffer)).toBe(true)
          else expect(full.has(buffer)).toBe(false)
          expect(held).not.toContain(buffer)
          held.push(buffer)
        } else {
          const buffer = held.shift()
          if (buffer === undefined) continue
          buffers[step](buffer)
          if (step === 'putFull') {
            full.add(buffer)
            pushes++
          }
        }
        expect([meta[WORK_FULL_COUNT], meta[PUBLICATIONS], buffers.isEmpty]).toEqual([
          full.size,
          pushes,
          full.size === 0,
        ])
      }
    }),
    { numRuns: 50 },
  )
  const everywhere = new Set([...held, ...full])
  for (let buffer = buffers.takeEmpty(); buffer !== 0; buffer = buffers.takeEmpty())
    everywhere.add(buffer)
  expect(everywhere.size).toBe(COUNT)
})

test('buffers lie apart in their region, and when all are in use there is none', () => {
  const { buffers, hand } = fresh()
  const taken = Array.from({ length: COUNT }, () => buffers.takeEmpty()).sort((a, b) => a - b)
  const { workBuffers } = hand.memory.layout
  expect(taken).toEqual(taken.map((_, index) => workBuffers + index * WORK_BUFFER_WORDS))
  expect(buffers.takeEmpty()).toBe(0)
  buffers.putEmpty(taken[3])
  expect([buffers.takeEmpty(), buffers.takeEmpty()]).toEqual([taken[3], 0])
})

test('what one thread puts, another takes', () => {
  const { buffers, hand } = fresh()
  const other = new WorkBuffers(hand.memory)
  const buffer = buffers.takeEmpty()
  expect(other.takeFull()).toBe(0)
  buffers.putFull(buffer)
  expect([other.isEmpty, other.takeFull(), buffers.takeFull()]).toEqual([false, buffer, 0])
})
