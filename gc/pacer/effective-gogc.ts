/**
 * Paces by an effective GOGC, as SetMaxHeap was to do: an alternative that golang/go#44167
 * considered. The text has one sentence of it. This is our reading:
 *
 *   goal        N: that of GOGC, or what the memory limit leaves     (go-goal.ts)
 *   effective   G = N / M − 1: the GOGC that gives this goal
 *   trigger     T = M · (1 + s · G): s is the share of the effective GOGC at which a cycle starts
 *   measured    the trigger that would have been right, if the cycle had found the work that was
 *               expected, as a share of G:  1 − (needed · expected / W) / (N − M)
 *   needed      (L_e − T_a) · ((1 − u_t) · u_n) / ((1 − u_n) · u_t)   u_t: 0.25, u_n: what it was
 *                                                                     (runway.ts)
 *
 * The controller of the redesign searches for s. What it searches for is no property of the
 * program: s changes with GOGC, with the limit, and with what of the heap has to be scanned.
 *
 * G is infinite where M is 0 or the goal is. M cancels out of T and of the measurement, so only the
 * second matters: without a goal nothing is measured, and there is no trigger.
 */
import { fillGoals, gcPercentGoal, heapGoal, sweepMinTrigger } from './go-goal.ts'
import type { Facts, Pacer, State } from './pacer.ts'
import { nextOutput, PROPOSAL_CONTROLLER } from './pi-controller.ts'
import { assistRatio, expectedWork, measureConsMark, runwayOf } from './runway.ts'
import { workerCounts } from './worker-counts.ts'

const PERCENT_GOAL = 0
const SWEEP_MIN = 1
const SHARE = 2
const INTEGRAL = 3

/** As the redesign's limits of the trigger. */
const [MIN_SHARE, MAX_SHARE] = [0.6, 0.95]
const FIRST_SHARE = 7 / 8

export const effectiveGogc: Pacer = {
  name: 'effective-gogc',
  describe: 'a controller on the share of the effective GOGC, an alternative of golang/go#44167',
  liveGoals: 'under-limit',
  stateNames: ['percentGoal', 'sweepMinTrigger', 'share', 'integral'],

  init(_config, state) {
    state[SHARE] = FIRST_SHARE
  },

  startCycle(_state, facts, plan) {
    workerCounts(facts.procs, plan)
  },

  revise(state, facts) {
    return assistRatio(goalOf(state, facts), expectedWork(facts), facts)
  },

  endCycle(state, facts) {
    const way = goalOf(state, facts) - facts.heapMarked
    if (facts.heapLive <= facts.triggered || way <= 0 || way === Number.POSITIVE_INFINITY) return
    const needed = runwayOf(measureConsMark(facts), expectedWork(facts))
    const measured = Math.min(Math.max(1 - needed / way, 0), 1)
    const output = nextOutput(PROPOSAL_CONTROLLER, state[SHARE], measured, state, INTEGRAL)
    state[SHARE] = Math.min(Math.max(state[SHARE] + output, MIN_SHARE), MAX_SHARE)
  },

  commit(state, facts) {
    state[PERCENT_GOAL] = gcPercentGoal(facts)
    state[SWEEP_MIN] = sweepMinTrigger(facts)
  },

  goals(state, facts, out) {
    const sweepMin = fillGoals(state[PERCENT_GOAL], state[SWEEP_MIN], facts, out)
    const way = Math.max(out.goal - facts.heapMarked, 0)
    const trigger =
      way === Number.POSITIVE_INFINITY ? way : facts.heapMarked + Math.trunc(state[SHARE] * way)
    out.trigger = Math.min(Math.max(trigger, sweepMin), out.goal)
  },
}

function goalOf(state: State, facts: Readonly<Facts>): number {
  return heapGoal(state[PERCENT_GOAL], state[SWEEP_MIN], facts)
}
