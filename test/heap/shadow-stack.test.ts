import { beforeEach, expect, test } from 'vitest'
import { ShadowStack } from '../../heap/shadow-stack.ts'
import type { GoroutineId } from '../../memory/kinds.ts'
import { STACK_WORDS_IN_USE } from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import { HandHeap } from '../support/heap.ts'

let hand: HandHeap
let stack: ShadowStack

beforeEach(() => {
  hand = new HandHeap()
  stack = new ShadowStack(hand.memory, hand.heap.stacks, {
    shadePushed: () => {},
  })
})

const record = (id: GoroutineId, word: number): number =>
  hand.meta[hand.memory.goroutineWord(id, word)]

/** A goroutine's record with an empty stack of 64 words. */
function create(id: GoroutineId): void {
  hand.meta[hand.memory.goroutineWord(id, gWords.STACK)] = hand.heap.stacks.allocate(64)
  hand.meta[hand.memory.goroutineWord(id, gWords.STACK_SIZE)] = 64
}

const contents = (): number[] => [...stack.meta.subarray(stack.base, stack.top)]
const references = (count: number, first = 1): number[] =>
  Array.from({ length: count }, (_, index) => 16 * (first + index))

test('references stand in the order in which they were pushed', () => {
  create(1 as GoroutineId)
  stack.load(1 as GoroutineId)
  for (const reference of references(5)) stack.push(reference)
  stack.top -= 2
  stack.push(999)
  expect(contents()).toEqual([16, 32, 48, 999])
  expect(stack.base).toBe(record(1 as GoroutineId, gWords.STACK))
})

test('each reference is told to the barrier before it stands on the stack', () => {
  create(1 as GoroutineId)
  const told: number[][] = []
  stack = new ShadowStack(hand.memory, hand.heap.stacks, {
    shadePushed: reference => void told.push([...contents(), reference]),
  })
  stack.load(1 as GoroutineId)
  for (const reference of references(3)) stack.push(reference)
  expect(told).toEqual([[16], [16, 32], [16, 32, 48]])
})

test('a goroutine finds its stack as it left it, and others do not see it', () => {
  create(1 as GoroutineId)
  create(2 as GoroutineId)
  stack.load(1 as GoroutineId)
  for (const reference of references(3)) stack.push(reference)
  stack.save()
  expect(record(1 as GoroutineId, gWords.STACK_USED)).toBe(3)
  stack.load(2 as GoroutineId)
  expect(contents()).toEqual([])
  stack.push(777)
  stack.save()
  stack.load(1 as GoroutineId)
  expect(contents()).toEqual(references(3))
  stack.load(2 as GoroutineId)
  expect(contents()).toEqual([777])
})

test('it grows by doubling, keeps what it holds, and its old segment serves another', () => {
  create(1 as GoroutineId)
  stack.load(1 as GoroutineId)
  const old = stack.base
  for (const reference of references(64)) stack.push(reference)
  expect(stack.base).toBe(old)
  stack.push(16 * 65)
  expect(contents()).toEqual(references(65))
  expect([
    record(1 as GoroutineId, gWords.STACK),
    record(1 as GoroutineId, gWords.STACK_SIZE),
  ]).toEqual([stack.base, 128])
  expect(stack.limit - stack.base).toBe(128)
  expect(hand.meta[STACK_WORDS_IN_USE]).toBe(128)
  expect(hand.heap.stacks.allocate(64)).toBe(old)
  for (const reference of references(500, 66)) stack.push(reference)
  expect(contents()).toEqual(references(565))
  stack.save()
  stack.load(1 as GoroutineId)
  expect(contents()).toEqual(references(565))
})

test('without a goroutine there is nothing to save', () => {
  create(1 as GoroutineId)
  stack.load(1 as GoroutineId)
  stack.push(16)
  stack.save()
  stack.unload()
  expect([stack.base, stack.top, stack.limit]).toEqual([0, 0, 0])
  hand.meta[hand.memory.goroutineWord(0, gWords.STACK_USED)] = 5
  stack.save()
  expect([record(0, gWords.STACK_USED), record(1 as GoroutineId, gWords.STACK_USED)]).toEqual([
    5, 1,
  ])
})

test('a stack that finds no room says so, and is as it was', () => {
  create(1 as GoroutineId)
  stack.load(1 as GoroutineId)
  const { stacks } = hand.heap
  for (let size = hand.memory.layout.stackWords / 2; size >= 64; size /= 2)
    while (stacks.allocate(size) !== 0);
  for (const reference of references(64)) stack.push(reference)
  expect(() => stack.push(16 * 65)).toThrow(RangeError)
  expect(() => stack.push(16 * 65)).toThrow(
    `cannot grow beyond 64 references; all ${2 ** 22} words`,
  )
  expect(contents()).toEqual(references(64))
  stack.top--
  stack.push(5)
  expect(contents().at(-1)).toBe(5)
})
