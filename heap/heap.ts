/** The heap of one run, as one thread sees it: its memory and the parts that manage it. */

import type { Memory } from '../memory/memory.ts'
import { HEAP_SWEEP_GENERATION, SWEEP_DRAINED, SWEEPERS } from '../memory/words/control.ts'
import { Cache } from './cache.ts'
import { Central } from './central.ts'
import { PageHeap } from './page-heap.ts'
import { Spans } from './span.ts'
import { Stacks } from './stacks.ts'
import { Sweep, type SweepListener } from './sweep-span.ts'

/** Hears nothing of a sweep: for tests, and where the heap is only read. */
const NOBODY: SweepListener = { ended: () => {}, completed: () => {} }

export class Heap {
  readonly memory: Memory
  readonly spans: Spans
  readonly pages: PageHeap
  readonly central: Central
  readonly stacks: Stacks
  /** True under `--check`: freed slots are poisoned and rest for two cycles. */
  readonly check: boolean

  constructor(memory: Memory, check: boolean) {
    this.memory = memory
    this.check = check
    this.spans = new Spans(memory)
    this.pages = new PageHeap(memory)
    this.central = new Central(memory, this.spans, this.pages)
    this.stacks = new Stacks(memory)
  }

  /** Prepares fresh memory. Once for each run, by the thread that creates it. */
  initialize(): void {
    const { meta } = this.memory
    this.pages.initialize()
    // Generation 2 makes a record of zeros say h−2, unswept, so that no P can cache a page that no
    // span has initialized. No list holds a span yet, so the sweep is over.
    meta[HEAP_SWEEP_GENERATION] = 2
    meta[SWEEPERS] = SWEEP_DRAINED
  }

  cacheOf(pIndex: number): Cache {
    return new Cache(this.memory, this.spans, this.central, this.pages, pIndex, this.check)
  }

  sweepOf(pIndex: number, listener: SweepListener = NOBODY): Sweep {
    return new Sweep(this.memory, this.spans, this.pages, pIndex, this.check, listener)
  }
}
