import { step } from '#sync'
import { Roles } from '../../../gc/work/roles.ts'
import { InternalError } from '../../../memory/internal-error.ts'
import { DEDICATED_NEEDED, DEDICATED_OFFERS } from '../../../memory/words/control.ts'
import { ROLE, ROLE_NONE } from '../../../memory/words/p.ts'
import type { PartsProtocol } from '../protocol.ts'

const PROCS = 3
const NEEDED = 1

// Note: how often the role was had.
const HAD = 0

export const roles: PartsProtocol = {
  name: 'roles',
  what: 'one role for three Ps: each takes it or takes it over, offers it, and gives it back unless it is gone; one has it at a time, and in the end it is free',
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
