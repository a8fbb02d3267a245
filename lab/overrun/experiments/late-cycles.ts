/** Finds the cycles that had to mark what the cycle before had not marked. */
import type { CycleRecord } from 'sawtooth/internal/runtime/report/record'

/**
 * Numbers of the cycles that scanned more of the heap than the one before, by at least half of
 * `work`. The pacer expects as much as was scanned last, so this much was missing from its account.
 *
 * @param work - bytes of scan work of what may be missing
 */
export function lateCycles(
  cycles: readonly Pick<CycleRecord, 'n' | 'scanWork'>[],
  work: number,
): ReadonlySet<number> {
  return new Set(
    cycles
      .filter(({ scanWork }, index) => {
        const before = cycles[index - 1]
        return before !== undefined && scanWork.heap - before.scanWork.heap >= work / 2
      })
      .map(({ n }) => n),
  )
}
