import { load } from '#sync'
import { Gate } from '../../../gc/work/gate.ts'
import { PAGE_BYTES } from '../../../memory/layout.ts'
import { CYCLES_MARKED, GOAL, HEAP_LIVE, TRIGGER } from '../../../memory/words/control.ts'
import { Stop } from '../../../scheduler/stop.ts'
import type { PartsProtocol } from '../protocol.ts'
import { letAllRun, letMark } from '../situations.ts'

const LIMIT = 2 ** 22

// Notes, of each P: whether its request was reserved, and cycles marked by then.
const RESERVED = 0
const MARKED = 64
/** The most that was ever seen to live. */
const MOST = 128

export const gate: PartsProtocol = {
  name: 'gate',
  what: 'while a cycle marks, each P asks for a page, and there is room for one: one is reserved, and the others once they have ended the mark; the live heap never passes the goal',
  configurations: [
    { procs: 2, bound: 4, quick: 2 },
    { procs: 3, bound: 3, quick: 0 },
  ],

  setUp({ memory }) {
    const { meta } = memory
    letAllRun(memory)
    letMark(memory)
    meta[TRIGGER] = 0
    meta[GOAL] = LIMIT
    meta[HEAP_LIVE] = LIMIT - PAGE_BYTES
  },

  body({ memory, notes }, { index, collector }) {
    const { meta } = memory
    const { here, cache, drain, endOfMark, limiter, assists, starter } = collector
    const gate = new Gate(here, cache.live, drain, endOfMark, limiter, assists, starter, 'goal')
    gate.admit(PAGE_BYTES)
    notes[RESERVED + index] = cache.live.reserved
    notes[MARKED + index] = meta[CYCLES_MARKED]
    notes[MOST] = Math.max(notes[MOST], load(meta, HEAP_LIVE))
    new Stop(memory, index, reason => collector.act(reason)).leaveRunning()
  },

  verify({ memory, notes }) {
    const { procs } = memory.layout
    if (notes[MOST] > LIMIT) return `${notes[MOST]} bytes live, and the goal is ${LIMIT}`
    const early = notes.subarray(MARKED, MARKED + procs).filter(marked => marked === 0).length
    if (early !== 1) return `${early} requests were admitted before the mark was over, must be 1`
    const refused = notes
      .subarray(RESERVED, RESERVED + procs)
      .filter(bytes => bytes !== PAGE_BYTES).length
    return refused === 0 ? null : `${refused} requests were not reserved`
  },
}
