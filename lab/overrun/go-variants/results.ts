/** The results of `sawtooth overrun go`, and their table. */
import { formatMachine, type Machine } from '../../machine.ts'
import { KiB, MiB } from '../../units.ts'
import type { Criterion } from '../results.ts'
import type { GoVariantRow } from './measure.ts'

/** What `--json` writes. */
export interface GoVariantResults {
  readonly schema: 1
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
