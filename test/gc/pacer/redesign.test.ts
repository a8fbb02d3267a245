// The equations of golang/go#44167, by figures worked out by hand.

import { describe, expect, test } from 'vitest'
import type { Facts, Pacer } from '../../../gc/pacer/pacer.ts'
import { direct, redesign } from '../../../gc/pacer/redesign.ts'
import { growthFactor } from '../../../gc/pacer/runway.ts'
import { MiB } from '../../../memory/units.ts'
import { drive } from './driver.ts'

const MS = 1e6
/** 100 MiB marked, all scannable, and nothing left to sweep. */
const heap = {
  heapMarked: 100 * MiB,
  heapLive: 100 * MiB,
  heapScannable: 100 * MiB,
  lastHeapScan: 100 * MiB,
  sweepDone: true,
}
const roots = { maxStackScan: 20 * MiB, globalsScan: 10 * MiB }

/** A mark of 10 ms on 4 Ps from 180 to 200 MiB: 100 MiB of work, with assists of that share. */
function afterCycle(pacer: Pacer, assistShare = 0) {
  const driver = drive(pacer)
  driver.commit(heap)
  driver.start(180 * MiB)
  driver.end({
    ...{ heapLive: 200 * MiB, heapScanWork: 100 * MiB, bytesMarked: 100 * MiB },
    ...{ markDurationNs: 10 * MS, assistTimeNs: assistShare * 10 * MS * 4 },
  })
  return driver
}
const rOf = (pacer: Pacer, assistShare?: number): number | undefined =>
  afterCycle(pacer, assistShare).state[pacer.stateNames.indexOf('r')]

test('γ is 1 + GOGC/100', () => {
  expect([0, 50, 100, 1500].map(growthFactor)).toEqual([1, 1.5, 2, 16])
})

describe('equation 2: N = γ(M + S + G)', () => {
  test('before a first cycle the goal is the heap minimum, and the trigger at 7/8 of it', () => {
    expect(drive(redesign).goals()).toMatchObject({ trigger: 3.5 * MiB, goal: 4 * MiB })
  })

  test.each([
    [50, 195],
    [100, 260],
    [400, 650],
  ])('at GOGC %i the goal is %i MiB', (gcPercent, goal) => {
    const driver = drive(redesign, { gcPercent })
    expect(driver.commit({ ...heap, ...roots }).goal).toBe(goal * MiB)
  })

  test('the hard goal is γN, the worst goal of the next cycle', () => {
    expect(drive(redesign).commit({ ...heap, ...roots }).hardGoal).toBe(520 * MiB)
  })
})

describe('equation 3: r(u)', () => {
  test('is bytes allocated for each byte scanned, as they would be at a quarter of the CPU', () => {
    // At a quarter: 0.2 · 3 · (1/3). At a half: 0.2 · 3 · (1/1).
    expect(rOf(direct)).toBeCloseTo(0.2, 9)
    expect(rOf(direct, 0.25)).toBeCloseTo(0.6, 9)
  })

  test('r goes nine tenths of the way to it', () => {
    expect(rOf(redesign)).toBeCloseTo(0.18, 9)
  })
})

describe('equation 4: T = N − r(P + S + G)', () => {
  /** The next trigger, in MiB, where r is 0.18. */
  const trigger = (changed: Partial<Facts> = {}): number =>
    afterCycle(redesign).commit({ sweepDone: true, ...changed }).trigger / MiB

  test('without roots', () => {
    expect(trigger()).toBeCloseTo(200 - 0.18 * 100, 5)
  })

  test('stacks and globals are in the goal and in the work', () => {
    // Else the trigger would be beyond its limit.
    const little = { maxStackScan: 4 * MiB, globalsScan: MiB }
    expect(trigger(little)).toBeCloseTo(210 - 0.18 * 105, 5)
  })

  test('only what has pointers is in the work', () => {
    expect(trigger({ lastHeapScan: 50 * MiB })).toBeCloseTo(200 - 0.18 * 50, 5)
  })

  test('it lies between 0.6 and 0.95 of what GOGC allows above M', () => {
    expect(trigger({ lastHeapScan: 0 })).toBeCloseTo(195, 5)
    expect(trigger({ lastHeapScan: 1000 * MiB })).toBeCloseTo(160, 5)
  })
})

describe('equation 7: the runway of assists', () => {
  /** The assist ratio at the trigger: all that may have to be scanned over the runway. */
  function started(scannable: number): { ratio: number; runway: number } {
    const driver = drive(redesign)
    driver.commit({ ...heap, lastHeapScan: scannable, heapScannable: scannable })
    const triggered = 190 * MiB
    const ratio = driver.start(triggered)
    return { ratio, runway: triggered / ratio / MiB }
  }

  test('is that to the goal, extrapolated from the expected work to the most', () => {
    // 10 MiB for 100 expected; 190 at most.
    expect(started(100 * MiB).runway).toBeCloseTo(19, 6)
    expect(started(100 * MiB).ratio).toBeCloseTo(100 / 10, 6)
  })

  test('ends at the hard goal', () => {
    // 10 MiB for 5 expected would be 380 MiB for 190. The hard goal is 400 MiB, 210 from here.
    expect(started(5 * MiB).runway).toBeCloseTo(210, 6)
  })

  test('the ratio stays as it was while as much is allocated as was expected', () => {
    const driver = drive(redesign)
    driver.commit(heap)
    const first = driver.start(190 * MiB)
    const later = driver.revise({ heapScanWork: 150 * MiB, heapLive: 205 * MiB })
    expect(later).toBeCloseTo(first, 6)
  })
})
