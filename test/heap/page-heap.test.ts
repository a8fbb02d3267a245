import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PAGES_END, PAGES_IN_USE } from '../../memory/words/control.ts'
import { HandHeap } from '../support/heap.ts'

const { memory, heap, meta } = new HandHeap()
const { pages } = heap
const last = memory.layout.pages - 1

/** Takes this many pages (positive), or gives back the nth run that is taken (negative, modulo). */
const steps = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 13, max: 160 }),
    fc.integer({ min: -50, max: -1 }),
    fc.constantFrom(1, 62, 63, 64, 65),
  ),
  { maxLength: 60 },
)

/** Lengths of the runs of pages that nobody has, by first page. */
function freeRuns(taken: ReadonlySet<number>): Map<number, number> {
  const runs = new Map<number, number>()
  let begin = 1
  for (let page = 1; page <= last + 1; page++) {
    if (page <= last && !taken.has(page)) continue
    if (page > begin) runs.set(begin, page - begin)
    begin = page + 1
  }
  return runs
}

/** What best fit allows: the first pages of the shortest runs that are long enough; of long ones only the first. */
function bestFits(runs: Map<number, number>, count: number): number[] {
  const fitting = [...runs].filter(([, length]) => length >= count)
  const shortest = Math.min(...fitting.map(([, length]) => length))
  const best = fitting.filter(([, length]) => length === shortest).map(([page]) => page)
  return shortest >= 64 ? best.slice(0, 1) : best
}

test('runs never overlap, are the best fit, and joined again they are the whole arena', () => {
  fc.assert(
    fc.property(steps, sequence => {
      meta[PAGES_END] = 1
      let end = 1
      const taken = new Set<number>()
      const runs: [page: number, count: number][] = []
      const free = (index: number): void => {
        const [[page, count]] = runs.splice(index, 1)
        pages.free(page, count)
        for (let at = page; at < page + count; at++) taken.delete(at)
      }
      for (const step of sequence) {
        if (step > 0) {
          const allowed = bestFits(freeRuns(taken), step)
          const page = pages.allocate(step)
          expect(allowed.length === 0 ? [0] : allowed).toContain(page)
          if (page === 0) continue
          runs.push([page, step])
          for (let at = page; at < page + step; at++) {
            taken.add(at)
            expect(meta[memory.layout.pageSpan + at]).toBe(page)
          }
          end = Math.max(end, page + step)
        } else if (runs.length > 0) free(-step % runs.length)
        expect(meta[PAGES_IN_USE]).toBe(taken.size)
      }
      expect(meta[PAGES_END]).toBe(end)
      while (runs.length > 0) free(0)
      const whole = pages.allocate(last)
      expect(whole).toBe(1)
      expect(pages.allocate(1)).toBe(0)
      pages.free(whole, last)
      expect(meta[PAGES_IN_USE]).toBe(0)
    }),
    { numRuns: 150 },
  )
})

test('a page is taken from the shortest run that has one, and the long run stays whole', () => {
  const small = pages.allocate(3)
  const fence = pages.allocate(1)
  pages.free(small, 3)
  expect(pages.allocate(2)).toBe(small)
  expect(pages.allocate(1)).toBe(small + 2)
  pages.free(small, 2)
  pages.free(small + 2, 1)
  pages.free(fence, 1)
})

test('of long runs of one length the first is taken', () => {
  const runs = Array.from({ length: 5 }, () => pages.allocate(70))
  for (const index of [3, 1]) pages.free(runs[index], 70)
  expect([pages.allocate(66), pages.allocate(70)]).toEqual([runs[1], runs[3]])
  pages.free(runs[1], 66)
  for (const index of [0, 2, 3, 4]) pages.free(runs[index], 70)
})

test('a request that no run can hold is answered with 0, and changes nothing', () => {
  const before = meta[PAGES_IN_USE]
  expect(pages.allocate(last + 1)).toBe(0)
  expect(meta[PAGES_IN_USE]).toBe(before)
  expect(pages.allocate(last)).toBe(1)
  pages.free(1, last)
})
