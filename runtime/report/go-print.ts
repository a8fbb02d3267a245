/** Numbers as Go's runtime prints them: by `print`, and by itoaDiv and fmtNSAsMS in mgc.go. */
import { MiB } from './units.ts'

/** `print` of a float64: seven digits and a signed exponent of three, as +1.164342e+000. */
export function goFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const [digits = '', exponent = ''] = Math.abs(value).toExponential(6).split('e')
  const sign = value < 0 || Object.is(value, -0) ? '-' : '+'
  return `${sign}${digits}e${exponent.slice(0, 1)}${exponent.slice(1).padStart(3, '0')}`
}

/** An integer over 10^decimals, with all its decimals. */
export function goDecimal(value: number, decimals: number): string {
  const digits = String(Math.trunc(value)).padStart(decimals + 1, '0')
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

/**
 * Milliseconds of nanoseconds: whole from 10 on. Below, two significant digits and at most three
 * decimals, cut and not rounded.
 */
export function goMilliseconds(ns: number): string {
  if (ns >= 10e6) return goDecimal(ns / 1e6, 0)
  let value = Math.trunc(ns / 1e3)
  if (value === 0) return '0'
  let decimals = 3
  while (value >= 100) {
    value = Math.trunc(value / 10)
    decimals--
  }
  return goDecimal(value, decimals)
}

/** Whole mebibytes, cut as by a shift: 3.9 MiB are 3. */
export function goMebibytes(bytes: number): number {
  return Math.floor(bytes / MiB)
}
