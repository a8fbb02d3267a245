/**
 * The pacer of Go 1.21 and later (mgcpacer.go). The rules of the goal are in go-goal.ts, trigger
 * and assists in runway.ts.
 *
 * A cycle measures cons/mark. The estimate for the next cycle is the largest of this measurement
 * and the four before it: a start that is too early is better than assists. (1.18 to 1.20 filtered
 * the measurements with a PI controller.)
 */
import { fillGoals, gcPercentGoal, heapGoal, sweepMinTrigger } from './go-goal.ts'
import type { Pacer } from './pacer.ts'
import { assistRatio, expectedWork, measureConsMark, runwayOf, triggerFor } from './runway.ts'
import { workerCounts } from './worker-counts.ts'

// State: set by commit,
const PERCENT_GOAL = 0
const SWEEP_MIN = 1
const RUNWAY = 2
// and by endCycle: the estimate, then the last four measurements, the oldest first.
const CONS_MARK = 3
const MEASURED = 4
const MEASUREMENTS = 4

export const go121: Pacer = {
  name: 'go1.21',
  describe: 'Go 1.21 and later: runway from the largest of the last five cons/mark ratios',
  liveGoals: 'under-limit',
  stateNames: [
    'percentGoal',
    'sweepMinTrigger',
    'runway',
    'consMark',
    'consMark4Ago',
    'consMark3Ago',
    'consMark2Ago',
    'consMark1Ago',
  ],

  init() {}, // no cycle was measured yet: cons/mark 0

  startCycle(_state, facts, plan) {
    workerCounts(facts.procs, plan)
  },

  revise(state, facts) {
    return assistRatio(
      heapGoal(state[PERCENT_GOAL], state[SWEEP_MIN], facts),
      expectedWork(facts),
      facts,
    )
  },

  endCycle(state, facts) {
    if (facts.heapLive <= facts.triggered) return // too short to tell
    const measured = measureConsMark(facts)
    let estimate = measured
    for (let i = MEASURED; i < MEASURED + MEASUREMENTS; i++) estimate = Math.max(estimate, state[i])
    state[CONS_MARK] = estimate
    state.copyWithin(MEASURED, MEASURED + 1, MEASURED + MEASUREMENTS)
    state[MEASURED + MEASUREMENTS - 1] = measured
  },

  commit(state, facts) {
    state[SWEEP_MIN] = sweepMinTrigger(facts)
    state[PERCENT_GOAL] = gcPercentGoal(facts)
    state[RUNWAY] = runwayOf(state[CONS_MARK], expectedWork(facts))
  },

  goals(state, facts, out) {
    const minTrigger = fillGoals(state[PERCENT_GOAL], state[SWEEP_MIN], facts, out)
    out.trigger = triggerFor(out.goal, minTrigger, state[RUNWAY], facts.heapMarked)
  },
}
