/**
 * What an object looks like. Its first word is a header that is all a marker needs to know of it:
 *
 *    31            16 15      12 11         0
 *   ┌────────────────┬──────────┬────────────┐
 *   │ reference words │    0     │    type    │      references stand in words 1 … n
 *   └────────────────┴──────────┴────────────┘
 *    0xffff: an array of references; word 1 is its length, they begin at word 2
 *
 * Scalars follow the references, so a scan stops at the last reference (Go's pointer prefix). The
 * length of any array is its word 1. Its elements begin at byte 8, which is word 2: doubles need
 * that alignment.
 */

/** A type's number in the table of declarations; 0 is no type. */
export type TypeId = number

export const HEADER_TYPE_MASK = 0xfff
export const HEADER_REFERENCES_SHIFT = 16
/** In the upper half of the header: an array of references. */
export const REFERENCE_ARRAY = 0xffff
/** The most references that a struct may hold. */
export const MAX_REFERENCES = 0xfffe

/** Word of an array that holds its length, and byte at which its elements begin. */
export const ARRAY_LENGTH_WORD = 1
export const ARRAY_ELEMENTS_BYTE = 8

export function headerOf(type: TypeId, references: number): number {
  return (references << HEADER_REFERENCES_SHIFT) | type
}

export function typeOf(header: number): TypeId {
  return header & HEADER_TYPE_MASK
}
