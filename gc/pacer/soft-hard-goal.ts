/**
 * The pacers of golang/go#14951 (Go 1.10 to 1.17). They have a soft goal, at which a steady heap
 * should end its mark, and a hard one. Up to the soft goal assists expect 1/γ of the scannable heap
 * to be live. Beyond it they expect all of it to be live, and aim at the hard goal.
 */
import type { Facts, Pacer } from './pacer.ts'
import { growthFactor, MAX_DISTANCE, MIN_WORK_LEFT } from './runway.ts'
import {
  adjustRatio,
  commitRatio,
  fillRatioGoals,
  GOAL,
  grownBy,
  initRatio,
  MARKED,
  RATIO_STATE,
  startRatio,
  TRIGGER_RATIO,
  triggerAtMost,
  utilizationOf,
} from './trigger-ratio.ts'
import { BACKGROUND_UTILIZATION, workerCounts } from './worker-counts.ts'

/** What differed between the versions. */
export interface SoftHardVersion {
  readonly name: string
  readonly describe: string
  /** The least trigger ratio, as a share of GOGC's. */
  readonly minShare: number
  /**
   * True: all of the heap is taken as live as soon as more work was done than was expected. False:
   * only beyond the soft goal.
   */
  readonly isHardOnceExceeded: boolean
  /**
   * True: the controller aims at the growth to the goal that the cycle had. False: at the growth
   * that GOGC allows.
   */
  readonly aimsAtCycleGoal: boolean
  /** The sweeper's room before the trigger, in bytes. */
  sweepRoom(gcPercent: number): number
}

export interface SoftHardOptions {
  /** The hard goal as a multiple of the soft one: 1.1 as shipped, 1.05 in the proposal. */
  readonly hard: number
  /**
   * Share of the CPU for background workers: 0.25 as shipped, 0.2 in the proposal, which leaves
   * assists a twentieth.
   */
  readonly background: number
  /**
   * Share of the CPU at which the controller sees no error: 0.3 as shipped, 0.25 in the proposal.
   */
  readonly target: number
  /**
   * The next goal is that of the estimated live heap, without what was allocated black and is
   * garbage by now.
   */
  readonly floating: boolean
  /**
   * Work that no goroutine had to pay for counts as if the heap had grown less, so the next cycle
   * may start later.
   */
  readonly credit: boolean
  /**
   * The growth of the heap counts as what it would have been without idle workers, since the next
   * cycle may have none.
   */
  readonly idle: boolean
  /**
   * A cycle starts early enough for its first assist ratio to be at most this, where that is
   * possible (triggerOfRatio); 0 for no bound.
   */
  readonly assist: number
}

export const SHIPPED: SoftHardOptions = {
  ...{ hard: 1.1, background: BACKGROUND_UTILIZATION, target: 0.3 },
  ...{ floating: false, credit: false, idle: false, assist: 0 },
}

/**
 * The slot after those of trigger-ratio.ts: the live heap as estimated at the end of the last
 * cycle.
 */
const LIVE = RATIO_STATE.length
/** The value of that slot before the first cycle ends. 0 would be an estimate. */
const NO_ESTIMATE = -1

export function softHardGoal(version: SoftHardVersion, options: SoftHardOptions): Pacer {
  const { hard, background, target } = options
  return {
    name: nameOf(version.name, options),
    describe: version.describe,
    stateNames: [...RATIO_STATE, 'live'],
    traceForm: 'go1.10',

    init(config, state) {
      initRatio(config, state)
      state[LIVE] = NO_ESTIMATE
    },

    startCycle(state, facts, plan) {
      workerCounts(facts.procs, plan, background)
      startRatio(facts, state)
    },

    revise(state, facts) {
      const { heapLive, heapScannable, heapScanWork } = facts
      let goal = Math.min(state[GOAL], MAX_DISTANCE)
      let work = Math.trunc(heapScannable / growthFactor(facts.gcPercent))
      if (heapLive > goal || (version.isHardOnceExceeded && heapScanWork > work)) {
        goal = Math.trunc(hard * goal)
        work = heapScannable
      }
      return Math.max(work - heapScanWork, MIN_WORK_LEFT) / Math.max(goal - heapLive, 1)
    },

    endCycle(state, facts) {
      state[LIVE] = liveEstimate(facts)
      if (facts.forced || facts.gcPercent < 0) return
      const ratio = state[TRIGGER_RATIO]
      adjustRatio(state, {
        growth: version.aimsAtCycleGoal
          ? Math.max(state[GOAL] / state[MARKED] - 1, 0)
          : facts.gcPercent / 100,
        weightOfGrowth: 1,
        grown: ratio + (grownBy(facts, state) - ratio) * scaleOfGrowth(options, facts),
        utilization: utilizationOf(background, facts),
        goalUtilization: target,
      })
    },

    commit(state, facts) {
      const marked =
        options.floating && state[LIVE] !== NO_ESTIMATE ? state[LIVE] : facts.heapMarked
      commitRatio(facts, state, marked, version.minShare, version.sweepRoom(facts.gcPercent))
      if (options.assist > 0)
        triggerAtMost(triggerOfRatio(options.assist, state[GOAL], facts), facts, state)
    },

    goals: (state, _facts, out) => fillRatioGoals(state, hard, out),
  }
}

/**
 * The latest trigger at which revise's first ratio, (Sc/γ) / (N − T), is at most `ratio`. It
 * assumes that all that is allocated until then is scannable: Sc grows with L. It has no effect
 * where the heap minimum or the sweeper's room keeps the trigger above it, or for a cycle that
 * starts past its trigger. In bytes.
 */
function triggerOfRatio(ratio: number, goal: number, facts: Readonly<Facts>): number {
  const byGoal = ratio * growthFactor(facts.gcPercent)
  return (byGoal * goal + facts.heapLive - facts.heapScannable) / (byGoal + 1)
}

/**
 * l ≈ (H_a·m + H_a·H_T − H_a²) / H_T. All that was allocated black is in m. The rest of m is what
 * was marked of the heap before the trigger, which tells what share of it is live. The same share
 * of what was allocated black is taken as live (golang/go#14951, floating garbage). In bytes.
 */
function liveEstimate({ triggered, heapLive, bytesMarked }: Readonly<Facts>): number {
  if (triggered <= 0 || triggered === Number.POSITIVE_INFINITY) return bytesMarked
  const estimate = (heapLive * bytesMarked + heapLive * triggered - heapLive * heapLive) / triggered
  return Math.min(Math.max(Math.trunc(estimate), 0), bytesMarked)
}

/** The factor by which the growth since the trigger counts for more or less than it was. */
function scaleOfGrowth({ credit, idle }: SoftHardOptions, facts: Readonly<Facts>): number {
  const cpuNs = facts.markDurationNs * facts.procs
  if (cpuNs <= 0) return 1
  const paidNs = facts.dedicatedTimeNs + facts.fractionalTimeNs + facts.assistTimeNs
  const slower = idle && paidNs > 0 ? (paidNs + facts.idleTimeNs) / paidNs : 1
  const unpaid =
    credit && facts.heapScanWork > 0 ? Math.min(facts.creditLeft / facts.heapScanWork, 1) : 0
  return slower * (1 - unpaid)
}

/** The name as `--pacer` takes it: with the settings that differ from the shipped form. */
function nameOf(name: string, options: SoftHardOptions): string {
  const settings = (Object.keys(SHIPPED) as (keyof SoftHardOptions)[])
    .filter(key => options[key] !== SHIPPED[key])
    .map(key => `${key}=${Number(options[key])}`)
  return settings.length === 0 ? name : `${name}:${settings.join(',')}`
}
