import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GreyQueue } from '../../../gc/mark/grey-queue.ts'
import { WorkBuffers } from '../../../gc/mark/work-buffers.ts'
import type { WorkBuffer } from '../../../memory/kinds.ts'
import { WORK_BUFFER_CAPACITY } from '../../../memory/layout.ts'
import { PUBLICATIONS } from '../../../memory/words/control.ts'
import { HandHeap } from '../../support/heap.ts'

/** The shared lists, with what goes through them counted. */
class CountedBuffers extends WorkBuffers {
  pushes = 0
  touches = 0
  override putFull(buffer: WorkBuffer): void {
    this.pushes++
    this.touches++
    super.putFull(buffer)
  }
  override takeFull(): WorkBuffer {
    this.touches++
    return super.takeFull()
  }
  override takeEmpty(): WorkBuffer {
    this.touches++
    return super.takeEmpty()
  }
}

function queues(
  count: number,
  workBuffers: number,
): { buffers: CountedBuffers; hand: HandHeap; queues: GreyQueue[] } {
  const hand = new HandHeap({ workBuffers })
  const buffers = new CountedBuffers(hand.memory)
  return {
    buffers,
    hand,
    queues: Array.from({ length: count }, () => new GreyQueue(hand.memory, buffers)),
  }
}

const takeAll = (queue: GreyQueue): number[] => {
  const taken: number[] = []
  for (let object = queue.take(); object !== 0; object = queue.take()) taken.push(object)
  return taken
}

const step = fc.record({
  queue: fc.nat(1),
  do: fc.constantFrom('put', 'put', 'take', 'take', 'publish', 'share'),
  count: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 100, max: 400 })),
})

test('what goes into two queues comes out once, whichever queue takes it, however few buffers there are', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.array(step, { maxLength: 40 }),
      (workBuffers, sequence) => {
        const { buffers, hand, queues: pair } = queues(2, workBuffers)
        const inside = new Set<number>()
        let next = 16
        for (const { queue: index, do: deed, count } of sequence) {
          const queue = pair[index]
          const pushes = buffers.pushes
          if (deed === 'put') {
            for (let n = 0; n < count && queue.put(next); n++, next += 16) inside.add(next)
          } else if (deed === 'take') {
            for (let n = 0; n < count; n++) {
              const object = queue.take()
              if (object === 0 && !(queue.isEmpty && buffers.isEmpty))
                throw new Error('nothing taken where there is work')
              if (object === 0) break
              if (!inside.delete(object))
                throw new Error(`${object} came out twice, or never went in`)
            }
          } else {
            const any = deed === 'publish' ? !queue.isEmpty : undefined
            expect(queue[deed as 'publish' | 'share']()).toBe(any ?? buffers.pushes > pushes)
            if (deed === 'publish') expect(queue.isEmpty).toBe(true)
          }
          expect(hand.meta[PUBLICATIONS]).toBe(buffers.pushes)
        }
        pair[0].publish()
        expect(new Set([...takeAll(pair[1]), ...takeAll(pair[0])])).toEqual(inside)
        // Every buffer is in reach again.
        for (const queue of pair) queue.publish()
        for (let buffer = 0; buffer < workBuffers; buffer++) expect(buffers.takeEmpty()).not.toBe(0)
      },
    ),
    { numRuns: 150 },
  )
})

test('without a buffer to be had, put says so and loses nothing', () => {
  const { queues: pair } = queues(2, 2)
  const room = 2 * WORK_BUFFER_CAPACITY
  const put = Array.from({ length: room + 2 }, (_, index) => pair[0].put(16 * (index + 1)))
  expect(put.indexOf(false)).toBe(room)
  expect(put[room + 1]).toBe(false)
  expect(pair[1].put(16)).toBe(false)
  expect(pair[1].isEmpty).toBe(true)
  expect(new Set(takeAll(pair[0])).size).toBe(room)
  expect(pair[0].put(16)).toBe(true)
})

test('no other P sees what is not published', () => {
  const { queues: pair } = queues(2, 8)
  for (let object = 16; object <= 16 * 300; object += 16) pair[0].put(object)
  expect(pair[1].take()).toBe(0)
  expect(pair[0].publish()).toBe(true)
  expect(takeAll(pair[1])).toHaveLength(300)
  expect(pair[0].publish()).toBe(false)
})

test('a queue that goes back and forth over the end of a buffer does not touch the shared lists', () => {
  const { buffers, queues: pair } = queues(1, 8)
  const [queue] = pair
  for (let object = 1; object <= WORK_BUFFER_CAPACITY + 1; object++) queue.put(16 * object)
  const touches = buffers.touches
  for (let round = 0; round < 5; round++) {
    for (let n = 0; n < 5; n++) queue.take()
    for (let n = 0; n < 5; n++) queue.put(16 * (n + 1))
  }
  expect(buffers.touches).toBe(touches)
})

test('sharing gives away the spare buffer, else half of the active one, else nothing', () => {
  const { queues: pair } = queues(2, 8)
  const [giver, taker] = pair
  for (let object = 1; object <= WORK_BUFFER_CAPACITY + 10; object++) giver.put(16 * object)
  expect(giver.share()).toBe(true)
  expect(takeAll(taker)).toHaveLength(WORK_BUFFER_CAPACITY)
  expect(giver.share()).toBe(true)
  expect(takeAll(taker)).toHaveLength(5)
  expect(giver.share()).toBe(true)
  expect(takeAll(taker)).toHaveLength(3)
  expect(giver.share()).toBe(false)
  expect(takeAll(giver)).toHaveLength(2)
})
