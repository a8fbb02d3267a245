import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkGoals, checkRatio } from '../../../gc/pacer/check.ts'
import { go121 } from '../../../gc/pacer/go1.21.ts'
import { goalsAreLive } from '../../../gc/pacer/pacer.ts'
import { KiB, MiB } from '../../../memory/units.ts'
import { type Driver, drive } from './driver.ts'

const slot = (driver: Driver, name: string): number =>
  driver.state[go121.stateNames.indexOf(name)] as number

describe('goal', () => {
  test('of the first cycle is 4 MiB, its trigger 61/64 of that', () => {
    expect(drive(go121).goals()).toEqual({
      trigger: 3.8125 * MiB,
      goal: 4 * MiB,
      hardGoal: Math.trunc(1.1 * 4 * MiB),
      committedGoal: 4 * MiB,
      sweepDistance: MiB,
    })
  })

  test('is GOGC percent above the marked heap, stacks and globals counted', () => {
    const driver = drive(go121, { gcPercent: 50 })
    const { goal } = driver.commit({
      heapMarked: 100 * MiB,
      lastStackScan: 3,
      globalsScan: 2 * MiB,
    })
    expect(goal).toBe(151 * MiB + 1)
  })

  test('scales its minimum with GOGC', () => {
    expect(drive(go121, { gcPercent: 400 }).goals().goal).toBe(16 * MiB)
    expect(drive(go121, { gcPercent: 33 }).goals().goal).toBe(Math.trunc((4 * MiB * 33) / 100))
  })

  test('does not exist with GOGC off, and nothing triggers a cycle', () => {
    const driver = drive(go121, { gcPercent: -1 })
    const none = Number.POSITIVE_INFINITY
    expect(driver.goals()).toMatchObject({
      trigger: none,
      goal: none,
      hardGoal: none,
      committedGoal: none,
    })
    // Go: a distance of 2^63, so that a forced cycle has a ratio above 0.
    driver.commit({ globalsScan: 200_304 })
    expect(driver.start(30 * MiB)).toBeCloseTo(2.1717e-14, 17)
    expect(driver.revise({ heapScanWork: 50 * MiB, heapScannable: 80 * MiB })).toBeGreaterThan(0)
  })

  test('with GOGC=0 is the marked heap, and cycles follow each other', () => {
    const driver = drive(go121, { gcPercent: 0 })
    expect(driver.goals()).toMatchObject({ trigger: 0, goal: 0 })
    expect(driver.commit({ heapMarked: 9 * MiB })).toMatchObject({
      trigger: 9 * MiB,
      goal: 9 * MiB,
    })
  })

  test('leaves the sweeper 1 MiB above the live heap until it is done', () => {
    const driver = drive(go121)
    expect(
      driver.commit({ heapMarked: 4 * MiB, heapLive: 8 * MiB, sweepDone: false }),
    ).toMatchObject({
      trigger: 9 * MiB,
      goal: 9 * MiB,
    })
    expect(driver.commit({ sweepDone: true }).goal).toBe(8 * MiB)
  })

  test('stands 64 KiB above a late start, but only while marking', () => {
    const driver = drive(go121)
    driver.start(6 * MiB)
    expect(driver.goals()).toMatchObject({ goal: 6 * MiB + 64 * KiB, committedGoal: 4 * MiB })
    driver.facts.marking = false
    expect(driver.goals()).toMatchObject({ goal: 4 * MiB, committedGoal: 4 * MiB })
  })
})

