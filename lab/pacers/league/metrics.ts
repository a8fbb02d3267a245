/** The metrics by which a run of a pacer over a scenario is judged. */

import { BACKGROUND_UTILIZATION } from 'sawtooth/internal/gc/pacer/worker-counts'
import { mean, median, medianAbsoluteDeviation } from 'simple-statistics'
import { itemAt } from '../../indexed.ts'
import { GiB } from '../../units.ts'

/** One run, a number for each cycle. Sizes in bytes. */
export interface Series {
  /** Bytes that the cycle before marked. */
  readonly heapLive: readonly number[]
  readonly trigger: readonly number[]
  readonly peak: readonly number[]
  readonly goal: readonly number[]
  /** Bytes scanned: heap, stacks and globals. */
  readonly work: readonly number[]
  /** Share of the CPU while marking, of workers and assists. */
  readonly utilization: readonly number[]
  /** The same, only of assists. */
  readonly assists: readonly number[]
  /** The controller's r (stepped/run.ts); null if the pacer has none. Empty for the real heap. */
  readonly r: readonly (number | null)[]
}

/** In each the least is best. */
export interface Metrics {
  /** |peak / goal − 1| in the median of the cycles. To end early counts too. */
  readonly missMedian: number
  /** peak / goal − 1 in the worst cycle; 0 if none passed its goal. */
  readonly overshootWorst: number
  /** Share of the CPU while marking, less the quarter that is meant: mean. */
  readonly cpuOverTarget: number
  /** The largest share of the CPU that assists took in a cycle. */
  readonly assistWorst: number
  /** Cycles from the step until the run stays near where it ends. */
  readonly settling: number
  /** How far the trigger moves on its way from live heap to goal, from cycle to cycle: mean. */
  readonly oscillation: number
  /** Cycles for each GiB that the program allocated. */
  readonly cyclesPerGiB: number
}

export const METRIC_NAMES = [
  'missMedian',
  'overshootWorst',
  'cpuOverTarget',
  'assistWorst',
  'settling',
  'oscillation',
  'cyclesPerGiB',
] as const satisfies readonly (keyof Metrics)[]

/** Cycles in which a pacer may learn. Of them only the settling counts. */
const LEARNING = 10
/**
 * A run is settled while it stays within these bands around its end, or within what it moves there.
 * The first is a share of the CPU, the second a share of the goal.
 */
const CPU_BAND = 0.03
const GOAL_BAND = 0.05
/** The band of a run that is not smooth, as a multiple of the median absolute deviation. */
const DEVIATIONS = 4
/** Cycles of a run's end: a quarter of all, but at least this many. */
const LEAST_END = 7
/**
 * A cycle's value is the median of this many cycles from it on, so that a single outlier does not
 * count.
 */
const SMOOTHED = 5

/**
 * The metrics of a run.
 *
 * @param step - the cycle in which the scenario changes for good
 */
export function metricsOf(series: Series, step: number): Metrics {
  const all = series.peak.length
  const from = Math.min(LEARNING, Math.floor(all / 2))
  const over = series.peak.map((peak, cycle) => peak / Math.max(itemAt(series.goal, cycle), 1) - 1)
  const place = series.trigger.map((trigger, cycle) => {
    const live = itemAt(series.heapLive, cycle)
    return (trigger - live) / Math.max(itemAt(series.goal, cycle) - live, 1)
  })
  const moves = place.slice(from + 1).map((one, at) => Math.abs(one - itemAt(place, from + at)))
  const allocated = series.peak.reduce(
    (sum, peak, cycle) => sum + peak - itemAt(series.heapLive, cycle),
    0,
  )
  return {
    missMedian: median(over.slice(from).map(Math.abs)),
    overshootWorst: Math.max(0, ...over.slice(from)),
    cpuOverTarget: mean(series.utilization.slice(from)) - BACKGROUND_UTILIZATION,
    assistWorst: Math.max(...series.assists.slice(from)),
    settling: settlingOf(series.utilization, over, Math.min(step, all - 1)),
    oscillation: moves.length === 0 ? 0 : mean(moves),
    cyclesPerGiB: allocated > 0 ? (all * GiB) / allocated : 0,
  }
}

/** The first cycle from which on all cycles stay near the end, counted from the step. */
function settlingOf(utilization: readonly number[], over: readonly number[], step: number): number {
  const isCpuSettled = isNearItsEnd(utilization, CPU_BAND)
  const isGoalSettled = isNearItsEnd(over, GOAL_BAND)
  let cycle = over.length
  while (cycle > step && isCpuSettled(cycle - 1) && isGoalSettled(cycle - 1)) cycle--
  return cycle - step
}

function isNearItsEnd(series: readonly number[], band: number): (cycle: number) => boolean {
  const values = series.map((_, cycle) => median(series.slice(cycle, cycle + SMOOTHED)))
  const end = values.slice(-Math.max(LEAST_END, Math.floor(values.length / 4)))
  const [middle, width] = [median(end), Math.max(band, DEVIATIONS * medianAbsoluteDeviation(end))]
  return cycle => Math.abs(itemAt(values, cycle) - middle) <= width
}

/**
 * The metrics of several runs of the same: the worst value of a metric that is a worst one, the
 * median of any other.
 */
export function combined(runs: readonly Metrics[]): Metrics {
  const of = (name: keyof Metrics): number => {
    const values = runs.map(run => run[name])
    return name === 'overshootWorst' || name === 'assistWorst'
      ? Math.max(...values)
      : median(values)
  }
  return Object.fromEntries(METRIC_NAMES.map(name => [name, of(name)])) as unknown as Metrics
}
