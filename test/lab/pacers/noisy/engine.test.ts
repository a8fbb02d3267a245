import { mean } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import type { Facts, Pacer, Plan } from '../../../../gc/pacer/pacer.ts'
import { pacerNamed } from '../../../../gc/pacer/registry.ts'
import { noisySimulation } from '../../../../lab/pacers/noisy/engine.ts'
import { type NoiseLevels, NoisyNature } from '../../../../lab/pacers/noisy/nature.ts'
import type { Scenario } from '../../../../lab/pacers/scenario.ts'
import { drawn, scenarioNamed } from '../../../../lab/pacers/scenarios/library.ts'
import {
  newOutcome,
  simulatedRun,
  steppedSimulation,
} from '../../../../lab/pacers/stepped/engine.ts'
import { type Nature, smooth } from '../../../../lab/pacers/stepped/nature.ts'
import type { Outcome } from '../../../../lab/pacers/stepped/run.ts'
import { Random } from '../../../../lab/random.ts'
import { drive } from '../../../gc/pacer/driver.ts'
import { rowsOf } from '../simulated.ts'

const none: NoiseLevels = { burst: 1, lateMs: 0, fractional: 1, idle: 0, awayMs: 0 }
const go121 = pacerNamed('go1.21')

function withNoise(levels: NoiseLevels, name = 'stepped/steady'): Scenario {
  const scenario = drawn(scenarioNamed(name), 1)
  const noise = {
    noise_burst: levels.burst,
    noise_late_ms: levels.lateMs,
    noise_fractional: levels.fractional,
    noise_idle: levels.idle,
    noise_away_ms: levels.awayMs,
  }
  return {
    ...scenario,
    header: { ...scenario.header, global: { ...(scenario.header.global as object), ...noise } },
  }
}

test('without noise each run is the stepped engine’s', () => {
  const smooth = rowsOf(steppedSimulation(drawn(scenarioNamed('stepped/steady'), 1), go121))
  rowsOf(noisySimulation(withNoise(none), go121, 3, 1)).forEach((row, at) => {
    const { peak, goal, trigger, gc_utilization } = smooth[at] as Record<string, number>
    expect(row).toMatchObject({ cycle: at + 1, trigger_p50: trigger, goal_p50: goal })
    for (const quantile of ['p5', 'p50', 'p95', 'max']) {
      expect(row[`peak_over_goal_${quantile}`]).toBe((peak as number) / (goal as number))
      expect(row[`gc_utilization_${quantile}`]).toBe(gc_utilization)
    }
  })
})

test('the same seed gives the same rows, another one others; quantiles ascend', () => {
  const rows = (seed: number) =>
    rowsOf(noisySimulation(drawn(scenarioNamed('stepped/steady'), 1), go121, 20, seed))
  expect(rows(4)).toEqual(rows(4))
  expect(rows(4)).not.toEqual(rows(5))
  for (const row of rows(4))
    for (const what of ['peak_over_goal', 'gc_utilization']) {
      const quantiles = ['p5', 'p50', 'p95', 'max'].map(
        quantile => row[`${what}_${quantile}`] as number,
      )
      expect(quantiles.toSorted((one, other) => one - other)).toEqual(quantiles)
    }
})

const worst = (levels: NoiseLevels, what: string, name?: string): number =>
  Math.max(
    ...rowsOf(noisySimulation(withNoise(levels, name), go121, 40, 1))
      .slice(25)
      .map(row => row[what] as number),
  )

describe('each kind of noise shows by itself', () => {
  const still = { peak: worst(none, 'peak_over_goal_max'), cpu: worst(none, 'gc_utilization_max') }

  test('a terminator that is away lets the heap pass its goal', () => {
    expect(still.peak).toBeLessThan(1.01)
    expect(worst({ ...none, awayMs: 5 }, 'peak_over_goal_max')).toBeGreaterThan(1.03)
  })

  test('bursts, and ratios that are known late, make it assist', () => {
    expect(still.cpu).toBeLessThan(0.26)
    expect(worst({ ...none, burst: 6, lateMs: 4 }, 'gc_utilization_max')).toBeGreaterThan(0.3)
  })

  test('fractional workers that come and go change a P count that has them', () => {
    const spread = (fractional: number): number => {
      const rows = rowsOf(
        noisySimulation(withNoise({ ...none, fractional }, 'ours/procs-2'), go121, 40, 1),
      ).slice(25)
      return Math.max(
        ...rows.map(row => (row.peak_over_goal_p95 as number) - (row.peak_over_goal_p5 as number)),
      )
    }
    expect(spread(1)).toBe(0)
    expect(spread(0.1)).toBeGreaterThan(0)
  })

  test('idle time marks, and lets the heap end below its goal', () => {
    expect(worst({ ...none, idle: 0.2 }, 'peak_over_goal_p5')).toBeLessThan(still.peak)
  })
})

