// The token of the gate: who gets it, in which period, and in what order.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GateToken } from '../../../gc/work/gate-token.ts'
import { Memory } from '../../../memory/memory.ts'
import { CYCLES_MARKED } from '../../../memory/words/control.ts'

const PROCS = 5

function scene(): { token: GateToken; endMark: () => number } {
  const memory = Memory.reserve({ arenaBytes: 2 ** 22, procs: PROCS, workBuffers: 4 })
  return { token: new GateToken(memory), endMark: () => ++memory.meta[CYCLES_MARKED] }
}

test('there is no token before a mark has ended', () => {
  const { token } = scene()
  expect(token.take(0)).toBe(0)
})

test('in one period one request takes it', () => {
  const { token, endMark } = scene()
  endMark()
  expect(token.take(3)).toBe(1)
  token.leaveLine(3)
  expect([0, 1, 2, 3, 4].map(index => token.take(index))).toEqual([0, 0, 0, 0, 0])
})

test('a token that nobody takes is not kept for a later period', () => {
  const { token, endMark } = scene()
  endMark()
  endMark()
  expect(token.take(0)).toBe(2)
  token.leaveLine(0)
  expect(token.take(1)).toBe(0)
})

test('the request that asked in an earlier period is first; of equals the lowest index', () => {
  const { token, endMark } = scene()
  endMark()
  expect([4, 3, 2].map(index => token.take(index))).toEqual([1, 0, 0])
  token.leaveLine(4)
  endMark()
  expect([0, 3, 2].map(index => token.take(index))).toEqual([0, 0, 2])
  token.leaveLine(2)
  endMark()
  expect([0, 2, 3].map(index => token.take(index))).toEqual([0, 0, 3])
  token.leaveLine(3)
  endMark()
  expect([2, 0].map(index => token.take(index))).toEqual([0, 4])
})

test('whoever leaves the line is not waited for', () => {
  const { token, endMark } = scene()
  endMark()
  expect([0, 1, 2].map(index => token.take(index))).toEqual([1, 0, 0])
  token.leaveLine(0)
  endMark()
  expect(token.take(2)).toBe(0)
  token.leaveLine(1)
  expect(token.isInLine(1)).toBe(false)
  expect(token.take(2)).toBe(2)
})

test('each request passes after at most as many periods as there are Ps, in any order of looks', () => {
  const all = [0, 1, 2, 3, 4]
  const looks = fc.shuffledSubarray(all, { minLength: 0, maxLength: PROCS })
  fc.assert(
    fc.property(fc.array(looks, { minLength: 1, maxLength: 60 }), periods => {
      const { token, endMark } = scene()
      const refused = all.map(() => 0)
      for (const newcomers of periods) {
        endMark()
        // Newcomers look in any order, then those that are still in line.
        const others = all.filter(index => !newcomers.includes(index) && token.isInLine(index))
        let passed = 0
        for (const index of [...newcomers, ...others]) {
          if (token.take(index) === 0) refused[index]++
          else {
            token.leaveLine(index)
            refused[index] = 0
            passed++
          }
        }
        if (passed > 1 || Math.max(...refused) >= PROCS) return false
      }
      return true
    }),
  )
})
