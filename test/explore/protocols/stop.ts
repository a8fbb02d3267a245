/**
 * Stopping the world (scheduler/stop.ts): three Ps, of which two raise a stop.
 *
 * 1. P 0 and P 1 each read the epoch, note it as that of their hint, and try to raise a stop, each
 *    for a reason of its own. P 2 only looks at its poll word.
 * 2. Each P carries out a step of a mutator before and after that.
 * 3. Each P counts as stopped when it is done.
 *
 * What must hold: one P at a time acts, and no mutator is in its step meanwhile. A stop is carried
 * out in the epoch of its hint. Each stop that was raised is carried out once, and at least one was
 * raised. In the end the stop word holds the number of stops as its epoch, and nothing else.
 */
import { step } from '#sync'
import { STOP_FORCED_CYCLE, STOP_HEAP_CYCLE } from '../../../gc/world.ts'
import { InternalError } from '../../../memory/internal-error.ts'
import { STOP } from '../../../memory/words/control.ts'
import { POLL, POLL_STOP } from '../../../memory/words/p.ts'
import { Stop } from '../../../scheduler/stop.ts'
import type { PartsProtocol } from '../protocol.ts'

// Notes: how many Ps act now; the stops that were raised, and those that were carried out, by
// reason; for each P, whether it is in the middle of a mutator's step.
const ACTING = 0
const RAISED = 8
const ACTED = 16
const IN_STEP = 24
/** Note: the epoch in which the hint for a stop was seen, by reason. */
const HINT = 32
const PROCS = 3

export const stop: PartsProtocol = {
  name: 'stop-the-world',
  what: 'P 0 and P 1 each raise a stop, and P 2 only polls: one P acts at a time, and each stop that was raised is carried out once, in the epoch of its hint',
  configurations: [{ procs: 3, bound: 3, quick: 1 }],

  body({ memory, notes }, { index }) {
    const world = new Stop(memory, index, reason => {
      if (notes[ACTING]++ !== 0) throw new InternalError('two act in one stop')
      step('act')
      for (let other = 0; other < PROCS; other++)
        if (notes[IN_STEP + other] !== 0)
          throw new InternalError(`P ${other} runs in a stopped world`)
      if (notes[ACTED + 1] + notes[ACTED + 2] !== notes[HINT + reason])
        throw new InternalError('a stop is raised in another epoch than that of its hint')
      notes[ACTED + reason]++
      notes[ACTING]--
    })
    const work = (): void => {
      notes[IN_STEP + index] = 1
      step('work')
      if (notes[ACTING] !== 0) throw new InternalError(`P ${index} went on before the restart`)
      notes[IN_STEP + index] = 0
    }
    const stopHere = (): void => {
      memory.meta[memory.pWord(index, POLL)] = 0
      world.leaveRunning()
      world.enterRunning()
    }
    world.enterRunning()
    work()
    if (index < 2) {
      const reason = index === 0 ? STOP_HEAP_CYCLE : STOP_FORCED_CYCLE
      const epoch = world.epoch()
      step('hint')
      notes[HINT + reason] = epoch
      if (world.raise(epoch, reason)) notes[RAISED + reason]++
      world.enterRunning()
    }
    if ((memory.meta[memory.pWord(index, POLL)] & POLL_STOP) !== 0) stopHere()
    work()
    world.leaveRunning()
  },

  verify({ memory, notes }) {
    for (const reason of [1, 2]) {
      const [raised, acted] = [notes[RAISED + reason], notes[ACTED + reason]]
      if (raised !== acted)
        return `reason ${reason} was raised ${raised} times and acted upon ${acted} times`
    }
    const stops = notes[ACTED + 1] + notes[ACTED + 2]
    if (stops === 0) return 'nobody could raise a stop'
    const expected = stops << 13
    return memory.meta[STOP] === expected
      ? null
      : `the stop word is ${memory.meta[STOP]} after ${stops} stops, must be ${expected}`
  },
}
