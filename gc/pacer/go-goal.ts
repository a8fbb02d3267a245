/**
 * The heap goal of Go 1.19 and later (heapGoalInternal, memoryLimitHeapGoal and commit in
 * mgcpacer.go), with the headroom of 1.21. Go counts in 64-bit integers, so every conversion
 * truncates here. Go's largest integer, for "none", is Infinity here.
 */
import type { Facts, Goals, PacerConfig } from './pacer.ts'
import { KiB, MiB } from './units.ts'

/** The heap minimum at GOGC=100 (defaultHeapMinimum). */
export const HEAP_MINIMUM = 4 * MiB
/** The sweeper's room between L and the trigger (sweepMinHeapDistance). */
const SWEEP_MIN_HEAP_DISTANCE = MiB
/** A cycle that started late still gets this much runway (minRunway). */
export const MIN_RUNWAY = 64 * KiB
/**
 * Kept free below the memory limit: at least this many bytes, and at least this many percent (from
 * 1.21 on).
 */
const LIMIT_MIN_HEADROOM = MiB
const LIMIT_HEADROOM_PERCENT = 3
/** How far past a goal that cannot be kept assists let the heap grow (maxOvershoot). */
export const MAX_OVERSHOOT = 1.1

/** The heap minimum: that of the run, or Go's, which scales with GOGC and is 0 with GOGC=off. */
export function heapMinimum({
  gcPercent,
  heapMinimum: given = -1,
}: Readonly<Pick<PacerConfig, 'gcPercent' | 'heapMinimum'>>): number {
  return given >= 0 ? given : Math.trunc((HEAP_MINIMUM * Math.max(gcPercent, 0)) / 100)
}

/**
 * What GOGC allows: M, and GOGC percent of M, stacks and globals. At least the minimum.
 */
export function gcPercentGoal(facts: Readonly<Facts>): number {
  if (facts.gcPercent < 0) return Number.POSITIVE_INFINITY
  const roots = facts.lastStackScan + facts.globalsScan
  const growth = Math.trunc(((facts.heapMarked + roots) * facts.gcPercent) / 100)
  return Math.max(facts.heapMarked + growth, heapMinimum(facts))
}

/**
 * The smallest trigger and goal that leave the sweeper its room, as of commit; 0 if nothing is left
 * to sweep.
 */
export function sweepMinTrigger(facts: Readonly<Facts>): number {
  return facts.sweepDone ? 0 : facts.heapLive + SWEEP_MIN_HEAP_DISTANCE
}

/**
 * What the memory limit leaves to the heap, less headroom. Never below M: then one cycle follows
 * another.
 */
export function memoryLimitGoal(
  facts: Readonly<Facts>,
  headroomPercent = LIMIT_HEADROOM_PERCENT,
): number {
  const limit = facts.memoryLimit
  if (limit === Number.POSITIVE_INFINITY) return limit
  // Go reads the terms again until they agree. Here a passing disagreement costs at most a low
  // estimate of what is not heap.
  const notHeap = Math.max(
    facts.mappedReady - facts.heapFree - (facts.totalAlloc - facts.totalFree),
    0,
  )
  const overage = Math.max(facts.mappedReady - limit, 0)
  if (notHeap + overage >= limit) return facts.heapMarked
  const room = limit - (notHeap + overage)
  const headroom = Math.max(LIMIT_MIN_HEADROOM, Math.trunc(room / 100) * headroomPercent)
  return Math.max(room - headroom, headroom, facts.heapMarked)
}

/**
 * The goal now: the smaller of the two that were committed. No rule raises a goal that the memory
 * limit sets.
 */
export function heapGoal(
  percentGoal: number,
  sweepMin: number,
  facts: Readonly<Facts>,
  headroomPercent = LIMIT_HEADROOM_PERCENT,
): number {
  const limitGoal = memoryLimitGoal(facts, headroomPercent)
  if (limitGoal < percentGoal) return limitGoal
  const goal = Math.max(percentGoal, sweepMin)
  return facts.marking ? Math.max(goal, facts.triggered + MIN_RUNWAY) : goal
}

/**
 * Fills in everything but the trigger. Returns the smallest trigger that leaves the sweeper its
 * room.
 */
export function fillGoals(
  percentGoal: number,
  sweepMin: number,
  facts: Readonly<Facts>,
  out: Goals,
  headroomPercent = LIMIT_HEADROOM_PERCENT,
): number {
  const limitGoal = memoryLimitGoal(facts, headroomPercent)
  const limited = limitGoal < percentGoal
  out.goal = heapGoal(percentGoal, sweepMin, facts, headroomPercent)
  out.committedGoal = limited ? limitGoal : Math.max(percentGoal, sweepMin)
  out.hardGoal = Math.trunc(MAX_OVERSHOOT * out.goal)
  out.sweepDistance = SWEEP_MIN_HEAP_DISTANCE
  return limited ? 0 : sweepMin
}
