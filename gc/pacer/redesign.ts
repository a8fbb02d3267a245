/**
 * The redesign of the pacer as proposed on 8 February 2021 (golang/go#44167), not as shipped
 * (go1.18). A PI controller searches for r: the bytes allocated for each byte scanned when a
 * quarter of the CPU marks.
 *
 *   goal      N = γ · (M + S + G)                                  S, G: bytes of stacks, globals
 *   trigger   T = N − r · (P + S + G)                              P: scannable bytes of M
 *   measured  (L_e − T) / W · ((1 − u_t) · u_n) / ((1 − u_n) · u_t)
 *                                                                  u_t: 0.25, u_n: what it was
 *   assists   from the trigger on along one slope, (N − T) / (P + S + G) bytes for each byte of
 *             work, up to the work of a heap that is all live, but not beyond γ · N
 *
 * The trigger lies between 0.6 and 0.95 of the way from M to what GOGC allows above M.
 *
 * Different from the text, or left open by it:
 *
 * - The text takes the controller's output as r. The proposal's simulator adds the output to r. The
 *   constants here are the simulator's, so the output is added.
 * - W is the work that was done. The text has M + S + G.
 * - In goal and trigger, S is that of the commit, not of the mark's start. Stacks that grew since
 *   count in the next goal.
 * - In a first cycle the goal is the heap minimum and the trigger 7/8 of it, as a later revision
 *   says.
 * - r stays between 0.05 and γ − 0.05, as in the simulator.
 * - The runway is at least 64 KiB. With a runway of 0, as in a cycle that starts at its goal, the
 *   program would stand still.
 */
import { heapMinimum, MIN_RUNWAY } from './go-goal.ts'
import type { Facts, Pacer, State } from './pacer.ts'
import { nextOutput, PROPOSAL_CONTROLLER } from './pi-controller.ts'
import { growthFactor, MAX_DISTANCE, MIN_WORK_LEFT } from './runway.ts'
import { MiB } from './units.ts'
import { BACKGROUND_UTILIZATION, workerCounts } from './worker-counts.ts'

const R = 0
const INTEGRAL = 1
const GOAL = 2
const TRIGGER = 3

const FIRST_TRIGGER_SHARE = 7 / 8
const MIN_TRIGGER_SHARE = 0.6
const MAX_TRIGGER_SHARE = 0.95
const R_MARGIN = 0.05

export const redesign = searchingR({
  name: 'redesign',
  describe:
    'the redesign of golang/go#44167 as proposed: PI controller on bytes allocated per byte scanned',
  next: (measured, state) =>
    state[R] + nextOutput(PROPOSAL_CONTROLLER, state[R], measured, state, INTEGRAL),
})

/** Without the controller: an alternative that the proposal considered. */
export const direct = searchingR({
  name: 'direct',
  describe: 'the redesign without its controller: r is what the last cycle measured',
  next: measured => measured,
})

interface Search {
  readonly name: string
  readonly describe: string
  /** The next r, without limits. */
  next(measured: number, state: State): number
}

function searchingR({ name, describe, next }: Search): Pacer {
  return {
    name,
    describe,
    stateNames: ['r', 'integral', 'goal', 'trigger'],

    init() {},

    startCycle(state, facts, plan) {
      workerCounts(facts.procs, plan)
      state[GOAL] = Math.max(state[GOAL], facts.heapLive)
    },

    revise(state, facts) {
      const roots = facts.maxStackScan + facts.globalsScan
      const done = facts.heapScanWork + facts.stackScanWork + facts.globalsScanWork
      const { triggered } = facts
      const goal = Math.min(state[GOAL], MAX_DISTANCE)
      const most = triggered + roots
      const expected = facts.lastHeapScan + roots
      const hardRunway = growthFactor(facts.gcPercent) * goal - triggered
      const extrapolated =
        expected > 0 ? Math.min(((goal - triggered) / expected) * most, hardRunway) : hardRunway
      const runway = Math.max(extrapolated, MIN_RUNWAY)
      return Math.max(most - done, MIN_WORK_LEFT) / Math.max(triggered + runway - facts.heapLive, 1)
    },

    endCycle(state, facts) {
      const measured = measureR(facts)
      if (!Number.isFinite(measured)) return // nothing was scanned, or nobody but the collector ran
      const gamma = growthFactor(facts.gcPercent)
      state[R] = Math.min(Math.max(next(measured, state), R_MARGIN), gamma - R_MARGIN)
    },

    commit(state, facts) {
      if (facts.gcPercent < 0) {
        state[GOAL] = state[TRIGGER] = Number.POSITIVE_INFINITY
        return
      }
      const roots = facts.maxStackScan + facts.globalsScan
      const goal = Math.max(
        Math.trunc(growthFactor(facts.gcPercent) * (facts.heapMarked + roots)),
        heapMinimum(facts),
      )
      const sweepMin = facts.sweepDone ? 0 : facts.heapLive + MiB
      const trigger =
        facts.heapMarked === 0
          ? Math.trunc(FIRST_TRIGGER_SHARE * goal)
          : triggerOf(goal, roots, facts, state)
      state[TRIGGER] = Math.max(trigger, sweepMin)
      state[GOAL] = Math.max(goal, state[TRIGGER])
    },

    goals(state, facts, out) {
      out.goal = out.committedGoal = state[GOAL]
      out.trigger = state[TRIGGER]
      out.hardGoal = Math.trunc(growthFactor(facts.gcPercent) * out.goal)
      out.sweepDistance = MiB
    },
  }
}

function triggerOf(goal: number, roots: number, facts: Readonly<Facts>, state: State): number {
  const { heapMarked, lastHeapScan, gcPercent } = facts
  const growth = (heapMarked * gcPercent) / 100
  const min = heapMarked + MIN_TRIGGER_SHARE * growth
  const max = heapMarked + MAX_TRIGGER_SHARE * growth
  return Math.trunc(Math.min(Math.max(goal - state[R] * (lastHeapScan + roots), min), max, goal))
}

function measureR(facts: Readonly<Facts>): number {
  const cpuNs = facts.markDurationNs * facts.procs
  const used = BACKGROUND_UTILIZATION + (cpuNs > 0 ? facts.assistTimeNs / cpuNs : 0)
  const work = facts.heapScanWork + facts.stackScanWork + facts.globalsScanWork
  const inBackground = (1 - BACKGROUND_UTILIZATION) / BACKGROUND_UTILIZATION
  return ((facts.heapLive - facts.triggered) / work) * inBackground * (used / (1 - used))
}
