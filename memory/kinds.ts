/**
 * Kinds of numbers. They exist for the compiler only, and cost nothing at run time.
 *
 * A *name* stands for a thing: a span, a goroutine. Only the part that hands a name out, or reads
 * it from the word that holds it, makes one of a plain number, by a cast. A *quantity* is an
 * address, an index or an amount. Arithmetic makes plain numbers, so a plain number passes as any
 * quantity.
 *
 *   given             as SpanId   as Addr   as HeapWord   as MetaWord   as Bytes
 *   a SpanId          yes         no        no            no            no
 *   an Addr           no          yes       no            no            no
 *   a HeapWord        no          no        yes           no            no
 *   a plain number    no          yes       yes           yes           yes
 *
 * The views of the two buffers take only indices of their own kind. So an address, a span or a word
 * of the other buffer is no index (test/memory/kinds.test.ts has mistakes that do not compile).
 */

declare const kind: unique symbol

/** A number that stands for a thing. Any name is a number; no number is a name. */
export type Name<Kind extends string> = number & { readonly [kind]: Kind }

/** An address, an index or an amount. A number without a kind passes as any. */
export type Quantity<Kind extends string> = number & { readonly [kind]?: Kind }

/** The byte address of an object in the heap buffer; 0 is nil. */
export type Addr = Quantity<'Addr'>
/** The number of a span's first page, which names the span; 0 is none. */
export type SpanId = Name<'SpanId'> | 0
/** The number of a goroutine's record, from 1; 0 is none. */
export type GoroutineId = Name<'GoroutineId'> | 0
/** The number of a wait record, from 1; 0 is none. */
export type WaiterId = Name<'WaiterId'> | 0
/** Index of the first word of a work buffer, in the meta buffer; 0 is none. */
export type WorkBuffer = Name<'WorkBuffer'> | 0

/** Index of a 32-bit word of the heap buffer: an address divided by 4. */
export type HeapWord = Quantity<'HeapWord'>
/** Index of a 32-bit word of the meta buffer. */
export type MetaWord = Quantity<'MetaWord'>
/** Index of a double of the meta buffer. */
export type MetaDouble = Quantity<'MetaDouble'>
/** Index of a double of the heap buffer: an address divided by 8. */
export type HeapDouble = Quantity<'HeapDouble'>
/** Index of a byte of the heap buffer: an address is one. */
export type HeapByte = Addr
/** Index of a byte of the meta buffer. */
export type MetaByte = Quantity<'MetaByte'>
/** Index of a mark byte: an address divided by 16. */
export type Granule = Quantity<'Granule'>

export type Bytes = Quantity<'Bytes'>
export type Milliseconds = Quantity<'Milliseconds'>

/** What the views have of a typed array, with indices of their own kind. */
interface View<
  Index extends number,
  Array extends Int32Array | Uint32Array | Float64Array | Uint8Array,
> extends Pick<Array, 'buffer' | 'length' | 'set' | 'slice'> {
  fill(value: number, begin: Index, end: Index): unknown
  copyWithin(to: Index, begin: Index, end: Index): unknown
  subarray(begin: Index, end: Index): Array
}

/** 32-bit words of the heap buffer. */
export interface HeapWords extends View<HeapWord, Int32Array> {
  [index: HeapWord]: number
}

/** The same words, unsigned. */
export interface HeapUnsignedWords extends View<HeapWord, Uint32Array> {
  [index: HeapWord]: number
}

/** Doubles of the heap buffer. */
export interface HeapDoubles extends View<HeapDouble, Float64Array> {
  [index: HeapDouble]: number
}

/** Bytes of the heap buffer. */
export interface HeapBytes extends View<HeapByte, Uint8Array> {
  [index: HeapByte]: number
}

/** 32-bit words of the meta buffer. */
export interface MetaWords extends View<MetaWord, Int32Array> {
  [index: MetaWord]: number
}

/** Doubles of the meta buffer. */
export interface MetaDoubles extends View<MetaDouble, Float64Array> {
  [index: MetaDouble]: number
}

/** Bytes of the meta buffer. */
export interface MetaBytes extends View<MetaByte, Uint8Array> {
  [index: MetaByte]: number
}

/** The mark bytes, one for each granule. */
export interface Marks extends View<Granule, Uint8Array> {
  [index: Granule]: number
}
