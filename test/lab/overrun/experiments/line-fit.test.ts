import { expect, test } from 'vitest'
import { fitLine } from '../../../../lab/overrun/experiments/line-fit.ts'
import { Random } from '../../../../lab/random.ts'

const xs = Array.from({ length: 60 }, (_, index) => index / 10)
const seed = Number(process.env.SEED ?? 1)

test('points on a line give that line, with an interval of no width', () => {
  const { slope, intercept, low, high } = fitLine(
    xs.map(x => [x, 2 * x - 3] as const),
    seed,
  )
  expect(slope).toBeCloseTo(2)
  expect(intercept).toBeCloseTo(-3)
  expect(high - low).toBeCloseTo(0)
})

test('the interval of noisy points holds the slope, and is narrow beside it', () => {
  const random = new Random(7)
  // Noise that grows with x, as that of overruns does.
  const points = xs.map(x => [x, 2 * x + (random.share() - 0.5) * x] as const)
  const { slope, low, high } = fitLine(points, seed)
  expect(low).toBeLessThan(2)
  expect(high).toBeGreaterThan(2)
  expect(low).toBeLessThan(slope)
  expect(slope).toBeLessThan(high)
  expect(high - low).toBeLessThan(0.5)
})

test('the same seed gives the same interval', () => {
  const points = xs.map((x, index) => [x, x + (index % 3)] as const)
  expect(fitLine(points, 5)).toEqual(fitLine(points, 5))
})

test('too few points, or points of one x, give no line', () => {
  expect(() =>
    fitLine(
      [
        [1, 1],
        [2, 2],
      ],
      seed,
    ),
  ).toThrow('a line needs three points')
  expect(() =>
    fitLine(
      [
        [1, 1],
        [1, 2],
        [1, 3],
      ],
      seed,
    ),
  ).toThrow('a line needs three points')
})
