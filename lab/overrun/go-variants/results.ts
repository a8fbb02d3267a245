/** The results of `sawtooth overrun go`, and their table. */
import { KiB, MiB } from '../../units.ts'
import { policyName } from '../policy.ts'
import type { Criterion, Percentiles } from '../results.ts'
import type { CounterpartRow } from './counterparts.ts'
import type { GoVariantRow } from './measure.ts'
import { formatProvenance, type Provenance } from './provenance.ts'
import type { Situation } from './situation.ts'
import { PAST_TIMES } from './traced-cycles.ts'

/** What `--json` writes. */
export interface GoVariantResults extends Provenance {
  readonly schema: 2
  readonly rows: readonly GoVariantRow[]
  /** Sawtooth's; empty if it was not asked for. */
  readonly counterparts: readonly CounterpartRow[]
  /** The seed of the first of Sawtooth's runs. */
  readonly seed: number | null
  readonly criteria: readonly Criterion[]
}

/** The heads of the table, on the terminal and in the report. */
export const HEADS = [
  ...['variant', 'goal MiB', 'P', 'noise', 'cycles'],
  ...['p50 KiB', 'p90 KiB', 'p99 KiB', 'max KiB', 'limited', 'max else', 'M objects/s'],
]

/** What the second table says, and its heads. */
export const TIMES_HEAD =
  'When the bytes past the goal were taken: until the last root was scanned, then until no work was left, in the ragged\n' +
  'barrier, until the world was stopped, and until no work was left again where barrier or stop found some. A try to end the\n' +
  'mark is a ragged barrier; a restart is a stop of the world that found work'
export const TIME_HEADS = [
  ...['variant', 'goal MiB', 'P', 'noise', 'MiB past'],
  ...PAST_TIMES.map(time => `${time} %`),
  'tries a cycle',
  'restarts',
]

/** A row of the second table. */
export function timeCellsOf({
  variant,
  goal,
  procs,
  noise,
  cycles,
  past,
  tries,
  restarts,
}: GoVariantRow): string[] {
  const all = PAST_TIMES.reduce((sum, time) => sum + past[time], 0)
  return [
    variant,
    ...[goal / MiB, procs, noise].map(String),
    (all / MiB).toFixed(1),
    ...PAST_TIMES.map(time => (all === 0 ? '0' : ((past[time] / all) * 100).toFixed(0))),
    (tries / cycles).toFixed(1),
    String(restarts),
  ]
}

/** The machine, how busy it was, and the seed if there is one. */
export function headOf(results: GoVariantResults): string {
  const { seed } = results
  return `${formatProvenance(results)}${seed === null ? '' : `; seed ${seed}`}`
}

/** A row of the table. */
export function cellsOf({
  variant,
  goal,
  procs,
  noise,
  cycles,
  pastGoal: { p50, p90, p99, max },
  limited,
  worstUnlimited,
  objectsPerSecond,
}: GoVariantRow): string[] {
  return [
    variant,
    ...[goal / MiB, procs, noise, cycles].map(String),
    ...[p50, p90, p99, max].map(past => (past / KiB).toFixed(0)),
    String(limited),
    (worstUnlimited / KiB).toFixed(0),
    (objectsPerSecond / 1e6).toFixed(1),
  ]
}

/** What the table of Go beside Sawtooth says, and its heads. */
export const BESIDE_HEAD =
  "The same variants in Sawtooth, each under the policy that is nearest. In % of base: the 99th percentile over base's in the\n" +
  "same runtime. limited: cycles that Sawtooth's CPU limiter limited, or that followed one; max else is the worst of the others"
export const BESIDE_HEADS = [
  ...['variant', 'goal MiB', 'P', 'noise', 'Go p50 KiB', 'p99', 'max', 'in % of base'],
  ...['Sawtooth', 'cycles', 'p50 KiB', 'p99', 'max', 'in % of base', 'limited', 'max else'],
]

/** The rows of that table: a variant of Go that has a counterpart, and the counterpart. */
export function besideRows({
  rows,
  counterparts,
}: Pick<GoVariantResults, 'rows' | 'counterparts'>): string[][] {
  return counterparts.flatMap(own => {
    const { variant, goal, procs, noise, policy, cycles, pastGoal } = own
    const go = rows.find(row => row.variant === variant && isBeside(row, own))
    if (go === undefined) return []
    return [
      [
        variant,
        ...[goal / MiB, procs, noise].map(String),
        ...besideCells(go.pastGoal, baseIn(rows, own)),
        policyName(policy),
        String(cycles),
        ...besideCells(pastGoal, baseIn(counterparts, own)),
        ...[own.limited, (own.worstUnlimited / KiB).toFixed(0)].map(String),
      ],
    ]
  })
}

function isBeside(one: Situation, other: Situation): boolean {
  return one.goal === other.goal && one.procs === other.procs && one.noise === other.noise
}

function baseIn(
  rows: readonly (Situation & { readonly variant: string; readonly pastGoal: Percentiles })[],
  situation: Situation,
): Percentiles | null {
  return rows.find(row => row.variant === 'base' && isBeside(row, situation))?.pastGoal ?? null
}

function besideCells({ p50, p99, max }: Percentiles, base: Percentiles | null): string[] {
  const share = base === null || base.p99 === 0 ? '-' : ((p99 / base.p99) * 100).toFixed(0)
  return [...[p50, p99, max].map(past => (past / KiB).toFixed(0)), share]
}
