/**
 * The plainest pacer. A cycle starts at a fixed share of the way from the marked heap to Go's goal.
 * Assists spread all that may still need a scan over the bytes left. It learns nothing, so it is
 * the base line for pacers that do.
 */
import { fillGoals, gcPercentGoal, heapGoal, sweepMinTrigger } from './go-goal.ts'
import type { Pacer } from './pacer.ts'
import { workerCounts } from './worker-counts.ts'

// State, set by commit.
const PERCENT_GOAL = 0
const SWEEP_MIN = 1

/** @param share - 0: a cycle starts at once, 1: at the goal. */
export function fixed(share: number): Pacer {
  return {
    name: `fixed:trigger=${share}`,
    describe: `starts a cycle at ${share} of the way from the marked heap to the goal`,
    liveGoals: 'under-limit',
    stateNames: ['percentGoal', 'sweepMinTrigger'],

    init() {},

    startCycle(_state, facts, plan) {
      workerCounts(facts.procs, plan)
    },

    revise(state, facts) {
      const done = facts.heapScanWork + facts.stackScanWork + facts.globalsScanWork
      const left = facts.heapScannable + facts.maxStackScan + facts.globalsScan - done
      const goal = heapGoal(state[PERCENT_GOAL], state[SWEEP_MIN], facts)
      return Math.max(left, 0) / Math.max(goal - facts.heapLive, 1)
    },

    endCycle() {},

    commit(state, facts) {
      state[PERCENT_GOAL] = gcPercentGoal(facts)
      state[SWEEP_MIN] = sweepMinTrigger(facts)
    },

    goals(state, facts, out) {
      const sweepMin = fillGoals(state[PERCENT_GOAL], state[SWEEP_MIN], facts, out)
      const way = Math.max(out.goal - facts.heapMarked, 0)
      // A share of an endless way is endless: without a goal there is no trigger.
      const trigger =
        way === Number.POSITIVE_INFINITY ? way : facts.heapMarked + Math.trunc(share * way)
      out.trigger = Math.min(Math.max(trigger, sweepMin), out.goal)
    },
  }
}
