/**
 * Arrays of one kind, and byte strings.
 *
 *   word 0 header │ word 1 length │ elements from byte 8: 4 bytes each, f64 8, bool and bytes 1
 *
 * An index out of range is an error in every mode.
 */

import {
  ARRAY_ELEMENTS_BYTE,
  ARRAY_LENGTH_WORD,
  headerOf,
  REFERENCE_ARRAY,
} from '../../heap/object.ts'
import type { Addr } from '../../memory/kinds.ts'
import { MiB } from '../../memory/units.ts'
import { WRITE_BARRIER } from '../../memory/words/control.ts'
import { ACTIVITY, ACTIVITY_COPYING } from '../../memory/words/p.ts'
import { KIND_BOOL, KIND_F64, KIND_REF, KIND_U32 } from '../../scheduler/channel.ts'
import { failNil, verify, verifyValue } from './check.ts'
import { expectRun, type Run } from './current.ts'
import {
  type AnyKind,
  expectKind,
  type Get,
  type Kind,
  type Put,
  type Ref,
  type Self,
} from './kinds.ts'

/** An array type. */
export interface ArrayType<K> {
  readonly typeId: number
  readonly typeName: string
  /**
   * Makes an array of `length` elements: 0, nil or false. Throws OutOfMemoryError, and a RangeError
   * for a bad length. @safepoint
   */
  readonly new: (length: number) => Ref<ArrayType<K>>
  /** Reads an element. Throws a TypeError for nil, a RangeError for an index out of range. */
  get(array: Ref<ArrayType<K>>, index: number): Get<K>
  /** Writes an element; a reference takes the write barrier. Throws as `get`. */
  set(array: Ref<ArrayType<K>>, index: number, value: Put<K>): void
  length(array: Ref<ArrayType<K>>): number
}

/**
 * Declares an array type, at module level and in the same order on every P.
 *
 * @example const Trees = array(ref(Tree))
 */
export function array<K extends Exclude<AnyKind, Self>>(kind: K): ArrayType<K> {
  const run = expectRun('array')
  expectKind('array', kind)
  const elements = new Elements(run, kind, `array(${kind.label})`)
  return run.handles.make(elements.typeName, handleOf(elements)) as unknown as ArrayType<K>
}

function handleOf(elements: Elements): object {
  return {
    typeId: elements.typeId,
    typeName: elements.typeName,
    new: (length: number) => elements.new(length),
    get: (array: number, index: number) => elements.get(array, index),
    set: (array: number, index: number, value: number) => elements.set(array, index, value),
    length: (array: number) => elements.length(array),
  }
}

/** The most bytes of an array: what fits below 2 GiB. */
const MAX_BYTES = 2 ** 31 - 2 ** 16

export class Elements {
  readonly typeId: number
  readonly typeName: string
  private readonly kind: AnyKind
  private readonly header: number
  private readonly elementBytes: number
  private readonly run: Run
  private readonly assignment: string

  constructor(run: Run, kind: AnyKind, name: string) {
    this.assignment = `value for an element of ${name}`
    const isReferences = kind.storage === KIND_REF
    this.kind = kind
    this.typeName = name
    this.typeId = run.declarations.declareType(name, 0)
    run.typeNames.set(this.typeId, name)
    this.header = headerOf(this.typeId, isReferences ? REFERENCE_ARRAY : 0)
    this.elementBytes = kind.storage === KIND_F64 ? 8 : kind.storage === KIND_BOOL ? 1 : 4
    this.run = run
  }

  new(length: number): Addr {
    const bytes = ARRAY_ELEMENTS_BYTE + length * this.elementBytes
    if (!Number.isInteger(length) || length < 0 || bytes > MAX_BYTES) {
      throw new RangeError(
        `${this.typeName}.new: length ${length} must be a whole number from 0 to ${Math.floor((MAX_BYTES - ARRAY_ELEMENTS_BYTE) / this.elementBytes)}`,
      )
    }
    const { p, heap } = this.run
    const at = p.allocator.allocate(bytes, this.kind.storage !== KIND_REF)
    // The length comes first: a marker that sees the header reads it.
    heap[(at >>> 2) + ARRAY_LENGTH_WORD] = length
    heap[at >>> 2] = this.header
    return at
  }

  length(array: number): number {
    this.verify(array)
    return this.run.heap[(array >>> 2) + ARRAY_LENGTH_WORD]
  }

  get(array: number, index: number): number | boolean {
    this.locate(array, index)
    const { heap, heapU32, heapF64, heapU8 } = this.run
    const elements = array + ARRAY_ELEMENTS_BYTE
    switch (this.kind.storage) {
      case KIND_F64:
        return heapF64[(elements >>> 3) + index]
      case KIND_U32:
        return heapU32[(elements >>> 2) + index]
      case KIND_BOOL:
        return heapU8[elements + index] !== 0
      default:
        return heap[(elements >>> 2) + index]
    }
  }

  set(array: number, index: number, value: number): void {
    this.locate(array, index)
    const { heap, heapF64, heapU8 } = this.run
    const elements = array + ARRAY_ELEMENTS_BYTE
    switch (this.kind.storage) {
      case KIND_REF:
        this.setReference((elements >>> 2) + index, value)
        break
      case KIND_F64:
        heapF64[(elements >>> 3) + index] = value
        break
      case KIND_BOOL:
        heapU8[elements + index] = value ? 1 : 0
        break
      default:
        heap[(elements >>> 2) + index] = value
    }
  }