describe('memory limit', () => {
  const limit = 512 * MiB
  const under = (changed: object): number =>
    drive(go121, { gcPercent: -1, memoryLimit: limit }).commit({ heapMarked: 20 * MiB, ...changed })
      .goal

  test('leaves 3 % headroom', () => {
    expect(under({})).toBe(520_764_785)
  })

  test('leaves at least 1 MiB headroom', () => {
    const goal = drive(go121, { memoryLimit: 3 * MiB }).goals().goal
    expect(goal).toBe(2 * MiB)
    expect(drive(go121, { memoryLimit: 1.5 * MiB }).goals().goal).toBe(MiB)
  })

  test('takes off what is mapped and neither free nor an object, and what is over', () => {
    const mappedReady = 100 * MiB
    const room = limit - 40 * MiB
    const headroom = Math.trunc(room / 100) * 3
    expect(
      under({ mappedReady, heapFree: 10 * MiB, totalAlloc: 70 * MiB, totalFree: 20 * MiB }),
    ).toBe(room - headroom)
    const over = limit - 10 * MiB // 10 MiB too much are mapped, all of it heap
    const less = over - Math.trunc(over / 100) * 3
    expect(under({ mappedReady: 522 * MiB, heapFree: 500 * MiB, totalAlloc: 22 * MiB })).toBe(less)
  })

  test('never asks for less than the marked heap', () => {
    expect(under({ mappedReady: 600 * MiB })).toBe(20 * MiB)
    expect(under({ heapMarked: 600 * MiB })).toBe(600 * MiB)
  })

  test('is not moved up by the sweeper or a late start', () => {
    const driver = drive(go121, { memoryLimit: 8 * MiB })
    driver.commit({ heapMarked: 6 * MiB, heapLive: 6.5 * MiB, sweepDone: false })
    driver.start(7 * MiB)
    expect(driver.goals()).toMatchObject({ goal: 7 * MiB, committedGoal: 7 * MiB })
    expect(driver.goals().trigger).toBeLessThan(7 * MiB)
  })

  test('makes the goals live', () => {
    const config = { procs: 1, gcPercent: 100, memoryLimit: limit }
    expect(goalsAreLive(go121, config)).toBe(true)
    expect(goalsAreLive(go121, { ...config, memoryLimit: Number.POSITIVE_INFINITY })).toBe(false)
  })
})

describe('trigger', () => {
  /** Where the trigger lies between the marked heap and the goal, for this much runway. */
  const shareOfWay = (heapMarked: number, consMark: number): number => {
    const driver = drive(go121)
    driver.state[go121.stateNames.indexOf('consMark')] = consMark
    const { trigger, goal } = driver.commit({ heapMarked, lastHeapScan: heapMarked })
    return (trigger - heapMarked) / (goal - heapMarked)
  }

  test('is three times cons/mark of the expected work before the goal', () => {
    expect(shareOfWay(64 * MiB, 0.05)).toBeCloseTo(0.85, 6)
  })

  test('is never below 45/64 of the way', () => {
    for (const consMark of [1, 100, Number.POSITIVE_INFINITY])
      expect(shareOfWay(64 * MiB, consMark)).toBe(45 / 64)
  })

  test('is never above 61/64 of the way, in a heap under 85 MiB', () => {
    expect(shareOfWay(64 * MiB, 0)).toBe(61 / 64)
    expect(shareOfWay(64 * MiB, 1e-9)).toBe(61 / 64)
  })

  test('may be 4 MiB before the goal of a big heap', () => {
    expect(shareOfWay(1024 * MiB, 0)).toBe(1020 / 1024)
  })

  test('is as early as may be after cycles that measured below 0 or nothing', () => {
    for (const consMark of [-1, Number.NaN]) expect(shareOfWay(64 * MiB, consMark)).toBe(45 / 64)
  })
})

