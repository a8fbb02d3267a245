/**
 * The square-root rule of "Optimal Heap Limits for Reducing Browser Memory Use" (Kirisame, Shenoy,
 * Panchekha, OOPSLA 2022). Where several heaps share a memory, all costs together are least if each
 * heap has room, besides its live heap, for
 *
 *     E = √(L · g / (c · s))       L: live bytes, g: rate of allocation, s: rate of marking,
 *                                  c: what a byte costs
 *
 * GOGC gives each a share of its live heap instead. The rule is fitted to a concurrent collector:
 *
 * - g/s is cons/mark: both are measured while marking and for CPU time. It is the largest of this
 *   cycle's and a decaying last one. (go1.21 takes the largest of five.)
 * - E is the way to the goal. Trigger and assists are go1.21's.
 * - GOGC sets c. A live heap of 64 MiB that allocates a tenth of what a marker scans has the goal
 *   that GOGC would give it. Larger heaps get less than by GOGC. Smaller ones get more, and so do
 *   those that allocate fast.
 */
import { fillGoals, heapGoal, heapMinimum, sweepMinTrigger } from './go-goal.ts'
import type { Facts, Pacer } from './pacer.ts'
import { assistRatio, expectedWork, measureConsMark, runwayOf, triggerFor } from './runway.ts'
import { MiB } from './units.ts'
import { workerCounts } from './worker-counts.ts'

const ROOM_GOAL = 0
const SWEEP_MIN = 1
const RUNWAY = 2
const CONS_MARK = 3

/** Where the rule agrees with GOGC. */
const REFERENCE_LIVE = 64 * MiB
const REFERENCE_CONS_MARK = 0.1
/** A larger value comes from a cycle that hardly scanned. */
const MOST_CONS_MARK = 1000
/** What is left of an old cons/mark after a cycle that measured less. */
const DECAY = 0.8

export const membalancer: Pacer = {
  name: 'membalancer',
  describe: 'the square-root rule of optimal heap limits, with the runway of go1.21',
  liveGoals: 'under-limit',
  stateNames: ['roomGoal', 'sweepMinTrigger', 'runway', 'consMark'],

  init(_config, state) {
    state[CONS_MARK] = REFERENCE_CONS_MARK
  },

  startCycle(_state, facts, plan) {
    workerCounts(facts.procs, plan)
  },

  revise(state, facts) {
    return assistRatio(
      heapGoal(state[ROOM_GOAL], state[SWEEP_MIN], facts),
      expectedWork(facts),
      facts,
    )
  },

  endCycle(state, facts) {
    if (facts.heapLive <= facts.triggered) return
    const measured = measureConsMark(facts)
    // A cycle that scanned nothing, or in which only assists ran, has measured nothing.
    if (Number.isFinite(measured) && measured >= 0)
      state[CONS_MARK] = Math.min(Math.max(measured, DECAY * state[CONS_MARK]), MOST_CONS_MARK)
  },

  commit(state, facts) {
    state[SWEEP_MIN] = sweepMinTrigger(facts)
    state[ROOM_GOAL] = roomGoal(state[CONS_MARK], facts)
    state[RUNWAY] = runwayOf(state[CONS_MARK], expectedWork(facts))
  },

  goals(state, facts, out) {
    const minTrigger = fillGoals(state[ROOM_GOAL], state[SWEEP_MIN], facts, out)
    out.trigger = triggerFor(out.goal, minTrigger, state[RUNWAY], facts.heapMarked)
  },
}

function roomGoal(consMark: number, facts: Readonly<Facts>): number {
  const { gcPercent, heapMarked } = facts
  if (gcPercent < 0) return Number.POSITIVE_INFINITY
  const live = heapMarked + facts.lastStackScan + facts.globalsScan
  const room =
    (gcPercent / 100) * Math.sqrt(live * REFERENCE_LIVE * (consMark / REFERENCE_CONS_MARK))
  return Math.max(heapMarked + Math.trunc(room), heapMinimum(facts))
}
