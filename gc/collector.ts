/**
 * The collector as one P sees it: its parts, and the cycle.
 *
 *   1  start      somebody finds the trigger passed, or wants a cycle: sweeps what is left, raises the setup stop
 *   2  setup      STOP: sweep is finished; counters are reset; the pacer plans; barrier on; roots counted; caches' unused slots black;
 *                 blackening on                                                                          (gc/cycle.ts)
 *   3  mark       dedicated, fractional and idle workers and assists drain, beside the tasks               (drain, workers, assist)
 *   4  may be over?  the last to leave a drain that sees no work asks the termination policy               (termination/)
 *   5  termination   STOP: barrier buffers flushed; if that is work: restart (3). Blackening off, assists released, the pacer learns,
 *                 caches flushed, live heap reset, barrier off, everything is unswept, new goals         (gc/cycle.ts)
 *   6  sweep      proportional, background, in idle time, until all is swept                                (sweeper)
 *
 * The barrier is on in 2 to 5; blackening in 3 and 4 alone.
 */
import { load, now, store } from '#sync'
import type { Cache } from '../heap/cache.ts'
import type { Heap } from '../heap/heap.ts'
import { LiveHeap } from '../heap/live-heap.ts'
import { ShadowStack } from '../heap/shadow-stack.ts'
import type { Sweep } from '../heap/sweep-span.ts'
import type { Memory } from '../memory/memory.ts'
import { probeStackDeep } from '../memory/stack-probe.ts'
import * as control from '../memory/words/control.ts'
import * as p from '../memory/words/p.ts'
import type { Controller } from './controller.ts'
import { Cycle } from './cycle.ts'
import { WriteBarrier } from './mark/barrier.ts'
import { Drain } from './mark/drain.ts'
import { GreyQueue } from './mark/grey-queue.ts'
import { Marker } from './mark/marker.ts'
import { Roots } from './mark/roots.ts'
import { WorkBuffers } from './mark/work-buffers.ts'
import { CycleRecords } from './record/cycle-record.ts'
import type { Events } from './record/events.ts'
import { Overrun } from './record/overrun.ts'
import { Sweeper } from './sweeper.ts'
import { AssistTakesOver } from './termination/assist-takes-over.ts'
import { Coordinator } from './termination/coordinator.ts'
import { Helping } from './termination/helping.ts'
import type { Termination, TerminationName } from './termination/policy.ts'
import { Assists, type Credit } from './work/assist.ts'
import { CpuLimiter } from './work/cpu-limiter.ts'
import { Gate, type GateLimit } from './work/gate.ts'
import { Workers } from './work/workers.ts'
import {
  type CycleTrigger,
  STOP_COMMIT,
  STOP_FORCED_CYCLE,
  STOP_FULL_CYCLE,
  STOP_FULL_CYCLE_STOPPED,
  STOP_HEAP_CYCLE,
  STOP_PERIODIC_CYCLE,
  STOP_STATISTICS,
  STOP_TERMINATION,
  STOP_VERIFY,
  type StopReason,
  type World,
} from './world.ts'

/** How often a request that finds no room collects in a stop, while others have much in flight; and how long they have for it in between, in ms. */
const MOST_TRIES = 100
const BETWEEN_TRIES_MS = 1

const TERMINATIONS = { coordinator: Coordinator, 'assist-takes-over': AssistTakesOver, helping: Helping }

/** What of the configuration the collector needs. */
export interface CollectorOptions {
  /** Verify every cycle by checkmark. */
  readonly checkmark: boolean
  /** 0: concurrent; 1: the whole mark in a stop; 2: the sweep too (GODEBUG=gcstoptheworld). */
  readonly stopTheWorld: 0 | 1 | 2
  readonly termination: TerminationName
  readonly gate: GateLimit
  /** How much allocation a goroutine may have paid for ahead (gc/work/assist.ts). */
  readonly credit: Credit
}

export class Collector {
  readonly memory: Memory
  readonly heap: Heap
  readonly pIndex: number
  readonly options: CollectorOptions
  readonly world: World
  readonly controller: Controller
  readonly events: Events
  readonly cache: Cache
  readonly live: LiveHeap
  readonly sweep: Sweep
  readonly buffers: WorkBuffers
  readonly queue: GreyQueue
  readonly overrun: Overrun
  readonly marker: Marker
  readonly barrier: WriteBarrier
  readonly stack: ShadowStack
  readonly roots: Roots
  readonly limiter: CpuLimiter
  readonly drain: Drain
  readonly assists: Assists
  readonly gate: Gate
  readonly workers: Workers
  readonly records: CycleRecords
  readonly sweeper: Sweeper
  readonly termination: Termination
  readonly cycle: Cycle

