/**
 * The pacer of Go 1.21 and later (mgcpacer.go; the goal rules are in go-goal.ts).
 *
 *   1. A cycle measures cons/mark: bytes allocated per byte scanned, each per second of CPU.
 *   2. The estimate for the next cycle is the largest of this measurement and the four before it: rather start early
 *      than make the program assist. (1.18 to 1.20 filtered it with a PI controller.)
 *   3. With a quarter of the CPU marking, the expected scan work lasts for 3 · cons/mark · work bytes of allocation:
 *      the runway. The trigger is that far below the goal, within bounds.
 *   4. During mark, the assist ratio spreads the work left over the bytes left, and is revised at each refill.
 */
import { fillGoals, gcPercentGoal, HEAP_MINIMUM, heapGoal, MAX_OVERSHOOT, sweepMinTrigger } from './go-goal.ts'
import type { Facts, Pacer } from './pacer.ts'
import { BACKGROUND_UTILIZATION, workerCounts } from './worker-counts.ts'

// State: set by commit,
const PERCENT_GOAL = 0
const SWEEP_MIN = 1
const RUNWAY = 2
// and by endCycle: the estimate, then the last four measurements, the oldest first.
const CONS_MARK = 3
const MEASURED = 4
const MEASUREMENTS = 4

/** The trigger stands between these parts, in 64ths, of the way from M to the goal. */
const MIN_TRIGGER_64THS = 45
const MAX_TRIGGER_64THS = 61
/** Stands for GOGC=off in a forced cycle. */
const GC_PERCENT_OFF = 100_000
/** There is always a little work left, since marking races and may count an object twice. */
const MIN_WORK_LEFT = 1000
/** The longest distance to a goal, Go's largest integer: keeps the assist ratio of a cycle without a goal above 0. */
const MAX_DISTANCE = 2 ** 63

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
    const done = facts.heapScanWork + facts.stackScanWork + facts.globalsScanWork
    const most = facts.heapScannable + facts.maxStackScan + facts.globalsScan
    let expected = expectedWork(facts)
    let goal = Math.min(heapGoal(state[PERCENT_GOAL], state[SWEEP_MIN], facts), MAX_DISTANCE)
    if (done > expected) {
      // The heap grew: keep the slope up to the worst case, but stay below the next cycle's goal.
      const gcPercent = facts.gcPercent < 0 ? GC_PERCENT_OFF : facts.gcPercent
      const hardGoal = Math.trunc((1 + gcPercent / 100) * goal)
      const { triggered } = facts
      const extrapolated = Math.trunc(((goal - triggered) / expected) * most) + triggered
      // Without globals and stacks a first cycle expects nothing, and the slope is infinite.
      goal = expected === 0 ? hardGoal : Math.min(extrapolated, hardGoal)
      expected = most
    }
    if (facts.heapLive > goal) {
      goal = Math.trunc(goal * MAX_OVERSHOOT)
      expected = most
    }
    return Math.max(expected - done, MIN_WORK_LEFT) / Math.max(goal - facts.heapLive, 1)
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
    const perWork = (state[CONS_MARK] * (1 - BACKGROUND_UTILIZATION)) / BACKGROUND_UTILIZATION
    const runway = Math.trunc(perWork * expectedWork(facts))
    // Below 0 or not a number, after a cycle that was all assists or scanned nothing: Go's conversion makes it huge.
    state[RUNWAY] = runway >= 0 ? runway : Number.POSITIVE_INFINITY
  },

  goals(state, facts, out) {
    const minTrigger = fillGoals(state[PERCENT_GOAL], state[SWEEP_MIN], facts, out)
    out.trigger = triggerFor(out.goal, minTrigger, state[RUNWAY], facts.heapMarked)
  },
}

/** Scan work if this cycle is like the last: P_h + P_s + G. */
function expectedWork(facts: Readonly<Facts>): number {
  return facts.lastHeapScan + facts.lastStackScan + facts.globalsScan
}

/**
 * (L_e − T_a) / (D·P·(1 − u))  over  W / (D·P·(u + u_i)). The background share of u is assumed and not measured; idle
 * workers' time counts for the scanner, and is not taken from the program, which was free to use it.
 */
function measureConsMark(facts: Readonly<Facts>): number {
  const cpuNs = facts.markDurationNs * facts.procs
  const assisting = cpuNs > 0 ? facts.assistTimeNs / cpuNs : 0
  const idle = cpuNs > 0 ? facts.idleTimeNs / cpuNs : 0
  const utilization = BACKGROUND_UTILIZATION + assisting
  const work = facts.heapScanWork + facts.stackScanWork + facts.globalsScanWork
  return ((facts.heapLive - facts.triggered) * (utilization + idle)) / (work * (1 - utilization))
}

function triggerFor(goal: number, sweepMin: number, runway: number, heapMarked: number): number {
  if (heapMarked >= goal) return goal
  const step = Math.floor((goal - heapMarked) / 64)
  const min = Math.max(sweepMin, heapMarked, heapMarked + step * MIN_TRIGGER_64THS)
  // A big heap with little to scan needs no more runway than a minimal heap has in all.
  const max = Math.max(heapMarked + step * MAX_TRIGGER_64THS, goal - HEAP_MINIMUM, min)
  return Math.min(Math.max(runway < goal ? goal - runway : min, min), max)
}
