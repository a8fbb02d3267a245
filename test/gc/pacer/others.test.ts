// Figures worked out by hand, for the pacers that no table of Go's knows.

import { describe, expect, test } from 'vitest'
import { effectiveGogc } from '../../../gc/pacer/effective-gogc.ts'
import { go15 } from '../../../gc/pacer/go1.5.ts'
import { go110 } from '../../../gc/pacer/go1.10.ts'
import { go114 } from '../../../gc/pacer/go1.14.ts'
import { go118 } from '../../../gc/pacer/go1.18.ts'
import { membalancer } from '../../../gc/pacer/membalancer.ts'
import type { Pacer } from '../../../gc/pacer/pacer.ts'
import { builtInPacers } from '../../../gc/pacer/registry.ts'
import { rootsAsHeap } from '../../../gc/pacer/roots-as-heap.ts'
import { SHIPPED } from '../../../gc/pacer/soft-hard-goal.ts'
import { zgcLike } from '../../../gc/pacer/zgc-like.ts'
import { MiB } from '../../../memory/units.ts'
import { drive } from './driver.ts'

const MS = 1e6
/** The facts at the end of a mark of 10 ms on 4 Ps, with that much time in assists. */
const tenMs = (assistShare = 0) => ({
  markDurationNs: 10 * MS,
  assistTimeNs: assistShare * 10 * MS * 4,
})
/** 100 MiB marked, all scannable, and nothing left to sweep. */
const heap = {
  heapMarked: 100 * MiB,
  heapLive: 100 * MiB,
  heapScannable: 100 * MiB,
  lastHeapScan: 100 * MiB,
  sweepDone: true,
}

test('a heap minimum of the run holds whatever GOGC is, in place of Go’s, which scales', () => {
  const goal = (pacer: Pacer, heapMinimum: number | undefined, gcPercent: number): number =>
    drive(pacer, { heapMinimum, gcPercent }).goals().goal
  for (const pacer of builtInPacers()) {
    // The pacers before 1.18 take a live heap of 8/15 of the minimum, and 1.18 starts at M = 0.
    if (/^(?:go1\.(?:5|1[048])|roots-as-heap)/.test(pacer.name)) continue
    expect(goal(pacer, undefined, 100), pacer.name).toBe(4 * MiB)
    expect(goal(pacer, undefined, 400), pacer.name).toBe(16 * MiB)
    for (const gcPercent of [100, 400, 51_100])
      expect(goal(pacer, MiB, gcPercent), pacer.name).toBe(MiB)
  }
})

test('every pacer lets a small heap grow by GOGC alone under a small minimum', () => {
  for (const pacer of builtInPacers()) {
    if (pacer.name === 'membalancer') continue // which gives a small heap more
    const driver = drive(pacer, { heapMinimum: 64 * 1024 })
    const small = { heapMarked: MiB, heapLive: MiB, heapScannable: MiB, lastHeapScan: MiB }
    const { goal } = driver.commit({ ...small, sweepDone: true })
    expect(goal, pacer.name).toBe(2 * MiB)
  }
})

describe('roots-as-heap', () => {
  const roots = { maxStackScan: 40 * MiB, globalsScan: 10 * MiB }

  test('is Go 1.14 where there are no roots', () => {
    const [one, other] = [drive(rootsAsHeap), drive(go114(SHIPPED))]
    for (const pacer of [one, other]) pacer.commit(heap)
    expect(one.goals()).toEqual(other.goals())
    expect(one.start()).toBeCloseTo(other.start(), 9)
  })

  test('lets the heap grow by GOGC percent of heap and roots, and expects all of the roots', () => {
    const driver = drive(rootsAsHeap)
    // M + R is 150 MiB: 7/8 of it above M, and all of it.
    expect(driver.commit({ ...heap, ...roots })).toMatchObject({
      trigger: 231.25 * MiB,
      goal: 250 * MiB,
    })
    // Half of Sc and 50 MiB of roots, over 18.75 MiB.
    expect(driver.start()).toBeCloseTo(100 / 18.75, 9)
  })

  test('takes stacks that grew since for a trigger that was too late', () => {
    const nextTrigger = (grown: number): number => {
      const driver = drive(rootsAsHeap)
      driver.commit({ ...heap, ...roots })
      driver.start()
      driver.end({
        ...tenMs(grown > 0 ? 0.3 : 0),
        ...{ heapLive: 250 * MiB, bytesMarked: 100 * MiB, heapScanWork: 100 * MiB },
        ...{ stackScanWork: (40 + grown) * MiB, globalsScanWork: 10 * MiB },
      })
      return driver.commit({ sweepDone: true }).trigger
    }
    expect(nextTrigger(40)).toBeLessThan(nextTrigger(0))
  })
})

