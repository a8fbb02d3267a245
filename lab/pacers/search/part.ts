/** A search in parts of a fixed number of tries, each with its own seed: whoever searches them, and in which order, the same is found. */
import fc from 'fast-check'
import type { Pacer } from 'sawtooth/pacer'
import { seedOf } from '../../random.ts'
import { type Member, members, scenarioOf } from './family.ts'
import { hurt, MEASURES, type MeasureName } from './hurt.ts'

export interface Part {
  readonly index: number
  readonly seed: number
  readonly tries: number
}

/** What is looked for, in every part. */
export interface Wanted {
  readonly by: MeasureName
  /** Of the machine that is simulated. */
  readonly cores: number
}

export interface Worst {
  readonly part: number
  readonly member: Member
  readonly hurt: number
}

/** Some tens of milliseconds: an interrupt waits for no longer, and handing one out costs next to nothing. Another number finds other scenarios. */
const PART_TRIES = 500

/** In order. Drawn as they are wanted, since they may be many. */
export function* partsOf(tries: number, seed: number): Generator<Part, void> {
  for (let index = 0; index * PART_TRIES < tries; index++)
    yield {
      index,
      seed: seedOf(seed, index),
      tries: Math.min(PART_TRIES, tries - index * PART_TRIES),
    }
}

/** Draws members, and each time one is found it asks for one that is worse still. null: none hurts. Throws an InputError where the pacer answers nonsense. */
export function worstOf(
  { index, seed, tries }: Part,
  pacer: Pacer,
  { by, cores }: Wanted,
): Worst | null {
  const pain = (member: Member): number => hurt(scenarioOf(member, cores), pacer, by)
  let worst: Worst | null = null
  let tried = 0
  for (let round = 0; tried < tries; round++) {
    const limit = worst?.hurt ?? MEASURES[by].threshold
    const result = fc.check(
      fc.property(members, member => pain(member) <= limit),
      { seed: seed + round, numRuns: tries - tried, endOnFailure: true },
    )
    tried += result.numRuns
    if (!result.failed) break
    const [member] = result.counterexample as [Member]
    worst = { part: index, member, hurt: pain(member) } // throws here if it threw there
  }
  return worst
}

/** The earlier part's, where both hurt as much: in no order of arrival is it another. */
export function worseOf(one: Worst | null, other: Worst | null): Worst | null {
  if (one === null || other === null) return one ?? other
  if (one.hurt !== other.hurt) return one.hurt > other.hurt ? one : other
  return one.part < other.part ? one : other
}
