import { UsageError } from '../errors/usage-error.ts'
import { type Environment, wholeNumber } from './given.ts'

/** What GODEBUG asks for; absent: nothing. */
export interface GoDebug {
  readonly gctrace?: number
  readonly gcpacertrace?: number
  readonly gccheckmark?: number
  /** 1: marking stops the world; 2: sweeping does so too. */
  readonly gcstoptheworld?: number
  /**
   * After this many milliseconds without a cycle one is forced. Not Go's: Go's cannot be set from
   * outside.
   */
  readonly forcegcperiod?: number
}

const maxInt32 = 2 ** 31 - 1

/** The known keys, with their least and greatest values. */
const bounds: Readonly<Record<keyof GoDebug, readonly [low: number, high: number]>> = {
  gctrace: [0, maxInt32],
  gcpacertrace: [0, maxInt32],
  gccheckmark: [0, 1],
  gcstoptheworld: [0, 2],
  forcegcperiod: [1, maxInt32],
}

/**
 * Reads GODEBUG: `key=value` pairs with commas between them. The last pair of a key wins. Unknown
 * keys are ignored.
 *
 * @throws UsageError for a known key with a value that it cannot have.
 */
export function parseGoDebug(environment: Environment): GoDebug {
  const debug: { -readonly [Key in keyof GoDebug]: number } = {}
  for (const pair of (environment.GODEBUG ?? '').split(',')) {
    const [key = '', ...value] = pair.split('=')
    if (!isKnown(key)) continue
    if (value.length === 0) throw new UsageError(`GODEBUG ${key} needs a value, as in ${key}=1`)
    const [low, high] = bounds[key]
    debug[key] = wholeNumber({ name: `GODEBUG ${key}`, value: value.join('=') }, low, high)
  }
  return debug
}

function isKnown(key: string): key is keyof GoDebug {
  return Object.hasOwn(bounds, key)
}
