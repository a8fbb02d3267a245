/**
 * The gate's token (gc/work/gate-token.ts): requests that fit nowhere, one for each mark.
 *
 * 1. A cycle marks, and a drainer is counted that does not exist. So no policy finds the mark over.
 * 2. Each P asks for more than the goal. No cycle makes room for that.
 * 3. The Ps wait at the gate, and raise the termination stop on no sign. After the mark one of them
 *    has the token. The others run another cycle, and so on.
 *
 * What must hold: each P passes, and no two with the same number of ended marks. When the last has
 * passed, as many marks have ended as there are Ps, and none is in line.
 */
import { Gate } from '../../../gc/work/gate.ts'
import { PAGE_BYTES } from '../../../memory/layout.ts'
import { CYCLES_MARKED, GOAL, HEAP_LIVE, TRIGGER } from '../../../memory/words/control.ts'
import { TOKEN_WANTED_AT } from '../../../memory/words/p.ts'
import { Stop } from '../../../scheduler/stop.ts'
import type { PartsProtocol } from '../protocol.ts'
import { letAllRun, letMark } from '../situations.ts'

const LIMIT = 2 ** 22

/** Note, of each P: the marks that had ended when its request passed. */
const MARKED = 0

export const gateToken: PartsProtocol = {
  name: 'gate-token',
  what: 'each P asks for more than the goal: after each mark one of them passes the gate, and the others wait for the next',
  configurations: [
    { procs: 2, bound: 2, quick: 1 },
    { procs: 3, bound: 1, quick: 1 },
  ],

  setUp({ memory }) {
    const { meta } = memory
    letAllRun(memory)
    letMark(memory)
    meta[TRIGGER] = 0
    meta[GOAL] = LIMIT
    meta[HEAP_LIVE] = LIMIT
  },

  body({ memory, notes }, { index, collector }) {
    const { here, cache, drain, endOfMark, limiter, assists, starter } = collector
    const gate = new Gate(here, cache.live, drain, endOfMark, limiter, assists, starter, 'goal')
    gate.admit(LIMIT + PAGE_BYTES)
    notes[MARKED + index] = memory.meta[CYCLES_MARKED]
    new Stop(memory, index, reason => collector.act(reason)).leaveRunning()
  },

  verify({ memory, notes }) {
    const { procs } = memory.layout
    const marked = [...notes.subarray(MARKED, MARKED + procs)].sort((a, b) => a - b)
    if (marked.some((marks, index) => marks !== index + 1))
      return `requests passed after ${marked.join(', ')} marks`
    const inLine = marked.filter((_, index) => memory.meta[memory.pWord(index, TOKEN_WANTED_AT)])
    return inLine.length === 0 ? null : `${inLine.length} requests are still in line`
  },
}
