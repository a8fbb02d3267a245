import { GRANULE_SHIFT } from '../../../memory/layout.ts'
import {
  CYCLES_MARKED,
  PAGES_SWEPT,
  SWEEP_CLASS,
  SWEEP_COMPLETE_CYCLE,
  SWEEP_DRAINED,
  SWEEPERS,
} from '../../../memory/words/control.ts'
import * as span from '../../../memory/words/span.ts'
import type { P } from '../../../scheduler/p.ts'
import type { Ground, PartsProtocol } from '../protocol.ts'

/** Three slots to a span of ten pages, and few classes after it. */
const SLOT_BYTES = 27264
const SPAN_CLASS = 126
const SPAN_PAGES = 10

// Notes: the objects that were there, dead ones negative; then, from MADE on, those that were made.
const THERE = 0
const MADE = 16
const MADE_COUNT = 32

const isDead = (object: number): boolean => object === 1 || object === 3 || object === 4

function allocate({ notes, memory }: Ground, p: P): number {
  const { cache, sweeper } = p.collector
  for (;;) {
    const at = cache.take(SPAN_CLASS, SLOT_BYTES)
    if (at !== 0) {
      notes[MADE + notes[MADE_COUNT]++] = at
      memory.heap[at >>> 2] = -1
      return at
    }
    if (!cache.nextRun(SPAN_CLASS)) cache.refill(SPAN_CLASS, sweeper.sweep)
  }
}

export const sweep: PartsProtocol = {
  name: 'sweep',
  what: 'two spans with 2 live and 3 dead objects are unswept; P 0 sweeps, P 1 and P 2 allocate of their class: each span is swept once, no live object is lost, no slot is given twice',
  configurations: [{ procs: 3, bound: 2, quick: 1 }],

  setUp(ground, p) {
    const { memory, notes } = ground
    for (let object = 0; object < 5; object++) {
      const at = allocate(ground, p)
      memory.heap[at >>> 2] = object + 1
      notes[THERE + object] = at
      memory.marks[at >>> GRANULE_SHIFT] = isDead(object) ? span.WHITE : span.BLACK
    }
    notes.fill(0, MADE)
    p.collector.cache.flush()
    p.collector.sweeper.startSweep()
    memory.meta[CYCLES_MARKED] = 1
    memory.meta[SWEEP_CLASS] = SPAN_CLASS
  },

  body(ground, p) {
    if (p.index === 0) while (p.collector.sweeper.sweepOne());
    else {
      allocate(ground, p)
      p.collector.cache.flush()
    }
    while (p.index === 1 && p.collector.sweeper.sweepOne());
  },

  verify({ memory, notes }) {
    const { meta, marks, heap } = memory
    for (let object = 0; object < 5; object++) {
      const at = notes[THERE + object]
      if (isDead(object)) continue
      if (marks[at >>> GRANULE_SHIFT] !== span.WHITE)
        return `live object ${object} has mark byte ${marks[at >>> GRANULE_SHIFT]}`
      if (heap[at >>> 2] !== object + 1) return `live object ${object} was overwritten`
    }
    const made = Array.from(notes.subarray(MADE, MADE + notes[MADE_COUNT]))
    if (new Set(made).size !== 2) return `objects were made at ${made}`
    if (made.some(at => marks[at >>> GRANULE_SHIFT] !== span.WHITE))
      return 'an object that was made is gone'
    if (meta[PAGES_SWEPT] !== 2 * SPAN_PAGES)
      return `${meta[PAGES_SWEPT]} pages were swept of ${2 * SPAN_PAGES}`
    if (meta[SWEEPERS] !== SWEEP_DRAINED || meta[SWEEP_COMPLETE_CYCLE] !== 1)
      return 'the sweep is over, and nobody has said so'
    return null
  },
}
