// The roles of dedicated workers, one step after the other. Their interleavings are explored
// (test/explore/protocols/roles.ts).

import { expect, test } from 'vitest'
import { Roles } from '../../../gc/work/roles.ts'
import { Memory } from '../../../memory/memory.ts'
import { MiB } from '../../../memory/units.ts'
import * as control from '../../../memory/words/control.ts'

function rolesOf(
  procs: number,
  needed: number,
): { memory: Memory; ps: Roles[]; needed: () => number } {
  const memory = Memory.reserve({ arenaBytes: 4 * MiB, procs })
  Roles.handOut(memory, needed)
  const ps = Array.from({ length: procs }, (_, index) => new Roles(memory, index))
  return { memory, ps, needed: () => memory.meta[control.DEDICATED_NEEDED] }
}

test('as many Ps get a role as were handed out, and one given back can be had again', () => {
  const { ps, needed } = rolesOf(3, 2)
  expect(ps.map(each => each.take())).toEqual([true, true, false])
  expect(needed()).toBe(0)
  ps[0].giveBack()
  expect(needed()).toBe(1)
  expect(ps[2].take()).toBe(true)
})

test('an offered role is had by one other P, and its holder has nothing to give back', () => {
  const { memory, ps, needed } = rolesOf(3, 1)
  ps[0].take()
  expect(ps[1].takeOver()).toBe(false)
  ps[0].offer()
  expect(ps[0].isGone).toBe(false)
  expect(ps[1].takeOver()).toBe(true)
  expect(ps[2].takeOver()).toBe(false)
  expect(memory.meta[control.DEDICATED_OFFERS]).toBe(0)
  expect(ps[0].isGone).toBe(true)
  ps[0].giveBack()
  expect(needed()).toBe(0)
  ps[1].giveBack()
  expect(needed()).toBe(1)
})

test('an offer that no P takes is given back with its role', () => {
  const { memory, ps, needed } = rolesOf(2, 1)
  ps[0].take()
  ps[0].offer()
  ps[0].giveBack()
  expect(needed()).toBe(1)
  expect(memory.meta[control.DEDICATED_OFFERS]).toBe(0)
  expect(ps[1].takeOver()).toBe(false)
})

test('a worker that has slept into the next cycle has no role of that cycle to give back', () => {
  const { memory, ps, needed } = rolesOf(2, 1)
  ps[0].take()
  Roles.handOut(memory, 1)
  expect(ps[0].isGone).toBe(true)
  ps[0].giveBack()
  expect(needed()).toBe(1)
})
