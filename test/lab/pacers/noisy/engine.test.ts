import { describe, expect, test } from 'vitest'
import { noisySimulation } from '../../../../lab/pacers/noisy/engine.ts'
import { type NoiseLevels, NoisyNature } from '../../../../lab/pacers/noisy/nature.ts'
import type { Scenario } from '../../../../lab/pacers/scenario.ts'
import { drawn, scenarioNamed } from '../../../../lab/pacers/scenarios/library.ts'
import { steppedSimulation } from '../../../../lab/pacers/stepped/engine.ts'
import { Random } from '../../../../lab/random.ts'
import { pacerNamed } from '../../../../runtime/pacer-registry.ts'
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
  return { ...scenario, header: { ...scenario.header, global: { ...(scenario.header['global'] as object), ...noise } } }
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
  const rows = (seed: number) => rowsOf(noisySimulation(drawn(scenarioNamed('stepped/steady'), 1), go121, 20, seed))
  expect(rows(4)).toEqual(rows(4))
  expect(rows(4)).not.toEqual(rows(5))
  for (const row of rows(4))
    for (const what of ['peak_over_goal', 'gc_utilization']) {
      const quantiles = ['p5', 'p50', 'p95', 'max'].map(quantile => row[`${what}_${quantile}`] as number)
      expect(quantiles.toSorted((one, other) => one - other)).toEqual(quantiles)
    }
})

const worst = (levels: NoiseLevels, what: string, name?: string): number =>
  Math.max(
    ...rowsOf(noisySimulation(withNoise(levels, name), go121, 40, 1))
      .slice(25)
      .map(row => row[what] as number),
  )

describe('each kind of noise shows alone', () => {
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
      const rows = rowsOf(noisySimulation(withNoise({ ...none, fractional }, 'ours/procs-2'), go121, 40, 1)).slice(25)
      return Math.max(...rows.map(row => (row['peak_over_goal_p95'] as number) - (row['peak_over_goal_p5'] as number)))
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

test('a level that cannot be is an error that names it', () => {
  const scenario = withNoise({ ...none, idle: 2 })
  expect(() => noisySimulation(scenario, go121, 1, 1)).toThrow('stepped/steady: global: noise_idle = 2; it must be')
})
