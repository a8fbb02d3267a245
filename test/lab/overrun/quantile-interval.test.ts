import { expect, test } from 'vitest'
import { FEWEST, medianInterval, quantileInterval } from '../../../lab/overrun/quantile-interval.ts'

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

// The ranks of the tables, as in Conover, Practical Nonparametric Statistics: B(n, 1/2) leaves at
// most 2.5 % on each side.
test.each([
  [6, 1, 6],
  [8, 1, 8],
  [9, 2, 8],
  [10, 2, 9],
  [20, 6, 15],
  [30, 10, 21],
  [50, 18, 33],
  // By the normal approximation, 0.5 · 5000 ± 1.96 · √1250: a count whose 2⁻ⁿ is below any number.
  [5000, 2431, 2570],
])('the 95 %% interval of %i values reaches from rank %i to rank %i', (count, low, high) => {
  expect(medianInterval(upTo(count).reverse())).toEqual({ median: (count + 1) / 2, low, high })
})

test(`fewer than ${FEWEST} values are refused`, () => {
  expect(() => medianInterval(upTo(FEWEST - 1))).toThrow('needs 6 values, not 5')
})

// B(100, 0.9): P(fewer than 84) = 0.021, P(fewer than 85) = 0.040; P(at least 96) = 0.024,
// P(at least 95) = 0.058.
test('the interval of another quantile has its own ranks, and is not symmetric', () => {
  expect(quantileInterval(upTo(100).reverse(), 0.9)).toEqual({ low: 84, high: 96 })
})

test('too few values for a quantile give none: 35 for nine tenths, since 0.9³⁵ is above 2.5 %', () => {
  expect(quantileInterval(upTo(35), 0.9)).toBe(null)
  expect(quantileInterval(upTo(36), 0.9)?.high).toBe(36)
})
