/**
 * The pacer of Go 1.19 and 1.20 (mgcpacer.go). It differs from go1.21 in that a PI controller
 * filters cons/mark. The controller rings after a step, and can fall below all that was ever
 * measured. Its goal is the first with a memory limit, which keeps 1 MiB of headroom. Where the
 * controller fails, cons/mark is 0, as in a late patch.
 */
import { fillGoals, gcPercentGoal, heapGoal, sweepMinTrigger } from './go-goal.ts'
import type { Pacer } from './pacer.ts'
import { GO_CONTROLLER, nextOutput } from './pi-controller.ts'
import { assistRatio, expectedWork, measureConsMark, runwayOf, triggerFor } from './runway.ts'
import { workerCounts } from './worker-counts.ts'

const PERCENT_GOAL = 0
const SWEEP_MIN = 1
const RUNWAY = 2
const CONS_MARK = 3
const INTEGRAL = 4
/** Percent kept free below the memory limit, besides 1 MiB (1.21 added 3 %). */
const HEADROOM_PERCENT = 0

export const go119: Pacer = {
  name: 'go1.19',
  describe: 'Go 1.19 and 1.20: runway from cons/mark, filtered by a PI controller; memory limit',
  liveGoals: 'under-limit',
  stateNames: ['percentGoal', 'sweepMinTrigger', 'runway', 'consMark', 'integral'],

  init() {},

  startCycle(_state, facts, plan) {
    workerCounts(facts.procs, plan)
  },

  revise(state, facts) {
    const goal = heapGoal(state[PERCENT_GOAL], state[SWEEP_MIN], facts, HEADROOM_PERCENT)
    return assistRatio(goal, expectedWork(facts), facts)
  },

  endCycle(state, facts) {
    if (facts.heapLive <= facts.triggered) return
    const output = nextOutput(
      GO_CONTROLLER,
      state[CONS_MARK],
      measureConsMark(facts),
      state,
      INTEGRAL,
    )
    state[CONS_MARK] = output === GO_CONTROLLER.min ? 0 : output
  },

  commit(state, facts) {
    state[SWEEP_MIN] = sweepMinTrigger(facts)
    state[PERCENT_GOAL] = gcPercentGoal(facts)
    state[RUNWAY] = runwayOf(state[CONS_MARK], expectedWork(facts))
  },

  goals(state, facts, out) {
    const minTrigger = fillGoals(
      state[PERCENT_GOAL],
      state[SWEEP_MIN],
      facts,
      out,
      HEADROOM_PERCENT,
    )
    out.trigger = triggerFor(out.goal, minTrigger, state[RUNWAY], facts.heapMarked)
  },
}
