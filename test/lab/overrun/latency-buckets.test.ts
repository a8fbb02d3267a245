import { expect, test } from 'vitest'
import {
  BUCKETS,
  boundOf,
  bucketOf,
  percentilesOfCounts,
} from '../../../lab/overrun/latency-buckets.ts'

function counted(latencies: readonly number[]): number[] {
  const counts = new Array<number>(BUCKETS).fill(0)
  for (const us of latencies) counts[bucketOf(us)]++
  return counts
}

test('a latency lies in the bucket whose bound it does not pass, at most 4.4 % below it', () => {
  for (let us = 0.02; us < 1e7; us *= 1.013) {
    const bound = boundOf(bucketOf(us))
    expect(us / bound, String(us)).toBeLessThanOrEqual(1 + 1e-12)
    expect(bound / us, String(us)).toBeLessThanOrEqual(2 ** (1 / 16) + 1e-12)
  }
})

test('what is too short or too long for a bucket of its own is counted in the first or the last', () => {
  expect([bucketOf(0), bucketOf(1e-9), bucketOf(1e12)]).toEqual([0, 0, BUCKETS - 1])
})

test('percentiles are those of the latencies, to 4.4 %, and the longest is exact', () => {
  const latencies = Array.from({ length: 10_000 }, (_, index) => 1 + index)
  const { p50, p99, p999, max } = percentilesOfCounts(counted(latencies), 10_000)
  for (const [found, wanted] of [
    [p50, 5000],
    [p99, 9900],
    [p999, 9990],
  ]) {
    expect(found).toBeGreaterThanOrEqual(wanted)
    expect(found).toBeLessThanOrEqual(wanted * 2 ** (1 / 16))
  }
  expect(max).toBe(10_000)
})

test('no percentile lies above the longest', () => {
  expect(percentilesOfCounts(counted([10]), 10)).toEqual({ p50: 10, p99: 10, p999: 10, max: 10 })
})

test('percentiles of nothing are refused', () => {
  expect(() => percentilesOfCounts(counted([]), 0)).toThrow('no allocation was timed')
})
