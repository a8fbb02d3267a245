/**
 * The report of the league. Tables are written here. Charts are drawn by the page's own script,
 * report-page.js, from the runs, which are in the page as JSON.
 */
import { median } from 'simple-statistics'
import { formatMachine } from '../../machine.ts'
import { html, Markup } from '../../report/markup.ts'
import { uplotPage } from '../../report/uplot-page.ts'
import { evolutionSection } from './evolution.ts'
import { LEAGUE_ENGINES, type LeagueEngine, type LeagueResults, type Played } from './results.ts'
import { simulatorErrors, standingsOf } from './standings.ts'
import { columnsOf, counted, percent } from './table.ts'

const TITLES: Readonly<Record<LeagueEngine, string>> = {
  stepped: 'Simulated: the stepped engine',
  noisy: 'Simulated with noise: 20 runs of each',
  real: 'On the real heap',
}

/** The series of a run that are ratios; the others are bytes. */
const RATIOS: ReadonlySet<string> = new Set(['utilization', 'assists', 'r'])

const OWN_STYLE = `
.controls { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; margin: 1rem 0 }
.controls select { font: inherit }
.figures { display: flex; flex-wrap: wrap; gap: 1rem }
`

/** A whole HTML document. */
export async function leagueHtml(results: LeagueResults): Promise<string> {
  const { played, machines, command, seed } = results
  const engines = LEAGUE_ENGINES.filter(engine => played.some(one => one.engine === engine))
  const body = html`<h1>The pacer league</h1>
<p>${machines.map(formatMachine).join('; ')}; seed ${seed}; played: ${String(played.length)} of ${String(results.tasks.length)}. <code>${command}</code></p>
${engines.map(engine => standingsSection(played, engine))}
${errorsSection(played)}
${failuresSection(results)}
${(await evolutionSection(played)) ?? new Markup('')}
<section id="runs"><h2>Runs</h2>
<div class="controls">
<label>scenario <select id="scenario"></select></label>
<label>pacer <select id="pacer"></select></label>
<label>engine <select id="engine"></select></label>
</div>
<div id="charts"></div>
</section>
<footer>Sizes are binary. A cycle's share of the CPU is that of its mark; a quarter is meant, and what is above it are assists. r is the number of bytes that the program allocates for each byte scanned when a
quarter of the CPU marks: the controller's own, where a pacer has one and is simulated; else what it would be for the trigger to lie where it does.</footer>`
  return uplotPage({
    title: 'Sawtooth: the pacer league',
    style: OWN_STYLE,
    body,
    data: dataOf(played),
    script: 'pacers/league/report-page.js',
  })
}

function standingsSection(played: readonly Played[], engine: LeagueEngine): Markup {
  const { rows, scenarios } = standingsOf(played, engine)
  const columns = columnsOf(engine)
  return html`<section id="${engine}"><h2>${TITLES[engine]}</h2>
<div class="scroll"><table><thead><tr>${columns.map(([head]) => html`<th>${head}</th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr>${columns.map(([, cell]) => html`<td>${cell(row)}</td>`)}</tr>\n`)}</tbody></table></div>
<p>Medians over ${counted(scenarios.length, 'scenario')} that all pacers have played. Best first, by the mean of the ranks in the columns; in each the least is best. A rank does not say by how much: look at the columns.</p></section>`
}

function errorsSection(played: readonly Played[]): Markup {
  const errors = simulatorErrors(played)
  if (errors.length === 0) return new Markup('')
  const pacers = [...new Set(errors.map(({ pacer }) => pacer))]
  const scenarios = [...new Set(errors.map(({ scenario }) => scenario))]
  const cell = (scenario: string, pacer: string): string => {
    const error = errors.find(one => one.scenario === scenario && one.pacer === pacer)
    return error === undefined
      ? ''
      : `${(error.peak * 100).toFixed(1)} / ${(error.cpu * 100).toFixed(1)}`
  }
  return html`<section id="errors"><h2>The simulator against the real heap</h2>
<div class="scroll"><table><thead><tr><th>scenario</th>${pacers.map(pacer => html`<th>${pacer}</th>`)}</tr></thead>
<tbody>${scenarios.map(
    scenario =>
      html`<tr><td>${scenario}</td>${pacers.map(pacer => html`<td>${cell(scenario, pacer)}</td>`)}</tr>\n`,
  )}</tbody></table></div>
<p>How far they are apart in peak over goal, and in the share of the CPU while marking: percentage points, medians of the cycles. Over all: ${percent(median(errors.map(({ peak }) => peak)))} and ${percent(median(errors.map(({ cpu }) => cpu)))}.</p></section>`
}

function failuresSection({ failed }: LeagueResults): Markup {
  if (failed.length === 0) return new Markup('')
  return html`<section id="failed"><h2>Not played</h2><ul>${failed.map(
    ({ pacer, scenario, engine, message }) =>
      html`<li>${pacer} on ${scenario}, ${engine}: ${message}</li>\n`,
  )}</ul></section>`
}

/** The runs, for report-page.js. Sizes in whole bytes. */
function dataOf(played: readonly Played[]): unknown {
  return played.map(({ pacer, scenario, engine, series }) => ({
    ...{ pacer, scenario, engine },
    series: Object.fromEntries(
      Object.entries(series).map(([name, values]: [string, readonly (number | null)[]]) => [
        name,
        values.map(value =>
          value === null ? null : RATIOS.has(name) ? Number(value.toFixed(4)) : Math.round(value),
        ),
      ]),
    ),
  }))
}
