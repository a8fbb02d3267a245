/**
 * A P: one worker thread that runs goroutines one at a time, and its half of the collector (Go's schedule, findRunnable).
 *
 *   until the run is over
 *     serve the poll word · fire timers · a mark worker that is due · every 61st time the global queue first
 *     its ready goroutines and its ring in turn · the global queue · steal
 *     nothing to run: mark in idle time · sweep · sleep
 *
 * Blocked in place. A plain function cannot suspend the generator that called it, and allocation is one. So where it must wait, the P serves
 * stops and requests, marks and sweeps until it may go on, and never runs another goroutine.
 */
import { add, and, compareAndSwap, load, now, or, store, sub, step as syncStep, wait } from '#sync'
import { Allocator, type AllocatorOptions } from '../gc/allocator.ts'
import { Collector, type CollectorOptions } from '../gc/collector.ts'
import type { Controller } from '../gc/controller.ts'
import { EVENT_BLOCKED, EVENT_GOROUTINE, EVENT_STOPPED, type Events } from '../gc/record/events.ts'
import { SLICE_MS } from '../gc/work/workers.ts'
import type { StopReason, World } from '../gc/world.ts'
import type { Heap } from '../heap/heap.ts'
import type { Memory } from '../memory/memory.ts'
import { probeStackDeep } from '../memory/stack-probe.ts'
import * as control from '../memory/words/control.ts'
import * as g from '../memory/words/goroutine.ts'
import * as p from '../memory/words/p.ts'
import { DeadlockError } from './deadlock.ts'
import { Ending, type Failure } from './ending.ts'
import { type Coroutine, Fiber, type Outcome } from './fiber.ts'
import { type GoroutineId, Goroutines } from './goroutines.ts'
import type { YieldedOperation } from './operation.ts'
import { Random } from './random.ts'
import { RunOver } from './run-over.ts'
import { GlobalQueue, pushReady, ReadyQueue, Ring } from './run-queues.ts'
import { Sleepers } from './sleepers.ts'
import { Stop } from './stop.ts'
import { Timers } from './timers.ts'
import { Waiters } from './waiters.ts'

/** V8 folds a file's own constant, and loads an imported one at each call (npm run bench:steps). */
const step = syncStep

/** Operations between two looks at the clock, a power of two. */
const CLOCK_EVERY = 64
/** Polls between two looks at the clock, a power of two. */
const POLLS_PER_CLOCK = 256
/** Operations of a P whose places are noted for messages. */
const PLACES_NOTED = 1000
/** As it was when this was loaded: a program may put another in its place. */
const PlaceError = Error
/** After so long in a turn the goroutine gives way to one that was woken meanwhile, in ms. */
const WAKE_GRACE_MS = 1
/** How often the global queue comes first (Go's schedtick % 61). */
const GLOBAL_EVERY = 61
/** The net under a wait that a publication should end, in ms: a rescue by it is counted, and is a bug. */
const NET_MS = 2000
/**
 * A wake-up that is under way as the net ends a wait comes within this, in ms: the system may have
 * taken its thread off the CPU.
 */
const NET_GRACE_MS = 500
/** The slices in which the ragged barrier waits, in ms (Go: 100 µs); after so many of them each is twice the one before, up to 10 ms, since some P is stalled. */
const BARRIER_SLICE_MS = 0.1
const BARRIER_SLICES = 10
/** The shortest sleep: the thread gives its core away. */
const YIELD_MS = 0.001
/** A P that has more goroutines than another by this factor takes none from it, unless that one is stuck. */
const STEAL_IMBALANCE = 1.1
/** After this long without a turn of its scheduler a P's new goroutines are anybody's, in ms. */
const STUCK_MS = 200

/** How the coordinator waits in the ragged barrier. */
export type BarrierWait = 'sleep' | 'yield' | 'spin'

/** What the scheduler needs of the program: the generator of a goroutine that first runs, and names for messages. */
export interface Program {
  start(goroutine: GoroutineId): Coroutine
  nameOf(goroutine: GoroutineId): string
}

