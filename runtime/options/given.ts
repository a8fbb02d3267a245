// One value that was given, and readers that understand it or say what is allowed.

import { textOf } from '../errors/thrown.ts'
import { UsageError } from '../errors/usage-error.ts'
import { goSizeUnits, parseSize, sizeUnits } from './size.ts'

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A value with the name under which it was given: '--procs', 'GOMAXPROCS', 'GODEBUG gctrace'. */
export interface Given {
  readonly name: string
  readonly value: unknown
}

/** The option if it is given, else the variable if it is set and not empty, else undefined. */
export function given(
  option: string,
  value: unknown,
  variable?: string,
  environment?: Environment,
): Given | undefined {
  if (value !== undefined) return { name: `--${option}`, value }
  const text = variable === undefined ? undefined : environment?.[variable]
  return text === undefined || text === '' ? undefined : { name: variable as string, value: text }
}

/** @throws UsageError `NAME must be ALLOWED, not VALUE`. */
export function refuse({ name, value }: Given, allowed: string): never {
  const shown = typeof value === 'string' ? `'${value}'` : textOf(value)
  throw new UsageError(`${name} must be ${allowed}, not ${shown}`)
}

/** A whole number from `low` to `high`, given as a number or as text. */
export function wholeNumber(from: Given, low: number, high: number, unit = ''): number {
  const { value } = from
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isInteger(number) && number >= low && number <= high)
    return number
  return refuse(from, `a whole number${unit} from ${low} to ${high}`)
}

/** A switch in the host's form. */
export function truth(from: Given): boolean {
  return typeof from.value === 'boolean' ? from.value : refuse(from, 'true or false')
}

/** A text that is not empty. */
export function text(from: Given, allowed: string): string {
  return typeof from.value === 'string' && from.value !== '' ? from.value : refuse(from, allowed)
}

/** GOGC's syntax: percent, or 'off'. Negative means off, as in Go, and is returned as -1. */
export function gcPercent(from: Given): number {
  const { value } = from
  if (value === 'off') return -1
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isInteger(number) && Math.abs(number) < 2 ** 31)
    return Math.max(number | 0, -1)
  return refuse(from, 'a percentage as whole number, or off')
}

/** Bytes: a count, or a SIZE; undefined if it is neither. */
export function bytes({ value }: Given): number | undefined {
  if (typeof value === 'string') return parseSize(value) ?? undefined
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/**
 * GOMEMLIMIT's syntax: a SIZE (Go's, with TiB) or 'off'. null is no limit, which Go writes as the
 * largest int64.
 */
export function memoryLimit(from: Given): number | null {
  if (from.value === 'off' || from.value === '9223372036854775807') return null
  const isVariable = !from.name.startsWith('--')
  const limit = isVariable || !String(from.value).endsWith('TiB') ? bytes(from) : undefined
  return (
    limit ??
    refuse(from, `a count of bytes, alone or with ${isVariable ? goSizeUnits : sizeUnits}, or off`)
  )
}
