/** How the tables of experiments show figures. */
import { quantile } from 'simple-statistics'
import { MiB } from '../../units.ts'

/** Rounded to that many digits after the point. */
export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits))
}

export function mebibytes(bytes: number): number {
  return rounded(bytes / MiB)
}

/**
 * The quantile of the values; 0 if there are none. A table has a figure in each cell, and a count
 * beside it.
 */
export function quantileOrZero(values: readonly number[], share: number): number {
  return values.length === 0 ? 0 : quantile([...values], share)
}
