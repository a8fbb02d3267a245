/** How results of Go's variants were got. */
import { formatMachine, type Machine } from '../../machine.ts'

export interface Provenance {
  readonly machine: Machine
  readonly command: string
  /** The machine's load average over a minute, before the first build and after the last run. */
  readonly load: readonly [number, number]
}

/** The machine and how busy it was. */
export function formatProvenance({ machine, load: [before, after] }: Provenance): string {
  return `${formatMachine(machine)}; load ${before} before, ${after} after`
}
