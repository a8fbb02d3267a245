/**
 * The bound of `helping` (gc/termination/helping.ts): a P that takes memory cannot pass a mark that
 * is over.
 *
 * 1. P 0 is the last drainer, and leaves its drain. A schedule may keep it off the CPU at any turn.
 * 2. Each other P takes memory at most twice, until the mark is over. After each time it tells the
 *    policy of a refill, as an allocation does.
 *
 * What must hold: from the moment when P 0 stands aside to the end of the mark, each other P takes
 * memory once at most. In the end one cycle was marked.
 */
import { add, load } from '#sync'
import { PAGE_BYTES } from '../../../memory/layout.ts'
import { CYCLES_MARKED, HEAP_LIVE, TRIGGER } from '../../../memory/words/control.ts'
import { DRAINING, STATUS, STATUS_RUNNING } from '../../../memory/words/p.ts'
import { Stop } from '../../../scheduler/stop.ts'
import type { PartsProtocol } from '../protocol.ts'
import { letAllRun, letMark } from '../situations.ts'

// Notes, of each P: how often it took memory after P 0 stood aside and before the mark was over.
const TAKEN = 0
const REQUESTS = 2

export const noPassing: PartsProtocol = {
  name: 'no-passing',
  what: 'under helping, P 0 is the last to leave its drain and may be kept off the CPU anywhere, while each other P takes memory: once at most from when P 0 stands aside to the end of the mark',
  configurations: [
    { procs: 2, bound: 3, quick: 2 },
    { procs: 3, bound: 2, quick: 0 },
  ],
  termination: 'helping',

  setUp({ memory }) {
    letAllRun(memory)
    letMark(memory)
    memory.meta[TRIGGER] = 0
    memory.meta[memory.pWord(0, DRAINING)] = 1
  },

  body({ memory, notes }, { index, collector }) {
    const { meta } = memory
    if (index === 0) collector.endOfMark.drained()
    else {
      for (let request = 0; request < REQUESTS && load(meta, CYCLES_MARKED) === 0; request++) {
        // The drain of P 0 is over as soon as it stands aside. P 0's status says so, which is not
        // what the policy looks at.
        if (load(meta, memory.pWord(0, STATUS)) !== STATUS_RUNNING) notes[TAKEN + index]++
        add(meta, HEAP_LIVE, PAGE_BYTES)
        collector.endOfMark.refilled()
      }
    }
    new Stop(memory, index, reason => collector.act(reason)).leaveRunning()
  },

  verify({ memory, notes }) {
    for (let index = 1; index < memory.layout.procs; index++)
      if (notes[TAKEN + index] > 1)
        return `P ${index} took memory ${notes[TAKEN + index]} times after the drain was over`
    return memory.meta[CYCLES_MARKED] === 1 ? null : 'the mark is not over'
  },
}
