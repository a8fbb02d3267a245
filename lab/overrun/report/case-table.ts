/** Every case of the sweep, with a row for each. */
import { humanBytes, humanCount } from 'sawtooth/internal/runtime/report/units'
import { html } from '../../report/markup.ts'
import type { Case, OverrunResults } from '../results.ts'
import { type Section, swatch, table } from './parts.ts'
import { type SeriesStyle, seriesLabel } from './policies.ts'

const HEADS = [
  'policy',
  'goal',
  'P',
  'noise',
  'instances',
  'injected',
  'cycles',
  'p50',
  'p90',
  'p99',
  'max',
  'bound',
  'held',
  'rescues',
]

export function caseSection(
  { cases }: OverrunResults,
  styles: ReadonlyMap<string, SeriesStyle>,
): Section | null {
  if (cases.length === 0) return null
  const anyInjected = cases.some(({ injected }) => injected !== null)
  const anyInstances = cases.some(({ instances = 1 }) => instances > 1)
  const shown = HEADS.map(
    head => (head !== 'injected' || anyInjected) && (head !== 'instances' || anyInstances),
  )
  const rows = cases.map(one =>
    rowOf(one, styles.get(seriesLabel(one))).filter((_, column) => shown[column]),
  )
  return {
    id: 'cases',
    title: 'Every case',
    body: html`<p>p50 to max: bytes past the goal. Bound: what the policy promises for the heap at the end of a mark, where it promises
anything. Noise: busy threads beside the run. Instances: processes that run the same at once, of which one is measured. Rescues: waits that only their safety net ended; there must be none.</p>
${table(
  HEADS.filter((_, column) => shown[column]),
  rows,
)}`,
  }
}

function rowOf(one: Case, style: SeriesStyle | undefined) {
  const { goal, procs, noise, instances, injected, cycles, overrun, bound, held, rescues } = one
  const { p50, p90, p99, max } = overrun
  return [
    html`<span class="policy">${style === undefined ? null : swatch(style)} ${seriesLabel(one)}</span>`,
    humanBytes(goal),
    procs,
    noise,
    instances ?? 1,
    injected ?? '',
    humanCount(cycles),
    ...[p50, p90, p99, max].map(bytes => humanBytes(Math.round(bytes))),
    bound === null ? '–' : humanBytes(bound),
    held === null
      ? '–'
      : held
        ? html`<span class="holds">yes</span>`
        : html`<span class="fails">no</span>`,
    rescues === 0 ? 0 : html`<span class="fails">${rescues}</span>`,
  ]
}
