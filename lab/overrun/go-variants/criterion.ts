/** What the gate in Go must keep. */
import { humanBytes, humanCount } from 'sawtooth/internal/runtime/report/units'
import { KiB } from '../../units.ts'
import type { Criterion } from '../results.ts'
import type { GoVariantRow } from './measure.ts'

/**
 * Behind a refill a P is past the goal by the span that it has taken, of 8 KiB for this workload. A
 * goroutine that is preempted between refill and gate leaves its P to another, which takes a span
 * too. The rest is room for what the runtime itself allocates.
 */
const PER_P = 32 * KiB

/** One for each situation in which the gate was measured. */
export function criteriaOf(rows: readonly GoVariantRow[]): Criterion[] {
  return rows
    .filter(({ variant }) => variant === 'gate')
    .map(({ goal, procs, noise, cycles, pastGoal }) => ({
      says:
        `gate, ${procs} P, goal ${humanBytes(goal)}, ${noise} busy threads: ${humanBytes(pastGoal.max)} past the goal ` +
        `in the worst of ${humanCount(cycles)} cycles; at most ${humanBytes(procs * PER_P)}, 32 KiB a P`,
      holds: pastGoal.max <= procs * PER_P,
    }))
}
