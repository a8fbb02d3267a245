/**
 * What the gate promises; gc/work/gate.ts has the proof.
 *
 *   heap at mark end ≤ max(limit, heap when the cycle began) + the largest single request
 */
import { MAX_OVERSHOOT } from 'sawtooth/internal/gc/pacer/go-goal'
import type { CycleRecord } from 'sawtooth/internal/runtime/report/record'
import type { CaseParameters } from './results.ts'

type Cycle = Pick<
  CycleRecord,
  'goal' | 'heapAtStart' | 'heapAtMarkEnd' | 'largestRefill' | 'gcCpuLimited'
>

/**
 * The most bytes that the live heap may have when the cycle's mark ends. null where nothing is
 * promised: the gate is off, or it is open because the CPU limiter limits, or there is no goal.
 */
export function boundOf(cycle: Cycle, gate: CaseParameters['gate']): number | null {
  const { goal, heapAtStart, largestRefill, gcCpuLimited } = cycle
  if (gate === 'off' || goal === null || gcCpuLimited) return null
  const limit = gate === 'goal' ? goal : Math.trunc(MAX_OVERSHOOT * goal)
  return Math.max(limit, heapAtStart) + largestRefill
}

/** Bytes by which the cycle lies above its bound. 0 if it kept its bound, or has none. */
export function beyondBound(cycle: Cycle, gate: CaseParameters['gate']): number {
  const bound = boundOf(cycle, gate)
  return bound === null ? 0 : Math.max(0, cycle.heapAtMarkEnd - bound)
}
