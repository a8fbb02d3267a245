import fc from 'fast-check'
import { expect, test } from 'vitest'
import { STACK_FREE_COUNT, STACK_WORDS_IN_USE } from '../../heap/layout/control.ts'
import { layOut, MAX_ARENA_BYTES } from '../../heap/layout/layout.ts'
import { Stacks } from '../../heap/stacks.ts'
import { HandHeap } from '../support/heap.ts'

const { heap, memory, words } = new HandHeap()
const { stacks } = heap
const { layout } = memory

test('the size for some words is the smallest power of two from 64 that holds them', () => {
  expect([0, 1, 64, 65, 128, 129, 5000].map(Stacks.sizeFor)).toEqual([64, 64, 64, 128, 128, 256, 8192])
})

test('segments that are in use never overlap, lie in their region, and are counted', () => {
  const step = fc.record({ log2: fc.integer({ min: 6, max: 12 }), frees: fc.boolean(), which: fc.nat() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), sequence => {
      const live: { at: number; size: number }[] = []
      for (const { log2, frees, which } of sequence) {
        if (!frees) {
          const size = 1 << log2
          const at = stacks.allocate(size)
          expect(at).toBeGreaterThanOrEqual(layout.stacks)
          expect(at + size).toBeLessThanOrEqual(layout.stacks + layout.stackWords)
          for (const other of live) expect(at + size <= other.at || other.at + other.size <= at).toBe(true)
          live.push({ at, size })
          words.fill(-1, at, at + size)
        } else if (live.length > 0) {
          const [freed] = live.splice(which % live.length, 1)
          stacks.free(freed.at, freed.size)
        }
        expect(words[STACK_WORDS_IN_USE]).toBe(live.reduce((sum, { size }) => sum + size, 0))
      }
      for (const { at, size } of live) stacks.free(at, size)
    }),
    { numRuns: 60 },
  )
})

test('a full region answers 0 and counts nothing; what is freed serves the next of its size', () => {
  const { heap, memory, words } = new HandHeap()
  const half = memory.layout.stackWords / 2
  const first = heap.stacks.allocate(half)
  const second = heap.stacks.allocate(half)
  expect([first, second]).toEqual([memory.layout.stacks, memory.layout.stacks + half])
  expect(heap.stacks.allocate(64)).toBe(0)
  expect(words[STACK_WORDS_IN_USE]).toBe(2 * half)
  heap.stacks.free(first, half)
  expect(heap.stacks.allocate(64)).toBe(0)
  expect(heap.stacks.allocate(half)).toBe(first)
})

test('there is a free list for every size that the largest region can hold', () => {
  const { layout } = layOut({ arenaBytes: MAX_ARENA_BYTES, procs: 1 })
  expect(Math.log2(layout.stackWords)).toBeLessThan(STACK_FREE_COUNT)
})
