/**
 * The pacer of Go 1.5 to 1.9 (golang.org/s/go15gcpacing) in its last form: a proportional trigger,
 * and assists that take the whole scannable heap as live. The goal is the only limit, and a hard
 * one.
 *
 * So a steady heap ends its mark half way to the goal. The controller sees no error wherever that
 * makes up for the CPU that marking takes, and it settles at 50 % (golang/go#14951). Go 1.5 itself
 * fixed the assist ratio for a cycle, and took all that was allocated black as garbage.
 */
import type { Pacer } from './pacer.ts'
import { MAX_DISTANCE, MIN_WORK_LEFT } from './runway.ts'
import {
  adjustRatio,
  commitRatio,
  fillRatioGoals,
  GOAL,
  grownBy,
  initRatio,
  RATIO_STATE,
  scaledRoom,
  startRatio,
  utilizationOf,
} from './trigger-ratio.ts'
import { BACKGROUND_UTILIZATION } from './worker-counts.ts'

export interface Go15Options {
  /**
   * The adjusted curve of golang/go#14951's first alternative: no error where the heap ends its
   * mark at 1/(1 + h_g) of the way.
   */
  readonly adjustedCurve: boolean
}

export function go15({ adjustedCurve }: Go15Options): Pacer {
  return {
    name: adjustedCurve ? 'go1.5:curve=1' : 'go1.5',
    describe: 'Go 1.5 to 1.9: proportional trigger, assists for the worst case',
    stateNames: RATIO_STATE,
    traceForm: 'go1.5',

    init: initRatio,

    startCycle(state, facts, plan) {
      // Go has a dedicated worker for each four Ps, and one fractional worker at a time for the
      // rest of the quarter. Here all Ps share that rest.
      const workers = facts.procs * BACKGROUND_UTILIZATION
      plan.dedicatedWorkers = Math.floor(workers)
      plan.fractionalGoal = (workers - plan.dedicatedWorkers) / facts.procs
      startRatio(facts, state)
    },

    revise(state, facts) {
      const left = Math.max(facts.heapScannable - facts.heapScanWork, MIN_WORK_LEFT)
      return left / Math.max(Math.min(state[GOAL], MAX_DISTANCE) - facts.heapLive, 1)
    },

    endCycle(state, facts) {
      if (facts.forced || facts.gcPercent < 0) return
      const growth = facts.gcPercent / 100
      adjustRatio(state, {
        growth,
        weightOfGrowth: adjustedCurve ? 1 / (1 + growth) : 1,
        grown: grownBy(facts, state),
        utilization: utilizationOf(BACKGROUND_UTILIZATION, facts),
        goalUtilization: BACKGROUND_UTILIZATION,
      })
    },

    commit: (state, facts) =>
      commitRatio(facts, state, facts.heapMarked, 0, scaledRoom(facts.gcPercent)),

    goals: (state, _facts, out) => fillRatioGoals(state, 1, out),
  }
}
