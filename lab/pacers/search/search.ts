/**
 * `sawtooth pacers search`: looks for the scenario of a family that hurts a pacer most, and shrinks
 * it to a few numbers.
 *
 * 1. The tries are searched in parts, several at a time.
 * 2. The worst over all parts is shrunk, as long as it hurts nine tenths as much.
 *
 * fast-check draws and shrinks.
 */
import type { Pacer } from 'sawtooth/pacer'
import { type Part, partsOf, type Wanted, type Worst, worseOf } from './part.ts'
import { type Found, shrunk } from './shrink.ts'

export interface SearchOptions extends Wanted {
  readonly seed: number
  /** Scenarios that are drawn in all. */
  readonly tries: number
  /** How many parts are searched at a time. */
  readonly lanes: number
  /** When it is aborted no further part begins. Parts that have begun still count. */
  readonly signal: AbortSignal
  progress(tried: number, worst: number | null): void
}

export interface Outcome {
  /** Scenarios that were tried: fewer than were asked for after an interrupt. */
  readonly tried: number
  /** null if none hurts. */
  readonly found: Found | null
}

/**
 * Rejects with an InputError if the pacer answers nonsense.
 *
 * @param searchPart - worstOf, in any thread
 */
export async function search(
  pacer: Pacer,
  options: SearchOptions,
  searchPart: (part: Part) => Promise<Worst | null>,
): Promise<Outcome> {
  const { seed, tries, lanes, signal, progress } = options
  const parts = partsOf(tries, seed) // every lane takes the next one
  const failures: { readonly part: number; readonly error: unknown }[] = []
  let worst = null as Worst | null
  let tried = 0
  const lane = async (): Promise<void> => {
    while (!signal.aborted && failures.length === 0) {
      const { value: part } = parts.next()
      if (part === undefined) return
      try {
        const one = await searchPart(part)
        worst = worseOf(worst, one)
        tried += part.tries
        progress(tried, worst?.hurt ?? null)
      } catch (error) {
        failures.push({ part: part.index, error })
      }
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  // Parts begin in order, so the first part that fails began before any other had failed. It is the
  // same one each time.
  const [first] = failures.sort((one, other) => one.part - other.part)
  if (first !== undefined) throw first.error
  return { tried, found: worst === null ? null : shrunk(worst, pacer, options) }
}
