/** The distribution of assists over the mark, as a page. report-page.js draws the charts. */
import { formatMachine } from '../../machine.ts'
import { html, type Markup } from '../../report/markup.ts'
import { uplotPage } from '../../report/uplot-page.ts'
import {
  ACCOUNT_HEADS,
  ACCOUNT_ROWS,
  ACCOUNT_SAYS,
  ASSISTS_HEADS,
  type AssistsResults,
  accountRows,
  assistsRows,
  sharesOf,
} from './table.ts'

/** A whole HTML document. */
export function assistsHtml(results: AssistsResults): string {
  const { machine, command, seed, scenario, assists } = results
  const accounts = assists.flatMap(({ pacer, account }) =>
    account === undefined
      ? []
      : {
          pacer,
          lines: ACCOUNT_ROWS.map(([name, label]) => ({ label, shares: sharesOf(account[name]) })),
        },
  )
  const body = html`<h1>Where in the mark goroutines assist</h1>
<p>The time of assists in each tenth of the mark, as a share of all assists, in the cycles from the eleventh on of ${scenario}. Were assists spread evenly, each tenth would have a tenth.</p>
<p>${formatMachine(machine)}; seed ${seed}. <code>${command}</code></p>
${tableOf(ASSISTS_HEADS, assistsRows(results))}
<div id="charts"></div>
${
  accounts.length === 0
    ? null
    : html`<h2>Why there</h2>
<p>${ACCOUNT_SAYS}</p>
${tableOf(ACCOUNT_HEADS, accountRows(results))}
<div id="accounts"></div>`
}`
  return uplotPage({
    ...{ title: 'Sawtooth: assists inside a cycle', style: '', body, data: { assists, accounts } },
    script: 'pacers/assists/report-page.js',
  })
}

function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): Markup {
  return html`<div class="scroll"><table><thead><tr>${heads.map(head => html`<th>${head}</th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr>${row.map(cell => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table></div>`
}
