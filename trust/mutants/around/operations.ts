/** Seeded bugs around the collector: an exception strikes between lock and unlock, a misuse spins, a goroutine starves. */
import type { Mutant } from '../mutant.ts'

export const operationMutants: readonly Mutant[] = []
