/**
 * The collector as one P sees it: its parts, and the cycle that they carry out.
 *
 *   1  start         (starter)       a P finds the trigger passed, or needs a cycle. It sweeps what
 *                                    is left of the last cycle, then raises the setup stop
 *   2  setup         (cycle)         STOP: the sweep is finished; counters are reset; the pacer
 *                                    plans; barrier on; roots counted; the caches' unused slots
 *                                    black; blackening on
 *   3  mark          (mark/, work/)  dedicated, fractional and idle workers and assists drain,
 *                                    while the goroutines run
 *   4  may be over?  (termination/)  each P that leaves a drain tells the policy. The policy looks
 *                                    whether the mark may be over, and raises the termination stop
 *   5  termination   (cycle)         STOP: shades that wait are carried out. If they are work, the
 *                                    mark goes on (3). Else: blackening off, assists released,
 *                                    caches put back, the pacer learns, live heap reset, barrier
 *                                    off, everything is unswept, new goals
 *   6  sweep         (sweeper)       by allocators at the pace of the trigger, and by Ps that have
 *                                    nothing better to do, until every span is swept
 *
 * The barrier is on from 2 to 5. Blackening is on from the end of 2 to the beginning of 5.
 *
 * Each P has one Collector. Two Collectors share only the memory of the run, so a P holds nothing
 * that another P must know, except what it publishes (GreyQueue.publish, ShadowStack.save). This is
 * why any P can carry out a stop: Collector.act finds all that it needs in shared memory.
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
import { type BarrierKind, WriteBarrier } from './mark/barrier.ts'
import { Drain } from './mark/drain.ts'
import { GreyQueue } from './mark/grey-queue.ts'
import { Marker, type MarkKind } from './mark/marker.ts'
import { Roots, type StackScans } from './mark/roots.ts'
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
 * The most stops in which one request that finds no room collects, while other Ps have much in
 * flight; and the time, in ms, that those Ps have between two of these stops to take what they
 * asked for.
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
  readonly barrier: BarrierKind
  readonly marks: MarkKind
  readonly stackScans: StackScans
  /** CPUs of the machine, for the CPU time of stops. */
  readonly cpus: number
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

  /** Makes the parts in the order in which they need each other: each knows only parts above it. */
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
      new Overrun(memory, pIndex, {
        v8Ms: () => world.v8CollectionMs(),
        offCpuMs: () => world.offCpuMs(),
      }),
      new CycleFacts(memory, new CycleRecords(memory), options.cpus, name =>
        controller.stateOf(name),
      ),
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
    this.marker = new Marker(memory, heap.spans, this.queue, heap.check, options.marks)
    this.barrier = new WriteBarrier(memory, pIndex, this.marker, options.barrier)
    this.stack = new ShadowStack(memory, heap.stacks, this.barrier)
    this.roots = new Roots(here, this.marker, this.stack, options.stackScans)
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
      gate: this.gate,
      remainderBytes: this.endOfMark.remainderBytes,
      checkmark: options.checkmark,
      barrier: options.barrier,
    })
  }

  /** Prepares fresh shared memory. Once per run, by its creator. */
  initialize(gcPercent: number, memoryLimit: number): void {
    this.heap.initialize()
    this.controller.initialize({ procs: this.memory.layout.procs, gcPercent, memoryLimit })
  }

  /**
   * Carries out the reason of a stop, while the world stands. Any P may be the actor, since all
   * that is needed is in shared memory. The CPU limiter is updated before and after: the time
   * before belongs to whoever had it, and the time of the stop to the collector. @nosafepoint
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
    // GODEBUG=gcstoptheworld decides how much of the cycle is done in this stop.
    const { stopTheWorld } = this.options
    if (stopTheWorld === 0) this.cycle.setUp(trigger)
    else if (stopTheWorld === 1) this.cycle.setUpAndMark(trigger)
    else this.cycle.setUpMarkAndSweep(trigger)
  }

  /**
   * Go's runtime.GC(). It waits until the mark of a cycle that runs is over, runs another cycle,
   * and sweeps. The cycle that runs does not do: what became garbage since it began may be marked
   * in it. The caller is blocked in place; goroutines of other Ps go on. @safepoint
   */
  collect(trigger: CycleTrigger): void {
    const { meta } = this.memory
    const cycle = meta[control.CYCLES]
    this.world.blockInPlace(() => meta[control.CYCLES_MARKED] >= cycle)
    while (meta[control.CYCLES] === cycle) {
      // What the last cycle left is swept here, so that the stop need not sweep it.
      this.starter.sweepFirst(() => meta[control.CYCLES] === cycle)
      const epoch = this.world.epoch()
      if (meta[control.CYCLES] === cycle && meta[control.PHASE] === control.PHASE_OFF)
        this.world.raise(epoch, trigger)
      else this.world.safepoint()
    }
    // A full arena: this P cannot go on before the mark is over, so it works on the mark.
    if (trigger === STOP_FULL_CYCLE) this.gate.helpMark(cycle + 1)
    this.world.blockInPlace(() => meta[control.CYCLES_MARKED] > cycle)
    // The caller of gc() may rely on freed memory. So it also waits for the sweep to be complete,
    // or for a later cycle, which began after that sweep.
    while (meta[control.CYCLES] === cycle + 1 && this.sweeper.sweepOne()) this.starter.poll()
    this.world.blockInPlace(() => meta[control.CYCLES] !== cycle + 1 || this.sweeper.isComplete)
  }

  /**
   * Runs a whole cycle and its sweep in one stop, or waits for such a stop of another P. The stop
   * serves or refuses the request of this P (WANTED_BYTES, Cycle.setUpMarkAndSweep). A request that
   * is neither is tried again after BETWEEN_TRIES_MS: at most MOST_TRIES times if other Ps have
   * much in flight, and as often as it takes if it is in line for the gate's token. @safepoint
   */
  collectStopped(): void {
    const { meta } = this.memory
    const wantedWord = this.memory.pWord(this.pIndex, pWords.WANTED_BYTES)
    let tries = 0
    let isAgain = false
    try {
      while (meta[wantedWord] !== 0 && tries < MOST_TRIES) {
        const deadline = now() + BETWEEN_TRIES_MS
        if (isAgain) this.world.blockInPlace(() => now() >= deadline, deadline)
        this.world.blockInPlace(() => this.starter.isOff)
        const epoch = this.world.epoch()
        const isDue = meta[wantedWord] !== 0 && this.starter.isOff
        if (!isDue || !this.world.raise(epoch, STOP_FULL_CYCLE_STOPPED)) continue
        isAgain = true
        if (!this.gate.isInLine) tries++
      }
    } finally {
      this.gate.leaveLine()
    }
  }

  /**
   * Must be called before this P counts as stopped. It puts the P's grey objects into the shared
   * list, completes the stack of its goroutine in memory, and adds its scan work to the counters.
   * After it the actor finds everything of this P in shared memory; only the barrier buffer is
   * left, and that is shared memory anyway. True if others can mark something that they could not
   * before. @nosafepoint
   */
  publish(): boolean {
    this.stack.save()
    this.drain.account()
    return this.queue.publish()
  }

  /**
   * Scans the stack of this P's goroutine if a marker wants it. The P calls this when it polls, and
   * before its goroutine stops running. The last wanted scan may end the mark. @safepoint
   */
  serveScan(): void {
    if (this.roots.serveWanted()) this.endOfMark.scanServed()
  }

  /**
   * What the ragged barrier asks of each P: it carries out the shades of its barrier buffer, then
   * publishes its grey objects. In this order, since the shades make grey objects. True if others
   * can mark something that they could not before. @nosafepoint
   */
  flush(): boolean {
    this.barrier.flush()
    const hasPublished = this.queue.publish()
    this.drain.account()
    return hasPublished
  }
}
