/**
 * Shrinks an order that fails to one with fewer switches that still fails: delta debugging (Zeller
 * and Hildebrandt, 2002).
 *
 * 1. Cut the order into n pieces.
 * 2. If the order still fails without one of the pieces, go on without that piece.
 * 3. If every piece is needed, go on with twice as many pieces, down to single switches.
 *
 * Any subset of an order's switches is an order: a switch counts the turns of its own P, and where
 * it cannot be made, the default holds.
 */
import type { Switch } from '../../memory/controlled/strategy.ts'

export interface Shrunk<Item = Switch> {
  readonly order: readonly Item[]
  /** How many orders were tried. */
  readonly tries: number
  /** True if no single switch can be left out. */
  readonly minimal: boolean
}

/**
 * Shrinks any list of which each part is such a list too. `fails` tells whether a list fails in the
 * same way. `until` is when to give up, in ms on the clock of performance.now(). With `enough`
 * items or fewer, the list is small enough.
 */
export async function shrink<Item = Switch>(
  order: readonly Item[],
  fails: (order: readonly Item[]) => Promise<boolean>,
  until = Number.POSITIVE_INFINITY,
  enough = 0,
): Promise<Shrunk<Item>> {
  let tries = 0
  let pieces = 2
  let left = order
  while (left.length > 0) {
    if (left.length <= enough) return { order: left, tries, minimal: false }
    const size = Math.ceil(left.length / pieces)
    let shorter: readonly Item[] | undefined
    // It begins at the end, so what comes after the failure is dropped first.
    for (
      let begin = (Math.ceil(left.length / size) - 1) * size;
      begin >= 0 && shorter === undefined;
      begin -= size
    ) {
      if (performance.now() > until) return { order: left, tries, minimal: false }
      const without = [...left.slice(0, begin), ...left.slice(begin + size)]
      tries++
      if (await fails(without)) shorter = without
    }
    if (shorter !== undefined) {
      left = shorter
      pieces = Math.max(pieces - 1, 2)
    } else if (size === 1) break
    else pieces = Math.min(pieces * 2, left.length)
  }
  return { order: left, tries, minimal: true }
}
