/** The experiments on golang/go#52433 and its relatives, each with its finding, chart and table. */
import { draw } from '../../report/draw.ts'
import { html, type Markup } from '../../report/markup.ts'
import type { OverrunResults, ReportedExperiment } from '../results.ts'
import { figure, type Section, table } from './parts.ts'
import { verdict } from './summary.ts'

export async function experimentsSection({ experiments }: OverrunResults): Promise<Section | null> {
  if (experiments.length === 0) return null
  const parts = []
  for (const experiment of experiments) parts.push(await partOf(experiment))
  return { id: 'experiments', title: 'Experiments', body: html`${parts}` }
}

async function partOf({
  issue,
  title,
  found,
  criterion,
  seed,
  rows,
  chart,
  again,
}: ReportedExperiment): Promise<Markup> {
  const heads = [...new Set(rows.flatMap(row => Object.keys(row)))]
  const drawn =
    Object.keys(chart).length === 0 ? null : figure([await draw(chart, title)], `Seed ${seed}.`)
  return html`<h3>${title} <span class="issue">${issueLink(issue)}</span></h3>
<p>${found}</p>${verdict(criterion)}${drawn}
${
  rows.length === 0
    ? null
    : table(
        heads,
        rows.map(row => heads.map(head => row[head] ?? null)),
      )
}
<p class="again">Again: <code>${again}</code></p>`
}

/** `golang/go#40460` as a link; any other text as it is. */
function issueLink(issue: string): Markup {
  const [, repository, number] = /^([\w.-]+\/[\w.-]+)#(\d+)$/.exec(issue) ?? []
  if (repository === undefined || number === undefined) return html`${issue}`
  return html`<a href="https://github.com/${repository}/issues/${number}">${issue}</a>`
}