  private setReference(word: number, value: number): void {
    if (this.run.check) verifyValue(value, this.kind.typeId(), this.kind.label, this.assignment)
    const { heap, meta, barrier } = this.run
    value = +value // Before the barrier is looked at: a cycle may begin in the conversion.
    if (meta[WRITE_BARRIER] !== 0) barrier.writeShaded(heap, word, value)
    else heap[word] = value
  }

  private verify(array: number): void {
    if (array === 0) failNil(this.typeName)
    if (this.run.check) verify(array, this.typeId, this.typeName, this.typeName)
  }

  private locate(array: number, index: number): void {
    this.verify(array)
    const length = this.run.heap[(array >>> 2) + ARRAY_LENGTH_WORD]
    if (index >>> 0 !== index || index >= length)
      throw new RangeError(
        `index ${index} is out of range of a ${this.typeName} of length ${length}`,
      )
  }
}

/** The type of byte strings. */
export interface Bytes {
  readonly typeId: number
  readonly typeName: 'bytes'
  /**
   * Makes a string of `length` zero bytes. Throws OutOfMemoryError, and a RangeError for a bad
   * length. @safepoint
   */
  readonly new: (length: number) => Ref<Bytes>
  /** Makes a string of a text's UTF-8. Throws OutOfMemoryError. @safepoint */
  from(text: string): Ref<Bytes>
  /** The text whose UTF-8 the bytes are. */
  text(bytes: Ref<Bytes>): string
  get(bytes: Ref<Bytes>, index: number): number
  set(bytes: Ref<Bytes>, index: number, value: number): void
  length(bytes: Ref<Bytes>): number
}

const byteKind: Kind<number, number> = { storage: KIND_BOOL, label: 'byte', typeId: () => 0 }
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * A longer text is turned into bytes piece by piece, this many characters each. Between two pieces
 * is a safepoint.
 */
const PIECE_CHARACTERS = 64 * 1024
/**
 * From this many bytes on, a stop that waits for the making of a text names it: no safepoint is in
 * it.
 */
const NAMED_BYTES = MiB

/** Where a piece that begins at `from` ends: never between the two halves of a character. */
function pieceEnd(text: string, from: number): number {
  const end = from + PIECE_CHARACTERS
  if (end >= text.length) return text.length
  return (text.charCodeAt(end - 1) & 0xfc00) === 0xd800 ? end - 1 : end
}

/** Calls `use` on each piece's UTF-8. @safepoint */
function forEachPiece({ p }: Run, text: string, use: (utf8: Uint8Array) => void): void {
  for (let from = 0; from < text.length; ) {
    const end = pieceEnd(text, from)
    use(encoder.encode(text.slice(from, end)))
    from = end
    p.pollNow()
  }
}

/**
 * The runtime declares byte strings before the program declares anything, so they have the same
 * number on every P.
 */
export function bytesOf(run: Run): Bytes {
  const elements = new Elements(run, byteKind, 'bytes')
  const { heapU8, meta, p } = run
  const locate = (bytes: number, index: number): number => {
    elements.get(bytes, index)
    return bytes + ARRAY_ELEMENTS_BYTE + index
  }
  return run.handles.make('bytes', {
    typeId: elements.typeId,
    typeName: 'bytes',
    new: (length: number) => elements.new(length) as Ref<Bytes>,
    length: (bytes: Ref<Bytes>) => elements.length(bytes),
    get: (bytes: Ref<Bytes>, index: number) => heapU8[locate(bytes, index)],
    set: (bytes: Ref<Bytes>, index: number, value: number) => {
      heapU8[locate(bytes, index)] = value
    },
    from(text: string) {
      if (text.length > PIECE_CHARACTERS) return longFrom(run, String(text), elements) as Ref<Bytes>
      const utf8 = encoder.encode(text)
      const at = elements.new(utf8.length)
      heapU8.set(utf8, at + ARRAY_ELEMENTS_BYTE)
      return at as Ref<Bytes>
    },
    text(bytes: Ref<Bytes>) {
      const length = elements.length(bytes)
      const doingWord = p.memory.pWord(p.index, ACTIVITY)
      const before = meta[doingWord]
      if (length > NAMED_BYTES) meta[doingWord] = ACTIVITY_COPYING
      try {
        // A copy, since a decoder takes no shared memory.
        return decoder.decode(
          heapU8.slice(bytes + ARRAY_ELEMENTS_BYTE, bytes + ARRAY_ELEMENTS_BYTE + length),
        )
      } finally {
        meta[doingWord] = before
      }
    },
  })
}

/**
 * The bytes of a long text, which are counted first. They are kept while they are filled in.
 * @safepoint
 */
function longFrom(run: Run, text: string, elements: Elements): Addr {
  const { heapU8, stack } = run
  let length = 0
  forEachPiece(run, text, utf8 => {
    length += utf8.length
  })
  const at = elements.new(length)
  stack.push(at)
  try {
    let to = at + ARRAY_ELEMENTS_BYTE
    forEachPiece(run, text, utf8 => {
      heapU8.set(utf8, to)
      to += utf8.length
    })
  } finally {
    stack.top--
  }
  return at
}
