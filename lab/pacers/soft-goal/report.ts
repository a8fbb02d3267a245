/** The report of `pacers soft-goal`: one HTML file with everything in it, and no script. */
import { formatMachine } from '../../machine.ts'
import { type ChartSpecification, draw } from '../../report/draw.ts'
import { html, type Markup } from '../../report/markup.ts'
import { page } from '../../report/page.ts'
import { type Evolved, evolutionFigures } from '../league/evolution.ts'
import type { Played } from './play.ts'
import { BAD, lawOfCpu, lawOfH, OF_ALL, questions } from './questions.ts'
import { type Answer, cellOf, isSame, type SoftGoalResults } from './results.ts'

const OWN_STYLE = `
.figures { display: flex; flex-wrap: wrap; gap: 1rem }
td.number, th.number { text-align: right }
`

/** A whole HTML document. */
export async function softGoalHtml(results: SoftGoalResults): Promise<string> {
  const { machine, command, seed, answers, played, failed } = results
  const remarks = played.flatMap(one => one.remarks)
  return page({
    title: 'Sawtooth: soft and hard goal',
    style: OWN_STYLE,
    body: html`<h1>Soft and hard goal</h1>
<p>What golang/go#14951 proposed, and its alternatives. ${formatMachine(machine)}; seed ${seed}. <code>${command}</code></p>
${remarks.length === 0 ? null : html`<ul id="remarks">${remarks.map(remark => html`<li>${remark}</li>`)}</ul>`}
${await Promise.all(answers.map(answer => section(answer, played)))}
${failed.length === 0 ? null : html`<section id="failed"><h2>Not played</h2><ul>${failed.map(({ pacer, scenario, engine, message }) => html`<li>${pacer} on ${scenario}, ${engine}: ${message}</li>\n`)}</ul></section>`}
<footer>${OF_ALL}</footer>`,
  })
}

async function section(answer: Answer, played: readonly Played[]): Promise<Markup> {
  return html`<section id="${answer.name}"><h2>${answer.title}</h2>
<p>${answer.says}</p>
${await figures(answer, played)}
<div class="table"><table><thead><tr><th>engine</th><th>scenario</th><th>pacer</th>${answer.columns.map(({ head }) => html`<th class="number">${head}</th>`)}</tr></thead>
<tbody>${answer.rows.map(row => html`<tr><td>${row.engine}</td><td>${row.scenario}</td><td>${row.pacer}</td>${answer.columns.map(column => html`<td class="number">${cellOf(row, column)}</td>`)}</tr>\n`)}</tbody></table></div>
</section>`
}

async function figures({ name }: Answer, played: readonly Played[]): Promise<Markup | null> {
  const asked = questions.find(question => question.name === name)?.tasks ?? []
  const own = played.filter(one => asked.some(task => isSame(task, one)))
  if (own.length === 0) return null
  if (name === 'evolution') return evolutionFigures(own.map(evolved))
  if (name === 'law')
    return html`<div class="figures">${[
      await draw(law(own, 'h'), 'Where steady heaps end their marks, by GOGC, beside the law'),
      await draw(law(own, 'CPU'), 'The share of the CPU of steady heaps, by GOGC, beside the law'),
    ]}</div>`
  if (name === 'idle')
    return draw(
      triggers(own),
      'Where the trigger lies, cycle by cycle, as idle time comes and goes',
    )
  return null
}

function evolved({ pacer, engine, runs }: Played): Evolved {
  const cycles = runs[0] ?? []
  return {
    ...{ pacer, engine },
    series: {
      trigger: cycles.map(({ trigger }) => trigger),
      peak: cycles.map(({ peak }) => peak),
      goal: cycles.map(({ goal }) => goal),
      utilization: cycles.map(({ utilization }) => utilization),
    },
  }
}

/** The points beside the curve of the law, without shares of more than all of the CPU. */
function law(played: readonly Played[], what: 'h' | 'CPU'): ChartSpecification {
  const question = questions.find(({ name }) => name === 'law')
  const measured = question?.columns.find(({ head }) => head === what)
  const values = played.flatMap(one => {
    const [wanted, found] = [what === 'h' ? lawOfH(one) : lawOfCpu(one), measured?.value(one)]
    const gogc = 100 * (1 / lawOfH(one) - 1)
    return [
      { gogc, engine: 'law', value: wanted },
      { gogc, engine: one.engine, value: found ?? 0 },
    ].filter(({ value }) => value <= 1)
  })
  const encoding = {
    x: {
      ...{ field: 'gogc', type: 'quantitative', title: 'GOGC' },
      ...{ scale: { type: 'log' }, axis: { values: [25, 50, 100, 200, 400, 800] } },
    },
    y: { field: 'value', type: 'quantitative', title: what, scale: { domain: [0, 1] } },
  }
  const isLaw = { field: 'engine', equal: 'law' }
  return {
    ...{ title: `${what} of ${BAD}`, width: 300, height: 220, data: { values } },
    layer: [
      { mark: 'line', transform: [{ filter: isLaw }], encoding },
      {
        mark: { type: 'point', size: 60 },
        transform: [{ filter: { not: isLaw } }],
        encoding: { ...encoding, shape: { field: 'engine', type: 'nominal' } },
      },
    ],
  }
}

function triggers(played: readonly Played[]): ChartSpecification {
  const values = played.flatMap(({ pacer, runs }) =>
    (runs[0] ?? []).map(({ heapLive, trigger, goal }, cycle) => ({
      ...{ pacer, cycle },
      trigger: (trigger - heapLive) / Math.max(goal - heapLive, 1),
    })),
  )
  return {
    title:
      'Trigger between marked heap and goal; half of the CPU is idle in the cycles 25 to 36, 49 to 60, …',
    ...{ width: 720, height: 260, data: { values } },
    mark: 'line',
    encoding: {
      x: { field: 'cycle', type: 'quantitative' },
      y: { field: 'trigger', type: 'quantitative', scale: { domain: [0.4, 1] } },
      color: { field: 'pacer', type: 'nominal' },
    },
  }
}
