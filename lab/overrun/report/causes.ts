/** Where the bytes past the goal came from: the mean of each cause per cycle and policy. */
import { humanBytes } from 'sawtooth/internal/runtime/report/units'
import { type ChartSpecification, draw } from '../../report/draw.ts'
import { html } from '../../report/markup.ts'
import { MiB } from '../../units.ts'
import { groupBy } from '../group-by.ts'
import type { Case, OverrunResults } from '../results.ts'
import { figure, type Section } from './parts.ts'
import { type SeriesStyle, seriesLabel } from './policies.ts'

/** Paul Tol's muted colours, of which none is a policy's. */
const COLOURS = [
  '#332288',
  '#88ccee',
  '#44aa99',
  '#117733',
  '#999933',
  '#ddcc77',
  '#cc6677',
  '#882255',
  '#aa4499',
]
const UNKNOWN = 'unattributed'
const UNKNOWN_COLOUR = '#bbbbbb'

interface Share {
  readonly policy: string
  readonly cause: string
  /** Mean of a cycle. */
  readonly bytes: number
}

export async function causesSection(
  { cases }: OverrunResults,
  styles: ReadonlyMap<string, SeriesStyle>,
): Promise<Section | null> {
  const charts = []
  for (const [title, some] of [
    ['Natural delays', cases.filter(({ injected }) => injected === null)],
    ['Injected delays', cases.filter(({ injected }) => injected !== null)],
  ] as const) {
    const shares = meanShares(some)
    if (shares.some(({ bytes }) => bytes > 0))
      charts.push(
        await draw(chartOf(title, shares, styles), `Bytes past the goal by cause: ${title}`),
      )
  }
  if (charts.length === 0) return null
  return {
    id: 'causes',
    title: 'Where the bytes came from',
    body: html`${figure(
      charts,
      'Mean of all cycles of a policy, those that kept their goal included, over all cases of the sweep. Go does not say where its bytes came from.',
    )}`,
  }
}

/** Mean bytes per cycle of each cause, for each policy whose results name causes. */
export function meanShares(cases: readonly Case[]): Share[] {
  const told = cases.filter(({ runtime, cycles }) => runtime === 'sawtooth' && cycles > 0)
  return [...groupBy(told, seriesLabel)].flatMap(([policy, own]) => {
    const cycles = own.reduce((sum, one) => sum + one.cycles, 0)
    const causes = [...new Set(own.flatMap(({ by }) => Object.keys(by)))]
    if (causes.length === 0) return [{ policy, cause: UNKNOWN, bytes: 0 }]
    return causes.map(cause => ({
      policy,
      cause,
      bytes: own.reduce((sum, { by }) => sum + (by[cause] ?? 0), 0) / cycles,
    }))
  })
}

function chartOf(
  title: string,
  shares: readonly Share[],
  styles: ReadonlyMap<string, SeriesStyle>,
): ChartSpecification {
  const totals = groupBy(shares, ({ cause }) => cause)
  const weight = (cause: string): number =>
    cause === UNKNOWN ? -1 : (totals.get(cause) ?? []).reduce((sum, { bytes }) => sum + bytes, 0)
  const causes = [...totals.keys()].toSorted((a, b) => weight(b) - weight(a))
  const named = causes.filter(cause => cause !== UNKNOWN)
  const policies = [...styles.keys()].filter(label => shares.some(({ policy }) => policy === label))
  const sums = policies.map(policy => {
    const bytes = shares.reduce(
      (sum, share) => sum + (share.policy === policy ? share.bytes : 0),
      0,
    )
    return { policy, mib: bytes / MiB, text: humanBytes(Math.round(bytes)) }
  })
  const y = {
    field: 'policy',
    type: 'nominal',
    title: null,
    sort: policies,
    axis: { ticks: false },
  }
  const x = {
    field: 'mib',
    type: 'quantitative',
    title: 'MiB past the goal, mean of all cycles',
    scale: { domain: [0, Math.max(...sums.map(({ mib }) => mib)) * 1.12] },
    stack: 'zero',
  }
  return {
    width: 640,
    height: { step: 30 },
    title,
    layer: [
      {
        data: {
          values: shares.map(share => ({
            ...share,
            mib: share.bytes / MiB,
            rank: causes.indexOf(share.cause),
          })),
        },
        mark: { type: 'bar', height: 18 },
        encoding: {
          y,
          x,
          color: {
            field: 'cause',
            type: 'nominal',
            title: null,
            scale: {
              domain: causes,
              range: causes.map(
                cause => COLOURS[named.indexOf(cause) % COLOURS.length] ?? UNKNOWN_COLOUR,
              ),
            },
            legend: { orient: 'bottom', columns: 4 },
          },
          order: { field: 'rank', type: 'quantitative' },
        },
      },
      {
        data: { values: sums },
        mark: { type: 'text', align: 'left', dx: 6, fontSize: 12, color: '#24292f' },
        encoding: { y, x: { ...x, stack: null }, text: { field: 'text' } },
      },
    ],
  }
}
