import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Stacks } from '../../heap/stacks.ts'
import { layOut, MAX_ARENA_BYTES } from '../../memory/layout.ts'
import {
  STACK_FREE,
  STACK_FREE_COUNT,
  STACK_NEXT,
  STACK_WORDS_IN_USE,
} from '../../memory/words/control.ts'
import { HandHeap } from '../support/heap.ts'

interface Segment {
  readonly at: number
  readonly size: number
}

const SMALLEST = 64

test('the size for some words is the smallest power of two from 64 that holds them', () => {
  expect([0, 1, 64, 65, 128, 129, 5000].map(Stacks.sizeFor)).toEqual([
    64, 64, 64, 128, 128, 256, 8192,
  ])
})

/** What is free below `end`, in the largest pieces that begin at multiples of their size: offsets by size. */
function freeOf(live: readonly Segment[], end: number): Map<number, number[]> {
  const free = new Map<number, number[]>()
  let at = 0
  for (const used of [...live, { at: end, size: 0 }].sort((a, b) => a.at - b.at)) {
    while (at < used.at) {
      let size = SMALLEST
      while (at % (2 * size) === 0 && at + 2 * size <= used.at) size *= 2
      free.set(size, [...(free.get(size) ?? []), at])
      at += size
    }
    at = used.at + used.size
  }
  return free
}

/** The same, as the free lists have it. */
function listedBy({ memory, meta }: HandHeap): Map<number, number[]> {
  const free = new Map<number, number[]>()
  for (let log2 = 0; log2 < STACK_FREE_COUNT; log2++) {
    const list: number[] = []
    for (let at = meta[STACK_FREE + log2]; at !== 0; at = meta[at])
      list.push(at - memory.layout.stacks)
    if (list.length > 0)
      free.set(
        2 ** log2,
        list.sort((a, b) => a - b),
      )
  }
  return free
}

test('as a model that keeps only what is in use: segments are split and joined, and a request fails only where nothing fits', () => {
  const step = fc.record({
    log2: fc.integer({ min: 6, max: 22 }),
    frees: fc.boolean(),
    which: fc.nat(),
  })
  // Large ones are few, so that the region is full now and then.
  const sequence = fc.array(step, { maxLength: 120, size: 'max' })
  let refused = 0
  fc.assert(
    fc.property(sequence, steps => {
      const hand = new HandHeap()
      const { heap, memory, meta } = hand
      const { stacks: begin, stackWords } = memory.layout
      const live: Segment[] = []
      for (const { log2, frees, which } of steps) {
        const end = meta[STACK_NEXT]
        const size = 2 ** (which % 3 === 0 ? log2 : Math.min(log2, 6 + (which % 7)))
        const free = freeOf(live, end)
        if (frees && live.length > 0) {
          const [freed] = live.splice(which % live.length, 1)
          heap.stacks.free(begin + freed.at, freed.size)
        } else {
          const fitting = [...free.keys()].filter(one => one >= size)
          const segment = heap.stacks.allocate(size)
          const from = Math.ceil(end / size) * size
          if (fitting.length > 0) expect(free.get(Math.min(...fitting))).toContain(segment - begin)
          else expect(segment).toBe(from + size <= stackWords ? begin + from : 0)
          if (segment === 0) refused++
          else {
            // A stack may hold any words, those that look like links or table entries too.
            meta.fill(log2, segment, segment + size)
            live.push({ at: segment - begin, size })
          }
        }
        expect(listedBy(hand)).toEqual(freeOf(live, meta[STACK_NEXT]))
        expect(meta[STACK_WORDS_IN_USE]).toBe(live.reduce((sum, { size }) => sum + size, 0))
      }
    }),
    { numRuns: 60 },
  )
  expect(refused).toBeGreaterThan(0)
})

test('what one stack that grew through all sizes has used serves smallest ones to the last word, and then a large one again', () => {
  const { heap, memory, meta } = new HandHeap()
  const { stacks } = heap
  const { stackWords } = memory.layout
  let deep = stacks.allocate(SMALLEST)
  for (let size = SMALLEST; size < stackWords / 2; size *= 2) {
    const next = stacks.allocate(2 * size)
    stacks.free(deep, size)
    deep = next
  }
  stacks.free(deep, stackWords / 2)
  const flat = Array.from({ length: stackWords / SMALLEST }, () => stacks.allocate(SMALLEST))
  expect(new Set(flat).size).toBe(stackWords / SMALLEST)
  expect(flat).not.toContain(0)
  expect(stacks.allocate(SMALLEST)).toBe(0)
  expect(meta[STACK_WORDS_IN_USE]).toBe(stackWords)
  for (const one of flat) stacks.free(one, SMALLEST)
  expect(stacks.allocate(stackWords)).toBe(memory.layout.stacks)
})

test('there is a free list for every size that the largest region can hold', () => {
  const { layout } = layOut({ arenaBytes: MAX_ARENA_BYTES, procs: 1 })
  expect(Math.log2(layout.stackWords)).toBeLessThan(STACK_FREE_COUNT)
})
