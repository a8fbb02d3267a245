/**
 * The lock in one word (memory/lock.ts): three Ps enter it twice each.
 *
 * What must hold: one P at a time is inside. Each P enters twice, so no P sleeps on a free lock. In
 * the end the lock is free.
 */
import { step } from '#sync'
import { InternalError } from '../../../memory/internal-error.ts'
import { lock, unlock } from '../../../memory/lock.ts'
import { STACK_LOCK } from '../../../memory/words/control.ts'
import type { PartsProtocol } from '../protocol.ts'

const PROCS = 3
const ROUNDS = 2

// Notes: how many Ps are inside, and how often any P has entered.
const INSIDE = 0
const ENTERED = 1

export const mutualExclusion: PartsProtocol = {
  name: 'mutual-exclusion',
  what: 'three Ps enter a lock twice each: one is inside at a time, none sleeps on a free lock, and in the end the lock is free',
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
