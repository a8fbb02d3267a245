/** The report of the suite: one HTML file with everything in it, charts as SVG, and no script. */
import { formatMachine } from '../../machine.ts'
import { figure, table } from '../../overrun/report/parts.ts'
import { type ChartSpecification, draw } from '../../report/draw.ts'
import { html, type Markup } from '../../report/markup.ts'
import { page } from '../../report/page.ts'
import { MiB } from '../../units.ts'
import type { SuiteResults } from './results.ts'
import {
  COLUMNS,
  GOGC_COLUMNS,
  LATENCY_COLUMNS,
  MEAN_COLUMNS,
  SAYS,
  UTILIZATION_COLUMNS,
} from './table.ts'

const SCHEMA = { $schema: 'https://vega.github.io/schema/vega-lite/v6.json' }
const PACER = { field: 'pacer', type: 'nominal', title: null } as const

/** A whole HTML document. */
export async function suiteHtml(results: SuiteResults): Promise<string> {
  const { machine, procs, seed, rounds, command, baseline, rows, means, gogc, latencies } = results
  const tableOf = <Row>(
    columns: readonly (readonly [string, (row: Row) => string])[],
    all: readonly Row[],
  ): Markup =>
    table(
      columns.map(([head]) => head),
      all.map(row => columns.map(([, cell]) => cell(row))),
    )
  return page({
    title: 'Sawtooth: pacers on programs',
    body: html`<h1>Pacers on programs</h1>
<p>${formatMachine(machine)}; ${procs} P, ${rounds} rounds, seed ${seed}. <code>${command}</code></p>
<section id="speed"><h2>Speed</h2>
${figure([await draw(speedChart(results), 'Speed by program and pacer')], `${SAYS.rows(baseline)}. Bars are 95 % intervals of the median.`)}
${tableOf(MEAN_COLUMNS, means)}
${tableOf(COLUMNS, rows)}
</section>
<section id="utilization"><h2>Mutator utilization</h2>
${figure([await draw(utilizationChart(results), 'Mutator utilization by window')], `${SAYS.utilization}; on all Ps together. Solid: the worst window; dashed: one of a hundred falls short of it.`)}
${tableOf(UTILIZATION_COLUMNS, rows)}
</section>
${
  gogc.rows.length === 0
    ? null
    : html`<section id="gogc"><h2>GOGC</h2>
${figure(
  [
    await draw(
      gogcChart(results, 'peak heap, MiB', ({ peakHeap }) => peakHeap / MiB),
      'Peak heap by GOGC',
    ),
    await draw(
      gogcChart(results, 'collector, ms', ({ collectorMs }) => collectorMs),
      'Time of the collector by GOGC',
    ),
  ],
  `${SAYS.gogc(gogc.program)}.`,
)}
${tableOf(GOGC_COLUMNS, gogc.rows)}
</section>`
}
<section id="latency"><h2>Latency</h2>
<p>${SAYS.latencies}.</p>
${tableOf(LATENCY_COLUMNS, latencies)}
</section>
<footer>Sizes are binary. Collector: workers, assists and stops, summed over Ps. The barrier is on from the end of the setup stop to the end of the termination stop.</footer>`,
  })
}

function speedChart({ rows, means }: SuiteResults): ChartSpecification {
  const values = [...rows, ...means.map(mean => ({ program: 'geometric mean', ...mean }))].map(
    ({ program, pacer, speed }) => ({ program, pacer, ...speed }),
  )
  return {
    ...SCHEMA,
    data: { values },
    facet: {
      row: {
        ...{ field: 'program', type: 'nominal', title: null, sort: null },
        header: { labelAngle: 0, labelAlign: 'left' },
      },
    },
    spec: {
      ...{ width: 520, height: 14 * new Set(values.map(({ pacer }) => pacer)).size },
      encoding: { y: { ...PACER, sort: null }, color: { ...PACER, legend: null } },
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 2 },
          encoding: {
            x: { field: 'low', type: 'quantitative', title: 'speed', scale: { zero: false } },
            x2: { field: 'high' },
          },
        },
        {
          mark: { type: 'point', filled: true, size: 50 },
          encoding: { x: { field: 'median', type: 'quantitative' } },
        },
        {
          mark: { type: 'rule', strokeDash: [4, 4], color: '#8a939c' },
          encoding: { x: { datum: 1 }, y: {} },
        },
      ],
    },
  }
}

function utilizationChart({ rows }: SuiteResults): ChartSpecification {
  const values = rows.flatMap(({ program, pacer, mutatorUtilization }) =>
    Object.entries(mutatorUtilization).flatMap(([window, { least, p1 }]) =>
      (
        [
          ['worst', least],
          ['one of a hundred', p1],
        ] as const
      ).map(([windows, share]) => ({
        ...{ program, pacer, windows, share },
        window: Number(window),
      })),
    ),
  )
  return {
    ...SCHEMA,
    data: { values },
    facet: { field: 'program', type: 'nominal', title: null, sort: null },
    columns: 3,
    spec: {
      ...{ width: 280, height: 180 },
      mark: { type: 'line', point: true },
      encoding: {
        x: { field: 'window', type: 'quantitative', title: 'window, ms', scale: { type: 'log' } },
        y: {
          field: 'share',
          type: 'quantitative',
          title: 'utilization',
          scale: { domain: [0, 1] },
        },
        color: PACER,
        strokeDash: { field: 'windows', type: 'nominal', title: null, sort: null },
      },
    },
  }
}

function gogcChart(
  { gogc }: SuiteResults,
  title: string,
  figureOf: (row: SuiteResults['gogc']['rows'][number]) => number,
): ChartSpecification {
  return {
    ...SCHEMA,
    ...{ width: 420, height: 260 },
    data: {
      values: gogc.rows.map(row => ({ pacer: row.pacer, gogc: row.gogc, figure: figureOf(row) })),
    },
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'gogc', type: 'quantitative', title: 'GOGC', scale: { type: 'log' } },
      y: { field: 'figure', type: 'quantitative', title },
      color: PACER,
    },
  }
}
