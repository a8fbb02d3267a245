/**
 * What each policy costs: the bound of the heap against latency and throughput, and all figures in
 * a table.
 */
import { humanBytes, humanMs, humanPercent } from 'sawtooth/internal/runtime/report/units'
import { type ChartSpecification, draw } from '../../report/draw.ts'
import { html, type Markup } from '../../report/markup.ts'
import { groupBy } from '../group-by.ts'
import type { Cost, LatencyPercentiles, OverrunResults } from '../results.ts'
import { symlogBytes } from './bytes-axis.ts'
import { figure, legend, type Section, swatch, table } from './parts.ts'
import { labelScale, type SeriesStyle, seriesLabel } from './policies.ts'

/** Size of a plot without its labels, px. Two plots fit side by side. */
const WIDTH = 400
const HEIGHT = 230

export async function tradeOffSection(
  { costs }: OverrunResults,
  styles: ReadonlyMap<string, SeriesStyle>,
): Promise<Section | null> {
  if (costs.length === 0) return null
  const parts = []
  for (const [title, own] of groupBy(costs, ({ program, procs }) => `${program}, ${procs} P`)) {
    const values = own.map(cost => ({
      policy: labelOf(cost),
      overrun: cost.overrun.p99,
      allocationUs: cost.allocationUs.p999,
      ...cost.throughput,
    }))
    const charts = [
      await draw(latencyChart(values, styles), `Overrun against allocation latency: ${title}`),
      await draw(throughputChart(values, styles), `Overrun against throughput: ${title}`),
    ]
    parts.push(html`<h3>${title}</h3>${figure(charts, captionOf(own))}${tablesOf(own, styles)}`)
  }
  const shown = new Set(costs.map(labelOf))
  return {
    id: 'costs',
    title: 'What it costs',
    body: html`<p>Left: overrun against the latency of an allocation, waits at the gate and in place included; best is at the left and low. Right: throughput
against Go's protocol without a gate, in pairs of runs that followed each other. MMU, minimum mutator utilization: the share that was left to the
program of the window in which that was least, all Ps together.</p>
${legend([...styles.values()].filter(({ label }) => shown.has(label)))}${parts}`,
  }
}

function captionOf(costs: readonly Cost[]): string {
  const pairs = [...new Set(costs.map(({ throughput }) => throughput.pairs))].join(' or ')
  return `Bars: 95 % interval of the median of ${pairs} pairs. Coordinator against itself shows how much of it is the machine's noise. The latency of an allocation holds one reading of the clock; it is measured in runs of its own.`
}

interface Point {
  readonly policy: string
  /** 99th percentile, bytes. */
  readonly overrun: number
  /** 99.9th percentile. */
  readonly allocationUs: number
  readonly median: number
  readonly low: number
  readonly high: number
}

/** Points are hollow, so that two at the same place are both seen. */
const POINT = { type: 'point', filled: false, size: 150, strokeWidth: 2.6, opacity: 1 } as const

function latencyChart(
  points: readonly Point[],
  styles: ReadonlyMap<string, SeriesStyle>,
): ChartSpecification {
  const most = Math.max(...points.map(({ overrun }) => overrun))
  const latencies = points.map(({ allocationUs }) => allocationUs)
  const domain = [Math.min(...latencies) * 0.6, Math.max(...latencies) * 1.6]
  return {
    width: WIDTH,
    height: HEIGHT,
    title: 'Bounded heap against bounded latency',
    data: { values: points },
    mark: POINT,
    encoding: {
      x: { field: 'overrun', ...symlogBytes(most, 'overrun, 99th percentile of cycles', -600) },
      y: {
        field: 'allocationUs',
        type: 'quantitative',
        title: 'allocation p99.9, µs',
        scale: { type: 'log', domain, nice: false },
        axis: { tickCount: 4 },
      },
      color: {
        field: 'policy',
        type: 'nominal',
        scale: labelScale(styles, 'colour'),
        legend: null,
      },
      shape: { field: 'policy', type: 'nominal', scale: labelScale(styles, 'shape'), legend: null },
    },
  }
}

