/**
 * A P that stands still: what the collector asks of the scheduler (gc/world.ts). The collector
 * needs this world, and the world needs its collector. So the world makes the collector.
 *
 *   raise       stop, raise, act if no P runs (scheduler/stop.ts), go on
 *   safepoint   serve what the poll word asks: the end of the run, the ragged barrier, a stack
 *               scan, a stop
 *   in place    a plain function cannot suspend the generator that called it, and allocation is a
 *               plain function. Where it must wait, the P serves stops and requests, marks, sweeps
 *               and sleeps until it may go on. It never runs another goroutine
 *
 * Four rules:
 *
 * 1. A P publishes what it holds before it counts as stopped. So the actor sees all of it.
 * 2. A P clears a bit of the poll word, then looks at what the bit stands for. So a request that
 *    comes after the look sets the bit again.
 * 3. A P that raises a stop serves no other request in it. A scan could raise a stop again, which
 *    could serve a scan, and so on, ever deeper.
 * 4. A P looks for a mark worker after each stop, since a cycle may have begun in the stop. Go gets
 *    this for nothing: there every P passes its scheduler after a stop.
 */

import { and, load, now } from '#sync'
import { Collector, type CollectorOptions } from '../gc/collector.ts'
import type { Controller } from '../gc/controller.ts'
import type { Listener } from '../gc/listener.ts'
import type { StopReason, World } from '../gc/world.ts'
import type { Heap } from '../heap/heap.ts'
import type { MetaDouble, MetaWord, MetaWords } from '../memory/kinds.ts'
import type { Memory } from '../memory/memory.ts'
import * as pWords from '../memory/words/p.ts'
import type { Ending } from './ending.ts'
import { type BarrierWait, type Meanwhile, RaggedBarrier } from './ragged-barrier.ts'
import { RunOver } from './run-over.ts'
import type { RunQueues } from './run-queues.ts'
import type { Sleepers } from './sleepers.ts'
import { Sleeping } from './sleeping.ts'
import { Stop } from './stop.ts'
import type { Thread } from './thread.ts'
import type { Timers } from './timers.ts'

export interface WorldOptions extends CollectorOptions {
  readonly barrierWait: BarrierWait
}

/** What the world needs of its P. */
export interface WorldParts {
  readonly queues: RunQueues
  readonly timers: Timers
  readonly sleepers: Sleepers
  readonly ending: Ending
  readonly thread: Thread
}

export class Standing implements World, Meanwhile {
  readonly collector: Collector
  readonly sleeping: Sleeping
  private readonly memory: Memory
  private readonly meta: MetaWords
  private readonly base: MetaWord
  private readonly measures: MetaDouble
  private readonly trace: Listener
  private readonly parts: WorldParts
  private readonly stop: Stop
  private readonly barrier: RaggedBarrier
  /** When this P stopped last, for the trace. */
  private stoodSince = 0
  /** What this P waits for in place; null if nothing. If waits nest, the innermost. */
  private waitsFor: (() => boolean) | null = null

  constructor(
    heap: Heap,
    pIndex: number,
    controller: Controller,
    trace: Listener,
    options: WorldOptions,
    parts: WorldParts,
  ) {
    const { memory } = heap
    this.memory = memory
    this.meta = memory.meta
    this.base = memory.pWord(pIndex, 0)
    this.measures = memory.pDouble(pIndex, 0)
    this.trace = trace
    this.parts = parts
    this.stop = new Stop(memory, pIndex, this.act.bind(this))
    this.collector = new Collector(heap, pIndex, controller, this, trace, options)
    this.sleeping = new Sleeping(this.collector, this.stop, parts.sleepers)
    this.barrier = new RaggedBarrier(this.collector, parts.sleepers, options.barrierWait)
  }

  /** This P begins to run. False if the run is over. */
  enter(): boolean {
    return this.stop.enterRunning()
  }

  /**
   * This P runs no more. The run may have ended while it stood or slept: then it is counted off
   * already. @safepoint
   */
  stopForGood(): void {
    if (this.meta[this.base + pWords.STATUS] === pWords.STATUS_RUNNING) this.stop.leaveRunning()
  }

  // ————— stops

  epoch(): number {
    return this.stop.epoch()
  }

  /** @safepoint */
  raise(epoch: number, reason: StopReason): boolean {
    const activity = this.standStill()
    return this.afterRaise(activity, this.stop.raise(epoch, reason))
  }

  /** @safepoint */
  raiseIf(isDue: () => boolean, reason: StopReason): boolean {
    const activity = this.standStill()
    return this.afterRaise(activity, this.stop.raiseIf(isDue, reason))
  }

  /** What a P does after a stop that it raised, or tried to raise. */
  private afterRaise(activity: number, raised: boolean): boolean {
    this.goOn(activity)
    this.collector.here.listener.left()
    this.markIfDue()
    return raised
  }

