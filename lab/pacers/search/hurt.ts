/** How much a scenario hurts a pacer, by one of three measures, after it has had time to learn. */

import { BACKGROUND_UTILIZATION } from 'sawtooth/internal/gc/pacer/worker-counts'
import type { Pacer } from 'sawtooth/pacer'
import type { Scenario } from '../scenario.ts'
import { newOutcome, simulatedRun } from '../stepped/engine.ts'
import { SETTLED } from './family.ts'

export interface Measure {
  readonly says: string
  /** From this value on it hurts. */
  readonly threshold: number
}

/** The measures by name. */
export const MEASURES = {
  overshoot: { says: 'peak over goal, less 1', threshold: 0.2 },
  assists: { says: 'share of the CPU that assists take, in one cycle', threshold: 0.5 },
  oscillation: {
    says: 'mean change of the trigger’s place from one cycle to the next, as a share of the way to the goal',
    threshold: 0.1,
  },
} as const satisfies Record<string, Measure>

export type MeasureName = keyof typeof MEASURES

/** Throws an InputError if the pacer answers nonsense. */
export function hurt(scenario: Scenario, pacer: Pacer, by: MeasureName): number {
  const run = simulatedRun(scenario, pacer)
  const outcome = newOutcome()
  let worst = 0
  let changes = 0
  let last = Number.NaN
  for (let cycle = 0; cycle < scenario.cycles; cycle++) {
    run(cycle, outcome)
    const { heapLive, trigger, peak, goal, utilization } = outcome
    const place = (trigger - heapLive) / Math.max(goal - heapLive, 1)
    if (cycle >= SETTLED) {
      if (by === 'overshoot') worst = Math.max(worst, peak / Math.max(goal, 1) - 1)
      if (by === 'assists') worst = Math.max(worst, utilization - BACKGROUND_UTILIZATION)
      changes += Math.abs(place - last)
    }
    last = place
  }
  return by === 'oscillation' ? changes / (scenario.cycles - SETTLED) : worst
}
