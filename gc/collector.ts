/**
 * The collector as one P sees it: its parts, and the cycle.
 *
 *   1  start         (starter)        a P finds the trigger passed, or wants a cycle: it sweeps
 *                                     what is left, and raises the setup stop
 *   2  setup         (cycle)          STOP: sweep is finished; counters are reset; the pacer plans;
 *                                     barrier on; roots counted; the caches' unused slots black;
 *                                     blackening on
 *   3  mark          (mark/, work/)   dedicated, fractional and idle workers and assists drain,
 *                                     beside the goroutines
 *   4  may be over?  (termination/)   the last P to leave a drain that sees no work tells the
 *                                     policy
 *   5  termination   (cycle)          STOP: barrier buffers flushed; if that is work: restart (3).
 *                                     Blackening off, assists released, the pacer learns, caches
 *                                     flushed, live heap reset, barrier off, everything is unswept,
 *                                     new goals
 *   6  sweep         (sweeper)        proportional, background, in idle time, until all is swept
 *
 * The barrier is on in 2 to 5; blackening only in 3 and 4.
 */
import { now } from '#sync'
import type { Cache } from '../heap/cache.ts'
import type { Heap } from '../heap/heap.ts'
import { ShadowStack } from '../heap/shadow-stack.ts'
import { InternalError } from '../memory/internal-error.ts'
import type { Memory } from '../memory/memory.ts'
import * as control from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'
import type { Controller } from './controller.ts'
import { Cycle } from './cycle.ts'
import type { Here } from './here.ts'
import { type Listener, Listeners } from './listener.ts'
import { WriteBarrier } from './mark/barrier.ts'
import { Drain } from './mark/drain.ts'
import { GreyQueue } from './mark/grey-queue.ts'
import { Marker } from './mark/marker.ts'
import { Roots } from './mark/roots.ts'
import { WorkBuffers } from './mark/work-buffers.ts'
import { CycleFacts } from './record/cycle-facts.ts'
import { CycleRecords } from './record/cycle-record.ts'
import { Overrun } from './record/overrun.ts'
import { Starter } from './starter.ts'
import { Sweeper } from './sweeper.ts'
import { AssistTakesOver } from './termination/assist-takes-over.ts'
import { Coordinator } from './termination/coordinator.ts'
import { EndOfMark } from './termination/end-of-mark.ts'
import { Helping } from './termination/helping.ts'
import type { Termination, TerminationName } from './termination/policy.ts'
import { Assists, type Credit } from './work/assist.ts'
import { AssistQueue } from './work/assist-queue.ts'
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

/**
 * How often a request that finds no room collects in a stop, while other Ps have much in flight;
 * and how long those Ps have between two of these stops, in ms.
 */
const MOST_TRIES = 100
const BETWEEN_TRIES_MS = 1

