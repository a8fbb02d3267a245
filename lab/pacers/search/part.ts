/**
 * A search in parts of a fixed number of tries, each with a seed of its own. The same is found
 * whichever thread searches a part, and in whichever order.
 */
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

/** What is searched for, in every part. */
export interface Wanted {
  readonly by: MeasureName
  /** Cores of the machine that is simulated. */
  readonly cores: number
}

export interface Worst {
  readonly part: number
  readonly member: Member
  readonly hurt: number
}

/**
 * Tries of a part. They take some tens of milliseconds: an interrupt waits for no longer, and to
 * hand out a part costs next to nothing. Another number finds other scenarios.
 */
const PART_TRIES = 500

/** The parts in order. They are made one by one, since there may be many. */
export function* partsOf(tries: number, seed: number): Generator<Part, void> {
  for (let index = 0; index * PART_TRIES < tries; index++)
    yield {
      index,
      seed: seedOf(seed, index),
      tries: Math.min(PART_TRIES, tries - index * PART_TRIES),
    }
}

/**
 * Draws members. Each time one is found the search goes on for one that hurts still more. Returns
 * null if none hurts. Throws an InputError if the pacer answers nonsense.
 */
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
    worst = { part: index, member, hurt: pain(member) } // throws what it threw in the search
  }
  return worst
}

/**
 * The one that hurts more. If both hurt as much it is the earlier part's, so the order in which
 * parts end does not matter.
 */
export function worseOf(one: Worst | null, other: Worst | null): Worst | null {
  if (one === null || other === null) return one ?? other
  if (one.hurt !== other.hurt) return one.hurt > other.hurt ? one : other
  return one.part < other.part ? one : other
}
