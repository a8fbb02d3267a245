/**
 * Two markers meet one white object, with atomic marks (gc/mark/marker.ts).
 *
 * 1. P 0 and P 1 each have an object in their queue. Both objects refer to a third, which is white.
 * 2. Each P scans until its queue is empty.
 *
 * What must hold: the third object is black, and it was scanned once.
 */
import { headerOf } from '../../../heap/object.ts'
import type { Addr } from '../../../memory/kinds.ts'
import { GRANULE_SHIFT } from '../../../memory/layout.ts'
import { BLACK, WHITE } from '../../../memory/words/span.ts'
import type { PartsProtocol } from '../protocol.ts'
import { letMark } from '../situations.ts'

const TYPE = 1
const SLOT_BYTES = 16
const PARENTS: readonly Addr[] = [64 as Addr, 80 as Addr]
const CHILD = 96 as Addr

export const racingMarks: PartsProtocol = {
  name: 'racing-marks',
  what: 'with atomic marks, two Ps each scan an object that refers to the same white one: that is marked, and scanned once',
  configurations: [{ procs: 2, bound: 4, quick: 2 }],
  marks: 'atomic',

  setUp({ memory }) {
    letMark(memory)
    memory.meta[memory.layout.typeSlots + TYPE] = SLOT_BYTES
    for (const parent of PARENTS) {
      memory.heap[parent >>> 2] = headerOf(TYPE, 1)
      memory.heap[(parent >>> 2) + 1] = CHILD
      memory.marks[parent >>> GRANULE_SHIFT] = BLACK
    }
    memory.heap[CHILD >>> 2] = headerOf(TYPE, 0)
    memory.marks[CHILD >>> GRANULE_SHIFT] = WHITE
  },

  body({ notes }, { index, collector: { marker } }) {
    marker.queue.put(PARENTS[index])
    marker.scanSome(Number.POSITIVE_INFINITY)
    notes[index] = marker.bytesMarked
  },

  verify({ memory, notes }) {
    if (memory.marks[CHILD >>> GRANULE_SHIFT] !== BLACK) return 'the object is not marked'
    const scanned = (notes[0] + notes[1]) / SLOT_BYTES
    return scanned === 3 ? null : `${scanned} objects were scanned, not 3`
  },
}
