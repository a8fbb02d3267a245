/** Seeded bugs around the collector: a run reaches another, or memory does not come back. */
import type { Mutant } from '../mutant.ts'

export const isolationMutants: readonly Mutant[] = []
