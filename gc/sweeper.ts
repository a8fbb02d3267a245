/**
 * Sweeping beside the tasks: everything that the termination stop made unswept must be swept before
 * the next cycle.
 *
 *   proportional   a P that acquires a span first sweeps as many pages as the pace asks for
 *                  (docs/go-collector.md §7.6)
 *   background     a P that would sleep, or that passes its scheduler, sweeps a span at a time
 *   to the end     before a cycle starts, and in gc()
 *
 * The sweep is complete when no unswept span is listed and no sweeper is at work
 * (heap/sweep-span.ts). The sweeper whose leaving completes it completes the cycle's record.
 */

import { compareAndSwap, load, now, or, store } from '#sync'
import type { Heap } from '../heap/heap.ts'
import type { Sweep } from '../heap/sweep-span.ts'
import { InternalError } from '../memory/internal-error.ts'
import type { Bytes } from '../memory/kinds.ts'
import { PAGE_BYTES } from '../memory/layout.ts'
import type { Memory } from '../memory/memory.ts'
import { probeStackDeep } from '../memory/stack-probe.ts'
import * as control from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'
import type { Here } from './here.ts'

/**
 * Pages that are swept for each page that is acquired, at most. If the trigger is nearer, the P
 * that starts the cycle sweeps the rest.
 */
const MOST_PAGES_PER_PAGE = 16

export class Sweeper {
  private readonly here: Here
  private readonly memory: Memory
  private readonly heap: Heap
  /** For the allocator, which sweeps to use a span itself. */
  readonly sweep: Sweep

  constructor(here: Here, heap: Heap) {
    this.here = here
    this.memory = here.memory
    this.heap = heap
    this.sweep = heap.sweepOf(here.index, () => this.complete())
  }

  /** True if every span is swept. */
  get isComplete(): boolean {
    return load(this.memory.meta, control.SWEEPERS) === control.SWEEP_DRAINED
  }

  /**
   * True if a span may be left to take. False while others sweep the last ones: there is nothing to
   * do but to wait for them.
   */
  get hasWork(): boolean {
    return (load(this.memory.meta, control.SWEEPERS) & control.SWEEP_DRAINED) === 0
  }

  /** Sweeps one span. False if none is left to take; others may still be sweeping theirs. */
  sweepOne(): boolean {
    if (!this.sweep.begin()) return false
    const swept = this.sweepNext()
    this.sweep.end()
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
      const id = this.heap.central.popUnswept(spanClass)
      if (id === 0) compareAndSwap(meta, control.SWEEP_CLASS, spanClass, spanClass + 1)
      else if (this.heap.spans.ownToSweep(id)) {
        if (this.sweep.sweep(id, 'free')) this.heap.central.pushSwept(id)
        return true
      }
    }
  }

  /** A span's worth of sweeping in idle time; false if there is nothing to sweep. */
  sweepInBackground(): boolean {
    if (!this.hasWork) return false
    const began = now()
    const swept = this.sweepOne()
    this.here.listener.slice('sweep', began, 1)
    return swept
  }

  /** Sweeps all that is left: in the setup stop, where nobody else does. */
  finish(): void {
    while (this.sweepOne());
    if (!this.isComplete) throw new InternalError('sweepers are at work in a stopped world')
  }

  /** In the termination stop: every swept span becomes an unswept one. */
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

  /** Sets the pace so that sweeping is done a little before the trigger. At commit. */
  pace(sweepDistance: number): void {
    const { meta, metaF64, layout } = this.memory
    const rate = layout.measures + control.SWEEP_PAGES_PER_BYTE
    if (this.isComplete || meta[control.TRIGGER] === control.NO_BYTES) {
      metaF64[rate] = 0
      return
    }
    const live = load(meta, control.HEAP_LIVE)
    const distance = Math.max(meta[control.TRIGGER] - live - sweepDistance, PAGE_BYTES)
    const pages = Math.max(0, meta[control.PAGES_IN_USE] - load(meta, control.PAGES_SWEPT))
    meta[control.HEAP_LIVE_BASIS] = live
    meta[control.PAGES_SWEPT_BASIS] = load(meta, control.PAGES_SWEPT)
    metaF64[rate] = Math.min(pages / distance, MOST_PAGES_PER_PAGE / PAGE_BYTES)
  }

  /**
   * Sweeps what the pace asks for before `bytes` are acquired (Go's deductSweepCredit).
   * `pagesPaid`: pages that the caller brings swept. @safepoint
   */
  payFor(bytes: Bytes, pagesPaid: number): void {
    const { meta } = this.memory
    while (this.isBehind(bytes, pagesPaid)) {
      if (!this.sweepOne()) {
        this.memory.set(control.SWEEP_PAGES_PER_BYTE, 0)
        return
      }
      if (meta[this.memory.pWord(this.here.index, pWords.POLL)] === 0) continue
      probeStackDeep()
      this.here.world.safepoint()
    }
  }

  /** True if fewer pages are swept than the pace asks of a heap that has grown by so much. */
  private isBehind(bytes: Bytes, pagesPaid: number): boolean {
    const { meta } = this.memory
    const rate = this.memory.get(control.SWEEP_PAGES_PER_BYTE)
    if (rate === 0) return false
    const grown = Math.max(load(meta, control.HEAP_LIVE) - meta[control.HEAP_LIVE_BASIS], 0) + bytes
    return (
      rate * grown - pagesPaid > load(meta, control.PAGES_SWEPT) - meta[control.PAGES_SWEPT_BASIS]
    )
  }

  private complete(): void {
    const { meta } = this.memory
    this.memory.faults.pass('sweep/complete')
    const cycle = meta[control.CYCLES_MARKED]
    if (!compareAndSwap(meta, control.SWEEP_COMPLETE_CYCLE, cycle - 1, cycle))
      throw new InternalError(`the sweep of cycle ${cycle} was completed twice`)
    this.here.listener.swept()
    this.here.world.wakeAll()
  }
}
