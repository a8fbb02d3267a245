import { expect, test } from 'vitest'
import { FEWEST, medianInterval } from '../../../lab/overrun/median-interval.ts'

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
])('the 95 %% interval of %i values reaches from rank %i to rank %i', (count, low, high) => {
  expect(medianInterval(upTo(count).reverse())).toEqual({ median: (count + 1) / 2, low, high })
})

test(`fewer than ${FEWEST} values are refused`, () => {
  expect(() => medianInterval(upTo(FEWEST - 1))).toThrow('needs 6 values, not 5')
})