const TERMINATIONS = {
  coordinator: Coordinator,
  'assist-takes-over': AssistTakesOver,
  helping: Helping,
}

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
  readonly here: Here
  readonly memory: Memory
  readonly heap: Heap
  readonly pIndex: number
  readonly options: CollectorOptions
  readonly world: World
  readonly controller: Controller
  readonly cache: Cache
  readonly queue: GreyQueue
  readonly marker: Marker
  readonly barrier: WriteBarrier
  readonly stack: ShadowStack
  readonly roots: Roots
  readonly drain: Drain
  readonly termination: Termination
  readonly endOfMark: EndOfMark
  readonly assistQueue: AssistQueue
  readonly limiter: CpuLimiter
  readonly assists: Assists
  readonly gate: Gate
  readonly workers: Workers
  readonly sweeper: Sweeper
  readonly starter: Starter
  readonly cycle: Cycle

  /**
   * Parts in the order in which they need each other: what stands below knows what stands above.
   */
  constructor(
    heap: Heap,
    pIndex: number,
    controller: Controller,
    world: World,
    trace: Listener,
    options: CollectorOptions,
  ) {
    const memory = heap.memory
    const listener = new Listeners(memory.faults, [
      new Overrun(memory, pIndex, () => world.v8CollectionMs()),
      new CycleFacts(memory, new CycleRecords(memory)),
      trace,
    ])
    const here = { memory, index: pIndex, world, listener }
    this.here = here
    this.memory = memory
    this.heap = heap
    this.pIndex = pIndex
    this.options = options
    this.world = world
    this.controller = controller
    this.cache = heap.cacheOf(pIndex)
    const buffers = new WorkBuffers(memory)
    this.queue = new GreyQueue(memory, buffers)
    this.marker = new Marker(memory, heap.spans, this.queue, heap.check)
    this.barrier = new WriteBarrier(memory, pIndex, this.marker)
    this.stack = new ShadowStack(memory, heap.stacks)
    this.roots = new Roots(here, this.marker, this.stack)
    this.assistQueue = new AssistQueue(here)
    this.drain = new Drain(here, this.marker, this.barrier, this.roots, buffers, this.assistQueue)
    this.termination = new TERMINATIONS[options.termination](here, this.drain)
    this.endOfMark = new EndOfMark(here, this.termination)
    this.limiter = new CpuLimiter(here, this.assistQueue)
    this.assists = new Assists(
      here,
      this.drain,
      this.endOfMark,
      this.assistQueue,
      this.limiter,
      options.credit,
    )
    this.workers = new Workers(here, this.drain, this.endOfMark, this.limiter)
    this.sweeper = new Sweeper(here, heap)
    this.starter = new Starter(here, this.sweeper, this.limiter)
    this.gate = new Gate(
      here,
      this.cache.live,
      this.drain,
      this.endOfMark,
      this.limiter,
      this.assists,
      this.starter,
      options.gate,
    )
    this.cycle = new Cycle(here, {
      heap,
      controller,
      marker: this.marker,
      roots: this.roots,
      drain: this.drain,
      assistQueue: this.assistQueue,
      sweeper: this.sweeper,
      remainderBytes: this.endOfMark.remainderBytes,
      checkmark: options.checkmark,
    })
  }

  /** Prepares fresh shared memory. Once per run, by its creator. */
  initialize(gcPercent: number, memoryLimit: number): void {
    this.heap.initialize()
    this.controller.initialize({ procs: this.memory.layout.procs, gcPercent, memoryLimit })
  }

  /**
   * What is done in a stop. All that it needs is in shared memory, so any P will do. @nosafepoint
   */
  act(reason: StopReason): void {
    this.limiter.update()
    this.carryOut(reason)
    this.limiter.updateStopped()
  }

  private carryOut(reason: StopReason): void {
    switch (reason) {
      case STOP_HEAP_CYCLE:
      case STOP_FORCED_CYCLE:
      case STOP_PERIODIC_CYCLE:
      case STOP_FULL_CYCLE:
        this.setUp(reason)
        break
      case STOP_FULL_CYCLE_STOPPED:
        this.cycle.setUpMarkAndSweep(STOP_FULL_CYCLE)
        break
      case STOP_TERMINATION:
        this.cycle.terminate()
        break
      case STOP_COMMIT:
        this.cycle.changeGcPercent()
        break
      case STOP_STATISTICS:
        this.cycle.takeStatistics()
        break
      case STOP_VERIFY:
        this.cycle.verify()
        break
      default:
        throw new InternalError(
          `the world is stopped for ${reason satisfies never}, which is no reason`,
        )
    }
  }

  private setUp(trigger: CycleTrigger): void {
    const { stopTheWorld } = this.options
    if (stopTheWorld === 0) this.cycle.setUp(trigger)
    else if (stopTheWorld === 1) this.cycle.setUpAndMark(trigger)
    else this.cycle.setUpMarkAndSweep(trigger)
  }

  /**
   * Go's runtime.GC(): waits until a cycle that runs is marked, runs another one, and sweeps.
   * Blocks its caller in place; goroutines of other Ps go on. @safepoint
   */
  collect(trigger: CycleTrigger): void {
    const { meta } = this.memory
    const cycle = meta[control.CYCLES]
    this.world.blockInPlace(() => meta[control.CYCLES_MARKED] >= cycle)
    while (meta[control.CYCLES] === cycle) {
      // What the last cycle left is swept here, and not in the stop.
      this.starter.sweepFirst(() => meta[control.CYCLES] === cycle)
      const epoch = this.world.epoch()
      if (meta[control.CYCLES] === cycle && meta[control.PHASE] === control.PHASE_OFF)
        this.world.raise(epoch, trigger)
      else this.world.safepoint()
    }
    if (trigger === STOP_FULL_CYCLE) this.gate.helpMark(cycle + 1)
    this.world.blockInPlace(() => meta[control.CYCLES_MARKED] > cycle)
    while (meta[control.CYCLES] === cycle + 1 && this.sweeper.sweepOne()) this.starter.poll()
    this.world.blockInPlace(() => meta[control.CYCLES] !== cycle + 1 || this.sweeper.isComplete)
  }

  /**
   * Runs a whole cycle, and sweeps, in a stop, or waits for the stop of another P. This P's request
   * is served or refused in it (WANTED_BYTES). While other Ps have much in flight it is done again
   * after a while, but not for ever. @safepoint
   */
  collectStopped(): void {
    const { meta } = this.memory
    const wantedWord = this.memory.pWord(this.pIndex, pWords.WANTED_BYTES)
    for (let tries = 0; meta[wantedWord] !== 0 && tries < MOST_TRIES; ) {
      const deadline = now() + BETWEEN_TRIES_MS
      if (tries > 0) this.world.blockInPlace(() => now() >= deadline, deadline)
      this.world.blockInPlace(() => this.starter.isOff)
      const epoch = this.world.epoch()
      if (
        meta[wantedWord] !== 0 &&
        this.starter.isOff &&
        this.world.raise(epoch, STOP_FULL_CYCLE_STOPPED)
      )
        tries++
    }
  }

  /**
   * Before this P counts as stopped: what its queue holds becomes everybody's, and its goroutine's
   * stack is complete in memory. @nosafepoint
   */
  publish(): boolean {
    this.stack.save()
    this.drain.account()
    return this.queue.publish()
  }

  /**
   * Scans the stack of this P's goroutine if a marker wants it: when the P polls, and before the
   * goroutine stops running. The last scan may end the mark. @safepoint
   */
  serveScan(): void {
    if (this.roots.serveWanted()) this.endOfMark.scanServed()
  }

  /**
   * What the ragged barrier asks of each P. True if others can mark something that they could not
   * before. @nosafepoint
   */
  flush(): boolean {
    this.barrier.flush()
    const hasPublished = this.queue.publish()
    this.drain.account()
    return hasPublished
  }
}
