/**
 * The plots of golang/go#44167: for each scenario heap, r, share of the CPU and overshoot, the old
 * pacer beside the new one. report-page.js draws them.
 */
import { formatMachine, type Machine } from '../../machine.ts'
import { html } from '../../report/markup.ts'
import { uplotPage } from '../../report/uplot-page.ts'
import type { MacroRun } from '../macro/run.ts'
import { type Compared, MACRO_PACERS } from './compared.ts'
import { COMPARISON_HEADS, comparisonRows } from './table.ts'

export interface Comparison {
  readonly schema: 1
  readonly machine: Machine
  readonly command: string
  readonly seed: number
  readonly compared: readonly Compared[]
}

const STYLE = `
.pair { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); gap: 0 24px; }
.pair .chart { margin: .75rem 0; }
.pair h3 { font-size: 15px; }
section .plots { min-height: 1400px; }
nav a { white-space: nowrap; }
`
/** Columns that are bytes. The others are ratios. */
const SIZES: ReadonlySet<string> = new Set(['live', 'scan', 'goal', 'trigger', 'peak'])

/** A whole HTML document. */
export function comparisonHtml({ compared, machine, command, seed }: Comparison): string {
  const body = html`<h1>Old pacer and new, in the model</h1>
<p>The macro model of golang/go#44167: one step for each cycle, and assists are perfect. <em>Old</em> is the pacer of Go 1.14 to 1.17, <em>new</em> the redesign as proposed.</p>
<p>${formatMachine(machine)}; seed ${seed}. <code>${command}</code></p>
<nav>${compared.map(({ scenario }) => html`<a href="#${scenario}">${scenario}</a>`)}</nav>
<h2>All scenarios</h2>
<div class="scroll"><table><thead><tr>${COMPARISON_HEADS.map(head => html`<th>${head}</th>`)}</tr></thead>
<tbody>${comparisonRows(compared).map(row => html`<tr>${row.map(cell => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table></div>
<p>The first ten cycles count only for <em>settles in</em>, which is counted from the scenario’s step.</p>
${compared.map(
  ({ scenario, what, runs }) =>
    html`<section id="${scenario}"><h2>${scenario}</h2><p>${what}</p>${MACRO_PACERS.map(pacer => runs[pacer].remarks.map(remark => html`<p>${remark} (${pacer})</p>`))}<div class="plots" data-scenario="${scenario}"></div></section>\n`,
)}
<footer>r is the number of bytes that the program allocates for each byte scanned. The new pacer’s is what its controller searches for. The old pacer’s is the one that its trigger amounts to. Where r meets the ratio of allocation to
scanning at the target, the cycle ends at its goal at the target. Sizes are binary.</footer>`
  return uplotPage({
    title: 'Sawtooth: the macro model',
    style: STYLE,
    body,
    data: compared.map(({ scenario, runs }) => ({
      scenario,
      runs: MACRO_PACERS.map(pacer => ({ pacer, ...rounded(runs[pacer]) })),
    })),
    script: 'pacers/comparison/report-page.js',
  })
}

/** Sizes in whole bytes; what is infinite is left out of a chart. */
function rounded({ columns }: MacroRun): Record<string, (number | null)[]> {
  const roundedAt = (name: string) => (value: number) =>
    !Number.isFinite(value) ? null : SIZES.has(name) ? Math.round(value) : Number(value.toFixed(5))
  return Object.fromEntries(
    Object.entries(columns).map(([name, values]) => [name, values.map(roundedAt(name))]),
  )
}
