/**
 * The assist queue (gc/work/assist-queue.ts) and the charge of an assist (gc/work/assist.ts), while
 * a cycle marks and there is nothing to mark.
 *
 * 1. P 0 and P 1 are each charged 100,000 bytes. Neither can mark, so both need credit.
 * 2. P 2 pays 70,000 bytes of scan work, twice, as a worker does.
 * 3. P 2 ends a goroutine that has 70,000 bytes of credit left, and its credit goes to the others.
 * 4. A P that is done counts as stopped. It wakes nobody any more.
 *
 * What must hold: P 0 and P 1 each go on, once, and have paid what they owe. The queue is empty in
 * the end. What was paid and not owed is left, as background credit or as credit of the two
 * goroutines. A P that waits beside credit shows: no wait may be ended by its net, and if the CPU
 * limiter calls the wait off, the debt is left.
 */
import type { GoroutineId } from '../../../memory/kinds.ts'
import {
  ASSIST_BYTES_PER_WORK,
  ASSIST_COUNT,
  ASSIST_FIRST,
  ASSIST_WORK_PER_BYTE,
  BACKGROUND_CREDIT,
  CYCLES,
} from '../../../memory/words/control.ts'
import { ASSIST_BYTES, ASSIST_CYCLE } from '../../../memory/words/goroutine.ts'
import { GOROUTINE } from '../../../memory/words/p.ts'
import { Stop } from '../../../scheduler/stop.ts'
import type { PartsProtocol } from '../protocol.ts'
import { letAllRun, letMark } from '../situations.ts'

const PROCS = 3
const DEBT = 100_000
const PAYMENTS = [70_000, 70_000]
const LEFT = 70_000

// Note, of each P that is in debt: how often it went on.
const PAID = 0

export const assists: PartsProtocol = {
  name: 'assists',
  what: 'P 0 and P 1 are in debt while there is nothing to mark; P 2 gives credit for both in three parts, of which a goroutine that ends leaves the last: each waits for credit, is woken, and goes on',
  configurations: [{ procs: PROCS, bound: 2, quick: 1 }],

  setUp({ memory }) {
    const { meta, metaF64 } = memory
    letAllRun(memory)
    letMark(memory)
    metaF64[memory.controlDouble(ASSIST_WORK_PER_BYTE)] = 1
    metaF64[memory.controlDouble(ASSIST_BYTES_PER_WORK)] = 1
    for (let index = 0; index < PROCS; index++) {
      const goroutine = (index + 1) as GoroutineId
      meta[memory.pWord(index, GOROUTINE)] = goroutine
      meta[memory.goroutineWord(goroutine, ASSIST_CYCLE)] = meta[CYCLES]
    }
    metaF64[memory.goroutineDouble(PROCS as GoroutineId, ASSIST_BYTES)] = LEFT
  },

  body({ memory, notes }, { index, collector }) {
    if (index === 2) {
      for (const work of PAYMENTS) collector.assistQueue.payFrom(work)
      collector.assists.settle((index + 1) as GoroutineId)
    } else {
      collector.assists.charge(DEBT)
      notes[PAID + index]++
    }
    // From here on this P wakes nobody: only what was paid can wake a P that sleeps.
    new Stop(memory, index, () => {}).leaveRunning()
  },

  verify({ memory, notes }) {
    const { meta, metaF64 } = memory
    if (meta[ASSIST_COUNT] !== 0 || meta[ASSIST_FIRST] !== 0) return 'the queue is not empty'
    let rest = meta[BACKGROUND_CREDIT]
    for (let index = 0; index < 2; index++) {
      if (notes[PAID + index] !== 1) return `P ${index} went on ${notes[PAID + index]} times`
      const credit = metaF64[memory.goroutineDouble((index + 1) as GoroutineId, ASSIST_BYTES)]
      // A wait that nobody ends is called off by the CPU limiter in the end.
      if (credit < 0) return `P ${index} went on with a debt of ${-credit} bytes`
      rest += credit
    }
    // Each payment and each look rounds by a byte, in favour of the goroutine.
    const paid = PAYMENTS.reduce((sum, work) => sum + work, LEFT) - 2 * DEBT
    return rest >= paid && rest <= paid + 16 ? null : `${rest} bytes are left of ${paid}`
  },
}
