/**
 * The report of the overrun lab: one HTML file with everything in it. It needs no network and runs
 * no script. Charts are SVG, drawn when the report is written.
 */
import { html } from '../../report/markup.ts'
import { page } from '../../report/page.ts'
import type { OverrunResults } from '../results.ts'
import { caseSection } from './case-table.ts'
import { causesSection } from './causes.ts'
import { distributionSection } from './distribution.ts'
import { experimentsSection } from './experiments.ts'
import type { Section } from './parts.ts'
import { seriesStyles } from './policies.ts'
import { criteriaList, header } from './summary.ts'
import { timelinesSection } from './timelines.ts'
import { tradeOffSection } from './trade-off.ts'

/**
 * Draws a report. A section that has no data is left out.
 *
 * @returns a whole HTML document
 * @throws Error for an experiment whose chart Vega-Lite refuses, or whose data are not inside it
 */
export async function reportHtml(results: OverrunResults): Promise<string> {
  const styles = seriesStyles(results)
  const { criteria } = results
  const sections: readonly (Section | null)[] = [
    criteria.length === 0
      ? null
      : { id: 'criteria', title: 'What must hold', body: criteriaList(criteria) },
    await distributionSection(results, styles),
    await causesSection(results, styles),
    await timelinesSection(results, styles),
    await tradeOffSection(results, styles),
    await experimentsSection(results),
    caseSection(results, styles),
  ]
  const present = sections.filter(section => section !== null)
  return page({
    title: 'Sawtooth: heap goal overrun',
    body: html`${header(results)}
<nav>${present.map(({ id, title }) => html`<a href="#${id}">${title}</a>`)}</nav>
${present.map(({ id, title, body }) => html`<section id="${id}"><h2>${title}</h2>${body}</section>\n`)}
<footer>Sizes are binary: 1 MiB is 1,048,576 bytes. Percentiles are of cycles, after those in which the Ps still compiled their code.</footer>`,
  })
}
