/**
 * The bucket of the CPU limiter (Go 1.19; docs/go-collector.md §6i). The time that the collector
 * takes of the CPU fills it, and the time that the program gets empties it.
 *
 *   fill     level + collector − program, from 0 to the capacity
 *   full     the collector is limited: no assists, no waits at a gate
 *   empty    the collector is limited no more
 *
 * So in the long run the collector has at most half of the time, and beyond that at most the
 * capacity of the bucket. Different from Go:
 *
 * 1. Limiting lasts until the bucket is empty. In Go it ends with the first moment that the program
 *    gets, so what limits one mark is off again before the next one.
 * 2. While the goal leaves no runway, the capacity is a tenth of Go's. The goal leaves none where a
 *    memory limit lies below the live heap. In Go, assists then let the heap grow to a goal that is
 *    a tenth higher. A gate admits nothing, so with Go's capacity the program would stand still for
 *    a second of each P.
 *
 * This is plain arithmetic, for the collector (gc/work/cpu-limiter.ts) and for simulators. Times
 * are CPU times: those of all Ps added up.
 */
import { MiB } from './units.ts'

/** A P's share of the capacity, in ms: Go's, and the one where the goal leaves no runway. */
const CAPACITY_MS = 1000
const CAPACITY_WITHOUT_RUNWAY_MS = 100
/** If the goal leaves less than this share of what lives, no cycle could keep to it. */
const RUNWAY_SHARE = 1 / 16
/**
 * How much the heap grows between two cycles while the collector is limited: a share of what lives,
 * and at least this many bytes.
 */
const LIMITED_SHARE = 1 / 8
const LIMITED_GROWTH = MiB

/** The bucket between two updates. */
export interface CpuBucket {
  levelMs: number
  isLimiting: boolean
}

/**
 * True if the goal leaves the program next to nothing above what the last cycle marked. In bytes;
 * `goal` may be Infinity.
 */
export function isWithoutRunway(goal: number, heapMarked: number): boolean {
  return goal - heapMarked < RUNWAY_SHARE * heapMarked
}

/**
 * The least live heap at which a limited collector starts a cycle, in bytes. Without it, where the
 * goal is no more than what lives, each allocation would start a cycle; and the more lives, the
 * more a cycle costs.
 */
export function limitedTrigger(heapMarked: number): number {
  return heapMarked + Math.max(LIMITED_SHARE * heapMarked, LIMITED_GROWTH)
}

/** What the bucket holds, in ms of CPU. */
export function bucketCapacityMs(procs: number, goal: number, heapMarked: number): number {
  return procs * (isWithoutRunway(goal, heapMarked) ? CAPACITY_WITHOUT_RUNWAY_MS : CAPACITY_MS)
}

/**
 * Adds a stretch of time. `collectorMs` is what the collector took, with a quarter of all Ps while
 * it marks. `programMs` is what the program had. Idle time belongs to neither. Allocates nothing.
 */
export function fillBucket(
  bucket: CpuBucket,
  collectorMs: number,
  programMs: number,
  capacityMs: number,
): void {
  const change = collectorMs - programMs
  bucket.levelMs = Math.min(Math.max(bucket.levelMs + change, 0), capacityMs)
  if (change > 0 && bucket.levelMs === capacityMs) bucket.isLimiting = true
  else if (bucket.levelMs === 0) bucket.isLimiting = false
}
