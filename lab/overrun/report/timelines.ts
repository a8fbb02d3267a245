/**
 * The worst cycles around the end of their mark: above, what each P did; beneath, the bytes that Ps
 * took from the heap.
 */
import { humanBytes, humanMs } from 'sawtooth/internal/runtime/report/units'
import { type ChartSpecification, draw } from '../../report/draw.ts'
import { html, type Markup } from '../../report/markup.ts'
import { MiB } from '../../units.ts'
import { groupBy } from '../group-by.ts'
import type { Case, OverrunResults, WorstCycle } from '../results.ts'
import { situationOf } from './distribution.ts'
import { figure, type Section, swatch } from './parts.ts'
import { type SeriesStyle, seriesLabel } from './policies.ts'

const MOST_TIMELINES = 6
const WIDTH = 960

/** What a P does, with its colour: pale for the program, dark for the collector, warm for waits. */
const ACTIVITIES: readonly (readonly [what: string, colour: string])[] = [
  ['goroutine', '#c9e3d2'],
  ['assist', '#f0c419'],
  ['dedicated worker', '#1f4e79'],
  ['fractional worker', '#3f88c5'],
  ['idle worker', '#a9cbe8'],
  ['sweep', '#b9b4d9'],
  ['blocked in place', '#d98c5f'],
  ['stopped', '#8b1e3f'],
  ['mark termination', '#e0607e'],
  ['sweep termination and mark setup', '#f2b5c4'],
]
const OTHER_COLOUR = '#9aa0a6'

export async function timelinesSection(
  { cases }: OverrunResults,
  styles: ReadonlyMap<string, SeriesStyle>,
): Promise<Section | null> {
  const worst = worstOfPolicies(cases)
  if (worst.length === 0) return null
  const parts = []
  for (const { one, cycle } of worst) {
    const label = seriesLabel(one)
    const style = styles.get(label)
    const chart = await draw(chartOf(cycle), `Timeline of cycle ${cycle.n} under ${label}`)
    parts.push(
      html`<h3>${style === undefined ? null : swatch(style)} ${label}: ${humanBytes(cycle.overrun)} past the goal</h3>
${figure([chart], captionOf(one, cycle))}`,
    )
  }
  return {
    id: 'timelines',
    title: 'The worst cycles',
    body: html`<p>Of each policy that passed its goal, the cycle that did so by most. Above, what each P did; beneath, the bytes that Ps took from the
heap. The dashed line is the end of the mark.</p>${activityLegend(worst.map(({ cycle }) => cycle))}${parts}`,
  }
}

function activityLegend(cycles: readonly WorstCycle[]): Markup {
  const seen = [...new Set(cycles.flatMap(({ lanes }) => lanes.map(({ what }) => what)))]
  const known = ACTIVITIES.filter(([what]) => seen.includes(what))
  const others = seen.filter(what => !ACTIVITIES.some(([name]) => name === what))
  return html`<ul class="legend">${[
    ...known,
    ...others.map(what => [what, OTHER_COLOUR] as const),
  ].map(
    ([what, colour]) =>
      html`<li><span class="patch" style="background:${colour}"></span> ${what}</li>`,
  )}</ul>`
}

/**
 * Joins slices of the same P and activity into one if the time between them is too short to be
 * seen.
 */
export function joinedLanes(lanes: WorstCycle['lanes'], leastGapMs: number): WorstCycle['lanes'] {
  const joined: WorstCycle['lanes'][number][] = []
  const order = (one: WorstCycle['lanes'][number]): string => `${one.p} ${one.what}`
  for (const lane of lanes.toSorted(
    (a, b) => order(a).localeCompare(order(b)) || a.fromMs - b.fromMs,
  )) {
    const last = joined.at(-1)
    if (last === undefined || order(last) !== order(lane) || lane.fromMs - last.toMs >= leastGapMs)
      joined.push(lane)
    else joined[joined.length - 1] = { ...last, toMs: Math.max(last.toMs, lane.toMs) }
  }
  return joined
}

/** The worst cycle of each policy, the farthest past its goal first. */
function worstOfPolicies(
  cases: readonly Case[],
): { readonly one: Case; readonly cycle: WorstCycle }[] {
  const found = cases.flatMap(one =>
    one.worst === null || one.worst.lanes.length === 0 ? [] : [{ one, cycle: one.worst }],
  )
  const byOverrun = found.toSorted((a, b) => b.cycle.overrun - a.cycle.overrun)
  return [...groupBy(byOverrun, ({ one }) => seriesLabel(one)).values()]
    .map(([first]) => first)
    .slice(0, MOST_TIMELINES)
}

