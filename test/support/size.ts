import { test } from 'vitest'

/**
 * True if the tests run in their large, exhaustive size: in the project `long` of vitest.config.ts,
 * which lists the files that look here. Each kind of claim has a test in the small size too.
 */
export const isLong = process.env.TEST_SIZE === 'long'

/** A test of the large size only. */
export const longTest = (isLong ? test : () => {}) as typeof test

/** The seed of a test that chooses at random. */
export const seed = Number(process.env.SEED ?? 1)

/**
 * The cases that are tried. In the small size that is one of every `every` cases. The seed chooses
 * which, so each has its turn at some seed.
 */
export function sampled<T>(cases: readonly T[], every: number): T[] {
  const chosen = seed % every
  return cases.filter((_, index) => isLong || index % every === chosen)
}
