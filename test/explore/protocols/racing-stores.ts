/**
 * Two writers race for one slot while a cycle marks (gc/mark/barrier.ts), with each kind of barrier
 * and of marks.
 *
 * 1. The slot holds the only reference to an old object, which is white.
 * 2. P 0 and P 1 each store another object in the slot, then carry out their shades and publish.
 * 3. P 2 loads the slot meanwhile. It stands for a goroutine whose stack is scanned.
 *
 * What must hold: the old object is shaded, and so is each that was stored; with them whatever P 2
 * has loaded. Each is queued, and with atomic marks exactly once.
 */
import type { BarrierKind } from '../../../gc/mark/barrier.ts'
import type { MarkKind } from '../../../gc/mark/marker.ts'
import type { Addr, HeapWord } from '../../../memory/kinds.ts'
import { GRANULE_SHIFT } from '../../../memory/layout.ts'
import { BLACK, WHITE } from '../../../memory/words/span.ts'
import type { PartsProtocol } from '../protocol.ts'
import { letMark } from '../situations.ts'

/** Granules where no span is: nothing here asks for it. */
const OLD = 64 as Addr
const STORED: readonly Addr[] = [80 as Addr, 96 as Addr]
const SLOT = (128 >>> 2) as HeapWord
/** The note of P 2. The notes before it count how often each P has queued an object. */
const LOADED = 100

export function racingStores(barrier: BarrierKind, marks: MarkKind): PartsProtocol {
  return {
    name: `racing-stores-${barrier}-${marks}`,
    what: `with the ${barrier} barrier and ${marks} marks, two Ps store in one slot and a third loads it: what was in the slot is shaded, and what was stored and loaded`,
    configurations: [{ procs: 3, bound: 4, quick: 2 }],
    barrier,
    marks,

    setUp({ memory }) {
      letMark(memory)
      memory.heap[SLOT] = OLD
      for (const object of [OLD, ...STORED]) memory.marks[object >>> GRANULE_SHIFT] = WHITE
    },

    body({ memory, notes }, p) {
      if (p.index === 2) {
        notes[LOADED] = memory.heap[SLOT]
        return
      }
      const { barrier, queue } = p.collector
      barrier.write(SLOT, STORED[p.index])
      barrier.flush()
      for (let object = queue.take(); object !== 0; object = queue.take()) notes[object >>> 4]++
    },

    verify({ memory, notes }) {
      for (const object of [OLD, ...STORED]) {
        if (memory.marks[object >>> GRANULE_SHIFT] !== BLACK) return `object ${object} is white`
        const queued = notes[object >>> 4]
        if (queued === 0 || (marks === 'atomic' && queued > 1))
          return `object ${object} was queued ${queued} times`
      }
      const loaded = notes[LOADED] as Addr
      return memory.marks[loaded >>> GRANULE_SHIFT] === BLACK
        ? null
        : `P 2 has loaded ${loaded}, which is white`
    },
  }
}