function captionOf(one: Case, { n, overrun, by, gaps }: WorstCycle): Markup {
  const parts = Object.entries(by).toSorted(([, a], [, b]) => b - a)
  const sum = parts.map(([cause, bytes]) => `${humanBytes(bytes)} ${cause}`).join(' + ')
  const named = gaps.map(gapText).join(', ')
  return html`Cycle ${n} of ${situationOf(one)}. ${sum === '' ? null : html`<strong>${humanBytes(overrun)} = ${sum}.</strong>`}${
    named === '' ? null : ` Gaps: ${named}.`
  }`
}

/** A gap, with what of it its thread was off the CPU, or V8 collected. */
function gapText({ point, ms, offCpuMs, v8Ms }: WorstCycle['gaps'][number]): string {
  const parts = [
    ...(offCpuMs == null ? [] : [`${humanMs(offCpuMs)} off the CPU`]),
    ...(v8Ms == null || v8Ms === 0 ? [] : [`${humanMs(v8Ms)} in V8's collector`]),
  ]
  return `${point} ${humanMs(ms)}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`
}

function chartOf(cycle: WorstCycle): ChartSpecification {
  const { lanes, requests, markEndMs } = cycle
  const times = [
    ...lanes.flatMap(({ fromMs, toMs }) => [fromMs, toMs]),
    ...requests.map(({ atMs }) => atMs),
    markEndMs,
  ]
  const [begin, close] = [Math.min(...times), Math.max(...times)]
  const x = {
    type: 'quantitative',
    title: 'ms since the cycle began',
    scale: { domain: [begin, close], nice: false, zero: false },
    axis: { grid: false },
  }
  const end = {
    data: { values: [{ markEndMs }] },
    mark: { type: 'rule', strokeDash: [5, 3], strokeWidth: 1.5, color: '#24292f' },
    encoding: { x: { field: 'markEndMs', ...x } },
  }
  // Longer slices come first, so that a slice within another is drawn over it.
  const slices = joinedLanes(lanes, (close - begin) / WIDTH)
    .toSorted((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs))
    .map(({ p, what, fromMs, toMs }) => ({ lane: `P ${p}`, what, fromMs, toMs }))
  const known = ACTIVITIES.filter(([what]) => slices.some(slice => slice.what === what))
  const others = [...new Set(slices.map(({ what }) => what))].filter(
    what => !ACTIVITIES.some(([name]) => name === what),
  )
  const names = [...new Set(lanes.map(({ p }) => p))].sort((a, b) => a - b).map(p => `P ${p}`)
  const above = {
    width: WIDTH,
    height: { step: 24 },
    layer: [
      {
        data: { values: slices },
        mark: { type: 'bar', height: 18, clip: true },
        encoding: {
          x: { field: 'fromMs', ...x, ...(requests.length > 0 ? { axis: null } : {}) },
          x2: { field: 'toMs' },
          y: {
            field: 'lane',
            type: 'nominal',
            title: null,
            sort: names,
            axis: { ticks: false, domain: false },
          },
          color: {
            field: 'what',
            type: 'nominal',
            title: null,
            scale: {
              domain: [...known.map(([what]) => what), ...others],
              range: [...known.map(([, colour]) => colour), ...others.map(() => OTHER_COLOUR)],
            },
            legend: null,
          },
        },
      },
      end,
    ],
  }
  if (requests.length === 0) return above
  let bytes = 0
  const taken = requests
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(request => {
      bytes += request.bytes
      return { atMs: request.atMs, mib: bytes / MiB }
    })
  const beneath = {
    width: WIDTH,
    height: 130,
    layer: [
      {
        data: {
          values: [{ atMs: begin, mib: 0 }, ...taken, { atMs: close, mib: bytes / MiB }],
        },
        mark: {
          type: 'area',
          interpolate: 'step-after',
          color: '#d7e3ee',
          line: { color: '#33658a', strokeWidth: 1.6 },
        },
        encoding: {
          x: { field: 'atMs', ...x },
          y: { field: 'mib', type: 'quantitative', title: 'MiB taken', axis: { tickCount: 4 } },
        },
      },
      end,
    ],
  }
  return { vconcat: [above, beneath], spacing: 8 }
}
