import { expect, test } from 'vitest'
import { boundsOf, breachesOf } from '../../../lab/overrun/bound.ts'
import { KiB, MiB } from '../../../memory/units.ts'

const before = {
  n: 1,
  goal: 4 * MiB,
  heapMarked: 2 * MiB,
  heapAtMarkEnd: 4 * MiB,
  largestRefill: 8 * KiB,
  gcCpuLimited: false,
}
const cycle = { ...before, n: 2 }

test('the bound of the gate at the goal is the goal and one request, with any number of Ps', () => {
  expect(boundsOf([before, cycle], 'goal')).toEqual([4 * MiB + 8 * KiB, 4 * MiB + 8 * KiB])
})

test('what a mark has left above the goal the next may end above it by, and not what came since', () => {
  const bound = 5 * MiB + 8 * KiB
  expect(boundsOf([{ ...before, heapMarked: 5 * MiB }, cycle], 'goal')[1]).toBe(bound)
})

test('a second request above the goal is beyond the bound, also one that came before the mark', () => {
  const large = { ...cycle, largestRefill: 8 * MiB }
  const ends = (heapAtMarkEnd: number): number[] =>
    breachesOf([before, { ...large, heapAtMarkEnd }], 'goal').map(({ beyond }) => beyond)
  expect(ends(12 * MiB)).toEqual([])
  expect(ends(20 * MiB)).toEqual([8 * MiB])
})

test('the gate at the hard goal lets the heap grow by a tenth more', () => {
  expect(boundsOf([before], 'hard')).toEqual([Math.trunc(4.4 * MiB) + 8 * KiB])
})

test.each([
  ['without a gate', [before, cycle], 'off'],
  ['without a goal', [before, { ...cycle, goal: null }], 'goal'],
  ['while the CPU limiter keeps the gate open', [{ ...cycle, gcCpuLimited: true }], 'goal'],
  ['after a cycle in which it did', [{ ...before, gcCpuLimited: true }, cycle], 'goal'],
  ['if the cycle before is not known', [cycle], 'goal'],
] as const)('%s nothing is promised, and nothing broken', (_, cycles, gate) => {
  const high = cycles.map(one => ({ ...one, heapAtMarkEnd: 100 * MiB }))
  expect(boundsOf(high, gate).at(-1)).toBe(null)
  expect(breachesOf(high.slice(-1), gate)).toEqual([])
})

test('a heap at the bound keeps it, a byte more breaks it by a byte', () => {
  const bound = 4 * MiB + 8 * KiB
  const ends = (heapAtMarkEnd: number) => breachesOf([{ ...before, heapAtMarkEnd }], 'goal')
  expect(ends(bound)).toEqual([])
  expect(ends(bound + 1)).toMatchObject([{ cycle: { n: 1 }, beyond: 1 }])
})
