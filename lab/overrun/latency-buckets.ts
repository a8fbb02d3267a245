/**
 * Counts latencies in buckets whose bounds grow by a factor of 2^(1/16), so a bucket is 4.4 % wide.
 * The lab uses them, and so do its programs, in which each P counts for itself.
 *
 *   bucket   0            1                             …   BUCKETS - 1
 *   µs       ≤ 2^-6       2^-6 … 2^(-6 + 1/16)          …   above
 */
import type { LatencyPercentiles } from './results.ts'

const PER_DOUBLING = 16
/** The least bound is 2^-6 µs: 16 ns, less than one reading of the clock takes. */
const LEAST_EXPONENT = -6
/** The largest bound is 2^25 µs, half a minute. */
export const BUCKETS = (25 - LEAST_EXPONENT) * PER_DOUBLING + 1

/** The bucket of a latency in µs. */
export function bucketOf(us: number): number {
  if (!(us > 2 ** LEAST_EXPONENT)) return 0
  return Math.min(BUCKETS - 1, Math.ceil((Math.log2(us) - LEAST_EXPONENT) * PER_DOUBLING))
}

/** Upper bound of a bucket in µs. */
export function boundOf(bucket: number): number {
  return 2 ** (LEAST_EXPONENT + bucket / PER_DOUBLING)
}

/**
 * Percentiles of what was counted. Each is the upper bound of its bucket, so at most 4.4 % too
 * large, and never above `maxUs`, which is exact.
 *
 * @throws RangeError if nothing was counted
 */
export function percentilesOfCounts(counts: readonly number[], maxUs: number): LatencyPercentiles {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) throw new RangeError('no allocation was timed')
  const at = (share: number): number => {
    let left = Math.ceil(total * share)
    const bucket = counts.findIndex(count => {
      left -= count
      return left <= 0
    })
    return Math.min(boundOf(bucket), maxUs)
  }
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: maxUs }
}
