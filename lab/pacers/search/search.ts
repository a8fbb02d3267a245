/**
 * `sawtooth pacers search`: looks for the scenario of a family that hurts a pacer most, and shrinks it to a few numbers. It draws members, and each time one is
 * found it asks for one that is worse still; the last is shrunk for as long as it hurts nine tenths as much. fast-check draws and shrinks.
 */
import fc from 'fast-check'
import type { Pacer } from '../../../gc/pacer/pacer.ts'
import type { Scenario } from '../scenario.ts'
import { type Member, members, scenarioOf, tellingOf } from './family.ts'
import { hurt, MEASURES, type MeasureName } from './hurt.ts'

export interface SearchOptions {
  readonly by: MeasureName
  readonly cores: number
  readonly seed: number
  /** Scenarios to be drawn in all. */
  readonly tries: number
  progress(text: string): void
}

export interface Found {
  readonly scenario: Scenario
  /** What is not neutral in it. */
  readonly numbers: Partial<Member>
  readonly hurt: number
  /** Before it was shrunk. */
  readonly worst: number
  readonly tries: number
}

/** How much of the pain shrinking must leave. */
const KEPT = 0.9

/** null: none hurts. Throws an InputError where the pacer answers nonsense. */
export function search(pacer: Pacer, { by, cores, seed, tries, progress }: SearchOptions): Found | null {
  const pain = (member: Member): number => hurt(scenarioOf(member, cores), pacer, by)
  let worst: { readonly member: Member; readonly hurt: number } | null = null
  let tried = 0
  for (let round = 0; tried < tries; round++) {
    const limit = worst?.hurt ?? MEASURES[by].threshold
    progress(`${tried} of ${tries} scenarios${worst === null ? '' : `, the worst so far ${worst.hurt.toFixed(3)}`}`)
    const left = tries - tried
    const result = fc.check(
      fc.property(members, member => pain(member) <= limit),
      { seed: seed + round, numRuns: left, endOnFailure: true },
    )
    tried += result.numRuns
    if (!result.failed) break
    const [member] = result.counterexample as [Member]
    worst = { member, hurt: pain(member) }
  }
  if (worst === null) return null
  const member = shrunk(worst.member, candidate => pain(candidate) > worst.hurt * KEPT)
  return {
    ...{ scenario: scenarioOf(member, cores), numbers: tellingOf(member) },
    ...{ hurt: pain(member), worst: worst.hurt, tries: tried },
  }
}

/** The simplest member that still holds: fast-check's, started from this one. */
function shrunk(member: Member, holds: (member: Member) => boolean): Member {
  const result = fc.check(
    fc.property(members, candidate => !holds(candidate)),
    { examples: [[member]], numRuns: 1 },
  )
  return (result.counterexample as [Member] | null)?.[0] ?? member
}
