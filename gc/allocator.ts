/**
 * Where allocation goes when its fast path fails: the current run has no free slot, or the poll
 * word asks for something.
 *
 *   before           probe the native stack; serve the poll word; a cycle if --zeal says so
 *   a slot           the next run of the span that is cached. If the span has none: a refill
 *   a refill         1  sweep what the pace asks for (gc/sweeper.ts)
 *                    2  pass the gate (gc/work/gate.ts)
 *                    3  take another span, charge its free slots to the live heap, take a slot
 *                    4  while marking: tell the listeners and the pacer, and the goroutine pays
 *                       (gc/work/assist.ts). Else: start a cycle if the trigger is passed
 *                    5  if the P's slice of 10 ms is over: ask the goroutine to give way
 *   a large object   the same, but while marking the goroutine pays before 2
 *   no pages         finish the sweep and try again; then run a whole cycle that began after the
 *                    failure, and try again; then a cycle in a stop, which serves the request, or
 *                    OutOfMemory
 *
 * A wait before the slot is taken may end in another phase, or with the cache put back. So nothing
 * that was looked up before such a wait is used after it. A wait after the slot is taken, which may
 * be a whole cycle, finds the object on the shadow stack. So the object survives, even where the
 * cycle ends in that stop and puts the span back.
 *
 * A large object is zeroed last, in pieces, with a safepoint between two of them, and only where
 * its pages have been used before. Proof that nobody reads what is not zeroed yet.
 *
 * 1. The object's header is 0 before the span is in a list or the object is on the stack.
 * 2. A marker reads an object's header first. An object whose header is 0 has no references, so the
 *    marker reads nothing else of it.
 * 3. The program has no reference to the object until all of it is zeroed.
 *
 * Proof that the object survives the cycles that pass while it is zeroed.
 *
 * 1. The object is on the shadow stack, so the mark of each of these cycles reaches it, or finds it
 *    black.
 * 2. A sweep makes what is black white, and frees only what was white.
 *
 * The caller has put every reference that it still needs on the shadow stack.
 */

import { add, compareAndSwap, load, now } from '#sync'
import {
  sizeClassOf,
  slotBytesOf,
  spanBytesOf,
  spanClassOf,
  spanPagesOf,
} from '../heap/size-classes.ts'
import type { Addr, Bytes, MetaDouble, MetaWord } from '../memory/kinds.ts'
import { PAGE_BYTES } from '../memory/layout.ts'
import type { Memory } from '../memory/memory.ts'
import { probeStack, probeStackDeep } from '../memory/stack-probe.ts'
import * as control from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'
import type { Collector } from './collector.ts'
import type { Payment } from './listener.ts'
import { SLICE_MS } from './work/workers.ts'
import { STOP_FORCED_CYCLE, STOP_FULL_CYCLE } from './world.ts'

/** As it was when this was loaded: a program may put another in its place. */
const { captureStackTrace } = Error

/** The arena is full of reachable objects. */
export class OutOfMemoryError extends Error {
  override name = 'OutOfMemoryError'
}

/** Options of the allocator; the first two are `--zeal N[,concurrent]`. */
export interface AllocatorOptions {
  /**
   * Collects before one randomly chosen allocation in every N; a loop of period N could evade a
   * fixed choice. 0: off.
   */
  readonly zealEvery: number
  /** Starts a concurrent cycle there instead, so that one nearly always runs. */
  readonly zealConcurrent: boolean
  /** Called when the P's slice of 10 ms is over. It asks the goroutine of the P to give way. */
  readonly onSliceEnd: () => void
  /** A random number from 0 to 2³² − 1, by the seed of the run. */
  readonly random: () => number
}

export class Allocator {
  private readonly memory: Memory
  private readonly collector: Collector
  private readonly options: AllocatorOptions
  private readonly sliceStartedDouble: MetaDouble
  private readonly inFlightWord: MetaWord
  /**
   * What is done at the end of a slice. It is called through a list, so that V8 inlines none of it
   * into the loops of a program that polls. Inlined, it makes these loops 2 to 3 times as slow.
   */
  private readonly atSliceEnd: readonly (() => void)[]
  private sinceZeal = 0
  private zealAt = 0

  constructor(collector: Collector, options: AllocatorOptions) {
    this.memory = collector.memory
    this.collector = collector
    this.options = options
    this.inFlightWord = collector.memory.pWord(collector.pIndex, pWords.IN_FLIGHT_BYTES)
    this.sliceStartedDouble = collector.memory.pDouble(collector.pIndex, pWords.SLICE_STARTED_AT)
    this.atSliceEnd = [
      options.onSliceEnd,
      () => collector.limiter.updateIfDue(),
      () => void collector.workers.runDue(),
    ]
  }

