/**
 * What the collector needs of the floor above: stopping the world, sleeping, waking. The scheduler
 * implements it and hands it down at boot.
 *
 * At a safepoint this P may stop, and another phase may begin. A function that can reach one says
 * `@safepoint`; one that must not says `@nosafepoint`. test/structure/safepoints.ts checks both.
 */

import type { Milliseconds } from '../memory/kinds.ts'

export const STOP_HEAP_CYCLE = 1
export const STOP_FORCED_CYCLE = 2
export const STOP_PERIODIC_CYCLE = 3
export const STOP_FULL_CYCLE = 4
/** The mark may be over. */
export const STOP_TERMINATION = 5
/** GOGC changed. */
export const STOP_COMMIT = 6
/** Somebody reads the memory statistics. */
export const STOP_STATISTICS = 7

/** A full arena: the whole cycle in the stop. */
export const STOP_FULL_CYCLE_STOPPED = 8
/** `--check`: the heap is verified in the middle of a mark. */
export const STOP_VERIFY = 9

/** Why the world is stopped: what is to be done in it. In the stop word, 1 to 15. */
export type StopReason =
  | CycleTrigger
  | typeof STOP_TERMINATION
  | typeof STOP_COMMIT
  | typeof STOP_STATISTICS
  | typeof STOP_FULL_CYCLE_STOPPED
  | typeof STOP_VERIFY

/** Why a cycle was started (CYCLE_TRIGGER): its stop's reason. */
export type CycleTrigger =
  | typeof STOP_HEAP_CYCLE
  | typeof STOP_FORCED_CYCLE
  | typeof STOP_PERIODIC_CYCLE
  | typeof STOP_FULL_CYCLE

export interface World {
  /** The number of stops so far: read it before the hint that leads to a stop. */
  epoch(): number
  /**
   * Stops the world if no stop has begun since `epoch` was read. The P that finds no P running
   * acts: usually the last to stop. Returns after the restart: true if this call raised the stop,
   * false if another stop came first. @safepoint
   */
  raise(epoch: number, reason: StopReason): boolean
  /**
   * The same, if `isDue` says so. It is asked after the epoch was read, and while this P counts as
   * stopped: if the system takes the P off the CPU in there, no stop waits for it. So `isDue` reads
   * shared words that another P may be changing in a stop: treat its `true` as a hint. It writes
   * shared words only atomically, except the P's own place (gc/record/place.ts). @safepoint
   */
  raiseIf(isDue: () => boolean, reason: StopReason): boolean
  /**
   * Serves what the poll word asks: a stop, a flush, a stack scan. Throws when the run is over.
   * @safepoint
   */
  safepoint(): void
  /**
   * Keeps this P in place until `isOver` says so. The P serves stops and requests, marks, sweeps,
   * and sleeps when there is none of these. It never runs another goroutine. `deadline`: when
   * `isOver` must be asked at the latest, in ms of `now()`. @safepoint
   */
  blockInPlace(isOver: () => boolean, deadline?: Milliseconds): void
  /**
   * True if this P has something better to do than to mark in idle time: a goroutine to run, or
   * what it waits for in place.
   */
  hasOtherWork(): boolean
  /**
   * Asks every other P to flush its barrier buffer and to publish its grey objects, and waits for
   * all of them in slices of 100 µs (Go's forEachP). @safepoint
   */
  raggedBarrier(): void
  /** Work was published: wakes one P that sleeps, if there is one. */
  wakeForWork(): void
  /** A phase began or ended: wakes every P that sleeps. */
  wakeAll(): void
  wake(p: number): void
  /**
   * What to throw for an error that was met beneath the program. The program's own (out of memory,
   * its stack used up) is thrown to it. Any other ends the run at once, so that no program can
   * catch it and go on.
   */
  endedBy(error: unknown): unknown
  /**
   * How long the host's own collector (V8's) held this thread up since this was asked last, in ms;
   * 0 where nobody counts.
   */
  v8CollectionMs(): number
}
