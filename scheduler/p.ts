/**
 * A P: one worker thread that runs goroutines one at a time, and does its part of the collection
 * (Go's schedule, findRunnable).
 *
 *   until the run is over
 *     serve the poll word · fire timers · a mark worker that is due
 *     the goroutine whose turn it is (turns.ts), until it ends, waits or gives way
 *     nothing to run: mark in idle time · sweep a span · sleep
 *
 * The collector comes before the goroutines, since a cycle must not wait for a program that always
 * has something to run. Idle marking comes after them, since it only uses time that is left over.
 *
 * The rest of a P is in files of their own: where goroutines are (placement.ts), what it takes from
 * other Ps (stealing.ts), how it stands still (standing.ts), sleeps (sleeping.ts) and ends
 * (ending.ts).
 */

import { add, load, now, store, step as syncStep } from '#sync'
import { Allocator } from '../gc/allocator.ts'
import type { Collector } from '../gc/collector.ts'
import type { Controller } from '../gc/controller.ts'
import type { Listener } from '../gc/listener.ts'
import type { Heap } from '../heap/heap.ts'
import type { GoroutineId, MetaWord } from '../memory/kinds.ts'
import type { Memory } from '../memory/memory.ts'
import { probeStackDeep } from '../memory/stack-probe.ts'
import * as control from '../memory/words/control.ts'
import * as gWords from '../memory/words/goroutine.ts'
import * as pWords from '../memory/words/p.ts'
import { DeadlockError, isDeadlocked } from './deadlock.ts'
import { Ending } from './ending.ts'
import { type Coroutine, Fiber, type Outcome } from './fiber.ts'
import { Goroutines } from './goroutines.ts'
import type { Runner, YieldedOperation } from './operation.ts'
import { Placement } from './placement.ts'
import { Random } from './random.ts'
import { RunOver } from './run-over.ts'
import { RunQueues } from './run-queues.ts'
import { Sleepers } from './sleepers.ts'
import { Standing, type WorldOptions } from './standing.ts'
import { Stealing } from './stealing.ts'
import { NO_THREAD, type Thread } from './thread.ts'
import { Timers } from './timers.ts'
import { Turns } from './turns.ts'
import { Waiters } from './waiters.ts'

/** V8 folds a file's own constant, and loads an imported one at each call (npm run bench:steps). */
const step = syncStep

/** Operations between two looks at the clock, a power of two. */
const CLOCK_EVERY = 64
/** Polls between two looks at the clock, a power of two. */
const POLLS_PER_CLOCK = 256
/** For this many operations of a P the call site is noted, for messages. */
const CALL_SITES_NOTED = 1000
/** Error as it was when this file was loaded: a program may replace the global one. */
const CallSiteError = Error

/** What the scheduler needs of the program. */
export interface Program {
  /** Makes the generator of a goroutine that is about to run for the first time. */
  start(goroutine: GoroutineId): Coroutine
  /** Names a goroutine, for messages. */
  nameOf(goroutine: GoroutineId): string
}

export interface POptions extends WorldOptions {
  readonly zealEvery: number
  readonly zealConcurrent: boolean
  readonly seed: number
}

export class P implements Runner {
  readonly index: number
  readonly memory: Memory
  readonly heap: Heap
  readonly goroutines: Goroutines
  readonly waiters: Waiters
  readonly timers: Timers
  readonly random: Random
  readonly placement: Placement
  readonly ending: Ending
  readonly world: Standing
  readonly collector: Collector
  readonly allocator: Allocator
  /** The goroutine that runs here; null if none does. */
  fiber: Fiber | null = null
  unstarted: YieldedOperation<unknown> | null = null
  handedOver: YieldedOperation<unknown> | null = null

  private readonly program: Program
  private readonly trace: Listener
  private readonly queues: RunQueues
  private readonly stealing: Stealing
  private readonly turns: Turns
  private readonly base: MetaWord
  /** Those that have run here and have not ended, by goroutine. No other P can run them. */
  private readonly fibers: (Fiber | undefined)[] = []
  private operations = 0
  private callSitesNoted = 0

  constructor(
    heap: Heap,
    index: number,
    controller: Controller,
    program: Program,
    trace: Listener,
    options: POptions,
    thread: Thread = NO_THREAD,
  ) {
    const { memory } = heap
    this.index = index
    this.memory = memory
    this.heap = heap
    this.program = program
    this.trace = trace
    this.base = memory.pWord(index, 0)
    this.goroutines = new Goroutines(heap)
    this.waiters = new Waiters(memory)
    this.timers = new Timers(memory)
    this.random = new Random(options.seed, index)
    this.queues = new RunQueues(memory, index)
    this.ending = new Ending(memory, index, thread)
    const { queues, timers, ending, random } = this
    const sleepers = new Sleepers(memory)
    this.placement = new Placement(memory, index, this.goroutines, queues, sleepers)
    this.stealing = new Stealing(memory, index, queues.rings, random)
    this.world = new Standing(heap, index, controller, trace, options, {
      queues,
      timers,
      sleepers,
      ending,
      thread,
    })
    this.collector = this.world.collector
    this.turns = new Turns(memory, index, queues, timers, this.stealing, this.collector.sweeper)
    this.allocator = new Allocator(this.collector, {
      ...options,
      onSliceEnd: () => this.askToGiveWay(),
      random: () => random.next(),
    })
  }

