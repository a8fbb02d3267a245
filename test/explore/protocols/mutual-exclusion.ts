import { step } from '#sync'
import { InternalError } from '../../../memory/internal-error.ts'
import { lock, unlock } from '../../../memory/lock.ts'
import { STACK_LOCK } from '../../../memory/words/control.ts'
import type { PartsProtocol } from '../protocol.ts'

const PROCS = 3
const ROUNDS = 2

// Notes: who is inside, and how often anybody was.
const INSIDE = 0
const ENTERED = 1

export const mutualExclusion: PartsProtocol = {
  name: 'mutual-exclusion',
  what: 'three Ps enter a lock twice each: one is inside at a time, nobody sleeps on a free lock, and in the end it is free',
  configurations: [{ procs: PROCS, bound: 3, quick: 2 }],

  body({ memory, notes }, { index }) {
    for (let round = 0; round < ROUNDS; round++) {
      lock(memory.meta, STACK_LOCK)
      if (notes[INSIDE]++ !== 0) throw new InternalError(`P ${index} is not alone`)
      step('inside')
      notes[ENTERED]++
      notes[INSIDE]--
      unlock(memory.meta, STACK_LOCK)
    }
  },

  verify({ memory, notes }) {
    if (notes[ENTERED] !== PROCS * ROUNDS)
      return `${notes[ENTERED]} entries, must be ${PROCS * ROUNDS}`
    return memory.meta[STACK_LOCK] === 0
      ? null
      : `the lock is ${memory.meta[STACK_LOCK]} in the end`
  },
}
