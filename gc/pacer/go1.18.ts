/**
 * The pacer of Go 1.18 as shipped (mgcpacer.go), the first after the redesign (golang/go#44167). It
 * differs from 1.19:
 *
 * - There is no memory limit.
 * - Goal and trigger are computed at commit, not on demand.
 * - Stacks count by what is allocated to them when a cycle starts, not by what the last one
 *   scanned.
 * - The bounds of the trigger are 0.7 and 0.95 of the way. The upper one is wrong, which 1.19
 *   mended. For a heap above the minimum it adds to M a distance that was meant as a place. So it
 *   bounds nothing, and a cycle may start at the goal.
 */
import { heapMinimum, MIN_RUNWAY } from './go-goal.ts'
import type { Facts, Pacer } from './pacer.ts'
import { GO_CONTROLLER, nextOutput } from './pi-controller.ts'
import { assistRatio, measureConsMark, runwayOf } from './runway.ts'
import { MiB } from './units.ts'
import { workerCounts } from './worker-counts.ts'

const GOAL = 0
const TRIGGER = 1
const COMMITTED_GOAL = 2
const STACK = 3
const CONS_MARK = 4
const INTEGRAL = 5

const MIN_TRIGGER_SHARE = 0.7
const MAX_TRIGGER_SHARE = 0.95

export const go118: Pacer = {
  name: 'go1.18',
  describe: 'Go 1.18: the redesign as shipped; stacks and globals count, no memory limit yet',
  stateNames: ['goal', 'trigger', 'committedGoal', 'stackScan', 'consMark', 'integral'],

  init() {},

  startCycle(state, facts, plan) {
    workerCounts(facts.procs, plan)
    state[STACK] = facts.maxStackScan
    state[GOAL] = Math.max(state[GOAL], facts.heapLive + MIN_RUNWAY)
  },

  revise(state, facts) {
    const expected = facts.lastHeapScan + state[STACK] + facts.globalsScan
    // A forced cycle under GOGC=off has no trigger.
    const triggered = Math.min(state[TRIGGER], facts.triggered)
    return assistRatio(state[GOAL], expected, facts, triggered, state[STACK])
  },

  endCycle(state, facts) {
    // Measured from the trigger as it was set, wherever the cycle really began.
    if (facts.heapLive <= state[TRIGGER]) return
    const measured = measureConsMark(facts, state[TRIGGER])
    const output = nextOutput(GO_CONTROLLER, state[CONS_MARK], measured, state, INTEGRAL)
    state[CONS_MARK] = output === GO_CONTROLLER.min ? 0 : output
  },

  commit(state, facts) {
    const { heapMarked, gcPercent } = facts
    if (gcPercent < 0) {
      state[TRIGGER] = state[GOAL] = state[COMMITTED_GOAL] = Number.POSITIVE_INFINITY
      return
    }
    const roots = state[STACK] + facts.globalsScan
    const goal = heapMarked + Math.trunc(((heapMarked + roots) * gcPercent) / 100)
    const [minTrigger, maxTrigger] = triggerBounds(goal, facts)
    const runway = runwayOf(state[CONS_MARK], facts.lastHeapScan + roots)
    const trigger = Math.min(
      Math.max(runway > goal ? minTrigger : goal - runway, minTrigger),
      maxTrigger,
    )
    state[TRIGGER] = trigger
    state[GOAL] = state[COMMITTED_GOAL] = Math.max(goal, trigger)
  },

  goals(state, _facts, out) {
    out.trigger = state[TRIGGER]
    out.goal = state[GOAL]
    out.committedGoal = state[COMMITTED_GOAL]
    out.hardGoal = Math.trunc(1.1 * out.goal)
    out.sweepDistance = MiB
  },
}

function triggerBounds(goal: number, facts: Readonly<Facts>): readonly [min: number, max: number] {
  const { heapMarked, heapLive, sweepDone } = facts
  const minimum = heapMinimum(facts)
  const way = Math.max(goal - heapMarked, 0)
  const min = Math.max(
    minimum,
    sweepDone ? 0 : heapLive + MiB,
    heapMarked + Math.trunc(way * MIN_TRIGGER_SHARE),
  )
  let maxRunway = Math.trunc(way * MAX_TRIGGER_SHARE)
  if (goal > minimum) maxRunway = Math.max(maxRunway, goal - minimum)
  return [min, Math.max(heapMarked + maxRunway, min)]
}