  constructor(
    heap: Heap,
    pIndex: number,
    controller: Controller,
    world: World,
    events: Events,
    options: CollectorOptions,
  ) {
    const memory = heap.memory
    this.memory = memory
    this.heap = heap
    this.pIndex = pIndex
    this.options = options
    this.world = world
    this.controller = controller
    this.events = events
    this.cache = heap.cacheOf(pIndex)
    this.live = new LiveHeap(memory, pIndex)
    this.overrun = new Overrun(memory, pIndex, () => world.hostCollectionMs())
    this.sweep = heap.sweepOf(pIndex)
    this.buffers = new WorkBuffers(memory)
    this.queue = new GreyQueue(memory, this.buffers)
    this.marker = new Marker(memory, heap.spans, this.queue, heap.check)
    this.barrier = new WriteBarrier(memory, pIndex, this.marker)
    this.stack = new ShadowStack(memory, heap.stacks)
    this.roots = new Roots(memory, pIndex, this.marker, this.stack, world)
    this.limiter = new CpuLimiter(memory, pIndex)
    this.drain = new Drain(memory, pIndex, this.marker, this.barrier, this.roots, this.buffers, world, this.overrun)
    this.assists = new Assists(memory, pIndex, this.drain, this.limiter, world, events, options.credit)
    this.gate = new Gate(this, options.gate)
    this.workers = new Workers(memory, pIndex, this.drain, this.limiter, world, events)
    this.records = new CycleRecords(memory)
    this.sweeper = new Sweeper(heap, pIndex, this.sweep, this.records, world, events)
    this.termination = new TERMINATIONS[options.termination](this)
    this.drain.assists = this.assists
    this.drain.termination = this.termination
    this.limiter.callOff = () => {
      this.assists.releaseAll()
      world.wakeAll()
    }
    this.cycle = new Cycle(this)
  }

  /** Prepares fresh shared memory. Once per run, by its creator. */
  initialize(gcPercent: number, memoryLimit: number): void {
    this.heap.initialize()
    this.controller.initialize({ procs: this.memory.layout.procs, gcPercent, memoryLimit })
  }

  /** What is done in a stop. Everything that it needs is in shared memory, so any P will do. */
  act(reason: StopReason): void {
    this.limiter.update()
    if (reason <= STOP_FORCED_CYCLE + 2) this.cycle.setUp(reason as CycleTrigger, this.options.stopTheWorld)
    else if (reason === STOP_FULL_CYCLE_STOPPED) this.cycle.setUp(STOP_FULL_CYCLE, 2)
    else if (reason === STOP_TERMINATION) this.cycle.terminate()
    else if (reason === STOP_COMMIT) this.cycle.changeGcPercent()
    else if (reason === STOP_STATISTICS) this.cycle.takeStatistics()
    else if (reason === STOP_VERIFY) this.cycle.verify()
    this.limiter.update(true)
  }

  /** True if the heap has reached its trigger and no cycle runs; while the limiter limits, if it has grown enough, too. */
  get isHeapTriggered(): boolean {
    const { words } = this.memory
    if (words[control.PHASE] !== control.PHASE_OFF) return false
    const live = load(words, control.HEAP_LIVE)
    return live >= words[control.TRIGGER] && (!this.limiter.isLimiting || live >= this.limiter.leastTrigger)
  }

  private get isOff(): boolean {
    return this.memory.words[control.PHASE] === control.PHASE_OFF
  }

  /** Sweeps what is left for a cycle that is about to start, while `isDue`; what it takes is the collector's. A safepoint. */
  private sweepFirst(isDue: () => boolean): void {
    const isBegun = this.limiter.begin()
    try {
      while (isDue() && this.sweeper.sweepOne()) {
        this.poll()
        this.limiter.updateIfDue()
      }
    } finally {
      this.limiter.end(isBegun)
    }
  }

