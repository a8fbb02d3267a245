/** The table of `sawtooth pacers macro`. */
import { BACKGROUND_UTILIZATION } from 'sawtooth/internal/gc/pacer/worker-counts'
import type { Metrics } from '../league/metrics.ts'
import { percent } from '../league/table.ts'
import { type Compared, MACRO_PACERS } from './compared.ts'

const COLUMNS: readonly (readonly [head: string, cell: (metrics: Metrics) => string])[] = [
  ['CPU', ({ cpuOverTarget }) => percent(cpuOverTarget + BACKGROUND_UTILIZATION)],
  ['most assists', ({ assistWorst }) => percent(assistWorst)],
  ['misses its goal by', ({ missMedian }) => percent(missMedian)],
  ['worst overshoot', ({ overshootWorst }) => percent(overshootWorst)],
  ['settles in', ({ settling }) => settling.toFixed(0)],
  ['oscillation', ({ oscillation }) => percent(oscillation)],
]

export const COMPARISON_HEADS = ['scenario', 'pacer', ...COLUMNS.map(([head]) => head)]

/** A row for each scenario and pacer. */
export function comparisonRows(compared: readonly Compared[]): string[][] {
  return compared.flatMap(({ scenario, metrics }) =>
    MACRO_PACERS.map(pacer => [
      scenario,
      pacer,
      ...COLUMNS.map(([, cell]) => cell(metrics[pacer])),
    ]),
  )
}
