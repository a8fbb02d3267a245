/**
 * Reads at an index that must exist. For the compiler any indexed read may find nothing. Here that
 * would be a mistake of the lab's own, and it is thrown.
 */

/** The item at an index. Throws a RangeError where there is none. */
export function itemAt<T extends string | number | object>(values: readonly T[], index: number): T {
  const item = values[index]
  if (item === undefined) throw beyond(values, index)
  return item
}

/**
 * The number in a row of a column. Throws a RangeError where there is none. This is a function of
 * its own so that V8 sees only columns here, and inlines the read into the loops of the simulators.
 */
export function cellAt(column: Float64Array, row: number): number {
  const cell = column[row]
  if (cell === undefined) throw beyond(column, row)
  return cell
}

function beyond({ length }: ArrayLike<unknown>, index: number): RangeError {
  return new RangeError(`there is no item ${index} among ${length}`)
}
