/** How the tables of experiments show figures. */
import { quantile } from 'simple-statistics'
import { MiB } from '../../units.ts'

/** Rounded to that many digits after the point; null for what is not known. */
export function rounded(value: number, digits?: number): number
export function rounded(value: number | null, digits?: number): number | null
export function rounded(value: number | null, digits = 2): number | null {
  return value === null ? null : Number(value.toFixed(digits))
}

export function mebibytes(bytes: number): number
export function mebibytes(bytes: number | null): number | null
export function mebibytes(bytes: number | null): number | null {
  return bytes === null ? null : rounded(bytes / MiB)
}

/** The quantile of the values; null if there are none: what was not measured is no figure. */
export function quantileOrNull(values: readonly number[], share: number): number | null {
  return values.length === 0 ? null : quantile([...values], share)
}

/** A quotient; null for what is not known. */
export function divided(value: number | null, by: number): number | null {
  return value === null ? null : value / by
}

/** A figure in a sentence. */
export function said(value: number | null): string {
  return value === null ? 'an unknown number of' : String(value)
}
