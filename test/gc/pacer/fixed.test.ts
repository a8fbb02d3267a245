import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkGoals, checkRatio } from '../../../gc/pacer/check.ts'
import { fixed } from '../../../gc/pacer/fixed.ts'
import { MiB } from '../../../memory/units.ts'
import { drive } from './driver.ts'

test('the trigger lies at its share of the way to the goal of Go', () => {
  expect(drive(fixed(0.8)).goals()).toMatchObject({ trigger: Math.trunc(3.2 * MiB), goal: 4 * MiB })
  expect(drive(fixed(0.5)).commit({ heapMarked: 20 * MiB })).toMatchObject({
    trigger: 30 * MiB,
    goal: 40 * MiB,
  })
  expect(drive(fixed(0)).commit({ heapMarked: 20 * MiB }).trigger).toBe(20 * MiB)
  expect(drive(fixed(1)).commit({ heapMarked: 20 * MiB }).trigger).toBe(40 * MiB)
})

test('the sweeper gets its room even so', () => {
  const driver = drive(fixed(0))
  expect(
    driver.commit({ heapMarked: 20 * MiB, heapLive: 20 * MiB, sweepDone: false }).trigger,
  ).toBe(21 * MiB)
})

test('without a goal nothing triggers', () => {
  for (const share of [0, 0.5, 1])
    expect(drive(fixed(share), { gcPercent: -1 }).goals().trigger).toBe(Number.POSITIVE_INFINITY)
})

test('the assist ratio is what may need a scan over the way to the goal', () => {
  const driver = drive(fixed(0.5))
  driver.commit({
    heapMarked: 20 * MiB,
    heapScannable: 24 * MiB,
    maxStackScan: MiB,
    globalsScan: MiB,
  })
  expect(driver.start(30 * MiB)).toBeCloseTo(26 / 11, 9) // globals raise the goal by 1 MiB
  expect(driver.revise({ heapLive: 36 * MiB, heapScanWork: 20 * MiB })).toBeCloseTo(6 / 5, 9)
  expect(driver.revise({ heapScanWork: 30 * MiB })).toBe(0)
  expect(driver.revise({ heapScanWork: 0, heapLive: 50 * MiB })).toBe(26 * MiB)
})

test('any heap gets sound goals and ratios', () => {
  const size = fc.integer({ min: 0, max: 2 ** 31 })
  const facts = fc.record({
    heapMarked: size,
    heapLive: size,
    heapScannable: size,
    globalsScan: size,
    lastStackScan: size,
    gcPercent: fc.integer({ min: -1, max: 3000 }),
    sweepDone: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), facts, size, (share, facts, late) => {
      const pacer = fixed(share)
      const driver = drive(pacer)
      expect(checkGoals(pacer, driver.commit(facts))).toBeNull()
      expect(checkRatio(pacer, driver.start(driver.facts.heapMarked + late))).toBeNull()
      expect(checkGoals(pacer, driver.goals())).toBeNull()
    }),
  )
})
