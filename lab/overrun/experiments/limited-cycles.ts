/**
 * Cycles in which the CPU limiter limited, and those that follow one. Assists and the gate are off
 * while it limits, and a cycle begins with the heap that the one before has left. So a policy
 * promises nothing of them.
 */
import type { CycleRecord } from 'sawtooth/internal/runtime/report/record'

type Limited = Pick<CycleRecord, 'n' | 'gcCpuLimited'>

/** The numbers of these cycles, of all cycles of a run. */
export function limitedIn(all: readonly Limited[]): ReadonlySet<number> {
  return new Set(all.filter(({ gcCpuLimited }) => gcCpuLimited).flatMap(({ n }) => [n, n + 1]))
}