/** What a P asks and tells the thread that it runs on. */
export interface Host {
  /** How long the host's own collector has held the thread up since this was asked last, in ms. */
  collectionMs(): number
  /** This P has ended the run: at once, since a program that catches all may never let go of it. */
  onFailure(failure: Failure): void
}

const NO_HOST: Host = { collectionMs: () => 0, onFailure: () => {} }

export interface POptions extends CollectorOptions {
  readonly zealEvery: number
  readonly zealConcurrent: boolean
  readonly seed: number
  readonly barrierWait: BarrierWait
}

export class P implements World {
  readonly index: number
  readonly memory: Memory
  readonly heap: Heap
  readonly collector: Collector
  readonly allocator: Allocator
  readonly goroutines: Goroutines
  readonly waiters: Waiters
  readonly timers: Timers
  readonly sleepers: Sleepers
  readonly random: Random
  readonly ending: Ending

  private readonly program: Program
  private readonly host: Host
  private readonly stop: Stop
  private readonly ring: Ring
  private readonly rings: Ring[] = []
  private readonly readyQueue: ReadyQueue
  private readonly global: GlobalQueue
  /** By goroutine: those that have run here and have not ended. */
  private readonly fibers: (Fiber | undefined)[] = []
  private readonly events: Events
  private readonly base: number
  private ticks = 0
  private isRingsTurn = false
  /** Since when goroutines that were woken run, one after the other; 0: another had the last turn. */
  private wokenSince = 0
  /** The next turn goes on in the slice of the one before. */
  private inheritsSlice = false
  private operations = 0
  private readonly barrierWait: BarrierWait
  /** The goroutine that runs; null: none does. */
  fiber: Fiber | null = null
  /** An operation that was made and is not waited for yet. */
  unstarted: YieldedOperation<unknown> | null = null
  /** An operation that has handed the goroutine over, or was woken, and was not stepped since (scheduler/operation.ts). */
  handedOver: YieldedOperation<unknown> | null = null
  private placesNoted = 0
  /** When this P stopped last; what it waits for in place, innermost. */
  private stoodSince = 0
  private waitsFor: (() => boolean) | null = null

  constructor(
    heap: Heap,
    index: number,
    controller: Controller,
    program: Program,
    events: Events,
    options: POptions,
    host: Host = NO_HOST,
  ) {
    const memory = heap.memory
    this.index = index
    this.memory = memory
    this.heap = heap
    this.program = program
    this.host = host
    this.ending = new Ending(memory, index, host.onFailure.bind(host))
    this.events = events
    this.base = memory.p(index, 0)
    this.random = new Random(options.seed, index)
    this.barrierWait = options.barrierWait
    this.collector = new Collector(heap, index, controller, this, events, options)
    const allocatorOptions: AllocatorOptions = {
      ...options,
      onSliceEnd: () => this.askToGiveWay(),
      random: () => this.random.next(),
    }
    this.allocator = new Allocator(this.collector, allocatorOptions)
    this.goroutines = new Goroutines(heap)
    this.waiters = new Waiters(memory)
    this.timers = new Timers(memory)
    this.sleepers = new Sleepers(memory)
    this.stop = new Stop(memory, index, this.act.bind(this))
    this.readyQueue = new ReadyQueue(memory, index)
    this.global = new GlobalQueue(memory)
    for (let other = 0; other < memory.layout.procs; other++) this.rings.push(new Ring(memory, other))
    this.ring = this.rings[index]
  }

  // ————— the loop

  /** Runs goroutines until the run is over. Returns when it is; `ending` tells whether this P ended it. */
  run(): void {
    const { words } = this.memory
    try {
      if (!this.stop.enterRunning()) return
      while (load(words, control.RUN_STATE) === control.RUN_ACTIVE) this.runGoroutine(this.findRunnable())
    } catch (error) {
      if (!RunOver.is(error)) this.ending.fail(error, words[this.base + p.GOROUTINE])
    } finally {
      this.leave()
    }
  }

