/**
 * Where allocation goes when its fast path fails: no free slot in the current run, or the poll word asks for something.
 *
 *   probe the native stack; serve the poll word; end a slice that is used up
 *   until there is a slot: the next run of the cached span, or
 *     sweep what the pace asks for, pass the gate, take another span and charge it to the live heap,
 *     tell the pacer; while marking: pay (assist); else: start a cycle if the trigger is passed
 *   no pages: finish the sweep, then a whole cycle that began after the failure, then one in a stop, then OutOfMemory
 *
 * Every wait may end in another phase, or with the cache flushed: so after each step the slot is looked for again, and between finding it and
 * returning it there is no safepoint.
 *
 * The caller has put every reference that it still needs on the shadow stack.
 */
import { add, compareAndSwap, load, now } from '#sync'
import * as control from '../heap/layout/control.ts'
import { PAGE_BYTES } from '../heap/layout/layout.ts'
import * as p from '../heap/layout/p.ts'
import type { Addr, Memory } from '../heap/memory.ts'
import { roundedBytes, sizeClassOf, slotBytesOf, spanClassOf, spanPagesOf } from '../heap/size-classes.ts'
import { EVENT_CHARGE } from '../measure/events.ts'
import type { Collector } from './collector.ts'
import { probeStack, probeStackDeep } from './stack-probe.ts'
import { SLICE_MS } from './workers.ts'
import { STOP_FORCED_CYCLE, STOP_FULL_CYCLE } from './world.ts'

/** The arena is full of reachable objects. */
export class OutOfMemoryError extends Error {
  override name = 'OutOfMemoryError'
}

/** `--zeal N[,concurrent]`. */
export interface AllocatorOptions {
  /** A whole cycle before one of every N allocations, whichever: a loop could keep in step with each Nth. 0: none. */
  readonly zealEvery: number
  /** Instead: a cycle is kept running. */
  readonly zealConcurrent: boolean
  /** Called when the P's slice of 10 ms is over: asks its goroutine to give way. */
  readonly onSliceEnd: () => void
  /** From 0 to 2³² − 1, by the run's seed. */
  readonly random: () => number
}

/** Full cycles for one request, if the heap has room by what they mark and the request still fails. */
const MOST_CYCLES = 100
export class Allocator {
  private readonly memory: Memory
  private readonly collector: Collector
  private readonly options: AllocatorOptions
  private readonly sliceStarted: number
  private sinceZeal = 0
  private zealAt = 0

  constructor(collector: Collector, options: AllocatorOptions) {
    this.memory = collector.memory
    this.collector = collector
    this.options = options
    this.sliceStarted = collector.memory.pMeasure(collector.pIndex, p.SLICE_STARTED_AT)
  }

  /**
   * A zeroed slot for an object of `bytes`, with its colour. A safepoint. Throws OutOfMemoryError, or a RangeError where the native stack
   * is used up.
   */
  allocate(bytes: number, noscan: boolean): Addr {
    probeStack()
    try {
      return this.allocateSlowly(bytes, noscan)
    } catch (error) {
      throw this.collector.world.endedBy(error)
    }
  }

  private allocateSlowly(bytes: number, noscan: boolean): Addr {
    if (this.memory.words[this.memory.p(this.collector.pIndex, p.GOROUTINE)] === 0) {
      throw new Error('an object is made at module level: objects and goroutines are made in main, or in a task')
    }
    this.collector.poll()
    if (this.options.zealEvery > 0) this.zeal()
    const sizeClass = sizeClassOf(bytes)
    if (sizeClass === 0) return this.allocateLarge(bytes, noscan)
    const { cache } = this.collector
    const spanClass = spanClassOf(sizeClass, noscan)
    const slotBytes = slotBytesOf(sizeClass)
    for (let attempt = 0; ; ) {
      const at = cache.take(spanClass, slotBytes)
      if (at !== 0) return at
      if (cache.nextRun(spanClass)) continue
      if (!this.refill(spanClass, sizeClass)) this.makeRoom(attempt++, bytes)
    }
  }

  /** Takes another span, and pays for it. False if no page is left. A safepoint. */
  private refill(spanClass: number, sizeClass: number): boolean {
    const { sweeper, cache, sweep, gate } = this.collector
    const bytes = spanPagesOf(sizeClass) * PAGE_BYTES
    if (this.memory.faults.pass('refill')) return false
    sweeper.payFor(bytes, 0)
    const reserved = gate.admit(bytes)
    const charged = cache.refill(spanClass, sweep, reserved)
    if (charged === 0) {
      gate.giveBack(reserved)
      return false
    }
    this.afterCharge(charged)
    return true
  }

