/**
 * The pacer of Go 1.14 to 1.17, in the model (model.ts). Its h is the trigger ratio. Where the
 * original wraps, differences are taken as 0. For each cycle:
 *
 * 1. The goal is γ times the live heap, and the trigger 1 + h times it.
 * 2. Marking takes as much of the CPU as the slope to the goal needs for the work that is expected,
 *    and at least the background's quarter.
 * 3. If the cycle comes to its goal, or has more work than was expected, the slope from there on is
 *    that to the hard goal.
 * 4. The controller moves h by half of its error, and limits it. The error is the growth to the
 *    goal less h, less what the heap grew beyond h, weighted by the utilization over its target.
 */
import { cellAt } from '../../indexed.ts'
import { MiB } from '../../units.ts'
import { type CycleColumns, type Globals, type Model, ModelHeap, type Rows } from './model.ts'

const TARGET = 0.3
const BACKGROUND = 0.25
const GAIN = 0.5
const LEAST_GOAL = 4 * MiB
const OVERSHOOT = 1.1
const FIRST_RATIO = 7 / 8
const MIN_RATIO_SHARE = 0.6
const MAX_RATIO_SHARE = 0.95

export class OldModel implements Model {
  readonly targetUtilization = TARGET
  private readonly globals: Globals
  private readonly heap: ModelHeap
  /** The ratio as the controller left it, and within its limits. */
  private rawRatio = FIRST_RATIO
  private ratio = FIRST_RATIO

  constructor(globals: Globals) {
    this.globals = globals
    this.heap = new ModelHeap(globals)
  }

  advance(columns: readonly Float64Array[], from: number, to: number, rows: Rows): void {
    const [allocs, scans, growths, fractions, stacks, targets] = columns as CycleColumns
    const { heap } = this
    const { gamma } = this.globals
    let { rawRatio, ratio } = this
    for (let cycle = from; cycle < to; cycle++) {
      const alloc = cellAt(allocs, cycle)
      const scanRate = cellAt(scans, cycle)
      const growth = cellAt(growths, cycle)
      const fraction = cellAt(fractions, cycle)
      const stack = cellAt(stacks, cycle)
      const target = cellAt(targets, cycle)
      const row = cycle - from
      const { live, scan, isFirst } = heap

      let goal = Math.trunc(live * gamma)
      if (target > 0 && goal < target) goal = target
      if (goal < LEAST_GOAL) goal = LEAST_GOAL
      // What a first cycle takes for its live heap.
      const standIn = Math.trunc(goal / (1 + ratio))
      let trigger: number
      let most: number
      if (isFirst) {
        trigger = goal
        goal = Math.trunc(standIn * gamma)
        most = standIn + Math.trunc((trigger - standIn) * fraction)
      } else {
        trigger = Math.trunc(live * (1 + ratio))
        most = scan + Math.trunc((trigger - live) * fraction)
      }
      const isSaturated = trigger > goal
      const room = isSaturated ? 0 : goal - trigger

      const expected = Math.trunc(most / gamma)
      const work = heap.work(growth, stack)
      const slope = room / expected
      let utilization = utilizationAt(slope, alloc, scanRate)
      const perWork = (alloc * (1 - utilization)) / (scanRate * utilization)
      const hard = Math.trunc(OVERSHOOT * goal)
      let peak = trigger + Math.trunc(perWork * (expected < work ? expected : work))
      if (peak > goal) {
        const done = perWork > 0 ? Math.trunc(room / perWork) : 0
        const faster = utilizationAt((hard - goal) / (most - done), alloc, scanRate)
        utilization = (utilization * done + faster * (work - done)) / work
        peak = hard > trigger ? hard : trigger
      } else if (expected < work) {
        const faster = utilizationAt((hard - peak) / (most - expected), alloc, scanRate)
        const left = work - expected
        peak += Math.trunc(((alloc * (1 - faster)) / (scanRate * faster)) * left)
        utilization = (utilization * expected + faster * left) / work
      }

      heap.survive(peak - trigger, growth, fraction)

      const base = isFirst ? standIn : live
      const wanted = (goal - base) / base
      const grown = peak / base - 1
      const next =
        rawRatio + GAIN * (wanted - rawRatio - (utilization / TARGET) * (grown - rawRatio))
      if (next - next === 0) rawRatio = next // else the heap was empty
      ratio = limited(rawRatio, gamma, live, heap.live, target)

      rows.r[row] = slope
      rows.live[row] = heap.live
      rows.scan[row] = heap.scan
      rows.goal[row] = goal
      rows.utilization[row] = utilization
      rows.trigger[row] = trigger
      rows.peak[row] = peak
      rows.saturated[row] = isSaturated ? 1 : 0
    }
    this.rawRatio = rawRatio
    this.ratio = ratio
  }
}

/**
 * Share of the CPU at that many bytes allocated for each byte scanned; at least the background's.
 */
function utilizationAt(slope: number, alloc: number, scanRate: number): number {
  const share = alloc / (alloc + scanRate * slope)
  return share > BACKGROUND ? share : BACKGROUND
}

/**
 * Limits the ratio. The limits mix the goal of the last live heap and the new live heap, as in the
 * original.
 */
function limited(
  ratio: number,
  gamma: number,
  lastLive: number,
  live: number,
  target: number,
): number {
  let goal = Math.trunc(lastLive * gamma)
  let isByGamma = true
  if (target > 0 && goal < target) {
    goal = target
    isByGamma = false
  }
  if (goal < LEAST_GOAL) {
    goal = LEAST_GOAL
    isByGamma = false
  }
  const least = MIN_RATIO_SHARE * (gamma - 1)
  if (ratio < least) return least
  const most = MAX_RATIO_SHARE * (isByGamma ? gamma - 1 : goal / live - 1)
  return ratio > most ? most : ratio
}
