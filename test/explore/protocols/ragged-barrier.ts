/**
 * The ragged barrier (scheduler/ragged-barrier.ts), beside Ps that run, sleep and end
 * (scheduler/sleeping.ts, scheduler/stop.ts).
 *
 * 1. P 0 has every other P pass a barrier, and then another one.
 * 2. P 1 and P 2 twice serve their poll word and sleep for 20 turns. Then they count as stopped.
 * 3. A P that runs passes at a safepoint. A P that sleeps or has stopped is passed for, by itself
 *    or by P 0.
 *
 * What must hold: both barriers end. Each P has passed each barrier once, so FLUSH_PENDING is 0 and
 * every FLUSH_SERVED is the last barrier's number.
 */
import { now } from '#sync'
import { FLUSH_NUMBER, FLUSH_PENDING } from '../../../memory/words/control.ts'
import { FLUSH_SERVED, POLL } from '../../../memory/words/p.ts'
import { Stop } from '../../../scheduler/stop.ts'
import type { PartsProtocol } from '../protocol.ts'
import { letAllRun } from '../situations.ts'

const PROCS = 3
const BARRIERS = 2

// Note: how many barriers have ended for P 0.
const SEEN = 0

export const raggedBarrier: PartsProtocol = {
  name: 'ragged-barrier',
  what: 'P 0 has every P pass two ragged barriers, while P 1 and P 2 run, sleep and wake: each P passes each barrier once, and both barriers end',
  configurations: [{ procs: PROCS, bound: 2, quick: 1 }],

  setUp({ memory }) {
    letAllRun(memory)
  },

  body({ memory, notes }, p) {
    if (p.index === 0) {
      for (let barrier = 0; barrier < BARRIERS; barrier++) {
        p.world.raggedBarrier()
        notes[SEEN]++
      }
    } else {
      for (let round = 0; round < 2; round++) {
        if (memory.meta[memory.pWord(p.index, POLL)] !== 0) p.world.safepoint()
        const until = now() + 0.02
        p.world.blockInPlace(() => now() >= until, until)
      }
      // From here on the coordinator passes for this P.
      new Stop(memory, p.index, () => {}).leaveRunning()
    }
  },

  verify({ memory, notes }) {
    const { meta } = memory
    if (meta[FLUSH_PENDING] !== 0) return `${meta[FLUSH_PENDING]} Ps are still to pass`
    for (let index = 1; index < PROCS; index++) {
      const served = meta[memory.pWord(index, FLUSH_SERVED)]
      if (served !== meta[FLUSH_NUMBER])
        return `P ${index} has passed barrier ${served} of ${meta[FLUSH_NUMBER]}`
    }
    return notes[SEEN] === BARRIERS ? null : `P 0 has seen ${notes[SEEN]} barriers through`
  },
}
