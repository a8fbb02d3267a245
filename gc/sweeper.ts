/**
 * Sweeping while the goroutines run. The termination stop makes every span unswept; all of them
 * must be swept before the next cycle.
 *
 *   proportional   a P that acquires memory first sweeps as many pages as the pace asks for
 *                  (docs/go-collector.md §7.6)
 *   background     a P that would sleep, or that passes its scheduler, sweeps a span at a time
 *   to the end     before a cycle starts, in gc(), and by a P that finds no page
 *
 * The sweep is *drained* when no unswept span is left to take. It is *complete* when it is drained
 * and no sweeper is at work (heap/sweep-span.ts). The sweeper whose leaving completes it completes
 * the record of the cycle.
 *
 * Proof that the sweep frees no new object that the program can still reach. (The sweep frees what
 * is white in an unswept span.)
 *
 * 1. No mark begins before the sweep of the last cycle is complete: the setup stop ends it first.
 *    So no sweeper is at work when spans become unswept, or reads the bytes of a mark under way.
 * 2. The termination stop puts every cached span back, and only then makes all spans unswept. So at
 *    that moment no P has a span to allocate from.
 * 3. A P allocates only from a span in its cache. It gets that span from a swept list, or as fresh
 *    pages, or by sweeping it first itself (heap/central.ts). The span is then in no list, so no
 *    sweeper can take it. A large object has a span of its own, which is made as a swept one.
 * 4. So an object that is born after a termination stop is in no unswept span before the next
 *    termination stop. By then a mark has passed.
 * 5. At every safepoint an object that no field refers to yet is on the shadow stack of its
 *    goroutine. The stack is a root, and each P is at a safepoint when the setup stop begins a
 *    mark.
 * 6. By the next termination stop the object is black, or the program cannot reach it. Born before
 *    that mark, it was white, and the mark has reached it. Born during the mark, it was black from
 *    the start, or its slot was blackened in the setup stop (gc/mark/marker.ts). What is black is
 *    not freed: the sweep makes it white.
 */

import { compareAndSwap, load, or, store } from '#sync'
import type { Heap } from '../heap/heap.ts'
import type { Sweep, SweepListener } from '../heap/sweep-span.ts'
import { InternalError } from '../memory/internal-error.ts'
import type { Bytes, MetaWord, Milliseconds } from '../memory/kinds.ts'
import { PAGE_BYTES } from '../memory/layout.ts'
import type { Memory } from '../memory/memory.ts'
import { probeStackDeep } from '../memory/stack-probe.ts'
import * as control from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'
import type { Here } from './here.ts'

/**
 * The most pages that a P sweeps for each page that it acquires. If the trigger is too near for
 * that, the P that starts the cycle sweeps the rest.
 */
const MOST_PAGES_PER_PAGE = 16

export class Sweeper implements SweepListener {
  private readonly here: Here
  private readonly memory: Memory
  private readonly heap: Heap
  /** For the allocator: a refill may sweep a span in order to use it. */
  readonly sweep: Sweep
  private readonly pollWord: MetaWord

  constructor(here: Here, heap: Heap) {
    this.here = here
    this.memory = here.memory
    this.heap = heap
    this.pollWord = here.memory.pWord(here.index, pWords.POLL)
    this.sweep = heap.sweepOf(here.index, this)
  }

  /** True if the sweep is complete: every span is swept. */
  get isComplete(): boolean {
    return load(this.memory.meta, control.SWEEPERS) === control.SWEEP_DRAINED
  }

  /**
   * True if the sweep is not drained: a span may be left to take. If this is false while the sweep
   * is not complete, other sweepers have the last spans, and a P can only wait for them.
   */
  get hasWork(): boolean {
    return (load(this.memory.meta, control.SWEEPERS) & control.SWEEP_DRAINED) === 0
  }

  /**
   * Sweeps one span. False if the sweep is drained; others may still be sweeping the spans that
   * they took. `spentDouble`: what of the P counts the time.
   */
  sweepOne(spentDouble: number = pWords.SWEEP_MS): boolean {
    if (!this.sweep.begin()) return false
    const swept = this.sweepNext()
    this.sweep.end(spentDouble)
    return swept
  }

  private sweepNext(): boolean {
    const { meta } = this.memory
    for (;;) {
      const spanClass = load(meta, control.SWEEP_CLASS)
      if (spanClass === pWords.SPAN_CLASSES) {
        or(meta, control.SWEEPERS, control.SWEEP_DRAINED)
        return false
      }
      // The lists of a class only become shorter until the next termination stop. So a class whose
      // lists are empty is done, and SWEEP_CLASS leads all sweepers past it. The last class drains
      // the sweep.
      const id = this.heap.central.popUnswept(spanClass)
      if (id === 0) compareAndSwap(meta, control.SWEEP_CLASS, spanClass, spanClass + 1)
      else if (this.heap.spans.ownToSweep(id)) {
        if (this.sweep.sweep(id, 'free')) this.heap.central.pushSwept(id)
        return true
      }
    }
  }

