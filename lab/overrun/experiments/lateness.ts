/**
 * Whether one policy takes longer than another, by a quantile of their times. The policies are run
 * in turns on a machine that is not quiet, so only what is beyond both 95 % intervals counts.
 */
import { type Interval, quantileInterval } from '../quantile-interval.ts'
import { rounded } from './rows.ts'

/** Up to this factor a longer time is taken for one that does not matter. */
const ALLOWED = 1.15

/** The times of both policies at a P count, in ms. */
export interface Compared {
  readonly procs: number
  readonly go: readonly number[]
  readonly ours: readonly number[]
}

export interface Lateness {
  readonly ours: Interval
  readonly go: Interval
  /** The whole interval of ours is above that of the other policy, times what is allowed. */
  readonly isLater: boolean
}

/** null if one of them has too few times for an interval. */
export function latenessOf(
  ours: readonly number[],
  go: readonly number[],
  share: number,
): Lateness | null {
  const [own, other] = [quantileInterval(ours, share), quantileInterval(go, share)]
  if (own === null || other === null) return null
  return { ours: own, go: other, isLater: own.low > ALLOWED * other.high }
}

/** null: too few cycles to tell. */
export function isInTime(lateness: Lateness | null): boolean | null {
  return lateness === null ? null : !lateness.isLater
}

/** Both intervals, in ms. */
export function formatLateness(lateness: Lateness | null): string {
  if (lateness === null) return 'too few cycles to tell'
  const shown = ({ low, high }: Interval): string => `${rounded(low, 3)} to ${rounded(high, 3)}`
  return `${shown(lateness.ours)} against ${shown(lateness.go)} ms`
}
