/** What each policy costs: a bounded heap against bounded latency and throughput, and all figures in a table. */
import { humanBytes, humanMs } from '../../../runtime/report/units.ts'
import { groupBy } from '../group-by.ts'
import type { Cost, LatencyPercentiles, OverrunResults } from '../results.ts'
import { symlogBytes } from './bytes-axis.ts'
import { type ChartSpecification, draw } from './draw.ts'
import { html, type Markup } from './markup.ts'
import { figure, legend, type Section, swatch, table } from './parts.ts'
import { labelScale, type SeriesStyle, seriesLabel } from './policies.ts'

const WIDTH = 430
const HEIGHT = 250

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
    parts.push(html`<h3>${title}</h3>${figure(charts, captionOf(own))}${tableOf(own, styles)}`)
  }
  const shown = new Set(costs.map(labelOf))
  return {
    id: 'costs',
    title: 'What it costs',
    body: html`<p>Left: the heap's bound against the latency of an allocation, waits at the gate and in place included. Right: throughput
against Go's protocol without a gate, in pairs of runs that followed each other. Best is near the left edge: low on the left chart, high on the right one.</p>
${legend([...styles.values()].filter(({ label }) => shown.has(label)))}${parts}`,
  }
}

function captionOf(costs: readonly Cost[]): string {
  const pairs = [...new Set(costs.map(({ throughput }) => throughput.pairs))].join(' or ')
  return `Bars: 95 % interval of the median of ${pairs} pairs. Coordinator against itself shows how much of it is the machine's noise.`
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

/** Where the points are drawn, and how. */
function common(points: readonly Point[], styles: ReadonlyMap<string, SeriesStyle>) {
  const most = Math.max(...points.map(({ overrun }) => overrun))
  return {
    x: { field: 'overrun', ...symlogBytes(most, 'overrun, 99th percentile of cycles') },
    color: { field: 'policy', type: 'nominal', scale: labelScale(styles, 'colour'), legend: null },
    shape: { field: 'policy', type: 'nominal', scale: labelScale(styles, 'shape'), legend: null },
  }
}

const POINT = { type: 'point', filled: true, size: 130, opacity: 0.95, clip: false } as const

function latencyChart(points: readonly Point[], styles: ReadonlyMap<string, SeriesStyle>): ChartSpecification {
  return {
    width: WIDTH,
    height: HEIGHT,
    title: 'Bounded heap against bounded latency',
    data: { values: points },
    mark: POINT,
    encoding: {
      ...common(points, styles),
      y: {
        field: 'allocationUs',
        type: 'quantitative',
        title: 'allocation, 99.9th percentile, µs',
        scale: { type: 'log', nice: true },
        axis: { tickCount: 5 },
      },
    },
  }
}

function throughputChart(points: readonly Point[], styles: ReadonlyMap<string, SeriesStyle>): ChartSpecification {
  const { x, color, shape } = common(points, styles)
  const ends = points.flatMap(({ low, high }) => [low, high, 1])
  const scale = { domain: [Math.min(...ends) - 0.01, Math.max(...ends) + 0.01], nice: true, zero: false }
  const y = {
    type: 'quantitative',
    title: 'throughput, ratio to coordinator',
    scale,
    axis: { format: '.2f', tickCount: 6 },
  }
  return {
    width: WIDTH,
    height: HEIGHT,
    title: 'Bounded heap against throughput',
    data: { values: points },
    layer: [
      { mark: { type: 'rule', strokeDash: [4, 3], color: '#8c959f' }, encoding: { y: { datum: 1, ...y } } },
      {
        mark: { type: 'rule', strokeWidth: 2, opacity: 0.7 },
        encoding: { x, color, y: { field: 'low', ...y }, y2: { field: 'high' } },
      },
      { mark: POINT, encoding: { x, color, shape, y: { field: 'median', ...y } } },
    ],
  }
}

function tableOf(costs: readonly Cost[], styles: ReadonlyMap<string, SeriesStyle>): Markup {
  const windows = [...new Set(costs.flatMap(cost => Object.keys(cost.minimumMutatorUtilization)))]
  const heads = [
    'policy',
    'throughput',
    'its 95 % interval',
    'pause p50 / p99 / max',
    'allocation p50 / p99 / p99.9 / max',
    ...windows.map(window => `MMU ${window} ms`),
    'overrun p99 / max',
  ]
  const rows = costs.map(cost => {
    const { throughput, pauseUs, allocationUs, minimumMutatorUtilization, overrun } = cost
    const style = styles.get(labelOf(cost))
    return [
      html`<span class="policy">${style === undefined ? null : swatch(style)} ${labelOf(cost)}</span>`,
      throughput.median.toFixed(3),
      `${throughput.low.toFixed(3)} to ${throughput.high.toFixed(3)}`,
      times(pauseUs, ['p50', 'p99', 'max']),
      times(allocationUs, ['p50', 'p99', 'p999', 'max']),
      ...windows.map(window => minimumMutatorUtilization[window]?.toFixed(2) ?? '–'),
      [overrun.p99, overrun.max].map(bytes => humanBytes(Math.round(bytes))).join(' / '),
    ]
  })
  return table(heads, rows)
}

function times(latency: LatencyPercentiles, percentiles: readonly (keyof LatencyPercentiles)[]): string {
  return percentiles.map(percentile => humanMs(latency[percentile] / 1000)).join(' / ')
}

function labelOf(cost: Cost): string {
  return seriesLabel({ ...cost, runtime: 'sawtooth', wait: 'sleep' })
}
