/**
 * The search for the ultimate gain, and what the controllers do, as a page. report-page.js draws
 * the charts.
 */
import { formatMachine } from '../../machine.ts'
import { html } from '../../report/markup.ts'
import { uplotPage } from '../../report/uplot-page.ts'
import { CONTROLLER_HEADS, controllerRows, ULTIMATE_HEADS, ultimateRows } from './table.ts'
import type { Tuning } from './tune.ts'

/** A whole HTML document. */
export function tuningHtml(tuning: Tuning): string {
  const { machine, command, seed, scenario, noise, ultimate, controllers } = tuning
  const table = (heads: readonly string[], rows: readonly (readonly string[])[]) =>
    html`<div class="scroll"><table><thead><tr>${heads.map(head => html`<th>${head}</th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr>${row.map(cell => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table></div>`
  const body = html`<h1>The redesign’s controller, tuned</h1>
<p>Ziegler and Nichols’ method against the macro model of golang/go#44167: the gain of a controller without an integral is raised until r swings without end after a step (K_u, T_u). Their rules make the constants of that.</p>
<p>The step is that of ${scenario}, the noise that of ${noise}. ${formatMachine(machine)}; seed ${seed}. <code>${command}</code></p>
<h2>The search</h2>
${table(ULTIMATE_HEADS, ultimateRows(tuning))}
<div id="search"></div>
<h2>What the constants do</h2>
${table(CONTROLLER_HEADS, controllerRows(controllers))}
<p>r is where it should be within 5 % of the step. <em>Off in noise</em> is the root mean square of how far r is from its mark, and <em>assists in noise</em> the mean share of the CPU above the quarter.</p>
<div id="responses"></div>`
  return uplotPage({
    ...{ title: 'Sawtooth: the tuner', style: '', body, data: { ultimate, controllers } },
    script: 'pacers/tuner/report-page.js',
  })
}
