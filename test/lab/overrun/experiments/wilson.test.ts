import { expect, test } from 'vitest'
import { type Interval, wilson } from '../../../../lab/overrun/experiments/wilson.ts'

// The examples of Newcombe, Two-sided confidence intervals for the single proportion, Statistics in
// Medicine 17 (1998), method 3.
test.each([
  ['81 of 263', 81, 263, 0.2553, 0.3662],
  ['15 of 148', 15, 148, 0.0624, 0.1605],
  ['0 of 20: it says something though nothing was seen', 0, 20, 0, 0.1611],
  ['1 of 29', 1, 29, 0.0061, 0.1718],
  ['20 of 20, the mirror image of none', 20, 20, 1 - 0.1611, 1],
])('the 95 %% interval: %s', (_, seen, trials, low, high) => {
  const interval = wilson(seen, trials)
  expect(interval.low).toBeCloseTo(low, 4)
  expect(interval.high).toBeCloseTo(high, 4)
})

test('more trials make it narrower', () => {
  const width = ({ low, high }: Interval): number => high - low
  expect(width(wilson(30, 100))).toBeLessThan(width(wilson(3, 10)))
})

test.each([
  [0, 0],
  [5, 4],
  [-1, 4],
])('%i of %i trials is a RangeError', (seen, trials) => {
  expect(() => wilson(seen, trials)).toThrow(RangeError)
})
