/**
 * Assists inside the marks of the stepped engine. A nature that changes nothing notes the assist
 * ratio of each period. How the ratio divides the CPU is the engine's rule (stepped/run.ts).
 */
import { BACKGROUND_UTILIZATION } from 'sawtooth/internal/gc/pacer/worker-counts'
import type { Pacer } from 'sawtooth/pacer'
import { cellAt, itemAt } from '../../indexed.ts'
import type { Scenario } from '../scenario.ts'
import { newOutcome, simulatedRun } from '../stepped/engine.ts'
import { type Nature, smooth } from '../stepped/nature.ts'
import { Distribution } from './distribution.ts'

/** Cycles in which a pacer may learn. */
export const LEARNING = 10
const [ALLOC, SCAN, FOLLOW] = [0, 1, 6]

/** Throws an InputError. */
export function simulatedAssists(scenario: Scenario, pacer: Pacer): Distribution {
  const ratios: number[] = []
  const noting: Nature = {
    ...smooth,
    ratioKnown(ratio) {
      ratios.push(ratio)
      return ratio
    },
  }
  const run = simulatedRun(scenario, pacer, noting)
  const outcome = newOutcome()
  const distribution = new Distribution()
  for (let cycle = 0; cycle < scenario.cycles; cycle++) {
    ratios.length = 0
    run(cycle, outcome)
    // While the CPU limiter limits nobody assists, whatever the ratio is.
    if (cycle < LEARNING || outcome.isLimited) continue
    const [alloc, scan, follow] = [ALLOC, SCAN, FOLLOW].map(column =>
      cellAt(itemAt(scenario.columns, column) as Float64Array, cycle),
    ) as [number, number, number]
    for (const [period, ratio] of ratios.entries()) {
      const allocating = ratio * alloc * (1 + follow * ratio)
      const assists = allocating / (allocating + scan) - BACKGROUND_UTILIZATION
      distribution.add(period / ratios.length, (period + 1) / ratios.length, Math.max(assists, 0))
    }
  }
  return distribution
}
