import { test } from 'vitest'

/**
 * Whether the tests are exhaustive rather than telling: in the project `long` of vitest.config.ts, which lists the files that look here.
 * Each kind of what they claim has a test in their small size too.
 */
export const isLong = process.env.TEST_SIZE === 'long'

/** A test of the long size alone. */
export const longTest = (isLong ? test : () => {}) as typeof test

/** What a test that chooses at random begins with. */
export const seed = Number(process.env.SEED ?? 1)

/** Of cases those that are tried: in the small size one of `every`, which the seed chooses, and so each of them now and then. */
export function sampled<T>(cases: readonly T[], every: number): T[] {
  const chosen = seed % every
  return cases.filter((_, index) => isLong || index % every === chosen)
}
