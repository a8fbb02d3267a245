import { expect, test, vi } from 'vitest'
import { POISON } from '../../heap/sweep-span.ts'
import { PAGE_BYTES } from '../../memory/layout.ts'
import * as control from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import * as span from '../../memory/words/span.ts'
import { HandHeap } from '../support/heap.ts'

const several = (hand: HandHeap, count: number, bytes: number): number[] =>
  Array.from({ length: count }, () => hand.allocate(bytes))

test('what the mark reached is white again, what it left is free, and the next objects fill the gaps', () => {
  const hand = new HandHeap()
  const objects = several(hand, 8, 1024)
  const kept = objects.filter((_, index) => index % 2 === 0)
  hand.cycle(kept)
  expect(objects.map(object => hand.colourOf(object))).toEqual(
    [0, 1, 2, 3].flatMap(() => [span.WHITE, span.FREE]),
  )
  expect(hand.meta[control.SWEPT_MARKED_BYTES]).toBe(4 * 1024)
  expect(hand.meta[control.PAGES_SWEPT]).toBe(1)
  expect([hand.measure(pWords.FREED_BYTES), hand.measure(pWords.FREED_OBJECTS)]).toEqual([
    4 * 1024,
    4,
  ])
  expect(several(hand, 4, 1024)).toEqual(objects.filter(object => !kept.includes(object)))
})

test('a span in which nothing is left goes back to the page heap, and another class may have it', () => {
  const hand = new HandHeap()
  const [object] = several(hand, 1, 1024)
  expect(hand.meta[control.PAGES_IN_USE]).toBe(1)
  hand.cycle([])
  expect(hand.meta[control.PAGES_IN_USE]).toBe(0)
  expect(hand.heap.spans.of(object)).toBe(0)
  expect(hand.allocate(16)).toBe(object)
})

test('a refill that sweeps an empty span keeps it for itself', () => {
  const hand = new HandHeap()
  const [object] = several(hand, 1, 1024)
  hand.endMark()
  const fresh = vi.spyOn(hand.heap.pages, 'allocate')
  expect(hand.allocate(1024)).toBe(object)
  expect(fresh).not.toHaveBeenCalled()
  expect(hand.meta[control.PAGES_IN_USE]).toBe(1)
  expect(hand.meta[control.PAGES_SWEPT]).toBe(1)
})

test('a refill passes over full spans, and they wait for the next cycle', () => {
  const hand = new HandHeap()
  const full = several(hand, 8, 1024)
  const partial = several(hand, 1, 1024)
  hand.blacken([...full, ...partial])
  hand.endMark()
  expect(hand.allocate(1024)).toBe(partial[0] + 1024)
  several(hand, 6, 1024)
  const fresh = hand.allocate(1024)
  expect(hand.heap.spans.of(fresh)).not.toBe(hand.heap.spans.of(full[0]))
  expect(hand.meta[control.PAGES_SWEPT]).toBe(2)
})

test('a large object is a span of its own, freed as a whole', () => {
  const hand = new HandHeap()
  const kept = hand.caches[0].allocateLarge(3 * PAGE_BYTES + 1, true)
  const lost = hand.caches[0].allocateLarge(5 * PAGE_BYTES, false)
  expect(hand.meta[control.HEAP_LIVE]).toBe(9 * PAGE_BYTES)
  expect(hand.meta[control.HEAP_SCANNABLE]).toBe(5 * PAGE_BYTES)
  hand.cycle([kept])
  expect(hand.meta[control.PAGES_IN_USE]).toBe(4)
  expect(hand.meta[control.SWEPT_MARKED_BYTES]).toBe(4 * PAGE_BYTES)
  expect(hand.measure(pWords.FREED_BYTES)).toBe(5 * PAGE_BYTES)
  expect([hand.heap.spans.of(kept + 3 * PAGE_BYTES), hand.heap.spans.of(lost)]).toEqual([
    kept / PAGE_BYTES,
    0,
  ])
})