describe('assist ratio', () => {
  /** In mark at 40 MiB, with a goal of 64 MiB; 30 MiB of work expected, 50 MiB at most. */
  const inMark = (): Driver => {
    const driver = drive(go121)
    driver.commit({ heapMarked: 32 * MiB, lastHeapScan: 30 * MiB, heapScannable: 50 * MiB })
    driver.start(40 * MiB)
    return driver
  }

  test('is the work expected over the way to the goal', () => {
    const driver = inMark()
    expect(driver.revise()).toBe(30 / 24)
    expect(driver.revise({ heapLive: 60 * MiB, heapScanWork: 10 * MiB })).toBe(20 / 4)
  })

  test('keeps its slope when there was more work than expected', () => {
    const driver = inMark()
    // 24 MiB of runway for 30 MiB of work are 40 for 50.
    expect(driver.revise({ heapScanWork: 30 * MiB + 1 })).toBeCloseTo(20 / 40, 6)
  })

  test('extrapolates the goal to no more than the next cycle would have', () => {
    const driver = inMark()
    // 24/30 · 300 + 40 would be 280 MiB; the goal times 2 is 128.
    expect(driver.revise({ heapScannable: 300 * MiB, heapScanWork: 31 * MiB })).toBe(
      (300 - 31) / (128 - 40),
    )
  })

  test('extrapolates an expectation of nothing as far as it may', () => {
    const driver = drive(go121)
    driver.start()
    const ratio = driver.revise({ heapScannable: 3 * MiB, heapScanWork: MiB })
    expect(ratio).toBeCloseTo(2 / (8 - 3.8125), 9)
  })

  test('aims at 1.1 times the goal only once the heap is past it, and then at all that is scannable', () => {
    const driver = inMark()
    expect(driver.revise({ heapLive: 64 * MiB, heapScanWork: 29 * MiB })).toBe(MiB)
    const hard = Math.trunc(1.1 * 64 * MiB)
    expect(driver.revise({ heapLive: 64 * MiB + 1 })).toBe((21 * MiB) / (hard - 64 * MiB - 1))
    expect(driver.revise({ heapLive: 90 * MiB })).toBe(21 * MiB)
  })

  test('leaves always 1000 bytes of work', () => {
    const driver = inMark()
    expect(driver.revise({ heapScanWork: 30 * MiB })).toBe(1000 / (24 * MiB))
    expect(driver.revise({ heapScanWork: 70 * MiB })).toBe(1000 / (40 * MiB))
  })

  test('with GOGC off takes it for 100,000', () => {
    const driver = drive(go121, { gcPercent: -1, memoryLimit: 512 * MiB })
    driver.commit({ heapMarked: 32 * MiB, lastHeapScan: MiB, heapScannable: 2000 * MiB })
    driver.start(400 * MiB)
    const goal = 520_764_785
    const extrapolated = Math.trunc((goal - 400 * MiB) * 2000) + 400 * MiB
    expect(driver.revise({ heapScanWork: 2 * MiB })).toBe((1998 * MiB) / (extrapolated - 400 * MiB))
  })
})

