/**
 * The report of the league: one HTML file with everything in it, uPlot included. It opens from a
 * file and needs no network. Tables are written here. Charts are drawn by the page's own script,
 * report-page.js, from the runs, which are in the page as JSON.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { median } from 'simple-statistics'
import { formatMachine } from '../../machine.ts'
import { labFile } from '../../package-files.ts'
import { html, Markup } from '../../report/markup.ts'
import { STYLE } from '../../report/style.ts'
import { evolutionSection } from './evolution.ts'
import { LEAGUE_ENGINES, type LeagueEngine, type LeagueResults, type Played } from './results.ts'
import { simulatorErrors, standingsOf } from './standings.ts'
import { columnsOf, counted, percent } from './table.ts'

/** The page's script, which runs in a browser. */
const PAGE = labFile('pacers/league/report-page.js')

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
.chart { margin: 1.5rem 0 }
.chart h3 { margin: 0 0 .25rem }
.figures { display: flex; flex-wrap: wrap; gap: 1rem }
.uplot, .uplot * { font-family: inherit }
`

/** A whole HTML document. */
export async function leagueHtml(results: LeagueResults): Promise<string> {
  const { played, machines, command, seed } = results
  const engines = LEAGUE_ENGINES.filter(engine => played.some(one => one.engine === engine))
  const uplot = createRequire(import.meta.url).resolve('uplot/dist/uPlot.iife.min.js')
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>Sawtooth: the pacer league</title>
<style>${new Markup(STYLE)}${new Markup(readFileSync(uplot.replace('iife.min.js', 'min.css'), 'utf8'))}${new Markup(OWN_STYLE)}</style>
</head>
<body>
<main>
<h1>The pacer league</h1>
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
quarter of the CPU marks: the controller's own, where a pacer has one and is simulated; else what it would be for the trigger to lie where it does.</footer>
</main>
<script type="application/json" id="data">${new Markup(dataOf(played))}</script>
<script>${new Markup(inScript(readFileSync(uplot, 'utf8')))}</script>
<script>${new Markup(inScript(readFileSync(PAGE, 'utf8')))}</script>
</body>
</html>
`.text
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
function dataOf(played: readonly Played[]): string {
  const runs = played.map(({ pacer, scenario, engine, series }) => ({
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
  return JSON.stringify(runs).replaceAll('<', '\\u003c')
}

/** The text of a script in which no `</script` ends it early. */
function inScript(text: string): string {
  return text.replaceAll('</script', '<\\/script')
}
