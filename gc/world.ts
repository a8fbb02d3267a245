/**
 * What the collector needs of the floor above: stopping the world, sleeping, waking. The scheduler
 * implements it (scheduler/standing.ts) and hands it down at boot.
 *
 * At a safepoint this P may stop, and another phase may begin. A function that can reach one says
 * `@safepoint`; one that must not says `@nosafepoint`. test/structure/safepoints.ts checks both.
 *
 * Why a late raise cannot stop the next phase. While a P runs, no stop is carried out without it.
 * But a P counts as stopped before it raises. If the system takes it off the CPU then, other stops
 * pass, and it raises long after it has looked. Proof that this raise does nothing.
 *
 * 1. A phase begins and ends only in a stop. Each stop ends with a restart, which adds 1 to the
 *    epoch.
 * 2. The P reads the epoch first. Then it looks for the reason. Then it raises, by a
 *    compare-and-swap of the stop word that needs the same epoch, and no stop that is raised
 *    already (scheduler/stop.ts).
 * 3. So if the raise succeeds, no stop was carried out since the epoch was read, and the phase is
 *    the one in which the P looked. Else `raise` returns false. A policy then looks again; a P that
 *    would start a cycle goes on, and meets its trigger at the next span that it takes.
 * 4. What does not change only in stops, such as a goal under a memory limit, may have changed. So
 *    the stop itself asks whether its reason still holds, where that matters (gc/cycle.ts).
 * 5. The epoch has 19 bits. So the raise would have to be late by exactly 2¹⁹ stops, or a multiple
 *    of that, to be taken for one that is in time.
 *
 * What a P may do while it counts as stopped. It sleeps, or it waits for a restart, or it stands
 * aside: it raises a stop, or looks under `helping` whether to raise one. No stop waits for it. So
 * another P may be the actor at the same time, and all shared memory is the actor's. The P may do
 * only this:
 *
 * 1. read shared words, where an answer that is old or half changed costs a short stop at most: the
 *    raise that follows fails if a stop came between, and the stop asks the exact question
 *    (gc/cycle.ts);
 * 2. change a shared word atomically, if the actor does not rely on its value: DRAINERS, its own
 *    DRAINING, poll words, the stop word, the counts of the ragged barrier, who sleeps and WAKE,
 *    and TERMINATION_ATTEMPTS (an attempt that is counted after the reset counts for the next
 *    cycle);
 * 3. write plainly what only records read: its own place and the stretches at it
 *    (gc/record/place.ts), and RAISING_SINCE. The actor reads either the old value or the new one,
 *    and both will do;
 * 4. become the actor itself, if a stop is raised and no P runs.
 *
 * It may not mark, allocate, sweep, touch an object, its queue or its stack, or run its goroutine.
 * What it held is published before it counts as stopped (Collector.publish).
 */

import type { Milliseconds } from '../memory/kinds.ts'

export const STOP_HEAP_CYCLE = 1
export const STOP_FORCED_CYCLE = 2
export const STOP_PERIODIC_CYCLE = 3
export const STOP_FULL_CYCLE = 4
/** The mark may be over: ask exactly, then end it or let it go on. */
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

/** Why a cycle was started (CYCLE_TRIGGER): the reason of its setup stop. */
export type CycleTrigger =
  | typeof STOP_HEAP_CYCLE
  | typeof STOP_FORCED_CYCLE
  | typeof STOP_PERIODIC_CYCLE
  | typeof STOP_FULL_CYCLE

export interface World {
  /**
   * The number of stops that are over, modulo 2¹⁹. Read it before looking for the reason of a stop
   * (see above).
   */
  epoch(): number
  /**
   * Stops the world if no stop has begun since `epoch` was read. The P that finds no P running
   * acts, which is usually the last one to stop. Returns after the restart: true if this call
   * raised the stop, false if another stop came first. @safepoint
   */
  raise(epoch: number, reason: StopReason): boolean
  /**
   * The same, if `isDue` says so, in the epoch in which it says so. `isDue` is asked once in every
   * case, so it may count this P off. The P counts as stopped before it asks, and until the
   * restart. So if the system takes it off the CPU between its look and its raise, no stop waits
   * for it, and another P can raise in its place. `isDue` must keep to what a P may do while it
   * counts as stopped (see above); its `true` is a hint. @safepoint
   */
  raiseIf(isDue: () => boolean, reason: StopReason): boolean
  /**
   * Serves what the poll word asks for: a stop, a flush, a stack scan. Throws when the run is over.
   * @safepoint
   */
  safepoint(): void
  /**
   * Keeps this P in place until `isOver` says so. The P serves stops and requests, marks, sweeps,
   * and sleeps when there is none of these. It never runs another goroutine. `deadline`: when
   * `isOver` must be asked at the latest, in ms of `now()`. Without a deadline that is near,
   * `isOver` may be asked while this P counts as stopped, and must only read
   * (scheduler/sleeping.ts). @safepoint
   */
  blockInPlace(isOver: () => boolean, deadline?: Milliseconds): void
  /**
   * True if this P has something better to do than to mark in idle time: a goroutine to run, or
   * what it waits for in place.
   */
  hasOtherWork(): boolean
  /**
   * Asks every other P to flush its barrier buffer and to publish its grey objects. Waits for all
   * of them, in slices of 100 µs at first and longer ones later (Go's forEachP). @safepoint
   */
  raggedBarrier(): void
  /** Work was published. Wakes one P that sleeps, if there is one. */
  wakeForWork(): void
  /** A phase began or ended. Wakes every P that sleeps. */
  wakeAll(): void
  wake(p: number): void
  /**
   * Says what to throw for an error that was met below the program. The program's own errors (out
   * of memory, its stack used up) are thrown to it. Any other error ends the run at once, so that
   * no program can catch it and go on.
   */
  endedBy(error: unknown): unknown
  /**
   * How long V8's own collector has held this thread up since this was last asked, in ms. 0 where
   * nobody counts it.
   */
  v8CollectionMs(): number
  /** How long this thread was ready and had no CPU, in ms; NaN where nobody counts it. */
  offCpuMs(): number
}
