import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import type { GoroutineId } from '../../memory/kinds.ts'
import { TIMERS } from '../../memory/words/control.ts'
import { Timers } from '../../scheduler/timers.ts'
import { HandHeap } from '../support/heap.ts'

const { memory, meta } = new HandHeap()
let timers: Timers

beforeEach(() => {
  meta[TIMERS] = 0
  timers = new Timers(memory)
})

/** Goroutines whose timers are due, in order. */
function fired(time: number): number[] {
  const goroutines: number[] = []
  timers.fireDue(time, goroutine => goroutines.push(goroutine))
  return goroutines
}

test('timers fire by deadline, those of one deadline in the order in which they were set, none early', () => {
  for (const [goroutine, deadline] of [30, 10, 20, 10, 40, 10].entries())
    timers.add(deadline, goroutine as GoroutineId, 0)
  expect(timers.nextDeadline).toBe(10)
  expect(fired(9.99)).toEqual([])
  expect(fired(20)).toEqual([1, 3, 5, 2])
  expect([timers.nextDeadline, meta[TIMERS]]).toEqual([30, 2])
  expect(fired(Number.POSITIVE_INFINITY)).toEqual([0, 4])
  expect([timers.nextDeadline, meta[TIMERS]]).toEqual([Number.POSITIVE_INFINITY, 0])
})

test('the ticket of a timer comes back with it', () => {
  const calls: [number, number][] = []
  timers.add(1, 7 as GoroutineId, 99)
  timers.fireDue(1, (goroutine, ticket) => calls.push([goroutine, ticket]))
  expect(calls).toEqual([[7, 99]])
})

test('a timer counts until its goroutine is ready, so that no deadlock is seen between', () => {
  timers.add(1, 7 as GoroutineId, 0)
  const counts: number[] = []
  timers.fireDue(1, () => counts.push(meta[TIMERS]))
  expect([...counts, meta[TIMERS]]).toEqual([1, 0])
})

test('a timer that is set while others fire is kept, and fires in the same round if it is due', () => {
  timers.add(1, 1 as GoroutineId, 0)
  timers.add(3, 3 as GoroutineId, 0)
  const order: number[] = []
  timers.fireDue(3, goroutine => {
    order.push(goroutine)
    if (goroutine !== 1) return
    timers.add(2, 2 as GoroutineId, 0)
    timers.add(4, 4 as GoroutineId, 0)
  })
  expect([order, timers.nextDeadline, meta[TIMERS]]).toEqual([[1, 2, 3], 4, 1])
})

test('what is not set is cancelled without harm', () => {
  timers.cancel(5 as GoroutineId)
  timers.add(1, 6 as GoroutineId, 0)
  timers.cancel(5 as GoroutineId)
  expect([meta[TIMERS], fired(1)]).toEqual([1, [6]])
})

test('timers agree with a sorted list, whatever is set, cancelled and fired', () => {
  const deadline = fc.oneof(fc.nat(20), fc.double({ min: 0, max: 1000, noNaN: true }))
  const step = fc.oneof(
    { weight: 12, arbitrary: fc.record({ do: fc.constant('add' as const), deadline }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('fire' as const), deadline }) },
  )
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 100 }), sequence => {
      timers = new Timers(memory)
      meta[TIMERS] = 0
      // In the order in which they were set: sorting is stable.
      let list: { deadline: number; goroutine: number }[] = []
      let next = 1 as GoroutineId
      for (const one of sequence) {
        if (one.do === 'add') {
          timers.add(one.deadline, next, 0)
          list.push({ deadline: one.deadline, goroutine: next++ })
        } else if (one.do === 'cancel' && list.length > 0) {
          const [{ goroutine }] = list.splice(one.which % list.length, 1)
          timers.cancel(goroutine as GoroutineId)
        } else if (one.do === 'fire') {
          const due = list
            .filter(timer => timer.deadline <= one.deadline)
            .sort((a, b) => a.deadline - b.deadline)
          expect(fired(one.deadline)).toEqual(due.map(timer => timer.goroutine))
          list = list.filter(timer => !due.includes(timer))
        }
        expect(timers.nextDeadline).toBe(Math.min(...list.map(timer => timer.deadline)))
        expect(meta[TIMERS]).toBe(list.length)
      }
      const rest = list.sort((a, b) => a.deadline - b.deadline).map(timer => timer.goroutine)
      expect(fired(Number.POSITIVE_INFINITY)).toEqual(rest)
    }),
    { numRuns: 150 },
  )
})
