/** The page of `sawtooth overrun go --report`: distribution and table. */
import { humanBytes } from 'sawtooth/internal/runtime/report/units'
import { type ChartSpecification, draw } from '../../report/draw.ts'
import { html } from '../../report/markup.ts'
import { page } from '../../report/page.ts'
import { groupBy } from '../group-by.ts'
import { symlogBytes } from '../report/bytes-axis.ts'
import { steps } from '../report/distribution.ts'
import { figure, table } from '../report/parts.ts'
import type { GoVariantRow } from './measure.ts'
import {
  BESIDE_HEAD,
  BESIDE_HEADS,
  besideRows,
  cellsOf,
  type GoVariantResults,
  HEADS,
  headOf,
  TIME_HEADS,
  TIMES_HEAD,
  timeCellsOf,
} from './results.ts'

/** @returns a whole HTML document */
export async function goVariantsPage(results: GoVariantResults): Promise<string> {
  const { rows, criteria, command } = results
  const situations = groupBy(rows, ({ goal, procs, noise }) =>
    [`${humanBytes(goal)} goal`, `${procs} P`, `${noise} busy threads beside`].join(', '),
  )
  const most = Math.max(...rows.map(({ pastGoal }) => pastGoal.max))
  const charts = []
  for (const [situation, own] of situations)
    charts.push(
      await draw(
        chartOf(situation, own, most),
        `Bytes past the goal in Go by variant: ${situation}`,
      ),
    )
  return page({
    title: 'A gate at the goal in Go’s runtime',
    body: html`<h1>A gate at the goal in Go’s runtime</h1>
<p>${headOf(results)}</p>
<p class="again"><code>${command}</code></p>
<p>The share of cycles whose live heap lay above its goal by at most so many bytes when the mark ended. base is Go as it is, and the
variants are the same Go with lines of ours.</p>
${figure(charts, 'Below 4 KiB the axis is linear, above it logarithmic.')}
${table(HEADS, rows.map(cellsOf))}
<p>${TIMES_HEAD}.</p>
${table(TIME_HEADS, rows.map(timeCellsOf))}
${results.counterparts.length === 0 ? '' : html`<p>${BESIDE_HEAD}.</p>${table(BESIDE_HEADS, besideRows(results))}`}
<ul>${criteria.map(
      ({ says, holds }) =>
        html`<li><span class="${holds ? 'holds' : 'fails'}">${holds ? 'ok' : 'FAILED'}</span> ${says}</li>`,
    )}</ul>`,
  })
}

function chartOf(title: string, rows: readonly GoVariantRow[], most: number): ChartSpecification {
  const values = rows.flatMap(({ variant, pastGoals }) =>
    steps(pastGoals, most).map(step => ({ ...step, variant })),
  )
  return {
    width: 440,
    height: 210,
    title,
    data: { values },
    mark: { type: 'line', interpolate: 'step-after', strokeWidth: 2 },
    encoding: {
      x: { field: 'bytes', ...symlogBytes(most, 'bytes past the goal') },
      y: {
        field: 'share',
        type: 'quantitative',
        title: 'share of cycles',
        scale: { domain: [0, 1] },
        axis: { format: '.0%', values: [0, 0.25, 0.5, 0.75, 0.9, 1] },
      },
      color: { field: 'variant', type: 'nominal', title: null },
      order: { field: 'order', type: 'quantitative' },
    },
  }
}
