/** The head of a report: machine, command, and what must hold. */

import type { Machine } from '../../machine.ts'
import { html, type Markup } from '../../report/markup.ts'
import type { Criterion, OverrunResults } from '../results.ts'

export function header({ machine, command }: OverrunResults): Markup {
  return html`<header>
<p class="kicker">Sawtooth · golang/go#52433</p>
<h1>The heap goal, and what passes it</h1>
<p class="lead">A concurrent collector promises that the heap ends a cycle at its goal. While the end of marking is being agreed on, tasks that only
allocate can carry it further. This report says how far, where the bytes came from, and what it costs to stop them.</p>
<dl class="facts">${facts(machine, command).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</header>`
}

function facts(
  { cpu, cores, platform, node, go }: Machine,
  command: string,
): readonly (readonly [string, string | Markup])[] {
  return [
    ['Machine', `${cores} ${cores === 1 ? 'core' : 'cores'} of ${cpu}, ${platform}`],
    ['Node', node],
    ...(go === null ? [] : [['Go', go] as const]),
    ['Command', html`<code>${command}</code>`],
  ]
}

export function criteriaList(criteria: readonly Criterion[]): Markup {
  return html`<ul class="criteria">${criteria.map(criterion => html`<li>${verdict(criterion)}</li>`)}</ul>`
}

/** A criterion with its verdict in a word, so that the verdict does not rely on colour. */
export function verdict({ says, holds }: Criterion): Markup {
  const mark =
    holds === null
      ? html`<span class="badge">? untold</span>`
      : holds
        ? html`<span class="badge holds">✓ holds</span>`
        : html`<span class="badge fails">✗ fails</span>`
  return html`<div class="verdict">${mark}<span>${says}</span></div>`
}
