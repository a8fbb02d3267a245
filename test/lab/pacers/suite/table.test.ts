import { expect, test } from 'vitest'
import { BUCKETS, bucketOf } from '../../../../lab/overrun/latency-buckets.ts'
import { deviationOf } from '../../../../lab/pacers/suite/measure.ts'
import { formatSuite } from '../../../../lab/pacers/suite/table.ts'
import { suiteResults } from '../../../support/suite-results.ts'

test('the tables of the suite have a row for each pacer, with its interval, utilization and heap', () => {
  const lines = formatSuite(suiteResults).split('\n')
  expect(lines.filter(line => line.startsWith('garbage'))).toEqual([
    'garbage  go1.21  1.000 [0.900, 1.100]  500 ms      12   9.00 MiB      2.000          -  800 ms     120 ms      25.0 %     0.00 0.20 0.70',
    'garbage  go1.5   1.250 [1.150, 1.350]  400 ms      12   9.00 MiB      2.000          -  800 ms     120 ms      25.0 %     0.00 0.20 0.70',
    'garbage  go1.21  0.00 0.10 1.00  0.20 0.30 0.90  0.70 0.72 0.80',
    'garbage  go1.5   0.00 0.10 1.00  0.20 0.30 0.90  0.70 0.72 0.80',
  ])
  expect(lines).toContain('go1.5           1.250 [1.150, 1.350]')
  expect(lines).toContain('go1.21   200       4   12.5 MiB  500 ms    30.0 ms')
  expect(lines).toContain(
    'timer  go1.21  0.40 µs  9.00 µs  150 µs  90.0 ms  2.50 ms (2.00 ms to 3.00 ms)',
  )
})

test('the standard deviation of what was counted is that of the latencies, to the width of a bucket', () => {
  const counts = new Array<number>(BUCKETS).fill(0)
  // Half take 100 µs, half 300.
  counts[bucketOf(100)] = 7
  counts[bucketOf(300)] = 7
  expect(deviationOf(counts)).toBeGreaterThan(100 * 0.9)
  expect(deviationOf(counts)).toBeLessThan(100 * 1.1)
  counts[bucketOf(300)] = 0
  expect(deviationOf(counts)).toBe(0)
})

test('without values of GOGC there is no table of them', () => {
  const without = formatSuite({ ...suiteResults, gogc: { program: 'garbage', rows: [] } })
  expect(without).not.toContain('GOGC')
})
