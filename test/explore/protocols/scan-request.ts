/**
 * The request for a stack scan (gc/mark/roots.ts), while the goroutine record changes its owner
 * (scheduler/goroutines.ts).
 *
 * 1. Goroutine 1 runs on P 1 when the cycle begins. P 0 carries out the root jobs, so it asks for a
 *    scan of each stack that it finds running.
 * 2. P 1 ends the goroutine, releases its record, and makes another goroutine in it.
 * 3. P 2 runs that second goroutine for three steps, and ends it.
 *
 * What must hold: if the second goroutine's stack is still wanted when all jobs are done, P 2 was
 * asked for it.
 */
import { load, step } from '#sync'
import type { GoroutineId } from '../../../memory/kinds.ts'
import * as gWords from '../../../memory/words/goroutine.ts'
import * as pWords from '../../../memory/words/p.ts'
import type { PartsProtocol } from '../protocol.ts'
import { letAllRun, letMark } from '../situations.ts'

const ID = 1 as GoroutineId

// Notes: the second goroutine was made; all root jobs are done; P 2 was not asked for the stack.
const MADE = 0
const DONE = 1
const NOT_ASKED = 2

export const scanRequest: PartsProtocol = {
  name: 'scan-request',
  what: 'P 0 carries out the root jobs while P 1 ends a goroutine and makes another in its record, which P 2 runs: P 2 is the one that is asked for a scan of the new stack',
  configurations: [{ procs: 3, bound: 2, quick: 1 }],

  setUp({ memory }, hand) {
    const { meta } = memory
    const id = hand.goroutines.create(0, 1)
    meta[memory.goroutineWord(id, gWords.P)] = 1
    hand.goroutines.startRunning(id)
    meta[memory.pWord(1, pWords.GOROUTINE)] = id
    letAllRun(memory)
    letMark(memory)
    hand.collector.roots.prepare()
  },

  body({ memory, notes }, { index, collector, goroutines }) {
    const { meta } = memory
    const own = memory.pWord(index, pWords.GOROUTINE)
    const end = (): void => {
      collector.stack.save()
      while (!goroutines.tryStopRunning(ID, gWords.G_DEAD)) collector.serveScan()
      collector.stack.unload()
      meta[own] = 0
    }
    if (index === 0) {
      while (collector.roots.scanNext('running') >= 0);
      notes[DONE] = 1
    } else if (index === 1) {
      collector.stack.load(ID)
      end()
      goroutines.release(ID)
      goroutines.create(0, 1)
      notes[MADE] = 1
    } else {
      step('look')
      if (notes[MADE] === 0) return
      meta[memory.goroutineWord(ID, gWords.P)] = index
      goroutines.startRunning(ID)
      meta[own] = ID
      collector.stack.load(ID)
      for (let turn = 0; turn < 3; turn++) step('compute')
      const isWanted =
        (load(meta, memory.goroutineWord(ID, gWords.STATUS)) & gWords.G_SCAN_WANTED) !== 0
      const isAsked = (load(meta, memory.pWord(index, pWords.POLL)) & pWords.POLL_SCAN) !== 0
      if (notes[DONE] === 1 && isWanted && !isAsked) notes[NOT_ASKED] = 1
      end()
    }
  },

  verify({ notes }) {
    return notes[NOT_ASKED] === 0
      ? null
      : 'the stack on P 2 is wanted, and P 2 was not asked for it'
  },
}
