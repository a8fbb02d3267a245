/** Seeded bugs around the collector: a limit stands still, or a large object stops the world. */
import type { Mutant } from '../mutant.ts'

export const limitMutants: readonly Mutant[] = []
