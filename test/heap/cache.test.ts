import { expect, test } from 'vitest'
import { PAGE_BYTES } from '../../memory/layout.ts'
import * as control from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import * as span from '../../memory/words/span.ts'
import { HandHeap } from '../support/heap.ts'

const BYTES = 1024
/** Of objects of 1024 bytes that may hold references: eight to a page. */
const SPAN_CLASS = 60

const coloursFrom = (hand: HandHeap, first: number): number[] =>
  Array.from({ length: 8 }, (_, slot) => hand.colourOf(first + slot * BYTES))

test('a refill charges every free slot at once, and a flush gives back what was not used', () => {
  const hand = new HandHeap()
  const [cache] = hand.caches
  expect(cache.refill(SPAN_CLASS, hand.sweeps[0])).toBe(PAGE_BYTES)
  expect([hand.meta[control.HEAP_LIVE], cache.take(SPAN_CLASS, BYTES)]).toEqual([PAGE_BYTES, 0])
  const first = hand.allocate(BYTES)
  for (let slot = 1; slot < 3; slot++) hand.allocate(BYTES)
  cache.flush()
  expect(hand.meta[control.HEAP_LIVE]).toBe(3 * BYTES)
  expect(coloursFrom(hand, first)).toEqual([
    ...Array(3).fill(span.WHITE),
    ...Array(5).fill(span.FREE),
  ])
  expect(cache.refill(SPAN_CLASS, hand.sweeps[0])).toBe(5 * BYTES)
})

test('only spans that may hold references are scannable, and none that was acquired during the mark', () => {
  const hand = new HandHeap()
  const refill = (spanClass: number): number => {
    hand.caches[0].refill(spanClass, hand.sweeps[0])
    return hand.meta[control.HEAP_SCANNABLE]
  }
  expect([refill(SPAN_CLASS), refill(SPAN_CLASS + 1)]).toEqual([PAGE_BYTES, PAGE_BYTES])
  hand.meta[control.PHASE] = control.PHASE_MARK
  expect([refill(SPAN_CLASS + 2), hand.meta[control.HEAP_LIVE]]).toEqual([
    PAGE_BYTES,
    2 * PAGE_BYTES + 7 * 1152,
  ])
})

test('as a mark begins the rest of a run goes black and what was allocated in it stays white', () => {
  const hand = new HandHeap()
  const first = hand.allocate(BYTES)
  hand.allocate(BYTES)
  hand.meta[control.PHASE] = control.PHASE_MARK
  hand.caches[0].blacken()
  expect(coloursFrom(hand, first)).toEqual([
    ...Array(2).fill(span.WHITE),
    ...Array(6).fill(span.BLACK),
  ])
  expect(hand.measure(pWords.BYTES_BLACKENED)).toBe(6 * BYTES)
  hand.allocate(BYTES)
  hand.caches[0].flush()
  expect(hand.measure(pWords.BYTES_BLACKENED)).toBe(BYTES)
  expect(coloursFrom(hand, first)).toEqual([
    span.WHITE,
    span.WHITE,
    span.BLACK,
    ...Array(5).fill(span.FREE),
  ])
})

test('during a mark a run is black from its first slot, and so is a large object', () => {
  const hand = new HandHeap()
  hand.meta[control.PHASE] = control.PHASE_MARK
  expect(coloursFrom(hand, hand.allocate(BYTES))).toEqual(Array(8).fill(span.BLACK))
  expect(hand.colourOf(hand.caches[0].allocateLarge(3 * PAGE_BYTES, true))).toBe(span.BLACK)
  expect(hand.measure(pWords.BYTES_BLACKENED)).toBe(4 * PAGE_BYTES)
})

test('what a P has allocated is the sum of its retired runs and of those in use', () => {
  const hand = new HandHeap()
  const allocated = (): number[] => {
    const { bytes, objects } = hand.caches[0].unretired()
    return [
      hand.measure(pWords.ALLOCATED_BYTES) + bytes,
      hand.measure(pWords.ALLOCATED_OBJECTS) + objects,
    ]
  }
  for (let count = 1; count <= 20; count++) {
    hand.allocate(BYTES)
    expect(allocated()).toEqual([count * BYTES, count])
  }
  hand.caches[0].flush()
  expect(allocated()).toEqual([20 * BYTES, 20])
  expect(hand.caches[0].unretired()).toEqual({ bytes: 0, objects: 0 })
})

test('a full arena has no large object, and a refill finds nothing and charges nothing', () => {
  const hand = new HandHeap()
  const pages = hand.memory.layout.pages - 1
  expect(hand.caches[0].allocateLarge((pages + 1) * PAGE_BYTES, true)).toBe(0)
  expect(hand.caches[0].allocateLarge(pages * PAGE_BYTES, true)).toBe(PAGE_BYTES)
  expect([hand.caches[0].refill(SPAN_CLASS, hand.sweeps[0]), hand.allocate(BYTES)]).toEqual([0, 0])
  expect(hand.meta[control.HEAP_LIVE]).toBe(pages * PAGE_BYTES)
})
