/**
 * Where allocation goes when its fast path fails: no free slot in the current run, or the poll word
 * asks for something.
 *
 *   probe the native stack; serve the poll word; end a slice that is used up
 *   a slot: the next run of the cached span, or
 *     sweep what the pace asks for, pass the gate, take another span, charge it to the live heap;
 *     take a slot of it;
 *     tell the pacer; while marking: pay (assist); else: start a cycle if the trigger is passed
 *   no pages: finish the sweep; then a whole cycle that began after the failure; then one in a
 *     stop, which serves the request, or OutOfMemory
 *
 * A wait before the slot is taken may end in another phase, or with the cache flushed. So the slot
 * is looked for again after each. A wait after it, which is a whole cycle at times, finds the slot
 * taken and on the shadow stack. So a request that asked for a cycle has its slot, even where the
 * cycle ends in the same stop and puts the span back.
 *
 * A large object is zeroed last, in pieces, with a safepoint between two of them, and only where
 * its pages have been used before. Proof that nobody reads what is not zeroed yet.
 * 1. Its header is 0 before the span is in a list or the object is on the stack.
 * 2. A marker reads an object's header first, and nothing else of one whose header is 0: such an
 *    object has no references.
 * 3. The program has no reference to it until all of it is zeroed.
 * Proof that its span survives the cycles that pass meanwhile.
 * 1. The object is on the shadow stack, so each of these cycles finds it, black or white.
 * 2. The sweep leaves it white.
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

/** `--zeal N[,concurrent]`. */
export interface AllocatorOptions {
  /**
   * Collects before one randomly chosen allocation in every N; a loop of period N could evade a
   * fixed choice. 0: off.
   */
  readonly zealEvery: number
  /** Instead: a cycle is kept running. */
  readonly zealConcurrent: boolean
  /** Called when the P's slice of 10 ms is over: asks its goroutine to give way. */
  readonly onSliceEnd: () => void
  /** From 0 to 2³² − 1, by the run's seed. */
  readonly random: () => number
}

export class Allocator {
  private readonly memory: Memory
  private readonly collector: Collector
  private readonly options: AllocatorOptions
  private readonly sliceStartedDouble: MetaDouble
  private readonly inFlightWord: MetaWord
  /**
   * What is done at the end of a slice. In a list, so that V8 inlines none of it into the loops of
   * a program that polls: they would be 2 to 3 times as slow.
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
   * A zeroed slot for an object of `bytes`, with its colour. Throws OutOfMemoryError, or a
   * RangeError where the native stack is used up. @safepoint
   */
  allocate(bytes: Bytes, noscan: boolean): Addr {
    probeStack()
    try {
      return this.allocateSlowly(bytes, noscan)
    } catch (error) {
      // V8 keeps ten frames, and the collector's own would fill them: the program's are what helps.
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
   * Takes another span and a slot of it, and pays for the span. 0 if no page is left. @safepoint
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
   * A new object that has been charged to the live heap, once that is paid for. The stack keeps it
   * meanwhile.
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
   * The same of a large object, which was paid for first, once its memory is zeroed. Its header is
   * 0 meanwhile.
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
   * The live heap has grown: listeners and the pacer are told, and the goroutine pays, unless it
   * has; or a cycle starts. @safepoint
   */
  private tell(bytes: Bytes, payment: Payment): void {
    const { meta } = this.memory
    const largest = load(meta, control.LARGEST_REFILL)
    if (bytes > largest) compareAndSwap(meta, control.LARGEST_REFILL, largest, bytes)
    if (meta[control.BLACKEN_ENABLED] === 0) this.collector.starter.startIfTriggered()
    else {
      const { here, controller, assists, drain, endOfMark } = this.collector
      const isInCredit = payment === 'next' && assists.isInCredit(bytes)
      here.listener.charged(bytes, isInCredit ? 'from the bank' : payment, drain)
      controller.revise()
      if (payment !== 'before') assists.charge(bytes)
      if (endOfMark.refilled()) assists.assistAhead()
      drain.verifyIfDue()
    }
    this.endSliceIfDue()
  }

  /**
   * After 10 ms the P looks for a worker that is due, and asks its goroutine to give way at its
   * next yield. @safepoint
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
   * No page is left: sweeps for another try (0); then collects, unless the request has waited at
   * the gate for a cycle, for another (0); then collects in a stop, or gives up.
   *
   * What other Ps allocate while a concurrent cycle marks counts as marked, and nobody else can
   * take what they hold in their caches. So such a cycle cannot tell that the arena is full. One
   * that marks and sweeps in a stop can. @safepoint
   */
  private makeRoom(attempt: number, bytes: Bytes, noscan: boolean): Addr {
    const { meta } = this.memory
    if (attempt === 0) {
      this.collector.starter.sweepAll()
      return 0
    }
    probeStackDeep()
    if (attempt === 1) this.collector.controller.arenaIsFull(bytes)
    // Under --check freed slots rest for two cycles; before the program fails for want of memory
    // they are released.
    const { check } = this.collector.heap
    if (check) add(meta, control.QUARANTINE_OPEN, 1)
    try {
      if (attempt > 1 || this.collector.gate.isAdmitted) return this.allocateStopped(bytes, noscan)
      this.collector.collect(STOP_FULL_CYCLE)
      return 0
    } finally {
      if (check) add(meta, control.QUARANTINE_OPEN, -1)
    }
  }

  /**
   * Collects in a stop in which the request is served. Throws OutOfMemoryError if there is no room,
   * since no other P can have been faster.
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
    const { metaF64, layout } = this.memory
    return new OutOfMemoryError(
      `out of memory: a request for ${bytes} bytes finds no room in an arena of ${layout.arenaBytes} bytes, of which ${metaF64[this.memory.controlDouble(control.HEAP_MARKED)]} are live by the last full collection`,
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
