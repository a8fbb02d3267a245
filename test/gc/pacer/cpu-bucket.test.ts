import { describe, expect, test } from 'vitest'
import {
  bucketCapacityMs,
  type CpuBucket,
  fillBucket,
  isWithoutRunway,
} from '../../../gc/pacer/cpu-bucket.ts'

const fresh = (): CpuBucket => ({ levelMs: 0, isLimiting: false })

describe('the bucket', () => {
  test('the collector fills it, the program empties it, and it holds between nothing and its capacity', () => {
    const bucket = fresh()
    const levels = [
      [30, 10],
      [10, 15],
      [0, 100],
      [500, 0],
    ].map(([collectorMs, programMs]) => {
      fillBucket(bucket, collectorMs, programMs, 200)
      return bucket.levelMs
    })
    expect(levels).toEqual([20, 15, 0, 200])
  })

  test('it limits from full to empty', () => {
    const bucket = fresh()
    const isLimiting = [
      [199, 0],
      [1, 0],
      [0, 10],
      [5, 0],
      [0, 194],
      [0, 1],
      [199, 0],
    ].map(([collectorMs, programMs]) => {
      fillBucket(bucket, collectorMs, programMs, 200)
      return bucket.isLimiting
    })
    expect(isLimiting).toEqual([false, true, true, true, true, false, false])
  })

  test('where neither has the better half a full bucket changes nothing', () => {
    const bucket = { levelMs: 100, isLimiting: false }
    fillBucket(bucket, 50, 50, 100)
    expect(bucket).toEqual({ levelMs: 100, isLimiting: false })
  })

  test('a capacity that sinks takes what is above it, and the next moment of the collector limits', () => {
    const bucket = { levelMs: 900, isLimiting: false }
    fillBucket(bucket, 0, 10, 100)
    expect(bucket).toEqual({ levelMs: 100, isLimiting: false })
    fillBucket(bucket, 1, 0, 100)
    expect(bucket.isLimiting).toBe(true)
  })

  test('over any time in which it is not limited the collector has half, and the capacity, at most', () => {
    const bucket = fresh()
    let [collector, program] = [0, 0]
    // Greedy: all of the time while it may, a quarter of it while it is limited.
    for (let ms = 0; ms < 10_000; ms++) {
      const share = bucket.isLimiting ? 0.25 : 1
      fillBucket(bucket, share, 1 - share, 100)
      collector += share
      program += 1 - share
    }
    expect(collector - program).toBeLessThanOrEqual(100)
    expect(collector).toBeGreaterThan(4800)
  })
})

test('a tenth of the second of each P is enough where the goal leaves no runway', () => {
  expect(bucketCapacityMs(4, 128, 64)).toBe(4000)
  expect(bucketCapacityMs(4, Number.POSITIVE_INFINITY, 64)).toBe(4000)
  expect(bucketCapacityMs(4, 64, 64)).toBe(400)
  expect(bucketCapacityMs(1, 10, 64)).toBe(100)
})

test('a goal leaves no runway if it is less than a sixteenth above what lives', () => {
  expect([63, 64, 67, 68].map(goal => isWithoutRunway(goal, 64))).toEqual([true, true, true, false])
  // Before the first cycle nothing is known to live.
  expect(isWithoutRunway(4, 0)).toBe(false)
})
