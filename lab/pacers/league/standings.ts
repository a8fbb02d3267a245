/**
 * Ranks the pacers. In each engine a pacer has a rank by each metric, in the median over the
 * scenarios. The mean of these ranks orders the pacers.
 */
import { mean, median } from 'simple-statistics'
import { itemAt } from '../../indexed.ts'
import { METRIC_NAMES, type Metrics, type Series } from './metrics.ts'
import type { LeagueEngine, Played } from './results.ts'

export interface Standing {
  readonly pacer: string
  /**
   * Mean of the ranks by each metric, and on the real heap also by the simulator's error; 1 is
   * best.
   */
  readonly rank: number
  /** Medians over the scenarios. */
  readonly metrics: Metrics
  /**
   * How far the simulator is from the real heap in peak over goal; null if one of them was not
   * played.
   */
  readonly simulatorError: number | null
}

export interface Standings {
  /** Best first. */
  readonly rows: readonly Standing[]
  /**
   * Scenarios that all pacers have played. An interrupt, a shard or a failure may leave others out,
   * and these would not compare.
   */
  readonly scenarios: readonly string[]
}

export function standingsOf(played: readonly Played[], engine: LeagueEngine): Standings {
  const ofEngine = played.filter(one => one.engine === engine)
  const pacers = [...new Set(ofEngine.map(({ pacer }) => pacer))]
  const has = new Set(ofEngine.map(({ pacer, scenario }) => `${pacer} ${scenario}`))
  const scenarios = [...new Set(ofEngine.map(({ scenario }) => scenario))].filter(scenario =>
    pacers.every(pacer => has.has(`${pacer} ${scenario}`)),
  )
  if (scenarios.length === 0) return { rows: [], scenarios }
  const errors = engine === 'real' ? simulatorErrors(played) : []
  const medians = pacers.map(pacer => {
    const isOwn = (one: { pacer: string; scenario: string }): boolean =>
      one.pacer === pacer && scenarios.includes(one.scenario)
    const own = ofEngine.filter(isOwn)
    const of = (name: keyof Metrics): number => median(own.map(({ metrics }) => metrics[name]))
    const metrics = Object.fromEntries(
      METRIC_NAMES.map(name => [name, of(name)]),
    ) as unknown as Metrics
    const apart = errors.filter(isOwn).map(({ peak }) => peak)
    return { pacer, metrics, simulatorError: apart.length === 0 ? null : median(apart) }
  })
  type Row = (typeof medians)[number]
  const scores: ((row: Row) => number)[] = METRIC_NAMES.map(name => row => row.metrics[name])
  if (medians.every(({ simulatorError }) => simulatorError !== null))
    scores.push(row => row.simulatorError ?? 0)
  const rankBy = (score: (row: Row) => number, row: Row): number => {
    const better = medians.filter(other => score(other) < score(row)).length
    const equal = medians.filter(other => score(other) === score(row)).length
    return better + (equal + 1) / 2 // those that are equal share their places
  }
  const rows = medians
    .map(row => ({ ...row, rank: mean(scores.map(score => rankBy(score, row))) }))
    .sort((one, other) => one.rank - other.rank)
  return { rows, scenarios }
}

/** How far the simulator is from the real heap, for a pacer on a scenario: medians over cycles. */
export interface SimulatorError {
  readonly pacer: string
  readonly scenario: string
  /** |peak / goal simulated − measured|. */
  readonly peak: number
  /** |share of the CPU simulated − measured|. */
  readonly cpu: number
}

/** One for each pacer and scenario that both the stepped engine and the real heap have played. */
export function simulatorErrors(played: readonly Played[]): SimulatorError[] {
  return played
    .filter(({ engine }) => engine === 'real')
    .flatMap(({ pacer, scenario, series: real }) => {
      const simulated = played.find(
        one => one.engine === 'stepped' && one.pacer === pacer && one.scenario === scenario,
      )?.series
      if (simulated === undefined) return []
      const cycles = Math.min(real.peak.length, simulated.peak.length)
      const over = ({ peak, goal }: Series, cycle: number): number =>
        itemAt(peak, cycle) / Math.max(itemAt(goal, cycle), 1)
      const apart = (of: (series: Series, cycle: number) => number): number =>
        median(
          Array.from({ length: cycles }, (_, cycle) =>
            Math.abs(of(real, cycle) - of(simulated, cycle)),
          ),
        )
      return [
        {
          pacer,
          scenario,
          peak: apart(over),
          cpu: apart((one, cycle) => itemAt(one.utilization, cycle)),
        },
      ]
    })
}
