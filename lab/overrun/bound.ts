/**
 * What the gate promises; gc/work/gate.ts has the proof.
 *
 *   heap at mark end ≤ max(limit, what the mark before has left) + the largest single request
 *
 * This is of runs without a memory limit. With one the limit moves between two marks, and no record
 * has the highest that it was.
 */
import { MAX_OVERSHOOT } from 'sawtooth/internal/gc/pacer/go-goal'
import type { CycleRecord } from 'sawtooth/internal/runtime/report/record'
import type { CaseParameters } from './results.ts'

type Cycle = Pick<
  CycleRecord,
  'n' | 'goal' | 'heapMarked' | 'heapAtMarkEnd' | 'largestRefill' | 'gcCpuLimited'
>

/** A cycle beyond its bound. */
export interface Breach<C extends Cycle> {
  readonly cycle: C
  /** By how many bytes. */
  readonly beyond: number
}

/**
 * The most bytes that the live heap may have when each cycle's mark ends. null where nothing is
 * promised: the gate is off; or there is no goal; or the CPU limiter limits, which opens the gate,
 * or did so in the cycle before, whose end is where the heap begins; or that one is not known.
 *
 * @param cycles - in order, as the record has them
 */
export function boundsOf(
  cycles: readonly Cycle[],
  gate: CaseParameters['gate'],
): (number | null)[] {
  return cycles.map((cycle, index) => {
    const { n, goal, largestRefill, gcCpuLimited } = cycle
    const before = n === 1 ? NOTHING : cycles[index - 1]
    if (gate === 'off' || goal === null || before === undefined) return null
    if (gcCpuLimited || before.gcCpuLimited) return null
    const limit = gate === 'goal' ? goal : Math.trunc(MAX_OVERSHOOT * goal)
    return Math.max(limit, before.heapMarked) + largestRefill
  })
}

const NOTHING = { heapMarked: 0, gcCpuLimited: false }

/** The cycles that lie above their bound. */
export function breachesOf<C extends Cycle>(
  cycles: readonly C[],
  gate: CaseParameters['gate'],
): Breach<C>[] {
  const bounds = boundsOf(cycles, gate)
  return cycles.flatMap((cycle, index) => {
    const beyond = cycle.heapAtMarkEnd - (bounds[index] ?? Number.POSITIVE_INFINITY)
    return beyond > 0 ? [{ cycle, beyond }] : []
  })
}
