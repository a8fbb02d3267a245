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
/** Of the workload, in bytes: what `reserve` may leave, which takes no span that does not fit. */
const LARGEST_OBJECT = 16

interface Bound {
  readonly bytesOf: (procs: number) => number
  readonly says: string
  /** It holds although the CPU limiter limits. */
  readonly isFirm: boolean
}

const bytesPerP = (procs: number): number => procs * PER_P
const GATE: Bound = { bytesOf: bytesPerP, says: '32 KiB a P', isFirm: false }

/** The forms that hold at the goal whoever allocates, until the mark has ended. */
const BOUNDS: Readonly<Partial<Record<VariantName, Bound>>> = {
  gate: GATE,
  'gate-drains': GATE,
  'gate-parks': GATE,
  'gate-firm': { ...GATE, isFirm: true },
  reserve: { bytesOf: () => LARGEST_OBJECT, says: 'the largest object', isFirm: true },
}

/** One for each situation in which a variant with a bound was measured. */
export function criteriaOf(rows: readonly GoVariantRow[]): Criterion[] {
  return rows.flatMap(row => {
    const bound = BOUNDS[row.variant]
    return bound === undefined ? [] : [criterionOf(row, bound)]
  })
}

function criterionOf(row: GoVariantRow, { bytesOf, says, isFirm }: Bound): Criterion {
  const { variant, goal, procs, noise, cycles, limited } = row
  const most = bytesOf(procs)
  const [counted, worst] = isFirm
    ? [cycles, row.pastGoal.max]
    : [cycles - limited, row.worstUnlimited]
  return {
    says:
      `${variant}, ${procs} P, goal ${humanBytes(goal)}, ${noise} busy threads: ${humanBytes(worst)} past the goal ` +
      `in the worst of ${humanCount(counted)} cycles; at most ${humanBytes(most)}, ${says}` +
      (isFirm || limited === 0 ? '' : `; the CPU limiter limited ${humanCount(limited)} more`),
    holds: worst <= most,
  }
}
