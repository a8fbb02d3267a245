import { expect, test } from 'vitest'
import { formatSuite } from '../../../../lab/pacers/suite/table.ts'
import { suiteResults } from '../../../support/suite-results.ts'

test('the tables of the suite have a row for each pacer, with its interval, utilization and heap', () => {
  const lines = formatSuite(suiteResults).split('\n')
  expect(lines.filter(line => line.startsWith('garbage'))).toEqual([
    'garbage  go1.21  1.000 [0.900, 1.100]  500 ms      12   9.00 MiB  800 ms     120 ms      25.0 %     0.00 0.20 0.70',
    'garbage  go1.5   1.250 [1.150, 1.350]  400 ms      12   9.00 MiB  800 ms     120 ms      25.0 %     0.00 0.20 0.70',
  ])
  expect(lines).toContain('go1.5           1.250 [1.150, 1.350]')
  expect(lines).toContain('go1.21   200       4   12.5 MiB  500 ms    30.0 ms')
  expect(lines).toContain('go1.21  0.40 µs  9.00 µs  150 µs  90.0 ms')
})

test('without values of GOGC there is no table of them', () => {
  const without = formatSuite({ ...suiteResults, gogc: { program: 'garbage', rows: [] } })
  expect(without).not.toContain('GOGC')
})
