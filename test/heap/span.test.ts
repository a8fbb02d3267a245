import { expect, test } from 'vitest'
import type { SpanId } from '../../memory/kinds.ts'
import { PAGE_BYTES } from '../../memory/layout.ts'
import * as control from '../../memory/words/control.ts'
import * as span from '../../memory/words/span.ts'
import { HandHeap } from '../support/heap.ts'

const SPAN_CLASS = 2

/** A heap with a span that some object of 16 bytes lies in. */
function withSpan(): { hand: HandHeap; id: SpanId; move(by: number): void } {
  const hand = new HandHeap()
  const at = hand.allocateSlot(SPAN_CLASS)
  const { spans } = hand.heap
  const id = spans.of(at)
  const word = spans.word(id, span.SWEEP_GENERATION)
  return {
    hand,
    id,
    move: by => (hand.meta[word] = hand.meta[control.HEAP_SWEEP_GENERATION] + by),
  }
}

test('a span is found by every address in it, and page 0 belongs to none', () => {
  const { hand, id } = withSpan()
  const { spans } = hand.heap
  expect(id).toBeGreaterThan(0)
  expect(spans.of(spans.base(id))).toBe(id)
  expect(spans.of(spans.limit(id) - 1)).toBe(id)
  expect(spans.of(spans.base(id) + PAGE_BYTES)).toBe(0)
  expect(spans.of(16)).toBe(-1)
})

test('of two sweepers one gets the span', () => {
  const { hand, id, move } = withSpan()
  move(-2)
  expect(hand.heap.spans.ownToSweep(id)).toBe(true)
  expect(hand.heap.spans.ownToSweep(id)).toBe(false)
  hand.heap.spans.publishSwept(id)
  expect(hand.heap.spans.ownToSweep(id)).toBe(false)
})

test('a span cannot be cached twice', () => {
  const { hand, id } = withSpan()
  expect(() => hand.heap.spans.cache(id)).toThrow(
    `span ${id} is cached with sweep generation h+3, must be h+0`,
  )
})

test('a span that is not cached cannot be put back', () => {
  const { hand, id } = withSpan()
  hand.heap.spans.uncache(id)
  expect(() => hand.heap.spans.uncache(id)).toThrow(
    `span ${id} is put back with sweep generation h+0, must be h+3`,
  )
})

test('a span still cached when the generation moves is a broken heap', () => {
  const { hand, id } = withSpan()
  hand.meta[control.HEAP_SWEEP_GENERATION] += 2
  expect(() => hand.caches[0].flush()).toThrow(`span ${id} is put back with sweep generation h+1`)
})

test.each([-4, -3, 1, 2, 5])(
  'a span of generation h%i in an unswept list is a broken heap',
  offset => {
    const { hand, id, move } = withSpan()
    hand.endMark()
    expect(hand.heap.central.popUnswept(SPAN_CLASS)).toBe(id)
    move(offset)
    expect(() => hand.heap.spans.ownToSweep(id)).toThrow(
      /listed as unswept with sweep generation h[+-]\d/,
    )
  },
)

test('an unswept span cannot be cached', () => {
  const { hand, id, move } = withSpan()
  move(-2)
  expect(() => hand.heap.spans.cache(id)).toThrow('sweep generation h-2, must be h+0')
})