  /**
   * Returns a zeroed slot for an object of `bytes`. The slot has its colour already. Throws an
   * OutOfMemoryError, or a RangeError if the native stack is used up. @safepoint
   */
  allocate(bytes: Bytes, noscan: boolean): Addr {
    probeStack()
    try {
      return this.allocateSlowly(bytes, noscan)
    } catch (error) {
      // V8 keeps ten frames of a trace. The collector's own frames would fill them, and only the
      // program's frames help its author.
      if (error instanceof OutOfMemoryError) captureStackTrace(error, this.allocate)
      throw this.collector.world.endedBy(error)
    }
  }

  private allocateSlowly(bytes: Bytes, noscan: boolean): Addr {
    if (this.memory.meta[this.memory.pWord(this.collector.pIndex, pWords.GOROUTINE)] === 0) {
      throw new Error(
        'an object is made at module level: objects and goroutines are made in main, or in a task',
      )
    }
    this.collector.starter.poll()
    if (this.options.zealEvery > 0) this.zeal()
    const sizeClass = sizeClassOf(bytes)
    if (sizeClass === 0) return this.allocateLarge(bytes, noscan)
    const { cache } = this.collector
    const spanClass = spanClassOf(sizeClass, noscan)
    const slotBytes = slotBytesOf(sizeClass)
    for (let attempt = 0; ; attempt++) {
      const at = cache.take(spanClass, slotBytes)
      if (at !== 0) return at
      if (cache.nextRun(spanClass)) return cache.take(spanClass, slotBytes)
      const fresh =
        this.refill(spanClass, sizeClass, attempt) || this.makeRoom(attempt, bytes, noscan)
      if (fresh !== 0) return fresh
    }
  }

  /**
   * Takes another span and a slot of it, and pays for the span. Returns 0 if no page is left. The
   * reservation of the gate and the charge of the refill have no safepoint between them. @safepoint
   */
  private refill(spanClass: number, sizeClass: number, attempt: number): Addr {
    const { sweeper, cache } = this.collector
    const bytes = spanPagesOf(sizeClass) * PAGE_BYTES
    sweeper.payFor(bytes, 0)
    this.admit(bytes, attempt)
    const charged = this.memory.faults.pass('refill') ? 0 : cache.refill(spanClass, sweeper.sweep)
    if (charged === 0) {
      cache.live.giveBack()
      return 0
    }
    cache.nextRun(spanClass)
    return this.paid(cache.take(spanClass, slotBytesOf(sizeClass)), charged)
  }

  private allocateLarge(bytes: Bytes, noscan: boolean): Addr {
    const { sweeper, cache, assists } = this.collector
    const pages = Math.ceil(bytes / PAGE_BYTES)
    const taken = pages * PAGE_BYTES
    if (pages >= this.memory.layout.pages) throw this.outOfMemory(bytes)
    // A large object is paid for before it has its memory, as in Go. While its goroutine waits for
    // credit, the live heap does not hold it.
    sweeper.payFor(taken, pages)
    assists.charge(taken)
    for (let attempt = 0; ; attempt++) {
      this.admit(taken, attempt)
      const at = this.memory.faults.pass('large-allocation')
        ? 0
        : cache.allocateLarge(bytes, noscan)
      if (at !== 0) return this.paidLarge(at, taken)
      cache.live.giveBack()
      const served = this.makeRoom(attempt, bytes, noscan)
      if (served !== 0) return served
    }
  }

  private admit(bytes: Bytes, attempt: number): void {
    const { gate } = this.collector
    if (attempt === 0) gate.admit(bytes)
    else gate.admitAgain(bytes)
  }

  /**
   * Pays for a span that has just been charged to the live heap. The new object is on the shadow
   * stack while that takes time, so that a cycle which passes there keeps it.
   */
  private paid(at: Addr, bytes: Bytes): Addr {
    this.keep(at, bytes)
    try {
      this.tell(bytes, 'next')
    } finally {
      this.letGo()
    }
    return at
  }

  /**
   * The same for a large object, which was paid for before. Then zeroes its memory. The header of
   * the object is 0 until its constructor sets it.
   */
  private paidLarge(at: Addr, bytes: Bytes): Addr {
    const { cache, starter } = this.collector
    this.keep(at, bytes)
    try {
      this.tell(bytes, 'before')
      for (let from = cache.zeroPiece(at, at); from !== 0; from = cache.zeroPiece(at, from))
        starter.poll()
    } finally {
      this.letGo()
    }
    return at
  }

  private keep(at: Addr, bytes: Bytes): void {
    this.collector.stack.push(at)
    this.memory.meta[this.inFlightWord] = bytes
  }

  private letGo(): void {
    this.collector.stack.top--
    this.memory.meta[this.inFlightWord] = 0
  }

