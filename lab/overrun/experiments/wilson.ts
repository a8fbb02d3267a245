/**
 * The Wilson score interval: where a share lies, given how often something was seen. It is an
 * interval even if nothing was seen.
 */

export interface Interval {
  readonly low: number
  readonly high: number
}

/** The normal distribution has 95 % of its weight between −Z and Z. */
const Z = 1.959964

/**
 * The interval that holds the share with 95 % confidence.
 *
 * @param seen - how often, of `trials`
 * @throws RangeError if there are no trials, or fewer than were seen
 */
export function wilson(seen: number, trials: number): Interval {
  if (!(trials > 0 && seen >= 0 && seen <= trials))
    throw new RangeError(
      `seen ${seen} of ${trials} trials; there must be at least 1, and seen from 0 to that`,
    )
  const share = seen / trials
  const scale = 1 + Z ** 2 / trials
  const centre = (share + Z ** 2 / (2 * trials)) / scale
  const half = (Z * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2))) / scale
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}