describe('cons/mark', () => {
  /** A cycle on 4 Ps for 10 ms that allocates that many bytes while it scans 1 MiB. */
  const cycle = (driver: Driver, allocated: number, changed: object = {}): number => {
    driver.start(8 * MiB)
    const heapLive = 8 * MiB + allocated
    driver.end({
      heapLive,
      heapScanWork: MiB,
      markDurationNs: 10e6,
      bytesMarked: 4 * MiB,
      ...changed,
    })
    return slot(driver, 'consMark')
  }

  test('is bytes allocated per byte scanned, each by its share of the CPU', () => {
    expect(cycle(drive(go121), 3 * MiB)).toBeCloseTo((3 * 0.25) / 0.75, 9)
    // 4 of 40 ms in assists, 8 idle: the mutator had 65 %, the scanner 55.
    expect(cycle(drive(go121), 3 * MiB, { assistTimeNs: 4e6, idleTimeNs: 8e6 })).toBeCloseTo(
      (3 * 0.55) / 0.65,
      9,
    )
  })

  test('is the largest of this measurement and the last four', () => {
    const driver = drive(go121)
    const seen = [6, 3, 9, 3, 3, 3, 3, 6, 3].map(mebibytes => cycle(driver, mebibytes * MiB))
    expect(seen.map(value => Math.round(value))).toEqual([2, 2, 3, 3, 3, 3, 3, 2, 2])
  })

  test('forgets a spike after four more cycles, as it keeps measurements and not estimates', () => {
    const driver = drive(go121)
    cycle(driver, 30 * MiB)
    for (let i = 0; i < 4; i++) expect(cycle(driver, 3 * MiB)).toBeCloseTo(10, 9)
    expect(cycle(driver, 3 * MiB)).toBeCloseTo(1, 9)
  })

  test('is not touched by a cycle in which nothing was allocated', () => {
    const driver = drive(go121)
    const before = cycle(driver, 3 * MiB)
    expect(cycle(driver, 0, { markDurationNs: 0 })).toBe(before)
    expect(slot(driver, 'consMark1Ago')).toBe(before)
    expect(slot(driver, 'consMark2Ago')).toBe(0)
  })

  test('counts forced cycles too', () => {
    expect(cycle(drive(go121), 3 * MiB, { forced: true })).toBeCloseTo(1, 9)
  })

  test('of a cycle that scanned nothing makes the next start as early as may be', () => {
    const driver = drive(go121)
    expect(cycle(driver, 3 * MiB, { heapScanWork: 0 })).toBe(Number.POSITIVE_INFINITY)
    const { trigger, goal } = driver.commit({
      heapMarked: 64 * MiB,
      heapLive: 64 * MiB,
      sweepDone: true,
    })
    expect(trigger).toBe(64 * MiB + (goal - 64 * MiB) * (45 / 64))
  })
})

test('any history of any heap gives sound answers, with the trigger in its bounds', () => {
  const size = fc.integer({ min: 0, max: 2 ** 31 })
  const cycle = fc.record({
    late: fc.integer({ min: 0, max: 2 ** 24 }),
    allocated: size,
    bytesMarked: size,
    heapScanWork: size,
    stackScanWork: fc.integer({ min: 0, max: 2 ** 20 }),
    heapScannable: size,
    markDurationNs: fc.integer({ min: 0, max: 1e9 }),
    assistTimeNs: fc.integer({ min: 0, max: 4e9 }),
    idleTimeNs: fc.integer({ min: 0, max: 4e9 }),
  })
  const config = fc.record({
    procs: fc.integer({ min: 1, max: 64 }),
    gcPercent: fc.integer({ min: -1, max: 3000 }),
    memoryLimit: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), size),
  })
  fc.assert(
    fc.property(config, size, fc.array(cycle, { maxLength: 8 }), (config, globalsScan, cycles) => {
      const driver = drive(go121, config)
      driver.facts.globalsScan = globalsScan
      const sound = (ratio: number): void => {
        expect(checkRatio(go121, ratio)).toBeNull()
        expect(ratio).toBeGreaterThan(0)
      }
      for (const { late, allocated, ...facts } of cycles) {
        const { trigger } = driver.goals()
        sound(
          driver.start(
            (trigger === Number.POSITIVE_INFINITY ? driver.facts.heapMarked : trigger) + late,
          ),
        )
        expect(checkGoals(go121, driver.goals())).toBeNull()
        sound(driver.revise({ ...facts, heapLive: driver.facts.heapLive + allocated }))
        const goals = driver.end()
        expect(checkGoals(go121, goals)).toBeNull()
        if (goals.goal === Number.POSITIVE_INFINITY) continue
        const { heapMarked, heapLive } = driver.facts
        expect(goals.trigger).toBeGreaterThanOrEqual(Math.min(heapMarked, goals.goal))
        const step = Math.max(0, Math.floor((goals.goal - heapMarked) / 64))
        expect(goals.trigger).toBeGreaterThanOrEqual(Math.min(heapMarked + 45 * step, goals.goal))
        const most = Math.max(heapMarked + 61 * step, goals.goal - 4 * MiB, heapLive + MiB)
        expect(goals.trigger).toBeLessThanOrEqual(Math.min(most, goals.goal))
      }
    }),
    { numRuns: 300 },
  )
})
