// A heap and its Ps' caches, driven by hand in one thread: the steps of a cycle without the
// collector.
import type { Cache } from '../../heap/cache.ts'
import { Heap } from '../../heap/heap.ts'
import { sizeClassOf, slotBytesOf, spanClassOf } from '../../heap/size-classes.ts'
import type { Sweep } from '../../heap/sweep-span.ts'
import type { Addr, MetaWords } from '../../memory/kinds.ts'
import { GRANULE_SHIFT } from '../../memory/layout.ts'
import { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import * as span from '../../memory/words/span.ts'

export const MiB = 1024 * 1024

export interface HandHeapOptions {
  readonly procs?: number
  readonly check?: boolean
  readonly workBuffers?: number
}

export class HandHeap {
  readonly memory: Memory
  readonly meta: MetaWords
  readonly heap: Heap
  readonly caches: readonly Cache[]
  readonly sweeps: readonly Sweep[]

  constructor({ procs = 1, check = false, workBuffers = 64 }: HandHeapOptions = {}) {
    this.memory = Memory.reserve({ arenaBytes: 4 * MiB, procs, workBuffers })
    this.meta = this.memory.meta
    this.heap = new Heap(this.memory, check)
    this.heap.initialize()
    const indices = Array.from({ length: procs }, (_, index) => index)
    this.caches = indices.map(index => this.heap.cacheOf(index))
    this.sweeps = indices.map(index => this.heap.sweepOf(index))
  }

  /**
   * Takes a slot of the class from a P's cache, as gc/allocator.ts does. 0 if there is no memory.
   */
  allocateSlot(spanClass: number, pIndex = 0): Addr {
    const cache = this.caches[pIndex]
    const slotBytes = slotBytesOf(spanClass >> 1)
    for (;;) {
      const at = cache.take(spanClass, slotBytes)
      if (at !== 0) return at
      if (!cache.nextRun(spanClass) && cache.refill(spanClass, this.sweeps[pIndex]) === 0) return 0
    }
  }

  /** A small object that may hold references. */
  allocate(bytes: number, pIndex = 0): Addr {
    return this.allocateSlot(spanClassOf(sizeClassOf(bytes), false), pIndex)
  }

  /** Colour of the object at an address. */
  colourOf(object: Addr): number {
    return this.memory.marks[object >>> GRANULE_SHIFT]
  }

  /** Marks an object, as the mark would have done. */
  blacken(objects: Iterable<Addr>): void {
    for (const object of objects) this.memory.marks[object >>> GRANULE_SHIFT] = span.BLACK
  }

  /**
   * The termination stop: every cached span is put back, and all swept spans become unswept
   * (gc/sweeper.ts, startSweep).
   */
  endMark(): void {
    for (const cache of this.caches) cache.flush()
    this.meta[control.PHASE] = control.PHASE_OFF
    this.meta[control.HEAP_SWEEP_GENERATION] += 2
    for (const word of [
      control.SWEEP_CLASS,
      control.PAGES_SWEPT,
      control.SWEPT_MARKED_BYTES,
      control.SWEEPERS,
    ]) {
      this.meta[word] = 0
    }
  }

  /** Sweeps every unswept span and completes the sweep. */
  sweepAll(pIndex = 0): void {
    const { central } = this.heap
    for (let spanClass = 0; spanClass < pWords.SPAN_CLASSES; spanClass++) {
      for (let id = central.popUnswept(spanClass); id !== 0; id = central.popUnswept(spanClass)) {
        if (!this.heap.spans.ownToSweep(id)) throw new Error(`span ${id} is being swept already`)
        if (this.sweeps[pIndex].sweep(id, 'free')) central.pushSwept(id)
      }
    }
    this.meta[control.SWEEPERS] = control.SWEEP_DRAINED
  }

  /** A whole cycle in which these objects are found reachable. */
  cycle(reachable: Iterable<Addr>): void {
    this.blacken(reachable)
    this.endMark()
    this.sweepAll()
  }

  /** A double of a P. */
  measure(name: number, pIndex = 0): number {
    return this.memory.metaF64[this.memory.pDouble(pIndex, name)]
  }
}
