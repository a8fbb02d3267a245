import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { GoroutineId } from '../../memory/kinds.ts'
import * as control from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import { GlobalQueue, pushReady, ReadyQueue, Ring } from '../../scheduler/run-queues.ts'
import { HandHeap } from '../support/heap.ts'

const { memory, meta } = new HandHeap({ procs: 2 })

/** Puts this many new goroutines (positive), or takes as many. */
const steps = fc.array(
  fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -300, max: 300 })),
  {
    maxLength: 40,
  },
)

/** A queue behaves as a list of at most `capacity` in which the oldest is first. */
function behavesAsList(
  queue: Ring | GlobalQueue,
  capacity: number,
  check: (list: readonly number[]) => void,
): void {
  fc.assert(
    fc.property(steps, sequence => {
      const list: number[] = []
      let next = 1 as GoroutineId
      for (const count of sequence) {
        for (let n = 0; n < count; n++, next++) {
          if ((queue.put(next) ?? true) !== list.length < capacity)
            throw new Error(`put with ${list.length} inside`)
          if (list.length < capacity) list.push(next)
        }
        for (let n = 0; n > count; n--) expect(queue.take()).toBe(list.shift() ?? 0)
        expect(queue.isEmpty).toBe(list.length === 0)
        check(list)
      }
      while (queue.take() !== 0);
    }),
    { numRuns: 50 },
  )
}

test('the ring of a P gives back the oldest first, and takes no more than 256', () => {
  behavesAsList(new Ring(memory, 1), pWords.RING_SLOTS, () => {})
})

test('a thief takes from the same ring, and the other P has one of its own', () => {
  const [owner, thief, other] = [new Ring(memory, 0), new Ring(memory, 0), new Ring(memory, 1)]
  for (const id of [1, 2, 3]) owner.put(id as GoroutineId)
  other.put(9 as GoroutineId)
  expect([thief.take(), owner.take(), thief.take(), owner.take(), thief.isEmpty]).toEqual([
    1,
    2,
    3,
    0,
    true,
  ])
  expect(other.take()).toBe(9)
})

test('the ring is full at 256 even where its counts pass 2³¹', () => {
  const ring = new Ring(memory, 0)
  const ids = Array.from({ length: pWords.RING_SLOTS }, (_, index) => index + 1)
  meta[memory.pWord(0, pWords.RING_HEAD)] = meta[memory.pWord(0, pWords.RING_TAIL)] = 2 ** 31 - 10
  expect(ids.every(id => ring.put(id as GoroutineId))).toBe(true)
  expect(ring.put(999 as GoroutineId)).toBe(false)
  expect(ids.map(() => ring.take())).toEqual(ids)
  expect(ring.isEmpty).toBe(true)
})

test('the global queue gives back the oldest first, and knows its length', () => {
  behavesAsList(new GlobalQueue(memory), Number.POSITIVE_INFINITY, list => {
    expect(meta[control.RUN_QUEUE_COUNT]).toBe(list.length)
  })
})

test('a goroutine that leaves the global queue may enter it again at once', () => {
  const queue = new GlobalQueue(memory)
  for (const id of [5, 6]) queue.put(id as GoroutineId)
  queue.put(queue.take())
  expect([queue.take(), queue.take(), queue.take()]).toEqual([6, 5, 0])
})

test('woken and yielded goroutines come out each in their order, whichever P woke them', () => {
  const step = fc.constantFrom('woken', 'pushed', 'yielded', 'take woken', 'take yielded')
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), sequence => {
      const queue = new ReadyQueue(memory, 0)
      // The owner finds what others pushed when it takes: that comes after what the owner had put
      // until then.
      const woken: number[] = []
      const yielded: number[] = []
      const pushed: number[] = []
      let next = 1 as GoroutineId
      for (const one of sequence) {
        if (one === 'woken') {
          queue.putWoken(next)
          woken.push(next++)
        } else if (one === 'yielded') {
          queue.putYielded(next)
          yielded.push(next++)
        } else if (one === 'pushed') {
          pushReady(memory, 0, next)
          pushed.push(next++)
        } else if (one === 'take woken') {
          woken.push(...pushed.splice(0))
          expect(queue.takeWoken()).toBe(woken.shift() ?? 0)
        } else expect(queue.takeYielded()).toBe(yielded.shift() ?? 0)
        expect(queue.hasWoken).toBe(woken.length + pushed.length > 0)
        expect(queue.isEmpty).toBe(woken.length + pushed.length + yielded.length === 0)
      }
      const rest: number[] = []
      const take = (): number => queue.takeWoken() || queue.takeYielded()
      for (let id = take(); id !== 0; id = take()) rest.push(id)
      expect(rest).toEqual([...woken, ...pushed, ...yielded])
    }),
    { numRuns: 100 },
  )
})

test('a push goes only to the list of its P', () => {
  const [one, other] = [new ReadyQueue(memory, 0), new ReadyQueue(memory, 1)]
  pushReady(memory, 1, 7 as GoroutineId)
  expect([one.isEmpty, one.takeWoken(), other.isEmpty, other.takeWoken()]).toEqual([
    true,
    0,
    false,
    7,
  ])
})