  // ————— the loop

  /**
   * Runs goroutines until the run is over. Returns when it is; `ending` tells whether this P ended
   * it. @safepoint
   */
  run(): void {
    const { meta } = this.memory
    try {
      if (!this.world.enter()) return
      while (load(meta, control.RUN_STATE) === control.RUN_ACTIVE)
        this.runGoroutine(this.findRunnable())
    } catch (error) {
      if (!RunOver.is(error))
        this.ending.fail(error, meta[this.base + pWords.GOROUTINE] as GoroutineId)
    } finally {
      this.leaveRun()
    }
  }

  private leaveRun(): void {
    const { meta } = this.memory
    this.world.stopForGood()
    store(meta, this.base + pWords.STATUS, pWords.STATUS_ABSENT)
  }

  /** Returns a goroutine to run. Does all else that a P does first, and sleeps if it must. */
  private findRunnable(): GoroutineId {
    const { meta } = this.memory
    const { workers, sweeper, limiter } = this.collector
    // Go back to the top after each step: it took time, so the poll word or a timer comes first.
    for (;;) {
      if (meta[this.base + pWords.POLL] !== 0) this.world.safepoint()
      if (this.timers.nextDeadline !== Number.POSITIVE_INFINITY)
        this.timers.fireDue(now(), this.fire)
      if (meta[control.PERIODIC_WANTED] !== 0) this.collector.starter.startPeriodic()
      if (workers.runDue()) continue
      const id = this.turns.next()
      if (id !== 0) {
        limiter.busy()
        return id
      }
      limiter.idle()
      if (workers.runIdle()) continue
      if (sweeper.sweepInBackground()) continue
      this.sleepIdle()
    }
  }

  private runGoroutine(id: GoroutineId): void {
    const { meta } = this.memory
    const began = now()
    // No safepoint lies between here and the load of the stack. So a scan that is asked for in
    // between is served later, when this P knows the goroutine and its stack.
    this.placement.adopt(id)
    this.goroutines.startRunning(id)
    meta[this.base + pWords.GOROUTINE] = id
    this.collector.stack.load(id)
    meta[this.memory.goroutineWord(id, gWords.GIVE_WAY)] = 0
    meta[this.base + pWords.ACTIVITY] = pWords.ACTIVITY_GOROUTINE
    this.turns.begin(began)
    const outcome = this.runFiber(id)
    if (outcome === 'ended') this.end(id)
    else if (outcome === 'gives way') this.giveWay(id)
    this.fiber = null
    this.collector.stack.unload()
    meta[this.base + pWords.GOROUTINE] = 0
    meta[this.base + pWords.ACTIVITY] = pWords.ACTIVITY_SCHEDULING
    this.trace.slice('goroutine', began, id)
  }

  private runFiber(id: GoroutineId): Outcome {
    try {
      this.fiber = this.fibers[id] ?? this.startFiber(id)
      return this.fiber.run()
    } catch (error) {
      if (RunOver.is(error)) throw error
      this.ending.fail(error, id)
      throw new RunOver('')
    }
  }

  private startFiber(id: GoroutineId): Fiber {
    this.memory.faults.pass('goroutine/start')
    const fiber = new Fiber(this, this.program.start(id))
    this.fibers[id] = fiber
    return fiber
  }

  private end(id: GoroutineId): void {
    const { meta } = this.memory
    this.collector.assists.settle(id)
    this.memory.faults.pass('goroutine/end')
    this.stopRunning(id, gWords.G_DEAD)
    this.fibers[id] = undefined
    // `bury` frees the record, and another P may use its number at once. So this P forgets it
    // first.
    this.collector.stack.unload()
    meta[this.base + pWords.GOROUTINE] = 0
    this.placement.bury(id)
    if (id === 1) this.ending.finish(control.RUN_FINISHED)
  }

  private giveWay(id: GoroutineId): void {
    this.collector.stack.save()
    // Before it is queued. From here on a scanner may own the stack; only this P takes from the
    // list.
    this.stopRunning(id, gWords.G_RUNNABLE)
    this.queues.ready.putYielded(id)
  }

  /**
   * RUNNING → `status`. The change fails while a marker wants the stack scanned. Then this P scans
   * it and tries again, once a cycle at most. @safepoint
   */
  private stopRunning(id: GoroutineId, status: number): void {
    this.collector.stack.save()
    while (!this.goroutines.tryStopRunning(id, status)) this.collector.serveScan()
  }

