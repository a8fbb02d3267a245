import { expect, test } from 'vitest'
import { beyondBound, boundOf } from '../../../lab/overrun/bound.ts'

const MIB = 2 ** 20
const KIB = 2 ** 10

const cycle = {
  goal: 4 * MIB,
  heapAtStart: 3 * MIB,
  heapAtMarkEnd: 4 * MIB,
  largestRefill: 8 * KIB,
  gcCpuLimited: false,
}

test('the bound of the gate at the goal is the goal and a request for each P', () => {
  expect(boundOf(cycle, 'goal', 4)).toBe(4 * MIB + 32 * KIB)
})

test('a cycle that began above its goal may end as far above it', () => {
  expect(boundOf({ ...cycle, heapAtStart: 5 * MIB }, 'goal', 4)).toBe(5 * MIB + 32 * KIB)
})

test('the gate at the hard goal lets the heap grow by a tenth more', () => {
  expect(boundOf(cycle, 'hard', 1)).toBe(Math.trunc(4.4 * MIB) + 8 * KIB)
})

test.each([
  ['without a gate', cycle, 'off'],
  ['without a goal', { ...cycle, goal: null }, 'goal'],
  ['while the CPU limiter keeps the gate open', { ...cycle, gcCpuLimited: true }, 'goal'],
] as const)('%s nothing is promised, and nothing broken', (_, without, gate) => {
  expect(boundOf(without, gate, 4)).toBe(null)
  expect(beyondBound({ ...without, heapAtMarkEnd: 100 * MIB }, gate, 4)).toBe(0)
})

test('a heap at the bound keeps it, a byte more breaks it by a byte', () => {
  const bound = 4 * MIB + 32 * KIB
  expect(beyondBound({ ...cycle, heapAtMarkEnd: bound }, 'goal', 4)).toBe(0)
  expect(beyondBound({ ...cycle, heapAtMarkEnd: bound + 1 }, 'goal', 4)).toBe(1)
})
