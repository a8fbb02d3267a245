/** The line through points, with an interval for its slope. */
import { linearRegression, quantile } from 'simple-statistics'
import { itemAt } from '../../indexed.ts'
import { Random } from '../../random.ts'

/** `y = intercept + slope · x`. */
export interface LineFit {
  readonly slope: number
  readonly intercept: number
  /** The 95 % interval of the slope. */
  readonly low: number
  readonly high: number
}

/** How often the points are drawn anew. */
const DRAWS = 1000

/**
 * The line of least squares. The interval is that of the bootstrap: as many points are drawn from
 * the points, with replacement, and the line is fitted again. Nothing is assumed of the errors,
 * which grow with x here.
 *
 * @throws RangeError for fewer than three points, and for points of one x
 */
export function fitLine(
  points: readonly (readonly [x: number, y: number])[],
  seed: number,
): LineFit {
  if (points.length < 3 || new Set(points.map(([x]) => x)).size < 2)
    throw new RangeError(`a line needs three points with different x; there are ${points.length}`)
  const random = new Random(seed)
  const drawn = (): [number, number][] =>
    points.map(() => [...itemAt(points, Math.floor(random.share() * points.length))])
  const slopes: number[] = []
  while (slopes.length < DRAWS) {
    const { m } = linearRegression(drawn())
    // All of its points may have one x. Such a draw has no line.
    if (Number.isFinite(m)) slopes.push(m)
  }
  const { m, b } = linearRegression(points.map(([x, y]) => [x, y]))
  return { slope: m, intercept: b, low: quantile(slopes, 0.025), high: quantile(slopes, 0.975) }
}
