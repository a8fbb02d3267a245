/** The Wilson score interval: where a share lies, given how often something was seen. It says something of a share even where nothing was seen. */
import { probit } from 'simple-statistics'

export interface Interval {
  readonly low: number
  readonly high: number
}

/**
 * @param seen - how often, of `trials`
 * @param confidence - that the share lies within the interval
 * @throws RangeError if there are no trials, or fewer than were seen
 */
export function wilson(seen: number, trials: number, confidence = 0.95): Interval {
  if (!(trials > 0 && seen >= 0 && seen <= trials))
    throw new RangeError(`seen ${seen} of ${trials} trials; there must be at least 1, and seen from 0 to that`)
  const z = probit(1 - (1 - confidence) / 2)
  const share = seen / trials
  const scale = 1 + z ** 2 / trials
  const centre = (share + z ** 2 / (2 * trials)) / scale
  const half = (z * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2))) / scale
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}