test('bursts have the mean of the scenario', () => {
  const nature = new NoisyNature({ ...none, burst: 5 }, new Random(3))
  let sum = 0
  const periods = 200_000
  for (let period = 0; period < periods; period++) sum += nature.allocationFactor()
  expect(sum / periods).toBeGreaterThan(0.97)
  expect(sum / periods).toBeLessThan(1.03)
})

const byDefault: NoiseLevels = { burst: 3, lateMs: 1, fractional: 0.1, idle: 0.05, awayMs: 1 }

/**
 * The last of 30 cycles under a pacer that always owes `ratio`, and the facts that it was given.
 */
function lastCycle(
  ratio: number,
  procs: number,
  nature: Nature,
): { out: Outcome; told: Facts; planned: number } {
  let told: Facts | undefined
  let planned = 0
  const pacer: Pacer = {
    ...go121,
    startCycle(state, facts, plan) {
      go121.startCycle(state, facts, plan)
      planned = plan.dedicatedWorkers / procs + plan.fractionalGoal
    },
    revise: () => ratio,
    endCycle: (_state, facts) => (told = { ...facts }),
  }
  const run = simulatedRun(drawn(scenarioNamed(`ours/procs-${procs}`), 1), pacer, nature)
  const out = newOutcome()
  for (let cycle = 0; cycle < 30; cycle++) run(cycle, out)
  return { out, told: told as Facts, planned }
}

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('on %d P', procs => {
  test.each(['go1.5', 'go1.21'])(
    'the background of %s is what was planned in the mean, and no more than the CPU',
    name => {
      const plan: Plan = { dedicatedWorkers: 0, fractionalGoal: 0 }
      const { facts, state } = drive(pacerNamed(name), { procs })
      pacerNamed(name).startCycle(state, facts, plan)
      const nature = new NoisyNature(byDefault, new Random(7))
      nature.beginCycle(plan.dedicatedWorkers / procs, plan.fractionalGoal)
      const shares = Array.from({ length: 100_000 }, () => nature.backgroundShare())
      // The mean of a share that is 1 in a quarter of the periods, and else 0, is within four
      // deviations of 0.0014.
      expect(
        Math.abs(mean(shares) - plan.dedicatedWorkers / procs - plan.fractionalGoal),
      ).toBeLessThan(0.006)
      expect(Math.max(...shares)).toBeLessThanOrEqual(1)
    },
  )

  test('a pacer that asks for no assists gets none in its facts, and the background that there was', () => {
    const { out, told, planned } = lastCycle(0, procs, new NoisyNature(byDefault, new Random(7)))
    const cpuNs = told.markDurationNs * procs
    expect(told.assistTimeNs).toBe(0)
    expect(out.assists).toBe(0)
    expect(told.dedicatedTimeNs / cpuNs).toBeCloseTo(out.utilization, 6)
    expect(told.dedicatedTimeNs + told.idleTimeNs).toBeLessThanOrEqual(cpuNs)
    expect(Math.abs(out.utilization - planned)).toBeLessThan(0.15)
  })
})

test('assists are what is above the background of the period, whatever that is', () => {
  for (const [ratio, background, assists] of [
    [0, 0.1, 0],
    [0, 1, 0],
    // 99 KiB are allocated for 1024 scanned: half of the CPU.
    [1024 / 99, 0.4, 0.1],
    [1024 / 99, 0, 0.5],
  ] as const) {
    const { out, told } = lastCycle(ratio, 4, { ...smooth, backgroundShare: () => background })
    expect(out.assists).toBeCloseTo(assists, 5)
    expect(out.utilization).toBeCloseTo(assists + background, 5)
    expect(told.assistTimeNs / (told.markDurationNs * 4)).toBeCloseTo(assists, 5)
    expect(told.dedicatedTimeNs / (told.markDurationNs * 4)).toBeCloseTo(background, 5)
  }
})

test('a level that cannot be is an error that names it', () => {
  const scenario = withNoise({ ...none, idle: 2 })
  expect(() => noisySimulation(scenario, go121, 1, 1)).toThrow(
    'stepped/steady: global: noise_idle = 2; it must be',
  )
})
