/** What a field, an element, a parameter or a message may be: a reference or a number. At run time they look alike, so whatever holds one declares which. */
import { KIND_BOOL, KIND_F64, KIND_I32, KIND_REF, KIND_U32 } from '../scheduler/channel.ts'

declare const brand: unique symbol

/** A reference to an object of type T: a positive number, or `nil`. Good until the next safepoint, unless it is kept. */
export type Ref<T> = number & { readonly [brand]: T }

/** The reference to nothing. */
export const nil: Ref<never> = 0 as Ref<never>

/** How a kind is stored. */
export type Storage = typeof KIND_REF | typeof KIND_I32 | typeof KIND_U32 | typeof KIND_F64 | typeof KIND_BOOL

/** Get: what reading yields; Set: what may be written. */
export interface Kind<out Get, in Set> {
  readonly storage: Storage
  /** As in messages: `ref(Tree)`. */
  readonly label: string
  /** Number of the type that a reference must have under `--check`; 0: any. */
  typeId(): number
  readonly [kindOf]?: (value: Set) => Get
}
declare const kindOf: unique symbol

function scalar<Value>(storage: Storage, label: string): Kind<Value, Value> {
  return { storage, label, typeId: () => 0 }
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

/** `ref` alone: a reference to anything. `ref(Tree)`: a reference to that type, checked by TypeScript, and at run time under `--check`. */
export interface RefKind extends Kind<Ref<never>, Ref<unknown>> {
  <T extends Referable>(type: T): Kind<Ref<T>, Ref<T>>
}
export const ref: RefKind = Object.assign(
  <T extends Referable>(type: T): Kind<Ref<T>, Ref<T>> => ({
    storage: KIND_REF,
    label: `ref(${type.typeName})`,
    typeId: () => type.typeId,
  }),
  { storage: KIND_REF, label: 'ref', typeId: () => 0 } as const,
)

/** In a struct: a reference to the struct itself. */
export interface Self extends Kind<never, never> {
  readonly isSelf: true
}
export const self: Self = { storage: KIND_REF, label: 'self', typeId: () => 0, isSelf: true }

/** What reading a kind yields, and what may be written; `This` is the struct that it is a field of. */
export type Get<K, This = never> = K extends Self ? Ref<This> : K extends Kind<infer Value, never> ? Value : never
export type Put<K, This = never> = K extends Self ? Ref<This> : K extends Kind<unknown, infer Value> ? Value : never
/** Any kind. */
export type AnyKind = Kind<unknown, never>

/** A value as it is when it has been stored: an i32 that was given 3.7 is 3, wherever it stood in between. */
export function coerce(storage: Storage, value: unknown): number {
  if (storage === KIND_F64) return Number(value)
  return storage === KIND_U32 ? Number(value) >>> 0 : Number(value) | 0
}