  /** Throws an OperationError if an operation is left that nobody waits for. */
  expectNoneLeft(): void {
    const { handedOver, unstarted } = this
    if (handedOver !== null) throw handedOver.steppedOutside()
    if (unstarted !== null) throw unstarted.forgotten()
  }

  /**
   * Where the program is now, for messages. To note it takes microseconds, so it is noted only for
   * the first CALL_SITES_NOTED operations, and under `--check` for all.
   */
  callSite(): Error | null {
    if (this.callSitesNoted === CALL_SITES_NOTED && !this.heap.check) return null
    if (this.callSitesNoted < CALL_SITES_NOTED) this.callSitesNoted++
    return new CallSiteError('')
  }

  // ————— goroutines

  get goroutine(): GoroutineId {
    return this.memory.meta[this.base + pWords.GOROUTINE] as GoroutineId
  }

  /**
   * The program's `poll`. It is one load if nothing is asked for. At every 256th call it looks
   * whether the slice is over. @safepoint
   */
  pollNow(): void {
    step('poll')
    if (this.isPolled) {
      probeStackDeep()
      this.world.safepoint()
    }
    if ((++this.operations & (POLLS_PER_CLOCK - 1)) === 0) this.allocator.endSliceIfDue()
  }

  /** POLL_ALWAYS does not count: it sends allocations the slow way, and asks nothing of a P. */
  get isPolled(): boolean {
    return (this.memory.meta[this.base + pWords.POLL] & ~pWords.POLL_ALWAYS) !== 0
  }

  /** Looks at the clock at every 64th operation only: a look costs more than most operations. */
  get mustGiveWay(): boolean {
    if ((++this.operations & (CLOCK_EVERY - 1)) === 0 && this.turns.isOver(now()))
      this.askToGiveWay()
    return this.memory.meta[this.memory.goroutineWord(this.goroutine, gWords.GIVE_WAY)] !== 0
  }

  /**
   * Once the goroutine is WAITING a scanner may own its stack. It is in no queue yet, so nobody can
   * wake it before the caller has queued it with this ticket. @safepoint
   */
  park(reason: number, object: number): number {
    const { meta } = this.memory
    const id = this.goroutine
    const record = this.memory.goroutineWord(id, 0)
    meta[record + gWords.WAIT_REASON] = reason
    meta[record + gWords.WAIT_ON] = object
    this.stopRunning(id, gWords.G_WAITING)
    this.memory.faults.pass('goroutine/parked')
    return load(meta, record + gWords.TICKET)
  }

  get ticket(): number {
    return load(this.memory.meta, this.memory.goroutineWord(this.goroutine, gWords.TICKET))
  }

  unpark(): void {
    this.goroutines.resumeRunning(this.goroutine)
  }

  /** A timer is due. It wakes the goroutine, unless something else has won the ticket before. */
  private readonly fire = (id: GoroutineId, ticket: number): void => {
    if (!this.goroutines.winTicket(id, ticket)) return
    this.memory.meta[this.memory.goroutineWord(id, gWords.WOKEN_BY)] = -1
    this.placement.ready(id)
  }

  private askToGiveWay(): void {
    if (this.goroutine !== 0)
      this.memory.meta[this.memory.goroutineWord(this.goroutine, gWords.GIVE_WAY)] = 1
  }

  // ————— nothing to run

  /**
   * IDLE_PS is raised before the queues are looked at, so the last P to come here sees that all are
   * idle. A deadlock ends the run. Then the poll word is set, and the sleep does not begin.
   */
  private sleepIdle(): void {
    const { meta } = this.memory
    const { workers } = this.collector
    const idle = add(meta, control.IDLE_PS, 1) + 1
    if (isDeadlocked(this.memory, this.queues, idle))
      this.ending.fail(new DeadlockError(this.memory, id => this.program.nameOf(id)), 0)
    this.world.sleeping.sleep(
      'idle',
      () => !this.hasWork,
      () =>
        Math.min(
          this.timers.nextDeadline - now(),
          workers.untilDueMs,
          this.stealing.untilPossibleMs,
        ),
    )
    add(meta, control.IDLE_PS, control.IDLE_LEFT)
  }

  /**
   * True if findRunnable would find something. It looks at everything that findRunnable looks at,
   * or this P would sleep while there is work. It is false for what this P cannot take now, or this
   * P would go round without end.
   */
  private get hasWork(): boolean {
    const { ready, global, ring } = this.queues
    const { drain, workers, sweeper } = this.collector
    if (!ready.isEmpty || !global.isEmpty || load(this.memory.meta, control.PERIODIC_WANTED) !== 0)
      return true
    if (!ring.isEmpty || this.stealing.isPossible) return true
    return (drain.isWorkAvailable && workers.mayRun) || sweeper.hasWork
  }
}
