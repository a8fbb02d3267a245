/**
 * How a report names and draws a policy: with the same words, colour and dash in every chart and
 * table.
 */
import { itemAt } from '../../indexed.ts'
import type { CaseParameters, OverrunResults } from '../results.ts'

/** What a line of a chart stands for. */
export type Series = Pick<CaseParameters, 'termination' | 'gate' | 'credit' | 'stackScans'> & {
  readonly runtime: CaseParameters['runtime']
  readonly wait: CaseParameters['wait']
}

export interface SeriesStyle {
  readonly label: string
  readonly colour: string
  /** Lengths in px of which a line's are drawn and not drawn in turn; empty: solid. */
  readonly dash: readonly number[]
  /** Vega's name of a point's shape. */
  readonly shape: string
}

/**
 * Okabe and Ito's colours, which people with any colour vision can tell apart, and two more. The
 * yellow is left out, which is faint on white.
 */
const COLOURS = [
  '#d55e00',
  '#0072b2',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#7f3c8d',
  '#8a6d3b',
]
const GO_COLOUR = '#333333'
const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [9, 3, 2, 3], [12, 6]]
const SHAPES = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-right',
  'triangle-left',
]

/** Policies that most reports are about. Each has the same colour in all reports. */
const KNOWN: readonly string[] = [
  'coordinator',
  'helping + gate',
  'assist-takes-over + gate',
  'coordinator + gate',
  'coordinator + capped credit',
  'helping',
  'assist-takes-over',
  'assist-takes-over + gate + capped credit',
]

/** A policy in words, `coordinator + gate + capped credit`; `Go` for Go itself. */
export function seriesLabel({
  runtime,
  termination,
  gate,
  credit,
  wait,
  stackScans = 'owner',
}: Series): string {
  if (runtime === 'go') return 'Go'
  const parts = [
    termination,
    ...(gate === 'off' ? [] : [gate === 'goal' ? 'gate' : 'gate at the hard goal']),
    ...(credit === 'go' ? [] : ['capped credit']),
    ...(wait === 'sleep' ? [] : [wait === 'spin' ? 'waits awake' : 'waits by yield']),
    ...(stackScans === 'owner' ? [] : ['stacks by any P']),
  ]
  return parts.join(' + ')
}

/**
 * The styles of all policies that the results hold, by label: Go first, then the known ones, then
 * the others in their order.
 */
export function seriesStyles({
  cases,
  costs,
}: Pick<OverrunResults, 'cases' | 'costs'>): Map<string, SeriesStyle> {
  const ofCosts = costs.map(cost => ({
    ...cost,
    runtime: 'sawtooth' as const,
    wait: 'sleep' as const,
  }))
  const labels = [...new Set([...cases, ...ofCosts].map(seriesLabel))]
  const order = ['Go', ...KNOWN, ...labels]
  const sorted = labels.toSorted((a, b) => order.indexOf(a) - order.indexOf(b))
  const others = sorted.filter(label => label !== 'Go' && !KNOWN.includes(label))
  // A known policy that is absent leaves its colour to one that is not known. Policies beyond the
  // last colour share one, and have a dash.
  const free = KNOWN.flatMap((label, place) => (labels.includes(label) ? [] : [place]))
  const placeOf = (label: string): number => {
    if (KNOWN.includes(label)) return KNOWN.indexOf(label)
    const index = others.indexOf(label)
    return free[index] ?? KNOWN.length + index - free.length
  }
  return new Map(
    sorted.map(label => {
      if (label === 'Go')
        return [label, { label, colour: GO_COLOUR, dash: [4, 2], shape: 'stroke' }]
      const place = placeOf(label)
      const round = Math.floor(place / COLOURS.length)
      const within = place % COLOURS.length
      return [
        label,
        {
          label,
          colour: itemAt(COLOURS, within),
          dash: itemAt(DASHES, round % DASHES.length),
          shape: itemAt(SHAPES, within),
        },
      ]
    }),
  )
}

/** Vega-Lite's scale of a field that holds labels. */
export function labelScale<Key extends 'colour' | 'dash' | 'shape'>(
  styles: ReadonlyMap<string, SeriesStyle>,
  key: Key,
): { readonly domain: readonly string[]; readonly range: readonly SeriesStyle[Key][] } {
  return { domain: [...styles.keys()], range: [...styles.values()].map(style => style[key]) }
}
