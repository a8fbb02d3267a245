import { add, load } from '#sync'
import { PAGE_BYTES } from '../../../memory/layout.ts'
import { CYCLES_MARKED, HEAP_LIVE, TRIGGER } from '../../../memory/words/control.ts'
import { DRAINING, STATUS, STATUS_RUNNING } from '../../../memory/words/p.ts'
import { Stop } from '../../../scheduler/stop.ts'
import type { PartsProtocol } from '../protocol.ts'
import { letAllRun, letMark } from '../situations.ts'

// Notes, of each P: requests that it took before the mark was over.
const TAKEN = 0
const REQUESTS = 2

export const noPassing: PartsProtocol = {
  name: 'no-passing',
  what: 'under helping, while P 0 leaves its drain as the last, wherever it is kept, each other P takes memory again and again: once at most from when P 0 stands aside to the end of the mark',
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
        // Its drain is over as soon as it stands aside: by its own words, and not by what the others look at.
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