test.each([false, true])(
  'a grey object is found by the sweep, with check %s: the mark was not over',
  check => {
    const hand = new HandHeap({ check })
    const object = hand.allocate(64)
    hand.memory.marks[object >>> 4] = span.GREY_MARK
    hand.endMark()
    expect(() => hand.sweepAll()).toThrow(`sweep met a grey object at address ${object}`)
  },
)

test('a mark in a free slot is found by the sweep: more live objects than were allocated', () => {
  const hand = new HandHeap()
  const object = hand.allocate(64)
  hand.caches[0].flush()
  hand.blacken([object, object + 64])
  hand.endMark()
  expect(() => hand.sweepAll()).toThrow('sweep increased the allocation count')
})

test('the last sweeper to leave after the lists are drained completes the sweep, and nobody joins then', () => {
  const hand = new HandHeap({ procs: 2 })
  const completed: number[] = []
  const ended: number[] = []
  const [one, other] = [0, 1].map(index =>
    hand.heap.sweepOf(index, {
      ended: () => ended.push(index),
      completed: () => completed.push(index),
    }),
  )
  expect(one.begin()).toBe(false)
  hand.endMark()
  expect([one.begin(), other.begin()]).toEqual([true, true])
  other.end()
  expect(other.begin()).toBe(true)
  hand.meta[control.SWEEPERS] |= control.SWEEP_DRAINED
  one.end()
  expect([completed, one.begin()]).toEqual([[], false])
  other.end()
  expect(completed).toEqual([1])
  expect(ended).toEqual([1, 0, 1])
  expect(hand.meta[control.SWEEPERS]).toBe(control.SWEEP_DRAINED)
})

const isPoisoned = (hand: HandHeap, at: number, bytes: number): boolean =>
  hand.memory.heap.subarray(at >>> 2, (at + bytes) >>> 2).every(word => word === POISON)

test('with check, what is freed is poisoned and rests for two cycles', () => {
  const hand = new HandHeap({ check: true })
  const [lost, kept] = several(hand, 2, 96)
  hand.memory.heap.fill(7, kept >>> 2, (kept + 96) >>> 2)
  for (const colour of [span.QUARANTINE_NEW, span.QUARANTINE_OLD]) {
    hand.cycle([kept])
    expect(hand.colourOf(lost)).toBe(colour)
    expect(isPoisoned(hand, lost, 96)).toBe(true)
    const next = hand.allocate(96)
    expect(next).toBeGreaterThan(kept)
    hand.blacken([next])
  }
  hand.cycle([kept])
  expect(hand.colourOf(lost)).toBe(span.FREE)
  expect(hand.allocate(96)).toBe(lost)
  expect(hand.memory.heap[lost >>> 2]).toBe(0)
  expect(hand.memory.heap[kept >>> 2]).toBe(7)
})

test('with check, pages rest with their last slot, and so do large objects', () => {
  const hand = new HandHeap({ check: true })
  hand.allocate(96)
  const large = hand.caches[0].allocateLarge(2 * PAGE_BYTES, false)
  const pages = [1, 2, 3].map(() => {
    hand.cycle([])
    return hand.meta[control.PAGES_IN_USE]
  })
  expect(pages).toEqual([3, 3, 0])
  expect(isPoisoned(hand, large, 2 * PAGE_BYTES)).toBe(true)
})

test('with check, a full arena opens the quarantine', () => {
  const hand = new HandHeap({ check: true })
  const [older, newer, kept] = several(hand, 3, 96)
  hand.cycle([newer, kept])
  hand.meta[control.QUARANTINE_OPEN] = 1
  hand.cycle([kept])
  expect([older, newer].map(object => hand.colourOf(object))).toEqual([span.FREE, span.FREE])
})

test('with check, a slot is an object only once it is handed out', () => {
  const hand = new HandHeap({ check: true })
  const object = hand.allocate(96)
  expect([hand.colourOf(object), hand.colourOf(object + 96)]).toEqual([span.WHITE, span.FREE])
  expect(hand.meta[control.HEAP_LIVE]).toBe(85 * 96)
})
