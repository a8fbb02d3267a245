/**
 * Reads a scenario file by pieces, so that its memory does not grow with the cycles. The list of
 * cycles is cut at commas between its elements, and JSON.parse reads the pieces:
 *
 *     { …, "cycles": [ E, E, E,   E, E, E,   E, E ], … }
 *     └──── head ────┘└─ piece ─┘└─ piece ─┘└─ … ┘└ tail ┘
 *
 * 1. Counting tells what is a bracket and what stands in a text: a quote that no backslash escapes
 *    begins a text or ends it.
 * 2. Each piece between brackets of its own is JSON and has an element, and so is the head with the
 *    tail, with an empty list between them. So the file is JSON, and its elements are those of the
 *    pieces.
 * 3. A file that is not of this form, be it wrong or merely unusual, is left to read-scenario.ts,
 *    which reads the file as a whole. So this reader only ever says yes or nothing.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { ownJson, withoutMark } from '../json.ts'

const PIECE_BYTES = 1 << 16
const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [
  ...'"\\,[]{}',
].map(character => character.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
]
/** How deep the elements of the list stand. */
const IN_LIST = 2

/**
 * Returns what stands beside the list; null if the file must be read as a whole.
 *
 * @param begin - is given what stands before the list
 * @param add - is given each cycle
 */
export function streamScenario(
  file: string,
  begin: (head: unknown) => void,
  add: (cycle: unknown) => void,
  pieceBytes = PIECE_BYTES,
): Readonly<Record<string, unknown>> | null {
  let descriptor: number | null = null
  try {
    descriptor = openSync(file, 'r')
    // A pipe cannot be read a second time.
    return fstatSync(descriptor).isFile()
      ? new Stream(descriptor, begin, add, pieceBytes).read()
      : null
  } catch {
    return null // the reader of whole files says what is wrong
  } finally {
    if (descriptor !== null) closeSync(descriptor)
  }
}

class Stream {
  readonly #descriptor: number
  readonly #pieceBytes: number
  readonly #begin: (head: unknown) => void
  readonly #add: (cycle: unknown) => void
  /** The bytes that were read and not yet taken, and how far they were examined. */
  #bytes = Buffer.alloc(0)
  #at = 0
  #depth = 0
  #isText = false
  #isEscaped = false
  /** Where the last text began. */
  #textAt = 0

  constructor(
    descriptor: number,
    begin: (head: unknown) => void,
    add: (cycle: unknown) => void,
    pieceBytes: number,
  ) {
    this.#descriptor = descriptor
    this.#pieceBytes = pieceBytes
    this.#begin = begin
    this.#add = add
  }

  read(): Readonly<Record<string, unknown>> | null {
    const head = this.#head()
    if (head === null) return null
    this.#begin(ownJson(`${head}]}`))
    if (!this.#list()) return null
    while (this.#more());
    const { cycles, ...rest } = ownJson<Readonly<Record<string, unknown>>>(
      head + this.#bytes.toString('utf8'),
    )
    // A second list of that name would be the one that counts.
    return Array.isArray(cycles) && cycles.length === 0 ? rest : null
  }

  /** Takes the text up to the list's bracket; null if there is no such list. */
  #head(): string | null {
    for (;;) {
      const at = this.#next()
      if (at < 0) {
        if (!this.#more()) return null
      } else if (/^"cycles"\s*:\s*\[$/.test(this.#bytes.toString('utf8', this.#textAt, at + 1)))
        return withoutMark(this.#taken(at + 1))
    }
  }

  /**
   * Adds all elements up to the list's closing bracket, which is not taken. Returns false if it is
   * no such list.
   */
  #list(): boolean {
    let comma = -1
    for (;;) {
      const at = this.#next()
      if (at >= 0 && this.#bytes[at] === COMMA) comma = at
      else if (at >= 0) return this.#addAll(this.#taken(at))
      else {
        if (comma >= 0 && !this.#addAll(this.#taken(comma, 1))) return false
        comma = -1
        if (!this.#more()) return false
      }
    }
  }

  #addAll(text: string): boolean {
    const elements = ownJson<unknown[]>(`[${text}]`)
    for (const element of elements) this.#add(element)
    return elements.length > 0
  }

  /**
   * The index of the next bracket that begins or ends a list of the file's object, or of the next
   * comma in such a list; -1 if what was read has none.
   */
  #next(): number {
    const bytes = this.#bytes
    let [depth, isText, isEscaped] = [this.#depth, this.#isText, this.#isEscaped]
    let at = this.#at
    let found = -1
    for (; at < bytes.length && found < 0; at++) {
      const byte = bytes[at]
      if (isText) {
        if (isEscaped) isEscaped = false
        else if (byte === BACKSLASH) isEscaped = true
        else if (byte === QUOTE) isText = false
      } else if (byte === QUOTE) {
        isText = true
        this.#textAt = at
      } else if (byte === OPEN_OBJECT) depth++
      else if (byte === CLOSE_OBJECT) depth--
      else if (byte === OPEN_LIST) {
        if (depth++ === IN_LIST - 1) found = at
      } else if (byte === CLOSE_LIST) {
        if (--depth === IN_LIST - 1) found = at
      } else if (byte === COMMA && depth === IN_LIST) found = at
    }
    this.#at = at
    ;[this.#depth, this.#isText, this.#isEscaped] = [depth, isText, isEscaped]
    return found
  }

  /** Takes the text up to `end` from what was read, and `more` bytes after it. */
  #taken(end: number, more = 0): string {
    const text = this.#bytes.toString('utf8', 0, end)
    this.#bytes = this.#bytes.subarray(end + more)
    this.#at -= end + more
    return text
  }

  /** Reads a piece; false at the end of the file. */
  #more(): boolean {
    const piece = Buffer.allocUnsafe(this.#pieceBytes)
    const length = readSync(this.#descriptor, piece)
    this.#bytes = Buffer.concat([this.#bytes, piece.subarray(0, length)])
    return length > 0
  }
}
