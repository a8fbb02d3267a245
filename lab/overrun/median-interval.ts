/** The median of a sample, and an interval for the median of what the sample was drawn from. */
import { binomialDistribution, medianSorted } from 'simple-statistics'
import { itemAt } from '../indexed.ts'

/**
 * Fewer values give no 95 % interval: even the interval from the least to the largest would cover
 * the median less often.
 */
export const FEWEST = 6

export interface MedianInterval {
  readonly median: number
  readonly low: number
  readonly high: number
}

/**
 * The median with its 95 % interval by order statistics.
 *
 * 1. The number of values that lie below the true median is binomial, with probability 1/2.
 * 2. The interval from the k-th least to the k-th largest value misses the median if fewer than k
 *    values lie on one side of it.
 * 3. The largest k is taken for which that happens in at most 5 % of all samples.
 *
 * Nothing is assumed about the distribution of the values, and no random numbers are drawn.
 *
 * @throws RangeError for fewer than FEWEST values
 */
export function medianInterval(values: readonly number[]): MedianInterval {
  if (values.length < FEWEST)
    throw new RangeError(`a 95 % interval of a median needs ${FEWEST} values, not ${values.length}`)
  const sorted = values.toSorted((a, b) => a - b)
  const below = binomialDistribution(sorted.length, 0.5) ?? []
  let rank = 0
  let tail = 0
  for (const probability of below) {
    tail += probability
    if (tail > 0.025) break
    rank++
  }
  return {
    median: medianSorted(sorted),
    low: itemAt(sorted, rank - 1),
    high: itemAt(sorted, sorted.length - rank),
  }
}