  /** @safepoint */
  safepoint(): void {
    const { meta } = this
    const poll = load(meta, this.base + pWords.POLL)
    if ((poll & pWords.POLL_END) !== 0) throw new RunOver('')
    if ((poll & pWords.POLL_FLUSH) !== 0) {
      and(meta, this.base + pWords.POLL, ~pWords.POLL_FLUSH)
      this.barrier.serve()
    }
    if ((poll & pWords.POLL_SCAN) !== 0) {
      and(meta, this.base + pWords.POLL, ~pWords.POLL_SCAN)
      this.collector.serveScan()
    }
    if ((poll & pWords.POLL_STOP) !== 0) {
      and(meta, this.base + pWords.POLL, ~pWords.POLL_STOP)
      if (this.stop.isRaised) {
        const activity = this.standStill()
        this.stop.leaveRunning()
        this.goOn(activity)
        this.markIfDue()
      }
    }
  }

  /** Rule 4, where a goroutine runs. The loop of a P looks for a worker by itself. */
  private markIfDue(): void {
    if (this.meta[this.base + pWords.ACTIVITY] === pWords.ACTIVITY_GOROUTINE)
      this.collector.workers.runDue()
  }

  /** This P is about to stop: publishes what it holds. Returns its ACTIVITY until then. */
  private standStill(): number {
    const activity = this.meta[this.base + pWords.ACTIVITY]
    this.meta[this.base + pWords.ACTIVITY] = pWords.ACTIVITY_STOPPED
    this.stoodSince = now()
    if (this.collector.publish()) this.wakeForWork()
    return activity
  }

  /** Waits until no stop is raised, and runs again. A run that is over ends here too. */
  private goOn(activity: number): void {
    if (!this.stop.enterRunning()) throw new RunOver('')
    this.meta[this.base + pWords.ACTIVITY] = activity
    this.trace.slice('stopped', this.stoodSince, 0)
  }

  /**
   * Carries out a stop's reason. An error here is the collector's or the pacer's, and ends the run.
   * It must not be thrown: the stop must end, so that every P comes to a safepoint and leaves.
   */
  private act(reason: StopReason): void {
    try {
      this.collector.act(reason)
    } catch (error) {
      this.parts.ending.fail(error, 0)
    }
    this.wakeAll()
  }

  /** @safepoint */
  raggedBarrier(): void {
    this.barrier.run(this)
  }

  // ————— blocked in place

  /** An idle worker asks this, to end when the P has something better to do. */
  hasOtherWork(): boolean {
    if (this.waitsFor !== null) return this.waitsFor()
    return !this.parts.queues.isEmpty || this.parts.timers.nextDeadline <= now()
  }

  /** @safepoint */
  blockInPlace(isOver: () => boolean, deadline = Number.POSITIVE_INFINITY): void {
    const { metaF64 } = this.memory
    const { workers, sweeper, drain, limiter } = this.collector
    const outer = this.waitsFor
    const began = now()
    if (outer === null) metaF64[this.measures + pWords.BLOCKED_SINCE] = began
    this.waitsFor = isOver
    // The order is that of P.findRunnable, and each step goes back to the top for the same reason.
    for (;;) {
      if (this.meta[this.base + pWords.POLL] !== 0) this.safepoint()
      if (isOver()) break
      if (workers.runDue()) continue
      limiter.idle()
      if (workers.runIdle() || sweeper.sweepInBackground()) continue
      this.sleepInPlace(
        () => !isOver() && !(drain.isWorkAvailable && workers.mayRun),
        () => Math.min(workers.untilDueMs, deadline - now()),
      )
    }
    this.waitsFor = outer
    limiter.busy()
    if (outer === null) this.countBlocked(began)
    this.trace.slice('blocked in place', began, this.meta[this.base + pWords.GOROUTINE])
  }

  /**
   * Adds the outermost wait to the sums. The end of a mark may have cut the wait meanwhile: then
   * BLOCKED_SINCE is later than `began`, and the cycle gets only the part that is its own.
   */
  private countBlocked(began: number): void {
    const { metaF64 } = this.memory
    const { measures } = this
    const end = now()
    metaF64[measures + pWords.BLOCKED_MS] += end - metaF64[measures + pWords.BLOCKED_SINCE]
    metaF64[measures + pWords.BLOCKED_SINCE] = 0
    if (metaF64[measures + pWords.COLLECTING_SINCE] === 0)
      metaF64[measures + pWords.TOTAL_BLOCKED_MS] += end - began
  }

  /** @safepoint */
  sleepInPlace(mayStill: () => boolean, mostMs: () => number): void {
    this.sleeping.sleep('blocked', mayStill, mostMs)
  }

  // ————— telling others

  wakeForWork(): void {
    this.parts.sleepers.wakeOne()
  }

  wakeAll(): void {
    this.parts.sleepers.wakeAll()
  }

  wake(index: number): void {
    this.parts.sleepers.wake(index)
  }

  endedBy(error: unknown): unknown {
    return this.parts.ending.endedBy(error)
  }

  v8CollectionMs(): number {
    return this.parts.thread.collectionMs()
  }

  offCpuMs(): number {
    return this.parts.thread.offCpuMs()
  }
}
