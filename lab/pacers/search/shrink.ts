/** Takes away from a scenario what is not needed for its pain. */
import fc from 'fast-check'
import type { Pacer } from 'sawtooth/pacer'
import type { Scenario } from '../scenario.ts'
import { type Member, members, scenarioOf, tellingOf } from './family.ts'
import { hurt, MEASURES } from './hurt.ts'
import type { Wanted, Worst } from './part.ts'

export interface Found {
  readonly scenario: Scenario
  /** What is not neutral in it. */
  readonly numbers: Partial<Member>
  readonly hurt: number
  /** Before it was shrunk. */
  readonly worst: number
}

/** How much of the pain shrinking must leave. */
const KEPT = 0.9

/** Throws an InputError where the pacer answers nonsense. */
export function shrunk(worst: Worst, pacer: Pacer, { by, cores }: Wanted): Found {
  const pain = (member: Member): number => hurt(scenarioOf(member, cores), pacer, by)
  const least = Math.max(worst.hurt * KEPT, MEASURES[by].threshold) // or what is shown might not hurt
  const member = simplest(worst.member, candidate => pain(candidate) > least)
  return {
    ...{ scenario: scenarioOf(member, cores), numbers: tellingOf(member) },
    ...{ hurt: pain(member), worst: worst.hurt },
  }
}

/** The simplest member that still holds: fast-check's, started from this one. */
function simplest(member: Member, holds: (member: Member) => boolean): Member {
  const result = fc.check(
    fc.property(members, candidate => !holds(candidate)),
    { examples: [[member]], numRuns: 1 },
  )
  return (result.counterexample as [Member] | null)?.[0] ?? member
}
