import type {
  Granule,
  HeapWord,
  HeapWords,
  Marks,
  MetaDouble,
  MetaDoubles,
  MetaWord,
  MetaWords,
} from '../memory/kinds.ts'

/** A view of a run's shared memory. */
type View = HeapWords | MetaWords | MetaDoubles | Marks

/** The kind of index that a view takes. */
type IndexOf<V extends View> = V extends MetaWords
  ? MetaWord
  : V extends HeapWords
    ? HeapWord
    : V extends MetaDoubles
      ? MetaDouble
      : Granule

/**
 * The number at an index of a view, read plainly. For reads off the hot paths: the core, and what a
 * program calls at each access to an object, index the views themselves.
 *
 * Throws a RangeError outside the view. A wrong index would read `undefined`, and that would go on
 * as NaN or as 0.
 */
export function readAt<V extends View>(view: V, index: IndexOf<V>): number {
  const value: number | undefined = (view as { readonly [index: number]: number })[index]
  if (value === undefined)
    throw new RangeError(`index ${index} is outside a view of length ${view.length}`)
  return value
}
