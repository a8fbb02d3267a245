/** Any view of a run's shared memory. */
type View = Int32Array | Uint32Array | Uint8Array | Float64Array

/**
 * The number at an index of a view, read plainly. For reads off the hot paths: the core, and what a
 * program calls at each access to an object, index the views themselves.
 *
 * Throws a RangeError outside the view. A wrong index would read `undefined`, and that would go on
 * as NaN or as 0.
 */
export function readAt(view: View, index: number): number {
  const value = view[index]
  if (value === undefined)
    throw new RangeError(`index ${index} is outside a view of length ${view.length}`)
  return value
}
