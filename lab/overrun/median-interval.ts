/** The median of a sample, and where the median of what it was drawn from lies. */
import { binomialDistribution, medianSorted } from 'simple-statistics'
import { itemAt } from '../indexed.ts'

/** Fewer values give no 95 % interval: even from the least to the largest it would cover the median less often. */
export const FEWEST = 6

export interface MedianInterval {
  readonly median: number
  readonly low: number
  readonly high: number
}

/**
 * The median with its 95 % interval by order statistics: from the k-th least value to the k-th largest, with the largest k for which a median lies
 * outside in at most 5 % of all samples. How many values lie below the median is binomial, whatever the distribution, so nothing is assumed of it
 * and nothing is drawn.
 *
 * @throws RangeError for fewer than FEWEST values.
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
