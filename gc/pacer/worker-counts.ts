/**
 * How many Ps mark in the background: a quarter of them, as nearly as whole workers allow. Go 1.10
 * and later, startCycle in mgcpacer.go; idle workers since 1.19.
 */

/** The share of the CPU that marking takes without assists (Go's gcBackgroundUtilization). */
export const BACKGROUND_UTILIZATION = 0.25

/**
 * If rounding to whole workers misses the quarter by more than this share, fractional workers make
 * up for it.
 */
const MAX_UTILIZATION_ERROR = 0.3

/**
 * Fills in the number of dedicated workers, and the share of its time that each P gives to a
 * fractional worker.
 */
export function workerCounts(
  procs: number,
  out: { dedicatedWorkers: number; fractionalGoal: number },
  utilization = BACKGROUND_UTILIZATION,
): void {
  const total = procs * utilization
  out.dedicatedWorkers = Math.floor(total + 0.5)
  out.fractionalGoal = 0
  if (Math.abs(out.dedicatedWorkers / total - 1) > MAX_UTILIZATION_ERROR) {
    if (out.dedicatedWorkers > total) out.dedicatedWorkers--
    out.fractionalGoal = (total - out.dedicatedWorkers) / procs
  }
}

/** Whether Ps without work may mark. `off` is no setting of Go's. */
export type IdleWorkers = 'on' | 'off'

/**
 * How many idle workers there may be at once. A periodic cycle is in no hurry, and a run may do
 * without them. But if there is no dedicated worker, one idle worker must be allowed. Else a
 * fractional worker that has used up its share could leave a cycle without progress
 * (golang/go#44163).
 */
export function maxIdleWorkers(
  procs: number,
  dedicatedWorkers: number,
  periodic: boolean,
  idleWorkers: IdleWorkers = 'on',
): number {
  if (periodic || idleWorkers === 'off') return dedicatedWorkers > 0 ? 0 : 1
  return procs - dedicatedWorkers
}