  private allocateLarge(bytes: number, noscan: boolean): Addr {
    const { sweeper, cache, assists, gate, stack } = this.collector
    const pages = Math.ceil(bytes / PAGE_BYTES)
    if (pages >= this.memory.layout.pages) throw this.outOfMemory(bytes)
    sweeper.payFor(pages * PAGE_BYTES, pages)
    assists.charge(pages * PAGE_BYTES)
    for (let attempt = 0; ; ) {
      const reserved = gate.admit(pages * PAGE_BYTES)
      const at = this.memory.faults.pass('large-allocation') ? 0 : cache.allocateLarge(bytes, noscan, reserved)
      if (at === 0) {
        gate.giveBack(reserved)
        this.makeRoom(attempt++, bytes)
        continue
      }
      // Its header is still 0, which no marker follows; the stack keeps it while a cycle starts.
      stack.push(at)
      try {
        this.afterCharge(pages * PAGE_BYTES, true)
      } finally {
        stack.top--
      }
      return at
    }
  }

  /** The live heap has grown: the pacer is told, and the goroutine pays, or a cycle starts. A safepoint. */
  private afterCharge(bytes: number, isPaid = false): void {
    const { words } = this.memory
    const largest = load(words, control.LARGEST_REFILL)
    if (bytes > largest) compareAndSwap(words, control.LARGEST_REFILL, largest, bytes)
    if (words[control.BLACKEN_ENABLED] !== 0) {
      const { controller, overrun, assists, drain, events } = this.collector
      overrun.name(isPaid, assists.isInCredit(bytes), drain)
      events.instant(EVENT_CHARGE, bytes)
      controller.revise()
      if (!isPaid) assists.charge(bytes)
      this.collector.termination.atRefill(false)
      this.collector.drain.verifyIfDue()
    } else this.collector.startIfTriggered()
    this.endSliceIfDue()
  }

  /** After 10 ms the P looks for a worker that is due, and its goroutine shall give way at its next yield. */
  endSliceIfDue(): void {
    const { doubles } = this.memory
    const time = now()
    if (time - doubles[this.sliceStarted] < SLICE_MS) return
    probeStackDeep()
    this.options.onSliceEnd()
    this.collector.workers.runDue()
    doubles[this.sliceStarted] = now()
  }

  /**
   * No page is left: sweeps, then collects, then collects in a stop, then gives up. A safepoint.
   *
   * What other Ps allocate while a concurrent cycle marks counts as marked, so such a cycle cannot tell that the arena is full. One that
   * marks and sweeps in a stop can: without room by what it marked, the request fails. With room it is tried again, since another P may
   * have been faster; after MOST_CYCLES of these the arena is in pieces.
   */
  private makeRoom(attempt: number, bytes: number): void {
    const { sweeper, heap } = this.collector
    const { words, doubles, layout } = this.memory
    if (attempt === 0) {
      while (sweeper.sweepOne()) this.collector.poll()
      return
    }
    probeStackDeep()
    // Under --check freed slots rest for two cycles; before the program fails for want of memory they are released.
    if (heap.check) add(words, control.QUARANTINE_OPEN, 1)
    if (attempt === 1) this.collector.collect(STOP_FULL_CYCLE)
    else this.collector.collectStopped()
    if (heap.check) add(words, control.QUARANTINE_OPEN, -1)
    const hasRoom = doubles[this.memory.measure(control.HEAP_MARKED)] + roundedBytes(bytes) <= layout.arenaBytes
    if (attempt > MOST_CYCLES || (attempt > 1 && !hasRoom)) throw this.outOfMemory(bytes)
  }

  private outOfMemory(bytes: number): OutOfMemoryError {
    const { doubles, layout } = this.memory
    return new OutOfMemoryError(
      `out of memory: a request for ${bytes} bytes finds no room in an arena of ${layout.arenaBytes} bytes, of which ${doubles[this.memory.measure(control.HEAP_MARKED)]} are live by the last full collection`,
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
    else this.collector.startCycle(STOP_FORCED_CYCLE)
  }
}
