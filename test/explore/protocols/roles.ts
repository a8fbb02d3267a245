/**
 * The roles of dedicated workers (gc/work/roles.ts): one role for three Ps.
 *
 * 1. Each P takes over the role if it is offered, or else takes it if it is free. A P that gets
 *    neither is done.
 * 2. The P that has the role offers it, and after a step gives it back, unless another P has taken
 *    it over by then.
 *
 * What must hold: at most one P holds or offers the role. In the end the role is free, no offer is
 * counted, and at least one P has had it.
 */
import { step } from '#sync'
import { Roles } from '../../../gc/work/roles.ts'
import { InternalError } from '../../../memory/internal-error.ts'
import { DEDICATED_NEEDED, DEDICATED_OFFERS } from '../../../memory/words/control.ts'
import { ROLE, ROLE_NONE } from '../../../memory/words/p.ts'
import type { PartsProtocol } from '../protocol.ts'

const PROCS = 3
const NEEDED = 1

// Note: how often a P got the role.
const HAD = 0

export const roles: PartsProtocol = {
  name: 'roles',
  what: 'one role for three Ps: each takes it or takes it over, offers it, and gives it back unless another has taken it over; one P has it at a time, and in the end it is free',
  configurations: [{ procs: PROCS, bound: 3, quick: 2 }],

  setUp({ memory }) {
    Roles.handOut(memory, NEEDED)
  },

  body({ memory, notes }, { index }) {
    const own = new Roles(memory, index)
    if (!(own.areOffered && own.takeOver()) && !own.take()) return
    notes[HAD]++
    const { meta } = memory
    let held = meta[DEDICATED_NEEDED]
    for (let other = 0; other < PROCS; other++)
      if (meta[memory.pWord(other, ROLE)] !== ROLE_NONE) held++
    if (held > NEEDED) throw new InternalError(`${held} roles of ${NEEDED}`)
    own.offer()
    step('slice')
    own.giveBack()
  },

  verify({ memory, notes }) {
    const { meta } = memory
    if (notes[HAD] === 0) return 'nobody had the role'
    if (meta[DEDICATED_NEEDED] !== NEEDED)
      return `${meta[DEDICATED_NEEDED]} roles are free of ${NEEDED}`
    if (meta[DEDICATED_OFFERS] !== 0) return `${meta[DEDICATED_OFFERS]} offers are counted`
    for (let index = 0; index < PROCS; index++)
      if (meta[memory.pWord(index, ROLE)] !== ROLE_NONE) return `P ${index} has kept a role`
    return null
  },
}
