/**
 * What an object refers to, read from its header (heap/object.ts). The code is not the marker's, so
 * that the verifier does not share the marker's mistakes.
 */

import {
  ARRAY_ELEMENTS_BYTE,
  ARRAY_LENGTH_WORD,
  HEADER_REFERENCES_SHIFT,
  REFERENCE_ARRAY,
} from '../../heap/object.ts'
import type { Addr } from '../../memory/kinds.ts'
import { PAGE_SHIFT } from '../../memory/layout.ts'
import type { Memory } from '../../memory/memory.ts'

export function isReferenceArray(memory: Memory, object: Addr): boolean {
  return memory.heap[object >>> 2] >>> HEADER_REFERENCES_SHIFT === REFERENCE_ARRAY
}

/** Address past the last element of an array of references. */
export function arrayEnd(memory: Memory, array: Addr): Addr {
  return array + ARRAY_ELEMENTS_BYTE + (memory.heap[(array >>> 2) + ARRAY_LENGTH_WORD] << 2)
}

/** First address of the large object that an address lies in; 0 or less if it lies in none. */
export function objectAt(memory: Memory, address: Addr): Addr {
  if (address <= 0 || address >= memory.layout.heapBytes) return 0
  return memory.meta[memory.layout.pageSpan + (address >>> PAGE_SHIFT)] << PAGE_SHIFT
}

/** Words of the heap: an object's first reference, and the word past its last one. */
export function firstReference(memory: Memory, object: Addr): number {
  return isReferenceArray(memory, object)
    ? (object + ARRAY_ELEMENTS_BYTE) >>> 2
    : (object >>> 2) + 1
}

export function endOfReferences(memory: Memory, object: Addr): number {
  if (isReferenceArray(memory, object)) return arrayEnd(memory, object) >>> 2
  return (object >>> 2) + 1 + (memory.heap[object >>> 2] >>> HEADER_REFERENCES_SHIFT)
}