describe('effective-gogc', () => {
  /** A cycle from the trigger to the goal at a quarter of the CPU. */
  const cycle = (driver: ReturnType<typeof drive>): void => {
    const { trigger, goal } = driver.goals()
    driver.start(trigger)
    driver.end({
      ...tenMs(),
      ...{ heapLive: goal, bytesMarked: 100 * MiB, heapScanWork: 100 * MiB, stackScanWork: 0 },
    })
    driver.commit({ sweepDone: true })
  }

  test('a cycle that meets goal and target leaves its share of the way as it is', () => {
    const driver = drive(effectiveGogc)
    expect(driver.commit(heap)).toMatchObject({ trigger: 187.5 * MiB, goal: 200 * MiB })
    cycle(driver)
    expect(driver.goals().trigger / MiB).toBeCloseTo(187.5, 3)
  })

  test('the share stays as GOGC changes, though the bytes that a cycle needs do not', () => {
    const driver = drive(effectiveGogc)
    driver.commit(heap)
    cycle(driver)
    const { trigger, goal } = driver.commit({ gcPercent: 25 })
    // It needs 12.5 MiB, and has an eighth of 25.
    expect((goal - trigger) / MiB).toBeCloseTo(25 / 8, 1)
  })

  test('keeps the goal that a memory limit leaves, and has no trigger without a goal', () => {
    const limited = drive(effectiveGogc, { memoryLimit: 150 * MiB }).commit(heap)
    expect(limited.goal).toBeLessThan(150 * MiB)
    expect(limited.trigger).toBeLessThan(limited.goal)
    const off = drive(effectiveGogc, { gcPercent: -1 }).commit(heap)
    expect(off.trigger).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('the proportional trigger of Go 1.5 to 1.17', () => {
  test('a first cycle starts at the minimum, with room of 1 MiB at least', () => {
    const driver = drive(go110(SHIPPED))
    // M is made up so that 7/8 lead to 4 MiB: its double is 4.27 MiB.
    expect(driver.goals()).toMatchObject({
      trigger: 4 * MiB,
      goal: Math.trunc(((4 * MiB) / 1.875) * 2),
    })
    driver.start()
    expect(driver.goals().goal).toBe(5 * MiB)
  })

  test('1.5 expects all of the heap to be live, 1.10 half of it up to the goal, and all beyond', () => {
    for (const [pacer, work] of [
      [go15({ adjustedCurve: false }), 100],
      [go110(SHIPPED), 50],
    ] as const) {
      const driver = drive(pacer)
      driver.commit(heap)
      expect(driver.goals()).toMatchObject({ trigger: 187.5 * MiB, goal: 200 * MiB })
      expect(driver.start()).toBeCloseTo(work / 12.5, 9)
      expect(driver.revise({ heapScanWork: 20 * MiB, heapLive: 190 * MiB })).toBeCloseTo(
        (work - 20) / 10,
        9,
      )
    }
    const driver = drive(go110(SHIPPED))
    driver.commit(heap)
    driver.start()
    // 1.1 · 200 MiB is aimed at now.
    expect(driver.revise({ heapScanWork: 20 * MiB, heapLive: 205 * MiB })).toBeCloseTo(80 / 15, 6)
  })

  test('1.10 expects Sc/(1 + h_g) up to the soft goal, and all of Sc to the hard goal beyond', () => {
    for (const gcPercent of [25, 100, 400]) {
      const driver = drive(go110(SHIPPED), { gcPercent })
      const { trigger, goal, hardGoal } = driver.commit(heap)
      expect(goal).toBe(100 * MiB * (1 + gcPercent / 100))
      expect(hardGoal).toBe(Math.trunc(1.1 * goal))
      const expected = (100 * MiB) / (1 + gcPercent / 100)
      expect(driver.start(), `GOGC ${gcPercent}`).toBeCloseTo(expected / (goal - trigger), 6)
      const beyond = driver.revise({ heapLive: goal + MiB, heapScanWork: 10 * MiB })
      expect(beyond, `GOGC ${gcPercent}`).toBeCloseTo((90 * MiB) / (hardGoal - goal - MiB), 6)
    }
  })

  test('1.14 takes all for live as soon as more than the half was scanned; 1.10 does not', () => {
    const ratio = (pacer: ReturnType<typeof go110>): number => {
      const driver = drive(pacer)
      driver.commit(heap)
      driver.start()
      return driver.revise({ heapScanWork: 60 * MiB, heapLive: 190 * MiB })
    }
    expect(ratio(go114(SHIPPED))).toBeCloseTo(40 / 30, 6)
    expect(ratio(go110(SHIPPED))).toBeCloseTo(1000 / (10 * MiB), 9)
  })

  test('the trigger ratio moves by half of the error', () => {
    const driver = drive(go110(SHIPPED))
    driver.commit(heap)
    driver.start()
    // h_g = 1, h_T = 7/8, h_a = 0.95, u_a = 0.25 + 0.2: e = 0.125 - (0.45 / 0.3) · 0.075.
    const ratio = 0.875 + 0.5 * (0.125 - 1.5 * 0.075)
    const goals = driver.end({
      heapLive: 195 * MiB,
      bytesMarked: 100 * MiB,
      heapScanWork: 50 * MiB,
      ...tenMs(0.2),
    })
    expect(goals.trigger).toBe(Math.trunc(100 * MiB * (1 + ratio)))
    expect(goals.goal).toBe(200 * MiB)
  })

  test('a heap of which nothing is marked is as small as one can be', () => {
    for (const pacer of [go15({ adjustedCurve: false }), go110(SHIPPED), go114(SHIPPED)]) {
      const driver = drive(pacer)
      driver.commit(heap)
      driver.start()
      expect(driver.end({ bytesMarked: 0, ...tenMs() })).toMatchObject({
        trigger: 4 * MiB,
        goal: 4 * MiB,
      })
    }
  })

  test('floating garbage is left out of the next goal, if it is asked for', () => {
    const driver = drive(go110({ ...SHIPPED, floating: true }))
    driver.commit(heap)
    driver.start(180 * MiB)
    // m = 110, H_T = 180, H_a = 200. Of the 180 MiB that were there, half live: 90. So of the 20
    // that came, 10 live.
    const { goal } = driver.end({ heapLive: 200 * MiB, bytesMarked: 110 * MiB, ...tenMs() })
    expect(goal).toBe(200 * MiB)
  })

  test('an estimate that nothing lives counts as such', () => {
    const driver = drive(go110({ ...SHIPPED, floating: true }))
    driver.commit(heap)
    driver.start(180 * MiB)
    // m = 20, as much as was allocated during the mark. The goal is that and the sweeper's room.
    const { goal } = driver.end({ heapLive: 200 * MiB, bytesMarked: 20 * MiB, ...tenMs() })
    expect(goal).toBe(21 * MiB)
  })

  describe.each([
    ['go1.10', go110],
    ['go1.14', go114],
  ])('assist=N of %s', (_, make) => {
    const started = (assist: number, scannable: number, gcPercent = 100) => {
      const driver = drive(make({ ...SHIPPED, assist }), { gcPercent })
      const { trigger } = driver.commit({
        ...heap,
        heapScannable: scannable,
        lastHeapScan: scannable,
      })
      // All that is allocated until the trigger is scannable.
      driver.facts.heapScannable += trigger - heap.heapMarked
      return { trigger, ratio: driver.start() }
    }

    test('starts a cycle with a ratio of N at most, however much of the heap is scannable', () => {
      for (const assist of [0.5, 1, 2, 3])
        for (const scannable of [0, 10, 50, 100])
          for (const gcPercent of [100, 400])
            expect(started(assist, scannable * MiB, gcPercent).ratio).toBeLessThanOrEqual(assist)
    })

    test('starts it no earlier than that takes, nor than without it', () => {
      expect(started(1, 10 * MiB).ratio).toBeCloseTo(1, 6)
      expect(started(1, 100 * MiB).ratio).toBeCloseTo(1, 6)
      expect(started(1000, 10 * MiB).trigger).toBe(started(0, 10 * MiB).trigger)
    })

    test('gives way to the room that the sweeper needs', () => {
      const driver = drive(make({ ...SHIPPED, assist: 0.1 }))
      const { trigger } = driver.commit({ ...heap, sweepDone: false })
      expect(trigger).toBe(heap.heapMarked + MiB)
      // A half of 101 MiB in the 99 that are left.
      driver.facts.heapScannable += MiB
      expect(driver.start()).toBeCloseTo(50.5 / 99, 6)
    })
  })
})

test('go1.18 measures from where the trigger was, wherever a cycle began', () => {
  const driver = drive(go118)
  driver.commit(heap)
  const { trigger } = driver.goals()
  driver.start(101 * MiB) // it is forced
  const before = [...driver.state]
  driver.end({ heapLive: trigger - 1, heapScanWork: 50 * MiB, bytesMarked: 100 * MiB, ...tenMs() })
  expect(driver.state[4]).toBe(before[4])
})

test('membalancer gives a heap of 64 MiB that allocates a tenth of what is scanned what GOGC would, and others by the square root', () => {
  const driver = drive(membalancer)
  expect(driver.commit({ heapMarked: 64 * MiB }).goal).toBe(128 * MiB)
  expect(driver.commit({ heapMarked: 16 * MiB }).goal).toBe(48 * MiB)
  expect(driver.commit({ heapMarked: 256 * MiB }).goal).toBe(384 * MiB)
})

test('zgc-like starts so early that twice the rate for as long as the last cycle took leads to the goal', () => {
  const driver = drive(zgcLike)
  driver.commit(heap)
  driver.start(190 * MiB)
  // 5 MiB in 10 ms.
  driver.end({ heapLive: 195 * MiB, heapScanWork: 100 * MiB, bytesMarked: 100 * MiB, ...tenMs() })
  expect(driver.commit({ sweepDone: true }).trigger).toBe(190 * MiB)
})

test('pacers from before Go 1.19, and the redesign’s first forms, ignore a memory limit; no others do', () => {
  const goal = (pacer: Pacer, memoryLimit: number): number =>
    drive(pacer, { memoryLimit }).commit(heap).goal
  const ignoring = builtInPacers().filter(
    pacer => goal(pacer, 64 * MiB) === goal(pacer, Number.POSITIVE_INFINITY),
  )
  expect(ignoring.map(({ name }) => name)).toEqual([
    'go1.5',
    'go1.10',
    'go1.14',
    'redesign',
    'direct',
    'roots-as-heap',
    'go1.18',
  ])
})
