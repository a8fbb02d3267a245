/** A quantile of a sample, and an interval for that quantile of what the sample was drawn from. */
import { medianSorted } from 'simple-statistics'
import { itemAt } from '../indexed.ts'

/**
 * Fewer values give no 95 % interval of a median: even the interval from the least to the largest
 * would cover the median less often.
 */
export const FEWEST = 6
/** The most that may lie beyond each end. */
const TAIL = 0.025

export interface Interval {
  readonly low: number
  readonly high: number
}

export interface MedianInterval extends Interval {
  readonly median: number
}

/**
 * The median with its 95 % interval.
 *
 * @throws RangeError for fewer than FEWEST values
 */
export function medianInterval(values: readonly number[]): MedianInterval {
  const interval = intervalOf(ascending(values), 0.5)
  if (interval === null)
    throw new RangeError(`a 95 % interval of a median needs ${FEWEST} values, not ${values.length}`)
  return { median: medianSorted(ascending(values)), ...interval }
}

/** The 95 % interval of a quantile; null if there are too few values for one. */
export function quantileInterval(values: readonly number[], share: number): Interval | null {
  return intervalOf(ascending(values), share)
}

/**
 * The 95 % interval by order statistics.
 *
 * 1. The number of values that lie below the true quantile is binomial, with its share as the
 *    probability.
 * 2. The interval from the k-th to the m-th least value misses the quantile if fewer than k values
 *    lie below it, or at least m.
 * 3. The largest k and the least m are taken for which each happens in at most 2.5 % of all
 *    samples.
 *
 * Nothing is assumed about the distribution of the values, and no random numbers are drawn.
 */
function intervalOf(sorted: readonly number[], share: number): Interval | null {
  const count = sorted.length
  const k = ranksBelow(count, share)
  // The number of values above the quantile is binomial too.
  const m = count + 1 - ranksBelow(count, 1 - share)
  if (k === 0 || m > count) return null
  return { low: itemAt(sorted, k - 1), high: itemAt(sorted, m - 1) }
}

/** The largest k such that fewer than k of `count` trials succeed in 2.5 % of samples at most. */
function ranksBelow(count: number, probability: number): number {
  // The probability of no success, as a logarithm: it is below what a number holds for many trials.
  let logarithm = count * Math.log1p(-probability)
  let tail = 0
  for (let k = 0; k <= count; k++) {
    tail += Math.exp(logarithm)
    if (tail > TAIL) return k
    logarithm += Math.log(((count - k) / (k + 1)) * (probability / (1 - probability)))
  }
  return count
}

function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b)
}
