/** Removes from a scenario what its pain does not need. */
import fc from 'fast-check'
import type { Pacer } from 'sawtooth/pacer'
import type { Scenario } from '../scenario.ts'
import { type Member, members, scenarioOf, tellingOf } from './family.ts'
import { hurt, MEASURES } from './hurt.ts'
import type { Wanted, Worst } from './part.ts'

export interface Found {
  readonly scenario: Scenario
  /** Its numbers that are not neutral. */
  readonly numbers: Partial<Member>
  readonly hurt: number
  /** How much it hurt before it was shrunk. */
  readonly worst: number
}

/** The share of the pain that shrinking must leave. */
const KEPT = 0.9

/** Throws an InputError if the pacer answers nonsense. */
export function shrunk(worst: Worst, pacer: Pacer, { by, cores }: Wanted): Found {
  const pain = (member: Member): number => hurt(scenarioOf(member, cores), pacer, by)
  // At least the threshold: what is shown must hurt.
  const least = Math.max(worst.hurt * KEPT, MEASURES[by].threshold)
  const member = simplest(worst.member, candidate => pain(candidate) > least)
  return {
    ...{ scenario: scenarioOf(member, cores), numbers: tellingOf(member) },
    ...{ hurt: pain(member), worst: worst.hurt },
  }
}

/** The simplest member that still holds, as fast-check finds it from this one. */
function simplest(member: Member, holds: (member: Member) => boolean): Member {
  const result = fc.check(
    fc.property(members, candidate => !holds(candidate)),
    { examples: [[member]], numRuns: 1 },
  )
  return (result.counterexample as [Member] | null)?.[0] ?? member
}
