/**
 * What the pacers of Go 1.5 to 1.17 share (golang.org/s/go15gcpacing, golang/go#14951). A cycle
 * starts when the heap has grown by a ratio h_T of what was marked. After each cycle a proportional
 * controller moves that ratio, by how far the heap grew (h_a) and how much CPU marking took (u_a):
 *
 *     e = (h_g − h_T) − (u_a / u_g) · (h_a − h_T)         h_T += e / 2
 *
 * The estimates leave out stacks and globals, which are scanned all the same.
 *
 * What was allocated black counted as scannable in these versions, and as scanned at once. On the
 * real heap it counts as neither: Sc is frozen while marking. That is the same where all of Sc is
 * expected, and a little less work where 1/γ of Sc is. In the stepped engine of the lab, Sc grows
 * by it and the work done does not, as in Go's pacer tests. There these pacers expect more.
 */
import { heapMinimum } from './go-goal.ts'
import type { Facts, Goals, PacerConfig, State } from './pacer.ts'
import { MiB } from './units.ts'

/**
 * The first slots of state, which all of these pacers have. The last five hold what the controller
 * last saw and what it then had; they are read only by traces.
 */
export const RATIO_STATE = [
  ...['triggerRatio', 'marked', 'goal', 'trigger', 'committedGoal'],
  ...['ratioBefore', 'growth', 'grown', 'utilization', 'goalUtilization'],
] as const
export const TRIGGER_RATIO = 0
/**
 * M as the controller sees it. If the heap minimum set the trigger, this is the M that would have
 * given that trigger.
 */
export const MARKED = 1
export const GOAL = 2
const TRIGGER = 3
const COMMITTED_GOAL = 4
const RATIO_BEFORE = 5
const GROWTH = 6
const GROWN = 7
const UTILIZATION = 8
/** 0 until the controller has seen the cycle: it sees none that is forced, or without GOGC. */
const GOAL_UTILIZATION = 9

const FIRST_RATIO = 7 / 8
const GAIN = 0.5
/**
 * A cycle starts at this share of the way to the goal at the latest, and then has at least this
 * much room, in bytes.
 */
const MAX_RATIO_SHARE = 0.95
const MIN_ROOM = MiB
/** The sweeper's room, in bytes. Up to Go 1.12 it scales with GOGC; later it does not. */
export const scaledRoom = (gcPercent: number): number => (MIN_ROOM * Math.max(gcPercent, 0)) / 100
export const FIXED_ROOM = MIN_ROOM

export function initRatio(config: PacerConfig, state: State): void {
  state[TRIGGER_RATIO] = FIRST_RATIO
  state[MARKED] = heapMinimum(config) / (1 + FIRST_RATIO)
}

/** Sets the goal when a cycle starts: at least some room above L. */
export function startRatio(facts: Readonly<Facts>, state: State): void {
  state[GOAL_UTILIZATION] = 0
  // A small heap triggers at its minimum, which says nothing of what is live.
  if (state[TRIGGER] <= heapMinimum(facts))
    state[MARKED] = state[TRIGGER] / (1 + state[TRIGGER_RATIO])
  if (facts.gcPercent < 0) state[GOAL] = Number.POSITIVE_INFINITY
  else {
    const goal = Math.trunc(state[MARKED] * (1 + facts.gcPercent / 100))
    state[GOAL] = Math.max(goal, facts.heapLive + MIN_ROOM, state[COMMITTED_GOAL])
  }
}

/** What the controller should aim at, and how it sees what was. */
export interface Aim {
  /**
   * h_g, how far the heap should grow; and w, the weight of its part of the error: 1 except with an
   * adjusted error curve.
   */
  readonly growth: number
  readonly weightOfGrowth: number
  /** h_a. */
  readonly grown: number
  /** u_a and u_g. */
  readonly utilization: number
  readonly goalUtilization: number
}

/** Moves h_T by half of `e = w · (h_g − h_T) − (u_a/u_g) · (h_a − h_T)`. Its limits come later. */
export function adjustRatio(state: State, aim: Aim): void {
  const { growth, weightOfGrowth, grown, utilization, goalUtilization } = aim
  const ratio = state[TRIGGER_RATIO]
  const error =
    weightOfGrowth * (growth - ratio) - (utilization / goalUtilization) * (grown - ratio)
  state[TRIGGER_RATIO] = ratio + GAIN * error
  state[RATIO_BEFORE] = ratio
  state[GROWTH] = growth
  state[GROWN] = grown
  state[UTILIZATION] = utilization
  state[GOAL_UTILIZATION] = goalUtilization
}

/** The share of the CPU that marking took: the background's, which is assumed, and the assists'. */
export function utilizationOf(background: number, facts: Readonly<Facts>): number {
  const cpuNs = facts.markDurationNs * facts.procs
  return background + (cpuNs > 0 ? facts.assistTimeNs / cpuNs : 0)
}

/** h_a = L_e / M − 1. */
export function grownBy(facts: Readonly<Facts>, state: State): number {
  return state[MARKED] > 0 ? facts.heapLive / state[MARKED] - 1 : 0
}

/**
 * Sets goal and trigger for `marked`: M·(1 + g), and M·(1 + h_T) within limits. `minShare` is the
 * least ratio, as a share of g. `sweepRoom` is what the sweeper has before the trigger, in bytes.
 */
export function commitRatio(
  facts: Readonly<Facts>,
  state: State,
  marked: number,
  minShare: number,
  sweepRoom: number,
): void {
  // Before the first cycle nothing was marked, and M is what initRatio made of it.
  if (marked > 0 || !facts.sweepDone) state[MARKED] = marked
  if (facts.gcPercent < 0) {
    state[TRIGGER] = state[GOAL] = state[COMMITTED_GOAL] = Number.POSITIVE_INFINITY
    return
  }
  const growth = facts.gcPercent / 100
  state[TRIGGER_RATIO] = Math.min(
    Math.max(state[TRIGGER_RATIO], minShare * growth),
    MAX_RATIO_SHARE * growth,
  )
  const minTrigger = Math.max(
    heapMinimum(facts),
    facts.sweepDone ? 0 : facts.heapLive + Math.trunc(sweepRoom),
  )
  state[TRIGGER] = Math.max(Math.trunc(state[MARKED] * (1 + state[TRIGGER_RATIO])), minTrigger)
  state[GOAL] = Math.max(Math.trunc(state[MARKED] * (1 + growth)), state[TRIGGER])
  state[COMMITTED_GOAL] = state[GOAL]
}

/**
 * Moves the trigger down, but not below the heap minimum or the room that the sweeper needs above
 * what is live.
 */
export function triggerAtMost(bytes: number, facts: Readonly<Facts>, state: State): void {
  const room = facts.sweepDone ? 0 : MIN_ROOM
  const least = Math.max(heapMinimum(facts), facts.heapLive + room)
  state[TRIGGER] = Math.min(state[TRIGGER], Math.max(Math.trunc(bytes), least))
}

/**
 * Fills in all goals. `overshoot`: how far beyond the goal assists may let the heap end, as a
 * factor.
 */
export function fillRatioGoals(state: State, overshoot: number, out: Goals): void {
  out.trigger = state[TRIGGER]
  out.goal = state[GOAL]
  out.committedGoal = state[COMMITTED_GOAL]
  out.hardGoal = Math.max(Math.trunc(overshoot * out.goal), out.goal)
  out.sweepDistance = MiB
}
