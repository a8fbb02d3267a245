/** Who is best: in each engine pacers are ranked by each metric, in the median over the scenarios, and by the mean of these ranks. */
import { mean, median } from 'simple-statistics'
import { METRIC_NAMES, type Metrics, type Series } from './metrics.ts'
import type { LeagueEngine, Played } from './results.ts'

export interface Standing {
  readonly pacer: string
  /** Mean of the ranks by each metric: 1 is best. */
  readonly rank: number
  /** In the median over the scenarios. */
  readonly metrics: Metrics
  readonly scenarios: number
}

/** Best first. */
export function standingsOf(played: readonly Played[], engine: LeagueEngine): Standing[] {
  const ofEngine = played.filter(one => one.engine === engine)
  const pacers = [...new Set(ofEngine.map(({ pacer }) => pacer))]
  const medians = pacers.map(pacer => {
    const own = ofEngine.filter(one => one.pacer === pacer)
    const of = (name: keyof Metrics): number => median(own.map(({ metrics }) => metrics[name]))
    const metrics = Object.fromEntries(METRIC_NAMES.map(name => [name, of(name)])) as unknown as Metrics
    return { pacer, metrics, scenarios: own.length }
  })
  const rankBy = (name: keyof Metrics, value: number): number => {
    const better = medians.filter(({ metrics }) => metrics[name] < value).length
    const equal = medians.filter(({ metrics }) => metrics[name] === value).length
    return better + (equal + 1) / 2 // those that are equal share their places
  }
  return medians
    .map(one => ({ ...one, rank: mean(METRIC_NAMES.map(name => rankBy(name, one.metrics[name]))) }))
    .sort((one, other) => one.rank - other.rank)
}

/** How far the simulator is from the real heap, for a pacer on a scenario: medians over the cycles. */
export interface SimulatorError {
  readonly pacer: string
  readonly scenario: string
  /** |peak / goal simulated − measured|. */
  readonly peak: number
  /** |share of the CPU simulated − measured|. */
  readonly cpu: number
}

/** For each pacer and scenario that both the stepped engine and the real heap have played. */
export function simulatorErrors(played: readonly Played[]): SimulatorError[] {
  return played
    .filter(({ engine }) => engine === 'real')
    .flatMap(({ pacer, scenario, series: real }) => {
      const simulated = played.find(
        one => one.engine === 'stepped' && one.pacer === pacer && one.scenario === scenario,
      )?.series
      if (simulated === undefined) return []
      const cycles = Math.min(real.peak.length, simulated.peak.length)
      const over = ({ peak, goal }: Series, cycle: number): number => (peak[cycle] as number) / (goal[cycle] as number)
      const apart = (of: (series: Series, cycle: number) => number): number =>
        median(Array.from({ length: cycles }, (_, cycle) => Math.abs(of(real, cycle) - of(simulated, cycle))))
      return [{ pacer, scenario, peak: apart(over), cpu: apart((one, cycle) => one.utilization[cycle] as number) }]
    })
}
