/**
 * Kinds: what a field, an element, a parameter or a message may be, a reference or a number. At run
 * time the two look alike, so whatever holds one declares which it is.
 */
import { KIND_BOOL, KIND_F64, KIND_I32, KIND_REF, KIND_U32 } from '../../scheduler/channel.ts'
import { printableName } from '../errors/printable.ts'

declare const brand: unique symbol

/**
 * A reference to an object of type T: a positive number, or `nil`. It is good until the next
 * safepoint, unless it is kept.
 */
export type Ref<T> = number & { readonly [brand]: T }

/** The reference to nothing. */
export const nil: Ref<never> = 0 as Ref<never>

/** How a kind is stored. */
export type Storage =
  | typeof KIND_REF
  | typeof KIND_I32
  | typeof KIND_U32
  | typeof KIND_F64
  | typeof KIND_BOOL

/** Get: what reading gives. Set: what may be written. */
export interface Kind<out Get, in Set> {
  readonly storage: Storage
  /** Its name in messages: `ref(Tree)`. */
  readonly label: string
  /** Number of the type that a reference must have under `--check`; 0: any. */
  typeId(): number
  readonly [kindOf]?: (value: Set) => Get
}
declare const kindOf: unique symbol

/**
 * All kinds. What only looks like a kind would be stored as a number, and its objects would be
 * lost.
 */
const kinds = new WeakSet<object>()

function made<K extends object>(kind: K): K {
  kinds.add(kind)
  return kind
}

/** Throws a TypeError unless `kind` is a kind other than `self`. `where`: what is declared. */
export function expectKind(where: string, kind: unknown): void {
  expectFieldKind(where, kind)
  if (kind === self)
    throw new TypeError(`${where}: self is for the fields of a struct; elsewhere write ref(Type)`)
}

/** As {@link expectKind}, and `self` is allowed. */
export function expectFieldKind(where: string, kind: unknown): void {
  if (isObject(kind) && kinds.has(kind)) return
  const typeName = isType(kind) ? kind.typeName : null
  const found =
    typeof kind === 'string'
      ? `'${printableName(kind)}'`
      : typeName === null
        ? `a value of type ${typeof kind}`
        : typeName
  const advice =
    typeName === null
      ? 'i32, u32, f64, bool, ref or ref(Type), and self in a struct'
      : `ref(${typeName})`
  throw new TypeError(`${where}: ${found} is no kind; write ${advice}`)
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function isType(value: unknown): value is Referable {
  return (
    isObject(value) &&
    'typeName' in value &&
    typeof value.typeName === 'string' &&
    'typeId' in value
  )
}

function scalar<Value>(storage: Storage, label: string): Kind<Value, Value> {
  return made({ storage, label, typeId: () => 0 })
}

/** A 32-bit integer. */
export const i32: Kind<number, number> = scalar(KIND_I32, 'i32')
/** An unsigned 32-bit integer. */
export const u32: Kind<number, number> = scalar(KIND_U32, 'u32')
/** A double. */
export const f64: Kind<number, number> = scalar(KIND_F64, 'f64')
/** true or false. */
export const bool: Kind<boolean, boolean> = scalar(KIND_BOOL, 'bool')

/** Anything that references can refer to. */
export interface Referable {
  readonly typeId: number
  readonly typeName: string
}

/**
 * `ref` by itself: a reference to anything. `ref(Tree)`: a reference to that type, which TypeScript
 * checks, and `--check` at run time.
 */
export interface RefKind extends Kind<Ref<never>, Ref<unknown>> {
  <T extends Referable>(type: T): Kind<Ref<T>, Ref<T>>
}
export const ref: RefKind = made(
  Object.assign(
    <T extends Referable>(type: T): Kind<Ref<T>, Ref<T>> => {
      if (!isType(type))
        throw new TypeError('ref: its argument must be a type: a struct, array, channel or bytes')
      return made({ storage: KIND_REF, label: `ref(${type.typeName})`, typeId: () => type.typeId })
    },
    { storage: KIND_REF, label: 'ref', typeId: () => 0 } as const,
  ),
)

/** In a struct: a reference to the struct itself. */
export interface Self extends Kind<never, never> {
  readonly isSelf: true
}
export const self: Self = made({
  storage: KIND_REF,
  label: 'self',
  typeId: () => 0,
  isSelf: true,
} as const)

/**
 * What reading a kind gives, and what may be written. `This` is the struct that it is a field of.
 */
export type Get<K, This = never> = K extends Self
  ? Ref<This>
  : K extends Kind<infer Value, never>
    ? Value
    : never
export type Put<K, This = never> = K extends Self
  ? Ref<This>
  : K extends Kind<unknown, infer Value>
    ? Value
    : never
/** Any kind. */
export type AnyKind = Kind<unknown, never>

/** A value as it is after it was stored: an i32 that was given 3.7 is 3, wherever it was before. */
export function coerce(storage: Storage, value: unknown): number {
  if (storage === KIND_F64) return Number(value)
  return storage === KIND_U32 ? Number(value) >>> 0 : Number(value) | 0
}
