/** The distribution of assists over the mark, as a page. report-page.js draws the charts. */
import { formatMachine } from '../../machine.ts'
import { html } from '../../report/markup.ts'
import { uplotPage } from '../../report/uplot-page.ts'
import { ASSISTS_HEADS, type AssistsResults, assistsRows } from './table.ts'

/** A whole HTML document. */
export function assistsHtml(results: AssistsResults): string {
  const { machine, command, seed, scenario, assists } = results
  const body = html`<h1>Where in the mark goroutines assist</h1>
<p>The time of assists in each tenth of the mark, as a share of all assists, in the cycles from the eleventh on of ${scenario}. Were assists spread evenly, each tenth would have a tenth.</p>
<p>${formatMachine(machine)}; seed ${seed}. <code>${command}</code></p>
<div class="scroll"><table><thead><tr>${ASSISTS_HEADS.map(head => html`<th>${head}</th>`)}</tr></thead>
<tbody>${assistsRows(results).map(row => html`<tr>${row.map(cell => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table></div>
<div id="charts"></div>`
  return uplotPage({
    ...{ title: 'Sawtooth: assists inside a cycle', style: '', body, data: assists },
    script: 'pacers/assists/report-page.js',
  })
}
