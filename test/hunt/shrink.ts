/**
 * Shrinking an order that fails to one with fewer switches that still does: delta debugging (Zeller and Hildebrandt, 2002). Any subset of an order's switches is an
 * order, since a switch is said in turns of its own P, and where it cannot be made the default holds.
 *
 *   in n pieces: does the order fail without one of them? Then go on without it. If it needs each: twice as many pieces, down to single switches
 */
import type { Switch } from '../../memory/controlled/strategy.ts'

export interface Shrunk<Item = Switch> {
  readonly order: readonly Item[]
  /** Orders tried. */
  readonly tries: number
  /** True if no single switch can be left out. */
  readonly minimal: boolean
}

/**
 * `fails` tells whether an order fails in the same way. `until`: when to give up, in ms of performance.now(). `enough`: at most so many may be left. Any list will do
 * whose parts are such lists too.
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
    // From the end: what comes after the failure goes first.
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