  /**
   * The live heap has grown. While a cycle marks: tells the listeners and the pacer, and the
   * goroutine pays, unless it has paid before. Else: starts a cycle if the trigger is passed.
   * @safepoint
   */
  private tell(bytes: Bytes, payment: Payment): void {
    const { meta } = this.memory
    this.raiseLargest(bytes)
    const { here, controller, starter, assists, drain, endOfMark } = this.collector
    if (meta[control.BLACKEN_ENABLED] === 0) {
      controller.reviseGoals()
      starter.startIfTriggered()
    } else {
      const isInCredit = payment === 'next' && assists.isInCredit(bytes)
      here.listener.charged(bytes, isInCredit ? 'by credit' : payment, drain)
      // Revised before the charge, so that the goroutine pays by a ratio that knows of its own
      // request.
      controller.revise()
      if (payment !== 'before') assists.charge(bytes)
      // A P that takes memory is one more P that may notice the end of the mark.
      if (endOfMark.refilled()) assists.assistAhead()
      drain.verifyIfDue()
    }
    this.endSliceIfDue()
  }

  private raiseLargest(bytes: Bytes): void {
    const { meta } = this.memory
    for (;;) {
      const largest = load(meta, control.LARGEST_REFILL)
      if (bytes <= largest) return
      if (compareAndSwap(meta, control.LARGEST_REFILL, largest, bytes)) return
    }
  }

  /**
   * Does nothing before the slice of 10 ms is over. Then the P asks its goroutine to give way at
   * its next yield, updates the CPU limiter, and looks for a worker that is due. @safepoint
   */
  endSliceIfDue(): void {
    const { metaF64 } = this.memory
    const time = now()
    if (time - metaF64[this.sliceStartedDouble] < SLICE_MS) return
    probeStackDeep()
    for (const duty of this.atSliceEnd) duty()
    metaF64[this.sliceStartedDouble] = now()
  }

  /**
   * No page is left. Returns 0 if the caller must try again.
   *
   * 1. The first time: finishes the sweep.
   * 2. The second time: runs a whole concurrent cycle, and sweeps. If the request has waited at the
   *    gate for a cycle, that one will do, to its end.
   * 3. After that: collects in a stop, in which the request is served or refused.
   *
   * Why 3: what other Ps allocate while a concurrent cycle marks is born black, and no other P can
   * take the slots that they hold in their caches. So such a cycle cannot tell that the arena is
   * full. A cycle that marks and sweeps in a stop can. @safepoint
   */
  private makeRoom(attempt: number, bytes: Bytes, noscan: boolean): Addr {
    const { meta } = this.memory
    if (attempt === 0) {
      this.collector.starter.sweepAll()
      return 0
    }
    probeStackDeep()
    if (attempt === 1) this.collector.controller.arenaIsFull(bytes)
    // Under --check, freed slots rest for two sweeps. They are released before the program fails
    // for lack of memory.
    const { check } = this.collector.heap
    if (check) add(meta, control.QUARANTINE_OPEN, 1)
    try {
      const { gate, starter } = this.collector
      if (attempt > 1) return this.allocateStopped(bytes, noscan)
      if (gate.finishWait()) starter.sweepAll()
      else this.collector.collect(STOP_FULL_CYCLE)
      return 0
    } finally {
      if (check) add(meta, control.QUARANTINE_OPEN, -1)
    }
  }

  /**
   * Collects in a stop in which the request is served. The actor puts the object into a slot of
   * this goroutine's shadow stack, so that the object is reachable from the moment when it exists.
   * Throws an OutOfMemoryError if there is no room: no other P can have been faster.
   */
  private allocateStopped(bytes: Bytes, noscan: boolean): Addr {
    const { stack, pIndex } = this.collector
    const { meta } = this.memory
    stack.push(0)
    const own = this.memory.pWord(pIndex, 0)
    meta[own + pWords.WANTED_SLOT] = stack.top - 1
    meta[own + pWords.WANTED_NOSCAN] = noscan ? 1 : 0
    meta[own + pWords.WANTED_BYTES] = bytes
    try {
      this.collector.collectStopped()
    } finally {
      meta[own + pWords.WANTED_BYTES] = 0
      stack.top--
    }
    const at = meta[stack.top]
    if (at === 0) throw this.outOfMemory(bytes)
    const taken = spanBytesOf(bytes)
    return sizeClassOf(bytes) === 0 ? this.paidLarge(at, taken) : this.paid(at, taken)
  }

  private outOfMemory(bytes: Bytes): OutOfMemoryError {
    const { layout } = this.memory
    return new OutOfMemoryError(
      `out of memory: a request for ${bytes} bytes finds no room in an arena of ${layout.arenaBytes} bytes, of which ${this.memory.get(control.HEAP_MARKED)} are live by the last full collection`,
    )
  }

  private zeal(): void {
    const { zealEvery, random } = this.options
    if (this.sinceZeal === 0) this.zealAt = random() % zealEvery
    const isDue = this.sinceZeal === this.zealAt
    this.sinceZeal = (this.sinceZeal + 1) % zealEvery
    if (!isDue) return
    probeStackDeep()
    if (!this.options.zealConcurrent) this.collector.collect(STOP_FORCED_CYCLE)
    else this.collector.starter.start(STOP_FORCED_CYCLE)
  }
}
