/** The page of `sawtooth overrun go price --report`: dots with intervals, and the tables. */
import { type ChartSpecification, draw } from '../../report/draw.ts'
import { html, type Markup } from '../../report/markup.ts'
import { page } from '../../report/page.ts'
import { formatProvenance } from '../go-variants/provenance.ts'
import { figure, table } from '../report/parts.ts'
import {
  FIGURE_HEADS,
  figureCells,
  type PriceBlock,
  type PriceResults,
  RATIO_HEADS,
  type Ratios,
  ratioCells,
  summaryOf,
  titleOf,
} from './results.ts'

/** Of the plot without its labels, px. Two plots fit side by side. */
const WIDTH = 240
const ROW = 15
/** Between the ends of the longest interval and those of the axis. */
const ROOM = 0.01

/** @returns a whole HTML document */
export async function pricePage(results: PriceResults): Promise<string> {
  const { blocks, command } = results
  const charts = [
    await chart(blocks, 'Time', ratios => ratios.seconds),
    await chart(blocks, 'CPU time', ratios => ratios.cpuSeconds),
    await chart(blocks, 'Median pause', ratios => ratios.medianPause),
    await chart(blocks, 'Latency, 99th percentile', ratios => ratios.latency),
  ]
  return page({
    title: 'What a gate at the goal costs in Go',
    style: 'td { white-space: nowrap; } th, td { padding-right: 9px; } table { font-size: 13px; }',
    body: html`<h1>What a gate at the goal costs in Go</h1>
<p>${formatProvenance(results)}</p>
<p class="again"><code>${command}</code></p>
<ul>${summaryOf(blocks).map(says => html`<li>${says}</li>`)}</ul>
${figure(
  charts.filter(one => one !== null),
  'Ratios to Go as it is: median of the rounds, and its 95 % interval. Base again is the same program once more: the noise of the machine.',
)}
${blocks.map(
  ({ situation, rows }) => html`<h3>${titleOf(situation)}</h3>
${table(RATIO_HEADS, ratioCells(rows))}
${table(FIGURE_HEADS, figureCells(rows))}`,
)}`,
  })
}

/** null: no workload has such a ratio. */
async function chart(
  blocks: readonly PriceBlock[],
  title: string,
  of: (ratios: Ratios) => Ratios['latency'],
): Promise<Markup | null> {
  const values = blocks.flatMap(({ situation, rows }) =>
    rows.flatMap(({ subject, ratios }) => {
      const ratio = ratios === null ? null : of(ratios)
      return ratio === null ? [] : [{ situation: titleOf(situation), subject, ...ratio }]
    }),
  )
  if (values.length === 0) return null
  const order = [...new Set(values.map(({ subject }) => subject))]
  const ends = values.flatMap(({ low, high }) => [low, high, 1])
  const x = {
    type: 'quantitative',
    title: null,
    scale: { domain: [Math.min(...ends) - ROOM, Math.max(...ends) + ROOM], zero: false },
    axis: { format: '.2~f', tickCount: 5 },
  }
  const shared = {
    y: { field: 'situation', type: 'nominal', title: null, sort: null, axis: { grid: true } },
    yOffset: { field: 'subject', sort: order },
    color: {
      field: 'subject',
      type: 'nominal',
      sort: order,
      title: null,
      legend: { orient: 'bottom', columns: 2 },
    },
  }
  const specification: ChartSpecification = {
    width: WIDTH,
    height: { step: ROW },
    title,
    data: { values },
    layer: [
      {
        data: { values: [{}] },
        mark: { type: 'rule', strokeDash: [4, 3], color: '#57606a' },
        encoding: { x: { datum: 1, ...x } },
      },
      {
        mark: { type: 'rule', strokeWidth: 2.2 },
        encoding: { ...shared, x: { field: 'low', ...x }, x2: { field: 'high' } },
      },
      {
        mark: { type: 'point', filled: true, size: 55, opacity: 1 },
        encoding: { ...shared, x: { field: 'median', ...x } },
      },
    ],
  }
  return draw(specification, `${title}: ratios to Go as it is, by workload and variant`)
}
