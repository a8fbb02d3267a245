import { beforeEach, expect, test } from 'vitest'
import { wait } from '#sync'
import { SLEEPERS } from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import { Sleepers } from '../../scheduler/sleepers.ts'
import { HandHeap } from '../support/heap.ts'

const PROCS = 64
const { memory, meta } = new HandHeap({ procs: PROCS })
const sleepers = new Sleepers(memory)
const everyone = Array.from({ length: PROCS }, (_, index) => index)
const wakeWord = (index: number): number => memory.pWord(index, pWords.WAKE)

beforeEach(() => {
  for (const index of everyone) {
    sleepers.withdraw(index)
    meta[wakeWord(index)] = 0
  }
})

/** Ps whose WAKE word has moved. */
const woken = (): number[] => everyone.filter(index => meta[wakeWord(index)] !== 0)

test('each of 64 Ps announces only itself', () => {
  for (const index of everyone) {
    sleepers.announce(index, 'idle')
    expect(everyone.filter(other => sleepers.isSleeping(other))).toEqual([index])
    sleepers.withdraw(index)
  }
  expect([meta[SLEEPERS], meta[SLEEPERS + 1]]).toEqual([0, 0])
})

test('a P that withdraws leaves the announcements of others', () => {
  for (const index of [3, 31, 35]) sleepers.announce(index, 'idle')
  sleepers.withdraw(31)
  expect(everyone.filter(index => sleepers.isSleeping(index))).toEqual([3, 35])
})

test('a wake-up reaches a P that has announced itself, and no other', () => {
  sleepers.announce(40, 'idle')
  sleepers.wake(8)
  sleepers.wake(40)
  expect(woken()).toEqual([40])
})

test.each(['wake', 'wakeOne', 'wakeAll'] as const)(
  'a %s between the last look and the wait ends the wait',
  call => {
    sleepers.announce(31, 'idle')
    const seen = meta[wakeWord(31)]
    sleepers[call](31)
    expect(wait(meta, wakeWord(31), seen, 0)).toBe('not-equal')
  },
)

test('each call of wakeOne wakes another sleeper, until there is none', () => {
  const asleep = [0, 5, 31, 32, 63]
  for (const index of asleep) sleepers.announce(index, 'idle')
  for (let count = 1; count <= asleep.length; count++) {
    sleepers.wakeOne()
    expect(woken()).toHaveLength(count)
  }
  sleepers.wakeOne()
  expect(woken()).toEqual(asleep)
  expect(asleep.map(index => meta[wakeWord(index)])).toEqual(asleep.map(() => 1))
  expect([meta[SLEEPERS], meta[SLEEPERS + 1]]).toEqual([0, 0])
})

test('wakeAll wakes all that sleep', () => {
  for (const index of [1, 30, 33, 63]) sleepers.announce(index, 'idle')
  sleepers.wakeAll()
  expect(woken()).toEqual([1, 30, 33, 63])
})

test('a P that is blocked in place is woken for work, and not for a goroutine', () => {
  sleepers.announce(3, 'blocked')
  sleepers.announce(40, 'idle')
  sleepers.wakeOneIdle()
  expect(woken()).toEqual([40])
  sleepers.wakeOneIdle()
  expect(woken()).toEqual([40])
  sleepers.wakeOne()
  expect(woken()).toEqual([3, 40])
})
