/**
 * How far cycles went past their goal: the empirical distribution of each policy, with a chart for
 * each situation.
 */
import { humanBytes } from 'sawtooth/internal/runtime/report/units'
import { itemAt } from '../../indexed.ts'
import { type ChartSpecification, draw } from '../../report/draw.ts'
import { html } from '../../report/markup.ts'
import { groupBy } from '../group-by.ts'
import type { Case, OverrunResults } from '../results.ts'
import { symlogBytes } from './bytes-axis.ts'
import { figure, legend, type Section } from './parts.ts'
import { labelScale, type SeriesStyle, seriesLabel } from './policies.ts'

/** The most charts of a page; the table has all cases. */
const MOST_CHARTS = 12
/** Points of a line, without the hundred largest values, which are all drawn. */
const POINTS = 200

/** `4.00 MiB goal, 4 P, 2 busy threads`: what cases of all policies have in common. */
export function situationOf({ goal, procs, noise, instances = 1, injected }: Case): string {
  const threads = noise === 0 ? '' : `, ${noise} busy ${noise === 1 ? 'thread' : 'threads'} beside`
  const beside = `${threads}${instances === 1 ? '' : `, ${instances} instances`}`
  return `${humanBytes(goal)} goal, ${procs} P${beside}${injected === null ? '' : `, injected ${injected}`}`
}

export async function distributionSection(
  { cases }: OverrunResults,
  styles: ReadonlyMap<string, SeriesStyle>,
): Promise<Section | null> {
  const measured = cases.filter(({ overruns }) => overruns.length > 0)
  if (measured.length === 0) return null
  const situations = groupBy(measured, situationOf)
  // Situations with Go come first, since they are to be compared with; then those with most cases.
  const chosen = [...situations]
    .toSorted(([, a], [, b]) => Number(hasGo(b)) - Number(hasGo(a)) || b.length - a.length)
    .slice(0, MOST_CHARTS)
  const most = Math.max(...chosen.flatMap(([, own]) => own.map(({ overrun }) => overrun.max)))
  const wide = chosen.length === 1
  const charts = []
  for (const [situation, own] of chosen)
    charts.push(
      await draw(
        chartOf(situation, own, most, styles, wide),
        `Distribution of overrun by policy: ${situation}`,
      ),
    )
  const left = situations.size - chosen.length
  const shown = new Set(chosen.flatMap(([, own]) => own.map(seriesLabel)))
  return {
    id: 'distribution',
    title: 'How far past the goal',
    body: html`<p>The share of cycles whose overrun, the bytes by which the live heap lay above the cycle's own goal when its mark
ended, is at most what the axis says. A line that stands at the left edge and reaches 100 % there is a policy whose cycles kept their goal.</p>
${legend([...styles.values()].filter(({ label }) => shown.has(label)))}
${figure(
  charts,
  html`Below 4 KiB the axis is linear, above it logarithmic.${
    left > 0 ? ` ${left} more situations are in the table of cases only.` : ''
  }`,
)}`,
  }
}

function hasGo(cases: readonly Case[]): boolean {
  return cases.some(({ runtime }) => runtime === 'go')
}

/** Names in words the lines that lie upon each other at the left edge. */
function keptBy(cases: readonly Case[]): string[] {
  const kept = [...new Set(cases.filter(({ overrun }) => overrun.max === 0).map(seriesLabel))]
  if (kept.length === 0) return ['no policy kept its goal in every cycle']
  return ['in every cycle the goal was kept by', ...kept.map(label => `  ${label}`)]
}

function chartOf(
  situation: string,
  cases: readonly Case[],
  most: number,
  styles: ReadonlyMap<string, SeriesStyle>,
  wide: boolean,
): ChartSpecification {
  const values = cases.flatMap(one =>
    steps(one.overruns, most).map(step => ({ ...step, policy: seriesLabel(one) })),
  )
  return {
    width: wide ? 960 : 440,
    height: wide ? 320 : 210,
    title: { text: situation, subtitle: keptBy(cases) },
    data: { values },
    mark: { type: 'line', interpolate: 'step-after', strokeWidth: 2, clip: false },
    encoding: {
      x: { field: 'bytes', ...symlogBytes(most, 'bytes past the goal') },
      y: {
        field: 'share',
        type: 'quantitative',
        title: 'share of cycles',
        scale: { domain: [0, 1] },
        axis: { format: '.0%', values: [0, 0.25, 0.5, 0.75, 0.9, 1] },
      },
      color: {
        field: 'policy',
        type: 'nominal',
        scale: labelScale(styles, 'colour'),
        legend: null,
      },
      strokeDash: {
        field: 'policy',
        type: 'nominal',
        scale: labelScale(styles, 'dash'),
        legend: null,
      },
      order: { field: 'order', type: 'quantitative' },
    },
  }
}

/**
 * The empirical distribution function of values in ascending order: from the first value at 0 to
 * the right edge at 1. There must be one value at least.
 */
export function steps(
  ascending: readonly number[],
  rightEdge: number,
): { readonly bytes: number; readonly share: number; readonly order: number }[] {
  const count = ascending.length
  const stride = Math.max(1, Math.floor(count / POINTS))
  const points = [{ bytes: itemAt(ascending, 0), share: 0 }]
  ascending.forEach((bytes, index) => {
    const next = ascending[index + 1] ?? Number.POSITIVE_INFINITY
    const isLastOfItsValue = next !== bytes
    const isShown = index % stride === 0 || index >= count - 100 || next > bytes * 1.2
    if (isLastOfItsValue && isShown) points.push({ bytes, share: (index + 1) / count })
  })
  points.push({ bytes: Math.max(rightEdge, itemAt(ascending, count - 1)), share: 1 })
  return points.map((point, order) => ({ ...point, order }))
}
