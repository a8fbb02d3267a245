import { expect, test } from 'vitest'
import { beyondBound, boundOf } from '../../../lab/overrun/bound.ts'
import { KiB, MiB } from '../../../memory/units.ts'

const cycle = {
  goal: 4 * MiB,
  heapAtStart: 3 * MiB,
  heapAtMarkEnd: 4 * MiB,
  largestRefill: 8 * KiB,
  gcCpuLimited: false,
}

test('the bound of the gate at the goal is the goal and one request, with any number of Ps', () => {
  expect(boundOf(cycle, 'goal')).toBe(4 * MiB + 8 * KiB)
})

test('a cycle that began above its goal may end as far above it', () => {
  expect(boundOf({ ...cycle, heapAtStart: 5 * MiB }, 'goal')).toBe(5 * MiB + 8 * KiB)
})

test('the gate at the hard goal lets the heap grow by a tenth more', () => {
  expect(boundOf(cycle, 'hard')).toBe(Math.trunc(4.4 * MiB) + 8 * KiB)
})

test.each([
  ['without a gate', cycle, 'off'],
  ['without a goal', { ...cycle, goal: null }, 'goal'],
  ['while the CPU limiter keeps the gate open', { ...cycle, gcCpuLimited: true }, 'goal'],
] as const)('%s nothing is promised, and nothing broken', (_, without, gate) => {
  expect(boundOf(without, gate)).toBe(null)
  expect(beyondBound({ ...without, heapAtMarkEnd: 100 * MiB }, gate)).toBe(0)
})

test('a heap at the bound keeps it, a byte more breaks it by a byte', () => {
  const bound = 4 * MiB + 8 * KiB
  expect(beyondBound({ ...cycle, heapAtMarkEnd: bound }, 'goal')).toBe(0)
  expect(beyondBound({ ...cycle, heapAtMarkEnd: bound + 1 }, 'goal')).toBe(1)
})
