/**
 * Decides when to start as ZGC's rule of the allocation rate does (JEP 333; zDirector in OpenJDK).
 * It predicts how long a cycle takes and how fast the program allocates, both from decaying means
 * and deviations. A cycle starts that long before the goal would be reached. The rule knows only
 * time, and neither work nor shares of CPU.
 *
 * Different from ZGC:
 *
 * - The goal is Go's. ZGC's is a fixed heap.
 * - Rates are those of the time of marking, since this collector measures them then.
 * - If the prediction was wrong, assists hold the program to the goal. ZGC stalls the program until
 *   memory is free; Go has no such stall.
 */
import { fillGoals, gcPercentGoal, heapGoal, sweepMinTrigger } from './go-goal.ts'
import type { Pacer, State } from './pacer.ts'
import { assistRatio, expectedWork } from './runway.ts'
import { BACKGROUND_UTILIZATION, workerCounts } from './worker-counts.ts'

const PERCENT_GOAL = 0
const SWEEP_MIN = 1
/**
 * Mean and variance of a cycle's length, in ns. Then those of the allocation rate, in bytes for
 * each ns, without assists.
 */
const DURATION = 2
const DURATION_VARIANCE = 3
const RATE = 4
const RATE_VARIANCE = 5
const CYCLES = 6

/** Weight of the newest cycle. */
const NEWEST = 0.3
/** The program may allocate twice as fast as it did (ZAllocationSpikeTolerance). */
const SPIKE_TOLERANCE = 2
/** One cycle in a thousand may be beyond the prediction. That takes this many deviations. */
const ONE_IN_1000 = 3.29

export const zgcLike: Pacer = {
  name: 'zgc-like',
  describe: 'starts by predicted length of a cycle and rate of allocation, as ZGC does',
  liveGoals: 'under-limit',
  stateNames: [
    ...['percentGoal', 'sweepMinTrigger'],
    ...['duration', 'durationVariance', 'allocationRate', 'allocationRateVariance', 'cycles'],
  ],

  init() {},

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
    const { markDurationNs } = facts
    if (markDurationNs <= 0) return
    const cpuNs = markDurationNs * facts.procs
    const assisting = facts.assistTimeNs / cpuNs
    const rate = Math.max(facts.heapLive - facts.triggered, 0) / markDurationNs
    // As if no goroutine had assisted: assists took time from the program and gave it to the
    // marking.
    const programShare = Math.max(1 - BACKGROUND_UTILIZATION - assisting, 0.01)
    learn(state, RATE, (rate * (1 - BACKGROUND_UTILIZATION)) / programShare)
    learn(
      state,
      DURATION,
      (markDurationNs * (BACKGROUND_UTILIZATION + assisting)) / BACKGROUND_UTILIZATION,
    )
    state[CYCLES]++
  },

  commit(state, facts) {
    state[SWEEP_MIN] = sweepMinTrigger(facts)
    state[PERCENT_GOAL] = gcPercentGoal(facts)
  },

  goals(state, facts, out) {
    const sweepMin = fillGoals(state[PERCENT_GOAL], state[SWEEP_MIN], facts, out)
    out.trigger = Math.min(Math.max(out.goal - needed(state), sweepMin, facts.heapMarked), out.goal)
  },
}

/** Bytes that the program may allocate while a cycle runs. */
function needed(state: State): number {
  const rate = state[RATE] * SPIKE_TOLERANCE + ONE_IN_1000 * Math.sqrt(state[RATE_VARIANCE])
  return Math.trunc(rate * (state[DURATION] + ONE_IN_1000 * Math.sqrt(state[DURATION_VARIANCE])))
}

/**
 * Moves the mean in `slot` and the variance after it by a new value (West's formula). The first
 * value is taken as it is.
 */
function learn(state: State, slot: number, value: number): void {
  const weight = state[CYCLES] === 0 ? 1 : NEWEST
  const difference = value - state[slot]
  state[slot] += weight * difference
  state[slot + 1] = (1 - weight) * (state[slot + 1] + weight * difference * difference)
}
