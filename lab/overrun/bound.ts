/** What the gate promises: L at the end of a mark ≤ max(limit, L when the cycle began) + P · the largest single request (gc/work/gate.ts has the proof). */
import type { CycleRecord } from 'sawtooth/internal/runtime/report/record'
import type { CaseParameters } from './results.ts'

/** The pacer's hard goal is this much of its goal (gc/pacer/go-goal.ts). */
const HARD_GOAL = 1.1

type Cycle = Pick<
  CycleRecord,
  'goal' | 'heapAtStart' | 'heapAtMarkEnd' | 'largestRefill' | 'gcCpuLimited'
>

/** The most bytes that may live when the cycle's mark ends; null where nothing is promised: the gate is off, or open since the CPU limiter limits, or there is no goal. */
export function boundOf(cycle: Cycle, gate: CaseParameters['gate'], procs: number): number | null {
  const { goal, heapAtStart, largestRefill, gcCpuLimited } = cycle
  if (gate === 'off' || goal === null || gcCpuLimited) return null
  const limit = gate === 'goal' ? goal : Math.trunc(HARD_GOAL * goal)
  return Math.max(limit, heapAtStart) + procs * largestRefill
}

/** Bytes that the cycle lies above its bound: 0 if it kept it, or has none. */
export function beyondBound(cycle: Cycle, gate: CaseParameters['gate'], procs: number): number {
  const bound = boundOf(cycle, gate, procs)
  return bound === null ? 0 : Math.max(0, cycle.heapAtMarkEnd - bound)
}
