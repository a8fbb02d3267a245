/**
 * The pacer of Go 1.14 (trigger-ratio.ts, soft-hard-goal.ts) with stacks and globals counted as
 * heap: an alternative that golang/go#44167 considered. R is their size at the last commit.
 *
 *   goal      N + R = (1 + g) · (M + R)          g: GOGC
 *   trigger   T + R = (1 + h_T) · (M + R)
 *   grown     h_a = (L_e + R) / (M + R) − 1
 *   assists   expect Sc/γ and all of the roots, up to the goal; beyond it, or once more was done,
 *             all of Sc
 *
 * So the steady state has one more condition: R does not change. A cycle whose stacks have grown
 * since the commit has more work than its trigger was made for, and the controller takes that for a
 * trigger that was too late.
 */
import { MAX_OVERSHOOT } from './go-goal.ts'
import type { Facts, Pacer, State } from './pacer.ts'
import { growthFactor, MAX_DISTANCE, MIN_WORK_LEFT } from './runway.ts'
import {
  adjustRatio,
  commitRatio,
  FIXED_ROOM,
  fillRatioGoals,
  GOAL,
  grownBy,
  initRatio,
  MARKED,
  RATIO_STATE,
  startRatio,
  utilizationOf,
} from './trigger-ratio.ts'
import { BACKGROUND_UTILIZATION, workerCounts } from './worker-counts.ts'

/** The slot after those of trigger-ratio.ts, whose sizes are with roots here. */
const ROOTS = RATIO_STATE.length
const MIN_TRIGGER_SHARE = 0.6
const GOAL_UTILIZATION = 0.3

export const rootsAsHeap: Pacer = {
  name: 'roots-as-heap',
  describe: 'Go 1.14 with stacks and globals counted as heap, an alternative of golang/go#44167',
  stateNames: [...RATIO_STATE, 'roots'],

  init: initRatio,

  startCycle(state, facts, plan) {
    workerCounts(facts.procs, plan)
    startRatio(withRoots(facts, state), state)
  },

  revise(state, facts) {
    const { heapLive, heapScannable } = facts
    const roots = facts.maxStackScan + facts.globalsScan
    const done = facts.heapScanWork + facts.stackScanWork + facts.globalsScanWork
    let goal = Math.min(state[GOAL], MAX_DISTANCE)
    let work = Math.trunc(heapScannable / growthFactor(facts.gcPercent)) + roots
    if (heapLive + state[ROOTS] > goal || done > work) {
      goal = Math.trunc(MAX_OVERSHOOT * goal)
      work = heapScannable + roots
    }
    return Math.max(work - done, MIN_WORK_LEFT) / Math.max(goal - state[ROOTS] - heapLive, 1)
  },

  endCycle(state, facts) {
    if (facts.forced || facts.gcPercent < 0) return
    adjustRatio(state, {
      growth: Math.max(state[GOAL] / state[MARKED] - 1, 0),
      weightOfGrowth: 1,
      grown: grownBy(withRoots(facts, state), state),
      utilization: utilizationOf(BACKGROUND_UTILIZATION, facts),
      goalUtilization: GOAL_UTILIZATION,
    })
  },

  commit(state, facts) {
    state[ROOTS] = facts.maxStackScan + facts.globalsScan
    const marked = facts.heapMarked + state[ROOTS]
    commitRatio(withRoots(facts, state), state, marked, MIN_TRIGGER_SHARE, FIXED_ROOM)
  },

  goals(state, _facts, out) {
    fillRatioGoals(state, MAX_OVERSHOOT, out)
    out.trigger = Math.max(out.trigger - state[ROOTS], 0)
    out.goal = Math.max(out.goal - state[ROOTS], 0)
    out.committedGoal = Math.max(out.committedGoal - state[ROOTS], 0)
    out.hardGoal = Math.max(out.hardGoal - state[ROOTS], out.goal)
  },
}

/** The facts with roots in the live heap. Only in stops, since it allocates. */
function withRoots(facts: Readonly<Facts>, state: State): Facts {
  return { ...facts, heapLive: facts.heapLive + state[ROOTS] }
}
