/**
 * What the pacers of Go 1.18 and later share (mgcpacer.go). While a quarter of the CPU marks, the
 * expected scan work lasts for 3 · cons/mark · work bytes of allocation: the runway. A cycle starts
 * that far below the goal, within bounds. During the mark the assist ratio spreads the work left
 * over the bytes left. How the pacers estimate cons/mark differs.
 */
import { HEAP_MINIMUM, MAX_OVERSHOOT } from './go-goal.ts'
import type { Facts } from './pacer.ts'
import { BACKGROUND_UTILIZATION } from './worker-counts.ts'

/**
 * The trigger lies between these parts, in 64ths, of the way from M to the goal (1.19 and later).
 */
const MIN_TRIGGER_64THS = 45
const MAX_TRIGGER_64THS = 61
/** Stands for GOGC=off in a forced cycle. */
const GC_PERCENT_OFF = 100_000
/** A little work is always left, since marking races and may count an object twice. */
export const MIN_WORK_LEFT = 1000
/**
 * The longest distance to a goal, Go's largest integer. It keeps the assist ratio of a cycle
 * without a goal above 0.
 */
export const MAX_DISTANCE = 2 ** 63

/** γ: how much larger than what this cycle marks the heap may be when the next cycle ends. */
export function growthFactor(gcPercent: number): number {
  return 1 + (gcPercent < 0 ? GC_PERCENT_OFF : gcPercent) / 100
}

/** Scan work if this cycle is like the last: P_h + P_s + G. */
export function expectedWork(facts: Readonly<Facts>): number {
  return facts.lastHeapScan + facts.lastStackScan + facts.globalsScan
}

/**
 * The assist ratio on the way to `goal`.
 *
 * 1. As long as no more work is done than was expected: the expected work over the bytes left.
 * 2. Once more is done, the heap has grown. The slope is kept up to the worst case, but the next
 *    cycle's goal is not passed.
 * 3. Once the heap is past that aim: as fast as it takes for the worst case to end at 1.1 times the
 *    aim.
 */
export function assistRatio(
  goal: number,
  expected: number,
  facts: Readonly<Facts>,
  triggered = facts.triggered,
  stack = facts.maxStackScan,
): number {
  const done = facts.heapScanWork + facts.stackScanWork + facts.globalsScanWork
  const most = facts.heapScannable + stack + facts.globalsScan
  const { heapLive } = facts
  let aim = Math.min(goal, MAX_DISTANCE)
  let work = expected
  if (done > expected) {
    const hardGoal = Math.trunc(growthFactor(facts.gcPercent) * aim)
    const extrapolated = Math.trunc(((aim - triggered) / expected) * most) + triggered
    // In a first cycle without globals and stacks no work is expected, and the slope is infinite.
    aim = expected === 0 ? hardGoal : Math.min(extrapolated, hardGoal)
    work = most
  }
  if (heapLive > aim) {
    aim = Math.trunc(aim * MAX_OVERSHOOT)
    work = most
  }
  return Math.max(work - done, MIN_WORK_LEFT) / Math.max(aim - heapLive, 1)
}

/**
 * cons/mark: bytes allocated for each byte scanned, both for a second of CPU: (L_e − T_a) / (D·P·(1
 * − u))  over  W / (D·P·(u + u_i)).
 *
 * The background share of u is assumed, not measured. The time of idle workers counts for the
 * scanner. It is not taken from the program, which was free to use it.
 */
export function measureConsMark(facts: Readonly<Facts>, triggered = facts.triggered): number {
  const cpuNs = facts.markDurationNs * facts.procs
  const assisting = cpuNs > 0 ? facts.assistTimeNs / cpuNs : 0
  const idle = cpuNs > 0 ? facts.idleTimeNs / cpuNs : 0
  const utilization = BACKGROUND_UTILIZATION + assisting
  const work = facts.heapScanWork + facts.stackScanWork + facts.globalsScanWork
  return ((facts.heapLive - triggered) * (utilization + idle)) / (work * (1 - utilization))
}

/** Bytes that the program allocates while that much work is done in the background only. */
export function runwayOf(consMark: number, work: number): number {
  const perWork = (consMark * (1 - BACKGROUND_UTILIZATION)) / BACKGROUND_UTILIZATION
  const runway = Math.trunc(perWork * work)
  // Negative or not a number after a cycle that was all assists or scanned nothing. Go's conversion
  // makes that huge.
  return runway >= 0 ? runway : Number.POSITIVE_INFINITY
}

/** T: a runway below the goal, within bounds (1.19 and later). Sizes in bytes. */
export function triggerFor(
  goal: number,
  sweepMin: number,
  runway: number,
  heapMarked: number,
): number {
  if (heapMarked >= goal) return goal
  const step = Math.floor((goal - heapMarked) / 64)
  const min = Math.max(sweepMin, heapMarked, heapMarked + step * MIN_TRIGGER_64THS)
  // A large heap with little to scan needs no more runway than the whole of a minimal heap.
  const max = Math.max(heapMarked + step * MAX_TRIGGER_64THS, goal - HEAP_MINIMUM, min)
  return Math.min(Math.max(runway < goal ? goal - runway : min, min), max)
}