  /** Sweeps all that is left to sweep: an allocator has found no page. A safepoint. */
  sweepAll(): void {
    this.sweepFirst(() => true)
  }

  /**
   * Sweeps what is left and starts a cycle, if none runs, wherever the trigger is; unless it is
   * called off meanwhile. A safepoint.
   */
  startCycle(trigger: CycleTrigger, isCalledOff: () => boolean = () => false): void {
    this.sweepFirst(() => this.isOff && !isCalledOff())
    const epoch = this.world.epoch()
    if (this.isOff && !isCalledOff()) this.world.raise(epoch, trigger)
  }

  /** Starts a cycle if the heap has reached its trigger. A safepoint. */
  startIfTriggered(): void {
    if (!this.isHeapTriggered) return
    probeStackDeep()
    this.sweepFirst(() => this.isHeapTriggered)
    const epoch = this.world.epoch()
    if (this.isHeapTriggered) this.world.raise(epoch, STOP_HEAP_CYCLE)
  }

  /** Starts the cycle that the host asked for, if its time has come. */
  startPeriodic(): void {
    const { words } = this.memory
    store(words, control.PERIODIC_WANTED, 0)
    this.sweepFirst(() => this.isOff)
    const epoch = this.world.epoch()
    if (this.isOff && words[control.GC_PERCENT] >= 0) this.world.raise(epoch, STOP_PERIODIC_CYCLE)
  }

  /**
   * Go's runtime.GC(): waits until a cycle that runs is marked, runs another one, and sweeps. Blocks its caller in place;
   * other goroutines go on. A safepoint.
   */
  collect(trigger: CycleTrigger): void {
    const { words } = this.memory
    const cycle = words[control.CYCLES]
    this.world.blockInPlace(() => words[control.CYCLES_MARKED] >= cycle)
    while (words[control.CYCLES] === cycle) {
      // What the last cycle left is swept here, and not in the stop.
      this.sweepFirst(() => words[control.CYCLES] === cycle)
      const epoch = this.world.epoch()
      if (words[control.CYCLES] === cycle && words[control.PHASE] === control.PHASE_OFF)
        this.world.raise(epoch, trigger)
      else this.world.safepoint()
    }
    if (trigger === STOP_FULL_CYCLE) this.gate.helpMark(cycle + 1)
    this.world.blockInPlace(() => words[control.CYCLES_MARKED] > cycle)
    while (words[control.CYCLES] === cycle + 1 && this.sweeper.sweepOne()) this.poll()
    this.world.blockInPlace(() => words[control.CYCLES] !== cycle + 1 || this.sweeper.isDone)
  }

  /**
   * Runs a whole cycle, and sweeps, in a stop, or waits for another P's, in which this P's request is served or refused (WANTED_BYTES). While others have much in flight there, it is done
   * again after a while, but not for ever. A safepoint.
   */
  collectStopped(): void {
    const { words } = this.memory
    const wanted = this.memory.p(this.pIndex, p.WANTED_BYTES)
    for (let tries = 0; words[wanted] !== 0 && tries < MOST_TRIES; ) {
      const deadline = now() + BETWEEN_TRIES_MS
      if (tries > 0) this.world.blockInPlace(() => now() >= deadline, deadline)
      this.world.blockInPlace(() => this.isOff)
      const epoch = this.world.epoch()
      if (words[wanted] !== 0 && this.isOff && this.world.raise(epoch, STOP_FULL_CYCLE_STOPPED)) tries++
    }
  }

  /** Serves stops and requests, if there are any. */
  poll(): void {
    if (this.memory.words[this.memory.p(this.pIndex, p.POLL)] === 0) return
    probeStackDeep()
    this.world.safepoint()
  }

  /** Before this P counts as stopped: what its queue holds becomes everybody's, and its goroutine's stack is complete in memory. */
  publish(): boolean {
    this.stack.save()
    this.drain.account()
    return this.queue.publish()
  }

  /** Scans the stack of this P's goroutine if a marker wants it: at a safepoint, and before the goroutine stops running. */
  serveScan(): void {
    if (this.roots.serveWanted()) this.drain.look()
  }

  /** What the ragged barrier asks of each P. True if others can mark something that they could not before. */
  flush(): boolean {
    this.barrier.flush()
    const hasPublished = this.queue.publish()
    this.drain.account()
    return hasPublished
  }
}
