/** What the gate in Go must keep. */
import { humanBytes, humanCount } from 'sawtooth/internal/runtime/report/units'
import { KiB } from '../../units.ts'
import type { Criterion } from '../results.ts'
import type { GoVariantRow } from './measure.ts'
import type { VariantName } from './variants.ts'

/**
 * Behind a refill a P is past the goal by the span that it has taken, of 8 KiB for this workload. A
 * goroutine that is preempted between refill and gate leaves its P to another, which takes a span
 * too. The rest is room for what the runtime itself allocates.
 */
const PER_P = 32 * KiB
/** The forms that hold at the goal whoever allocates, until the mark has ended. */
const HELD: readonly VariantName[] = ['gate', 'gate-drains', 'gate-parks']

/** One for each situation in which the gate was measured. */
export function criteriaOf(rows: readonly GoVariantRow[]): Criterion[] {
  return rows
    .filter(({ variant }) => HELD.includes(variant))
    .map(({ variant, goal, procs, noise, cycles, pastGoal }) => ({
      says:
        `${variant}, ${procs} P, goal ${humanBytes(goal)}, ${noise} busy threads: ${humanBytes(pastGoal.max)} past the goal ` +
        `in the worst of ${humanCount(cycles)} cycles; at most ${humanBytes(procs * PER_P)}, 32 KiB a P`,
      holds: pastGoal.max <= procs * PER_P,
    }))
}