  /** Sweeps one span, for a P that has nothing better to do. False if the sweep is drained. */
  sweepInBackground(): boolean {
    return this.hasWork && this.sweepOne(pWords.IDLE_SWEEP_MS)
  }

  /**
   * Sweeps all that is left, in a stop. No P stops while it sweeps a span, so afterwards the sweep
   * is complete.
   */
  finish(): void {
    while (this.sweepOne());
    if (!this.isComplete) throw new InternalError('sweepers are at work in a stopped world')
  }

  /**
   * In the termination stop: every swept span becomes an unswept one, by adding 2 to the generation
   * of the heap (heap/central.ts). The caches hold no span any more.
   */
  startSweep(): void {
    const { meta } = this.memory
    if (!this.isComplete) throw new InternalError('a cycle ends before the sweep of the last one')
    store(meta, control.HEAP_SWEEP_GENERATION, meta[control.HEAP_SWEEP_GENERATION] + 2)
    store(meta, control.SWEEP_CLASS, 0)
    store(meta, control.PAGES_SWEPT, 0)
    store(meta, control.SWEPT_MARKED_BYTES, 0)
    store(meta, control.SWEEPERS, 0)
    this.memory.set(control.SWEEP_BEGAN_LIVE, load(meta, control.HEAP_LIVE))
  }

  /**
   * Sets the pace of the proportional sweep, so that the sweep is drained a little before the live
   * heap reaches the trigger. In the termination stop, and when GOGC changes. Without a trigger
   * there is no pace: the P that starts a cycle sweeps everything.
   */
  pace(sweepDistance: number): void {
    const { memory } = this
    const { meta } = memory
    if (this.isComplete || meta[control.TRIGGER] === control.NO_BYTES) {
      memory.set(control.SWEEP_PAGES_PER_BYTE, 0)
      return
    }
    const live = load(meta, control.HEAP_LIVE)
    const distance = Math.max(meta[control.TRIGGER] - live - sweepDistance, PAGE_BYTES)
    const pages = Math.max(0, meta[control.PAGES_IN_USE] - load(meta, control.PAGES_SWEPT))
    meta[control.HEAP_LIVE_BASIS] = live
    meta[control.PAGES_SWEPT_BASIS] = load(meta, control.PAGES_SWEPT)
    memory.set(
      control.SWEEP_PAGES_PER_BYTE,
      Math.min(pages / distance, MOST_PAGES_PER_PAGE / PAGE_BYTES),
    )
  }

  /**
   * Sweeps what the pace asks for before `bytes` are acquired (Go's deductSweepCredit).
   * `pagesPaid`: pages that count as swept already. @safepoint
   */
  payFor(bytes: Bytes, pagesPaid: number): void {
    const { meta } = this.memory
    while (this.isBehind(bytes, pagesPaid)) {
      if (!this.sweepUntilPaid(bytes, pagesPaid)) {
        this.memory.set(control.SWEEP_PAGES_PER_BYTE, 0)
        return
      }
      if (meta[this.pollWord] === 0) continue
      probeStackDeep()
      this.here.world.safepoint()
    }
  }

  /**
   * Sweeps span by span, in one stretch, until the pace is kept or a stop is raised. False if the
   * sweep is drained.
   */
  private sweepUntilPaid(bytes: Bytes, pagesPaid: number): boolean {
    const { meta } = this.memory
    if (!this.sweep.begin()) return false
    let swept = this.sweepNext()
    while (swept && meta[this.pollWord] === 0 && this.isBehind(bytes, pagesPaid))
      swept = this.sweepNext()
    this.sweep.end()
    return swept
  }

  /** True if fewer pages are swept than the pace asks of a heap that has grown by `bytes` more. */
  private isBehind(bytes: Bytes, pagesPaid: number): boolean {
    const { meta } = this.memory
    const rate = this.memory.get(control.SWEEP_PAGES_PER_BYTE)
    if (rate === 0) return false
    const grown = Math.max(load(meta, control.HEAP_LIVE) - meta[control.HEAP_LIVE_BASIS], 0) + bytes
    return (
      rate * grown - pagesPaid > load(meta, control.PAGES_SWEPT) - meta[control.PAGES_SWEPT_BASIS]
    )
  }

  /** Tells of a stretch of sweeping. */
  ended(beganMs: Milliseconds, spans: number): void {
    if (spans > 0) this.here.listener.slice('sweep', beganMs, spans)
  }

  /** The sweep is complete. */
  completed(): void {
    const { meta } = this.memory
    this.memory.faults.pass('sweep/complete')
    const cycle = meta[control.CYCLES_MARKED]
    if (!compareAndSwap(meta, control.SWEEP_COMPLETE_CYCLE, cycle - 1, cycle))
      throw new InternalError(`the sweep of cycle ${cycle} was completed twice`)
    this.here.listener.swept()
    this.here.world.wakeAll()
  }
}
