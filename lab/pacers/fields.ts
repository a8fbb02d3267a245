/**
 * What the numbers of a scenario may be. Each engine names its own (macro/model.ts,
 * stepped/engine.ts).
 */
import { shown } from '../shape.ts'
import { InputError } from './input-error.ts'

export interface Field {
  readonly name: string
  readonly min: number
  readonly max: number
  /** Bytes are whole numbers. */
  readonly isWhole: boolean
  /** `null` is allowed, and is read as this. */
  readonly ifNull?: number
  /** It may be left out, and is read as this then. */
  readonly ifMissing?: number
}

export const rate = (name: string, min = 0): Field => ({
  name,
  min,
  max: Number.MAX_VALUE,
  isWhole: false,
})
export const bytes = (name: string, min = 0): Field => ({
  name,
  min,
  max: Number.MAX_SAFE_INTEGER,
  isWhole: true,
})
export const share = (name: string): Field => ({ name, min: 0, max: 1, isWhole: false })

/**
 * The number in a field of a record. Throws an InputError.
 *
 * @param where - the record's place in its file
 */
export function numberIn(record: unknown, field: Field, file: string, where: string): number {
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    throw new InputError(file, where, `is ${kindOf(record)}, must be an object`)
  const value = (record as Readonly<Record<string, unknown>>)[field.name]
  if (value === null && field.ifNull !== undefined) return field.ifNull
  if (value === undefined && field.ifMissing !== undefined) return field.ifMissing
  if (value === undefined)
    throw new InputError(file, where, `${field.name} is missing; it must be ${allowed(field)}`)
  // Not written !(a && b): a comparison with NaN is false.
  const isFine =
    typeof value === 'number' &&
    value >= field.min &&
    value <= field.max &&
    (!field.isWhole || Number.isInteger(value))
  if (!isFine)
    throw new InputError(
      file,
      where,
      `${field.name} = ${shown(value)}; it must be ${allowed(field)}`,
    )
  return value
}

function allowed({ min, max, isWhole, ifNull }: Field): string {
  const kind = isWhole ? 'a whole number' : 'a number'
  const range =
    max === Number.MAX_VALUE || max === Number.MAX_SAFE_INTEGER
      ? min === -Number.MAX_SAFE_INTEGER
        ? ''
        : `, at least ${min}`
      : ` from ${min} to ${max}`
  return `${kind}${range}${ifNull === undefined ? '' : ', or null'}`
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`
}