function throughputChart(
  points: readonly Point[],
  styles: ReadonlyMap<string, SeriesStyle>,
): ChartSpecification {
  const ends = points.flatMap(({ low, high }) => [low, high, 1])
  const domain = [Math.min(...ends) - 0.01, Math.max(...ends) + 0.01]
  const x = {
    type: 'quantitative',
    title: 'throughput, ratio to coordinator',
    scale: { domain, nice: true, zero: false },
    axis: { format: '.2f', tickCount: 6 },
  }
  const y = {
    field: 'policy',
    type: 'nominal',
    title: null,
    sort: points.toSorted((one, other) => other.overrun - one.overrun).map(({ policy }) => policy),
    // At most two lines, so that both charts fit side by side.
    axis: {
      labelExpr: "split(replace(datum.label, ' + ', '|+ '), '|')",
      ticks: false,
      domain: false,
      grid: true,
    },
  }
  const color = {
    field: 'policy',
    type: 'nominal',
    scale: labelScale(styles, 'colour'),
    legend: null,
  }
  const shape = {
    field: 'policy',
    type: 'nominal',
    scale: labelScale(styles, 'shape'),
    legend: null,
  }
  return {
    width: WIDTH - 120,
    height: Math.max(HEIGHT, 36 * points.length),
    title: 'Throughput, the policy with the largest overrun first',
    data: { values: points },
    layer: [
      {
        data: { values: [{}] },
        mark: { type: 'rule', strokeDash: [4, 3], color: '#57606a' },
        encoding: { x: { datum: 1, ...x } },
      },
      {
        mark: { type: 'rule', strokeWidth: 2.6 },
        encoding: { y, color, x: { field: 'low', ...x }, x2: { field: 'high' } },
      },
      {
        mark: { ...POINT, fill: 'white' },
        encoding: { y, color, shape, x: { field: 'median', ...x } },
      },
    ],
  }
}

/** Two tables, since one would be too wide. */
function tablesOf(costs: readonly Cost[], styles: ReadonlyMap<string, SeriesStyle>): Markup {
  const windows = [...new Set(costs.flatMap(cost => Object.keys(cost.minimumMutatorUtilization)))]
  const nameOf = (cost: Cost): Markup => {
    const style = styles.get(labelOf(cost))
    return html`<span class="policy">${style === undefined ? null : swatch(style)} ${labelOf(cost)}</span>`
  }
  const overall = costs.map(cost => {
    const { throughput, pauseRatio, pauseUs, overrun } = cost
    return [
      nameOf(cost),
      interval(throughput),
      cost.cycleRatio.toFixed(2),
      ...[overrun.p99, overrun.max].map(bytes => humanBytes(Math.round(bytes))),
      ...times(pauseUs, ['p50', 'p99', 'max']),
      interval(pauseRatio),
    ]
  })
  const latency = costs.map(cost => [
    nameOf(cost),
    ...times(cost.allocationUs, ['p50', 'p99', 'p999', 'max']),
    ...windows.map(window => percent(cost.minimumMutatorUtilization[window])),
  ])
  return html`${table(
    [
      'policy',
      'throughput [95 %]',
      'cycles',
      'overrun p99',
      'max',
      'pause p50',
      'p99',
      'max',
      'pause ratio [95 %]',
    ],
    overall,
  )}${table(
    [
      'policy',
      'allocation p50',
      'p99',
      'p99.9',
      'max',
      ...windows.map(window => `MMU ${window} ms`),
    ],
    latency,
  )}`
}

function interval({ median, low, high }: Cost['pauseRatio']): string {
  return `${median.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`
}

function percent(share: number | undefined): string {
  return share === undefined ? '–' : humanPercent(share)
}

function times(
  latency: LatencyPercentiles,
  percentiles: readonly (keyof LatencyPercentiles)[],
): string[] {
  return percentiles.map(percentile => humanMs(latency[percentile] / 1000))
}

function labelOf(cost: Cost): string {
  return seriesLabel({ ...cost, runtime: 'sawtooth', wait: 'sleep' })
}
