/**
 * Says what a value that was read must be. A shape is put together from small ones:
 *
 *     const machine = object<Machine>({ cpu: name, cores: whole(1, 4096), go: orNull(name) })
 *
 * The compiler checks each shape against the type that it stands for. Fields that no shape names
 * are ignored, so an older version reads what a newer one wrote.
 */

/** Returns the first complaint about a value, with its place; null if the value is of the shape. */
export interface Shape<T> {
  (value: unknown, place: string): string | null
  /** Only for the compiler: no shape has this field. */
  readonly of?: T
}

/** How deep a value of any form may be. */
const MOST_DEPTH = 32
/** Characters of a value that a complaint shows. */
const MOST_SHOWN = 40
/** Characters that move a cursor or end a line. A name has none. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

/** A number within bounds. The bounds are finite, so the number is too, and it is not NaN. */
export function number(min: number, max: number, isWhole = false): Shape<number> {
  const says = `a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}`
  return simple(says, value => {
    const isWithin = typeof value === 'number' && value >= min && value <= max
    return isWithin && (!isWhole || Number.isInteger(value))
  })
}

export const whole = (min: number, max: number): Shape<number> => number(min, max, true)

/** Bytes, or a count. */
export const count = whole(0, Number.MAX_SAFE_INTEGER)
/** A size or a time that may be an average. None of ours is above this bound. */
export const amount = number(0, Number.MAX_SAFE_INTEGER)

export const text: Shape<string> = simple('a text', value => typeof value === 'string')
/** A text that may stand in a line on a terminal. */
export const name: Shape<string> = simple(
  'a text without control characters',
  value => typeof value === 'string' && !CONTROL.test(value),
)
export const flag: Shape<boolean> = simple('true or false', value => typeof value === 'boolean')

export function oneOf<const T extends string | number>(...values: readonly T[]): Shape<T> {
  return simple(values.join(', ').replace(/, ([^,]*)$/, ' or $1'), value =>
    values.includes(value as T),
  )
}

export function list<T>(item: Shape<T>, least = 0): Shape<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) return unlike(value, place, 'a list')
    if (value.length < least)
      return `${place} has ${value.length} items; it must have ${least} at least`
    return first(value, (one, at) => item(one, `${place}[${at}]`))
  }
}

/** Fields by name. A missing field is undefined to its shape. */
export function object<T>(fields: { readonly [Name in keyof T]-?: Shape<T[Name]> }): Shape<T> {
  const shapes = Object.entries(fields) as [string, Shape<unknown>][]
  return (value, place) => {
    if (!isObject(value)) return unlike(value, place, 'an object')
    return first(shapes, ([field, shape]) =>
      shape(Object.hasOwn(value, field) ? value[field] : undefined, `${place}.${field}`),
    )
  }
}

/** Any names, with values of one shape. */
export function dictionary<T>(item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, place) => {
    if (!isObject(value)) return unlike(value, place, 'an object')
    return first(Object.entries(value), ([key, one]) => {
      const at = `${place}[${shown(key)}]`
      return CONTROL.test(key) ? `${at} is a name with control characters` : item(one, at)
    })
  }
}

export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return (value, place) => (value === null ? null : withNull(shape(value, place), place))
}

export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, place) => (value === undefined ? null : shape(value, place))
}

/** Either of two shapes; `says` describes both. */
export function either<A, B>(says: string, one: Shape<A>, other: Shape<B>): Shape<A | B> {
  return (value, place) =>
    one(value, place) === null || other(value, place) === null ? null : unlike(value, place, says)
}

/** A shape with one more condition. `holds` is asked only about values of the shape. */
export function suchThat<T>(shape: Shape<T>, says: string, holds: (value: T) => boolean): Shape<T> {
  return (value, place) =>
    shape(value, place) ?? (holds(value as T) ? null : `${place || 'the file'} ${says}`)
}

/** The parts of which a tree of any form is made. */
export interface TreeParts {
  /** The names that its objects may have. */
  readonly words: ReadonlySet<string>
  /** The shape of its leaves. */
  readonly leaf: Shape<unknown>
  /** Names whose values have a shape of their own. */
  readonly apart: Readonly<Record<string, Shape<unknown>>>
}

/** An object of any form that is made only of the given parts. */
export function tree(parts: TreeParts): Shape<Readonly<Record<string, unknown>>> {
  const { words, leaf, apart } = parts
  const below = (value: unknown, place: string, depth: number): string | null => {
    if (depth > MOST_DEPTH) return `${place} is too deep`
    if (Array.isArray(value))
      return first(value, (one, at) => below(one, `${place}[${at}]`, depth + 1))
    if (!isObject(value)) return leaf(value, place)
    return first(Object.entries(value), ([key, one]) => {
      const own = Object.hasOwn(apart, key) ? apart[key] : undefined
      if (own !== undefined) return own(one, `${place}.${key}`)
      return words.has(key)
        ? below(one, `${place}.${key}`, depth + 1)
        : `${place}[${shown(key)}] has no place here`
    })
  }
  return (value, place) =>
    isObject(value) ? below(value, place, 0) : unlike(value, place, 'an object')
}

/** A value as a complaint shows it: short, and in one line. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  const said =
    typeof value === 'string' ? JSON.stringify(value.slice(0, MOST_SHOWN)) : String(value)
  return said.replace(/[\u007f-\u009f\u2028\u2029]/g, ' ')
}

function withNull(complaint: string | null, place: string): string | null {
  // A fault further down would not be mended by null.
  return complaint?.startsWith(`${place} `) === true ? `${complaint}, or null` : complaint
}

function simple<T>(says: string, isOne: (value: unknown) => boolean): Shape<T> {
  return (value, place) => (isOne(value) ? null : unlike(value, place, says))
}

function unlike(value: unknown, place: string, says: string): string {
  if (place === '') return `the file must hold ${says}, not ${shown(value)}`
  return value === undefined
    ? `${place} is missing; it must be ${says}`
    : `${place} = ${shown(value)}; it must be ${says}`
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function first<T>(
  values: readonly T[],
  complain: (value: T, index: number) => string | null,
): string | null {
  for (const [index, value] of values.entries()) {
    const complaint = complain(value, index)
    if (complaint !== null) return complaint
  }
  return null
}
