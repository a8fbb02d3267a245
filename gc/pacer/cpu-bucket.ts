/**
 * The bucket of the CPU limiter (Go 1.19; docs/go-collector.md §6i): what the collector takes of the
 * CPU fills it, what the program gets empties it.
 *
 *   fill     level + collector − program, from 0 to the capacity
 *   full     the collector is limited: no assists, no waits at a gate
 *   empty    it is limited no more
 *
 * So the collector has at most half of the time in the long run, and the bucket's capacity beyond that. Different from Go:
 *
 * 1. Limiting lasts until the bucket is empty. In Go it ends with the first moment that is the program's, so that what limits a mark
 *    is off again before the next one.
 * 2. The capacity is a tenth of Go's while the goal leaves no runway, which is where a memory limit lies below what lives. In Go assists go on to a goal a
 *    tenth higher then. A gate admits nothing, so a second of each P would be a second in which the program stands still.
 *
 * Plain arithmetic, for the collector (gc/work/cpu-limiter.ts) and for simulators. Times are of CPU: those of all Ps added up.
 */

/** A P's share of the capacity, in ms: Go's, and where the goal leaves no runway. */
const CAPACITY_MS = 1000
const CAPACITY_WITHOUT_RUNWAY_MS = 100
/** A goal that leaves less than this share of what lives is none that a cycle could keep to. */
const RUNWAY_SHARE = 1 / 16
/** How much the heap grows between two cycles while the collector is limited: a share of what lives, and at least so many bytes. */
const LIMITED_SHARE = 1 / 8
const LIMITED_GROWTH = 1024 * 1024

/** The bucket between two updates. */
export interface CpuBucket {
  levelMs: number
  isLimiting: boolean
}

/** True if the goal leaves the program next to nothing beside what the last cycle marked. In bytes; `goal` may be Infinity. */
export function isWithoutRunway(goal: number, heapMarked: number): boolean {
  return goal - heapMarked < RUNWAY_SHARE * heapMarked
}

/**
 * The least live heap at which a limited collector starts a cycle, in bytes. Where the goal is what lives, each allocation would start one else, and a cycle costs the more
 * the more lives.
 */
export function limitedTrigger(heapMarked: number): number {
  return heapMarked + Math.max(LIMITED_SHARE * heapMarked, LIMITED_GROWTH)
}

/** What the bucket holds, in ms of CPU. */
export function bucketCapacityMs(procs: number, goal: number, heapMarked: number): number {
  return procs * (isWithoutRunway(goal, heapMarked) ? CAPACITY_WITHOUT_RUNWAY_MS : CAPACITY_MS)
}

/**
 * Adds a stretch of time. `collectorMs`: what the collector took, a quarter of all Ps while it marks included; `programMs`: what the program had.
 * Idle time is neither's. Allocates nothing.
 */
export function fillBucket(bucket: CpuBucket, collectorMs: number, programMs: number, capacityMs: number): void {
  const change = collectorMs - programMs
  bucket.levelMs = Math.min(Math.max(bucket.levelMs + change, 0), capacityMs)
  if (change > 0 && bucket.levelMs === capacityMs) bucket.isLimiting = true
  else if (bucket.levelMs === 0) bucket.isLimiting = false
}
