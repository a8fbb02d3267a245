/** The report of `pacers workers`: one HTML file with everything in it, and no script. */
import { formatMachine } from '../../machine.ts'
import { figure, table } from '../../overrun/report/parts.ts'
import { type ChartSpecification, draw } from '../../report/draw.ts'
import { html, type Markup } from '../../report/markup.ts'
import { page } from '../../report/page.ts'
import { type Column, type Question, questions } from './questions.ts'
import { cellsOf, headsOf, roundsOf, type WorkersResults, type WorkersRow } from './results.ts'

/** A whole HTML document. */
export async function workersHtml({
  machine,
  command,
  seed,
  procs,
  rows,
}: WorkersResults): Promise<string> {
  const sections: Markup[] = []
  for (const question of questions) {
    const own = rows.filter(row => row.question === question.name)
    if (own.length > 0) sections.push(await section(question, own))
  }
  return page({
    title: 'Sawtooth: idle and fractional workers',
    body: html`<h1>Idle and fractional workers</h1>
<p>What golang/go#44167 leaves out of the pacer, asked of a real heap. ${formatMachine(machine)}; ${procs} P, seed ${seed}. <code>${command}</code></p>
${sections}
<footer>Each run counts by its last twenty cycles, and a figure is the middle of the rounds, with the least and the most. Shares of the CPU are of the time of all Ps while a cycle marks. No CPU is the share of the time in which threads were ready and had none.</footer>`,
  })
}

async function section(question: Question, rows: readonly WorkersRow[]): Promise<Markup> {
  const charts: Markup[] = []
  for (const column of question.columns)
    charts.push(
      await draw(chart(question, rows, column), `${column.head} by pacer, a point each round`),
    )
  return html`<section id="${question.name}"><h2>${question.title}</h2>
<p>${question.says}</p>
${figure(charts, 'Each point is a round.')}
${table(headsOf(question), cellsOf(question, rows))}
</section>`
}

function chart(
  { settings }: Question,
  rows: readonly WorkersRow[],
  column: Column,
): ChartSpecification {
  const values = rows.flatMap(row =>
    roundsOf(row, column).map(figureOf => ({
      ...{ pacer: row.pacer, setting: row.setting, figure: figureOf },
    })),
  )
  const axis = column.isPercent ? { format: '%' } : {}
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    ...{ title: column.head, width: 240, height: 24 * new Set(rows.map(row => row.pacer)).size },
    data: { values },
    mark: { type: 'point', filled: true, size: 50, opacity: 0.8 },
    encoding: {
      x: { field: 'figure', type: 'quantitative', title: null, axis },
      y: { field: 'pacer', type: 'nominal', title: null, sort: null },
      yOffset: { field: 'setting', type: 'nominal', sort: settings.map(({ name }) => name) },
      color: { field: 'setting', type: 'nominal', title: null },
    },
  }
}