  private leave(): void {
    const { words } = this.memory
    if (words[this.base + p.STATUS] === p.STATUS_RUNNING) this.stop.leaveRunning()
    store(words, this.base + p.STATUS, p.STATUS_ABSENT)
    add(words, control.PS_DONE, 1)
    this.tellHost()
  }

  private findRunnable(): GoroutineId {
    const { words } = this.memory
    const { workers, sweeper, limiter } = this.collector
    for (;;) {
      if (words[this.base + p.POLL] !== 0) this.safepoint()
      if (this.timers.nextDeadline !== Number.POSITIVE_INFINITY) this.timers.fireDue(now(), this.fire)
      if (words[control.PERIODIC_WANTED] !== 0) this.collector.startPeriodic()
      if (workers.runDue()) continue
      const id = this.next()
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

  /**
   * Goroutines that were woken come first, all in one slice, as Go's runnext inherits its waker's.
   * When they have used it up, one of the others has a turn before they begin another.
   */
  private next(): GoroutineId {
    const isChain = this.wokenSince !== 0
    this.inheritsSlice = false
    if (++this.ticks % GLOBAL_EVERY === 0) {
      const id = this.nextElsewhere()
      if (id !== 0) return id
    }
    if (!isChain || now() - this.wokenSince < SLICE_MS) {
      const woken = this.nextWoken()
      this.inheritsSlice = isChain && woken !== 0
      if (woken !== 0) return woken
    }
    this.wokenSince = 0
    return this.nextInTurn() || this.nextWoken()
  }

  private nextWoken(): GoroutineId {
    const id = this.readyQueue.takeWoken()
    if (id !== 0 && this.wokenSince === 0) this.wokenSince = now()
    return id
  }

  /** Of those that nobody has woken: they gave way, or have not run. */
  private nextInTurn(): GoroutineId {
    const { readyQueue, ring } = this
    this.isRingsTurn = !this.isRingsTurn
    const own = this.isRingsTurn ? ring.take() || readyQueue.takeYielded() : readyQueue.takeYielded() || ring.take()
    return own || this.global.take() || this.steal()
  }

  /** What a P that is never idle must look for all the same, or it may wait for ever. */
  private nextElsewhere(): GoroutineId {
    this.collector.sweeper.sweepInBackground()
    return this.global.take() || this.takeStuck()
  }

  private takeStuck(): GoroutineId {
    for (let victim = 0; victim < this.rings.length; victim++) {
      if (victim === this.index || this.rings[victim].isEmpty || this.stuckMs(victim) < STUCK_MS) continue
      const id = this.rings[victim].take()
      if (id !== 0) return id
    }
    return 0
  }

  /** How long the goroutine that runs on P `victim` has had its turn; 0 between two goroutines: the P is about to look into its ring. */
  private stuckMs(victim: number): number {
    const { words, doubles } = this.memory
    if (words[this.memory.p(victim, p.GOROUTINE)] === 0) return 0
    return now() - doubles[this.memory.pMeasure(victim, p.TURN_STARTED_AT)]
  }

  /** Takes a goroutine that has not run from another P, beginning with a random one. */
  private steal(): GoroutineId {
    const { layout } = this.memory
    const first = this.random.next() % layout.procs
    for (let offset = 0; offset < layout.procs; offset++) {
      const victim = (first + offset) % layout.procs
      if (!this.maySteal(victim)) continue
      this.memory.faults.pass('ring/steal')
      const id = this.rings[victim].take()
      if (id !== 0) return id
    }
    return 0
  }

  /**
   * Pinned goroutines cannot be evened out later, so a P takes none from one that has fewer. If that one is stuck in a long slice it does, as
   * long as it has hardly more than the mean; if it is stuck for STUCK_MS, in any case.
   */
  private maySteal(victim: number): boolean {
    const { words, layout } = this.memory
    if (victim === this.index || this.rings[victim].isEmpty) return false
    const own = words[this.base + p.LIVE]
    if (own <= words[this.memory.p(victim, p.LIVE)] * STEAL_IMBALANCE) return true
    const stuckMs = this.stuckMs(victim)
    if (stuckMs > STUCK_MS) return true
    let all = 0
    for (let index = 0; index < layout.procs; index++) all += words[this.memory.p(index, p.LIVE)]
    return stuckMs > SLICE_MS && own * layout.procs < all * STEAL_IMBALANCE
  }

  private runGoroutine(id: GoroutineId): void {
    const { words, doubles } = this.memory
    const began = now()
    this.adopt(id)
    this.goroutines.startRunning(id)
    words[this.base + p.GOROUTINE] = id
    this.collector.stack.load(id)
    words[this.memory.goroutine(id, g.GIVE_WAY)] = 0
    words[this.base + p.ACTIVITY] = p.ACTIVITY_GOROUTINE
    if (!this.inheritsSlice) doubles[this.memory.pMeasure(this.index, p.SLICE_STARTED_AT)] = began
    doubles[this.memory.pMeasure(this.index, p.TURN_STARTED_AT)] = began
    const outcome = this.runFiber(id)
    if (outcome === 'ended') this.end(id)
    else if (outcome === 'gives way') this.giveWay(id)
    this.fiber = null
    this.collector.stack.unload()
    words[this.base + p.GOROUTINE] = 0
    words[this.base + p.ACTIVITY] = p.ACTIVITY_SCHEDULING
    this.events.slice(EVENT_GOROUTINE, began, id)
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
    const { words } = this.memory
    this.collector.assists.settle(id)
    this.memory.faults.pass('goroutine/end')
    this.stopRunning(id, g.G_DEAD)
    this.fibers[id] = undefined
    // Its number may be used again at once, on any P.
    this.collector.stack.unload()
    words[this.base + p.GOROUTINE] = 0
    sub(words, this.base + p.LIVE, 1)
    this.goroutines.release(id)
    if (id === 1) this.ending.finish(control.RUN_FINISHED)
  }

  private giveWay(id: GoroutineId): void {
    this.collector.stack.save()
    this.stopRunning(id, g.G_RUNNABLE)
    this.readyQueue.putYielded(id)
  }

  /** RUNNING → `status`; scans the stack first if a marker wants it, once a cycle. A safepoint then. */
  private stopRunning(id: GoroutineId, status: number): void {
    this.collector.stack.save()
    while (!this.goroutines.tryStopRunning(id, status)) this.collector.serveScan()
  }

  /** Throws an OperationError if an operation was made, or handed the goroutine over, and was not waited for. */
  expectNoneLeft(): void {
    const { handedOver, unstarted } = this
    if (handedOver !== null) throw handedOver.steppedOutside()
    if (unstarted !== null) throw unstarted.forgotten()
  }

  /** Where an operation is made, for messages: of the first ones, since it takes microseconds; under --check of all. */
  placeOfOperation(): Error | null {
    if (this.placesNoted === PLACES_NOTED && !this.heap.check) return null
    if (this.placesNoted < PLACES_NOTED) this.placesNoted++
    return new PlaceError('')
  }

  // ————— goroutines

  /** The goroutine that runs here. */
  get goroutine(): GoroutineId {
    return this.memory.words[this.base + p.GOROUTINE]
  }

  /** What `poll` does: one load, if nothing is asked for; at every 256th call it looks whether the slice is over. */
  pollNow(): void {
    step('poll')
    if (this.isPolled) {
      probeStackDeep()
      this.safepoint()
    }
    if ((++this.operations & (POLLS_PER_CLOCK - 1)) === 0) this.allocator.endSliceIfDue()
  }

  /** True if the poll word asks for something, as a plain load: what every safepoint begins with. */
  get isPolled(): boolean {
    return (this.memory.words[this.base + p.POLL] & ~p.POLL_ALWAYS) !== 0
  }

  /** True if the running goroutine has used up its slice. Asked at every operation; looks at the clock at every 64th. */
  get mustGiveWay(): boolean {
    if ((++this.operations & (CLOCK_EVERY - 1)) === 0 && this.isTurnOver(now())) this.askToGiveWay()
    return this.memory.words[this.memory.goroutine(this.goroutine, g.GIVE_WAY)] !== 0
  }

  private isTurnOver(time: number): boolean {
    const { doubles } = this.memory
    const own = this.memory.pMeasure(this.index, 0)
    if (time - doubles[own + p.SLICE_STARTED_AT] > SLICE_MS) return true
    const isAwaited = this.readyQueue.hasWoken || this.timers.nextDeadline <= time
    return isAwaited && time - doubles[own + p.TURN_STARTED_AT] > WAKE_GRACE_MS
  }

  /** Queues a new goroutine: on P `where`, or, for −1, on the P that has the fewest; an idle one counts as two lighter. */
  place(id: GoroutineId, where: number): void {
    const { words } = this.memory
    const target = where < 0 ? this.lightest() : where
    words[this.memory.goroutine(id, g.P)] = target
    this.countLive(target)
    if (where >= 0 && where !== this.index) pushReady(this.memory, target, id)
    else if (where >= 0) this.readyQueue.putYielded(id)
    else if (!this.rings[target].put(id)) this.global.put(id)
    // Whoever may take it hears of it: its P, or, if that is busy, one that has nothing to do.
    if (this.sleepers.isSleeping(target)) this.sleepers.wake(target)
    else if (where < 0) this.sleepers.wakeOneIdle()
  }

  private lightest(): number {
    const { words, layout } = this.memory
    let best = this.index
    let least = words[this.base + p.LIVE]
    for (let index = 0; index < layout.procs; index++) {
      if (index === this.index) continue
      const live = words[this.memory.p(index, p.LIVE)] - (this.sleepers.isSleeping(index) ? 2 : 0)
      if (live < least) {
        best = index
        least = live
      }
    }
    return best
  }

  private countLive(index: number): void {
    const { words } = this.memory
    const live = add(words, this.memory.p(index, p.LIVE), 1) + 1
    const peak = this.memory.p(index, p.PEAK_LIVE)
    for (let found = load(words, peak); found < live; found = load(words, peak)) {
      if (compareAndSwap(words, peak, found, live)) break
    }
  }

  /** A goroutine placed elsewhere runs here: it counts here from now on. */
  private adopt(id: GoroutineId): void {
    const { words } = this.memory
    const owner = this.memory.goroutine(id, g.P)
    if (words[owner] === this.index) return
    sub(words, this.memory.p(words[owner], p.LIVE), 1)
    words[owner] = this.index
    this.countLive(this.index)
  }

  /** The running goroutine waits from now on, for `reason` on `object`. It may be woken as soon as its ticket is where others find it. Returns the ticket. */
  park(reason: number, object: number): number {
    const { words } = this.memory
    const id = this.goroutine
    const record = this.memory.goroutine(id, 0)
    words[record + g.WAIT_REASON] = reason
    words[record + g.WAIT_ON] = object
    this.stopRunning(id, g.G_WAITING)
    this.memory.faults.pass('goroutine/parked')
    return load(words, record + g.TICKET)
  }

  /** The ticket with which the running goroutine would park now. */
  get ticket(): number {
    return load(this.memory.words, this.memory.goroutine(this.goroutine, g.TICKET))
  }

  /** The goroutine that has just parked runs on: it need not wait after all. */
  unpark(): void {
    this.goroutines.resumeRunning(this.goroutine)
  }

  /** Makes a goroutine ready whose ticket the caller has won. By any P. */
  ready(id: GoroutineId): void {
    const owner = this.memory.words[this.memory.goroutine(id, g.P)]
    this.memory.faults.pass('goroutine/ready')
    this.goroutines.makeRunnable(id)
    if (owner === this.index) this.readyQueue.putWoken(id)
    else {
      pushReady(this.memory, owner, id)
      this.sleepers.wake(owner)
    }
  }

  /** As ready, for goroutines that are linked by their records, oldest first; 0: none. */
  readyAll(first: GoroutineId): void {
    for (let id = first; id !== 0; ) {
      const next = this.memory.words[this.memory.goroutine(id, g.NEXT)]
      this.ready(id)
      id = next
    }
  }

  private readonly fire = (id: GoroutineId, ticket: number): void => {
    if (!this.goroutines.winTicket(id, ticket)) return
    this.memory.words[this.memory.goroutine(id, g.WOKEN_BY)] = -1
    this.ready(id)
  }

  private askToGiveWay(): void {
    if (this.goroutine !== 0) this.memory.words[this.memory.goroutine(this.goroutine, g.GIVE_WAY)] = 1
  }

  // ————— World

  epoch(): number {
    return this.stop.epoch()
  }

  raise(epoch: number, reason: StopReason): boolean {
    const activity = this.standStill()
    return this.afterRaise(activity, this.stop.raise(epoch, reason))
  }

  raiseIf(isDue: () => boolean, reason: StopReason): boolean {
    const activity = this.standStill()
    return this.afterRaise(activity, this.stop.raiseIf(isDue, reason))
  }

  /** What else is asked of this P waits for its next safepoint: served here, a scan might raise a stop again, and so on, ever deeper. */
  private afterRaise(activity: number, raised: boolean): boolean {
    this.goOn(activity)
    this.collector.overrun.leave()
    this.markIfDue()
    return raised
  }

  safepoint(): void {
    const { words } = this.memory
    const poll = load(words, this.base + p.POLL)
    if ((poll & p.POLL_END) !== 0) throw new RunOver('')
    // A bit is cleared before what it stands for is looked at, so that a later request sets it again.
    if ((poll & p.POLL_FLUSH) !== 0) {
      and(words, this.base + p.POLL, ~p.POLL_FLUSH)
      this.memory.faults.pass('barrier/serve')
      if (this.collector.flush()) this.wakeForWork()
      this.passBarrier(this.index)
    }
    if ((poll & p.POLL_SCAN) !== 0) {
      and(words, this.base + p.POLL, ~p.POLL_SCAN)
      this.collector.serveScan()
    }
    if ((poll & p.POLL_STOP) !== 0) {
      and(words, this.base + p.POLL, ~p.POLL_STOP)
      if (this.stop.isRaised) {
        const activity = this.standStill()
        this.stop.leaveRunning()
        this.goOn(activity)
        this.markIfDue()
      }
    }
  }

  /** After a stop a cycle may have begun: as every P of Go's passes its scheduler then, this one looks for a worker. */
  private markIfDue(): void {
    if (this.memory.words[this.base + p.ACTIVITY] === p.ACTIVITY_GOROUTINE) this.collector.workers.runDue()
  }

  /** This P is about to stop: publishes what it holds. Returns what it does. */
  private standStill(): number {
    const { words } = this.memory
    const activity = words[this.base + p.ACTIVITY]
    words[this.base + p.ACTIVITY] = p.ACTIVITY_STOPPED
    this.stoodSince = now()
    if (this.collector.publish()) this.wakeForWork()
    return activity
  }

  private goOn(activity: number): void {
    if (!this.stop.enterRunning()) throw new RunOver('')
    this.memory.words[this.base + p.ACTIVITY] = activity
    this.events.slice(EVENT_STOPPED, this.stoodSince, 0)
  }

  /** Carries out a stop's reason. An error here is the collector's or the pacer's, and ends the run; the world goes on to hear of it. */
  private act(reason: StopReason): void {
    try {
      this.collector.act(reason)
    } catch (error) {
      this.ending.fail(error, 0)
    }
    this.sleepers.wakeAll()
  }

  hasOtherWork(): boolean {
    if (this.waitsFor !== null) return this.waitsFor()
    return !this.readyQueue.isEmpty || !this.ring.isEmpty || !this.global.isEmpty || this.timers.nextDeadline <= now()
  }

  blockInPlace(isOver: () => boolean, deadline = Number.POSITIVE_INFINITY): void {
    const { words, doubles } = this.memory
    const { workers, sweeper, drain, limiter } = this.collector
    const outer = this.waitsFor
    const began = now()
    const own = this.memory.pMeasure(this.index, 0)
    if (outer === null) doubles[own + p.BLOCKED_SINCE] = began
    this.waitsFor = isOver
    for (;;) {
      if (words[this.base + p.POLL] !== 0) this.safepoint()
      if (isOver()) break
      if (workers.runDue()) continue
      limiter.idle()
      if (workers.runIdle() || sweeper.sweepInBackground()) continue
      this.sleepWhile(
        () => !isOver() && !(drain.isWorkAvailable && workers.mayRun),
        () => Math.min(workers.untilDueMs, deadline - now()),
      )
    }
    this.waitsFor = outer
    limiter.busy()
    if (outer === null) {
      const end = now()
      doubles[own + p.BLOCKED_MS] += end - doubles[own + p.BLOCKED_SINCE]
      doubles[own + p.BLOCKED_SINCE] = 0
      if (doubles[own + p.COLLECTING_SINCE] === 0) doubles[own + p.TOTAL_BLOCKED_MS] += end - began
    }
    this.events.slice(EVENT_BLOCKED, began, this.goroutine)
  }

  raggedBarrier(): void {
    const { words, layout } = this.memory
    const number = add(words, control.FLUSH_NUMBER, 1) + 1
    store(words, control.FLUSH_COORDINATOR, this.index)
    store(words, control.FLUSH_PENDING, layout.procs - 1)
    for (let index = 0; index < layout.procs; index++) {
      if (index === this.index) continue
      store(words, this.memory.p(index, p.FLUSH_WANTED), number)
      or(words, this.memory.p(index, p.POLL), p.POLL_FLUSH)
    }
    for (let slice = 0; ; slice++) {
      // A P that sleeps has flushed before it did: it passes by its status. So does one that stopped, whose shades are looked at in the stop (R3).
      for (let index = 0; index < layout.procs; index++) {
        if (index !== this.index && load(words, this.memory.p(index, p.STATUS)) !== p.STATUS_RUNNING)
          this.passBarrier(index)
      }
      if (load(words, control.FLUSH_PENDING) === 0) return
      this.collector.overrun.at('mark-termination/in-barrier')
      const grown = Math.min(BARRIER_SLICE_MS * 2 ** Math.max(slice - BARRIER_SLICES, 0), SLICE_MS)
      if (this.barrierWait !== 'spin')
        this.sleepWhile(
          () => load(words, control.FLUSH_PENDING) > 0,
          () => (this.barrierWait === 'yield' ? YIELD_MS : grown),
        )
      if (words[this.base + p.POLL] !== 0) this.safepoint()
    }
  }

  /** P `index` has passed the barrier that it was asked to pass: counted once, whoever says it. */
  private passBarrier(index: number): void {
    const { words } = this.memory
    // In this order: a number wanted that was read first may be that of a barrier which somebody has passed by now, and the swap would go back to it.
    const served = load(words, this.memory.p(index, p.FLUSH_SERVED))
    const wanted = load(words, this.memory.p(index, p.FLUSH_WANTED))
    if (served === wanted || !compareAndSwap(words, this.memory.p(index, p.FLUSH_SERVED), served, wanted)) return
    if (sub(words, control.FLUSH_PENDING, 1) === 1) this.sleepers.wake(load(words, control.FLUSH_COORDINATOR))
  }

  wakeForWork(): void {
    this.sleepers.wakeOne()
  }

  wakeAll(): void {
    this.sleepers.wakeAll()
  }

  wake(index: number): void {
    this.sleepers.wake(index)
  }

  endedBy(error: unknown): unknown {
    return this.ending.endedBy(error)
  }

  hostCollectionMs(): number {
    return this.host.collectionMs()
  }

  tellHost(): void {
    add(this.memory.words, control.HOST_NEWS, 1)
  }

  // ————— sleeping

  private sleepIdle(): void {
    const { words } = this.memory
    const { drain, workers } = this.collector
    this.failIfDeadlocked(add(words, control.IDLE_PS, 1) + 1)
    this.sleepWhile(
      () => !this.isAnythingRunnable() && !(drain.isWorkAvailable && workers.mayRun) && !this.collector.sweeper.hasWork,
      () => Math.min(this.timers.nextDeadline - now(), workers.untilDueMs, this.untilStealMs),
      true,
    )
    add(words, control.IDLE_PS, control.IDLE_LEFT)
  }

  /** If another P's ring holds something that this one may not take yet, it looks again after a slice. */
  private get untilStealMs(): number {
    const isWaiting = this.rings.some((ring, index) => index !== this.index && !ring.isEmpty)
    return isWaiting ? SLICE_MS : Number.POSITIVE_INFINITY
  }

  private isAnythingRunnable(): boolean {
    if (!this.readyQueue.isEmpty || !this.global.isEmpty || load(this.memory.words, control.PERIODIC_WANTED) !== 0)
      return true
    if (!this.ring.isEmpty) return true
    for (let victim = 0; victim < this.rings.length; victim++) if (this.maySteal(victim)) return true
    return false
  }

  /** Sleeps as a P that counts as stopped, at most so long, unless `mayStill` says no after the announcement. */
  private sleepWhile(mayStill: () => boolean, mostMs: () => number, idle = false): void {
    const { words } = this.memory
    const activity = words[this.base + p.ACTIVITY]
    this.collector.stack.save()
    if (this.collector.flush()) this.wakeForWork()
    const wake = load(words, this.base + p.WAKE)
    this.sleepers.announce(this.index, idle)
    // How long depends on what there is, so it is asked after the announcement too.
    const milliseconds = mostMs()
    if (milliseconds > 0 && mayStill() && (load(words, this.base + p.POLL) & ~p.POLL_ALWAYS) === 0) {
      words[this.base + p.ACTIVITY] = p.ACTIVITY_SLEEPING
      this.stop.leaveRunning()
      this.passBarrier(this.index)
      this.memory.faults.pass('sleep/wait')
      const isOver = this.waitForWake(wake, Math.min(milliseconds, NET_MS))
      const isMissed = isOver && milliseconds > NET_MS && !mayStill() && this.waitForWake(wake, NET_GRACE_MS)
      this.memory.faults.pass('sleep/woken')
      if (!this.stop.enterRunning()) throw new RunOver('')
      // A wake-up that was sent after the time-out, as at the end of a long stop, was not lost.
      if (isMissed && load(words, this.base + p.WAKE) === wake && !mayStill()) add(words, control.RESCUES, 1)
      words[this.base + p.ACTIVITY] = activity
    }
    this.sleepers.withdraw(this.index)
  }

  /** True if nobody has moved WAKE from `wake` in so long. */
  private waitForWake(wake: number, milliseconds: number): boolean {
    return wait(this.memory.words, this.base + p.WAKE, wake, milliseconds) === 'timed-out'
  }

  /**
   * If all Ps are idle, nothing is queued anywhere and no timer runs, no goroutine can ever run again. `idle`: IDLE_PS as this P became idle; if it is the
   * same after the look, no P has run anything meanwhile, so the queues were all empty at one moment.
   */
  private failIfDeadlocked(idle: number): void {
    const { words, layout } = this.memory
    if ((idle & control.IDLE_COUNT) !== layout.procs) return
    if (load(words, control.TIMERS) !== 0 || load(words, control.GOROUTINES_LIVE) === 0 || !this.global.isEmpty) return
    for (let index = 0; index < layout.procs; index++) {
      if (!this.rings[index].isEmpty || load(words, this.memory.p(index, p.READY)) !== 0) return
    }
    if (!this.readyQueue.isEmpty || load(words, control.IDLE_PS) !== idle) return
    this.ending.fail(new DeadlockError(this.memory, id => this.program.nameOf(id)), 0)
  }
}
