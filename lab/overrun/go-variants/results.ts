/** The results of `sawtooth overrun go`, and their table. */
import { formatMachine, type Machine } from '../../machine.ts'
import { KiB, MiB } from '../../units.ts'
import type { Criterion } from '../results.ts'
import type { GoVariantRow } from './measure.ts'
import { PAST_TIMES } from './traced-cycles.ts'

/** What `--json` writes. */
export interface GoVariantResults {
  readonly schema: 2
  readonly machine: Machine
  readonly command: string
  /** The machine's load average over a minute, before the first build and after the last run. */
  readonly load: readonly [number, number]
  readonly rows: readonly GoVariantRow[]
  readonly criteria: readonly Criterion[]
}

/** The heads of the table, on the terminal and in the report. */
export const HEADS = [
  ...['variant', 'goal MiB', 'P', 'noise', 'cycles'],
  ...['p50 KiB', 'p90 KiB', 'p99 KiB', 'max KiB', 'M objects/s'],
]

/** What the second table says, and its heads. */
export const TIMES_HEAD =
  'When the bytes past the goal were taken: until the last root was scanned, then until no work was left, in the ragged\n' +
  'barrier, until the world was stopped, and until no work was left again where barrier or stop found some'
export const TIME_HEADS = [
  ...['variant', 'goal MiB', 'P', 'noise', 'MiB past'],
  ...PAST_TIMES.map(time => `${time} %`),
  'restarts',
]

/** A row of the second table. */
export function timeCellsOf({
  variant,
  goal,
  procs,
  noise,
  past,
  restarts,
}: GoVariantRow): string[] {
  const all = PAST_TIMES.reduce((sum, time) => sum + past[time], 0)
  return [
    variant,
    ...[goal / MiB, procs, noise].map(String),
    (all / MiB).toFixed(1),
    ...PAST_TIMES.map(time => (all === 0 ? '0' : ((past[time] / all) * 100).toFixed(0))),
    String(restarts),
  ]
}

/** The machine and how busy it was. */
export function headOf({ machine, load: [before, after] }: GoVariantResults): string {
  return `${formatMachine(machine)}; load ${before} before, ${after} after`
}

/** A row of the table. */
export function cellsOf({
  variant,
  goal,
  procs,
  noise,
  cycles,
  pastGoal: { p50, p90, p99, max },
  objectsPerSecond,
}: GoVariantRow): string[] {
  return [
    variant,
    ...[goal / MiB, procs, noise, cycles].map(String),
    ...[p50, p90, p99, max].map(past => (past / KiB).toFixed(0)),
    (objectsPerSecond / 1e6).toFixed(1),
  ]
}
