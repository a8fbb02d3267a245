/**
 * Reads a scenario file, `{ …, "global": {…}, "cycles": [ {…}, … ] }`, into a column for each field of a cycle. A million cycles are some hundred megabytes of text, so
 * the list is taken apart by pieces: its records are flat, so a piece that ends with `}` ends with a record, and is a list of its own in brackets. What is before and after
 * the list is read as a whole.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { UsageError } from '../../runtime/usage-error.ts'
import { type Field, numberIn } from './fields.ts'
import { InputError } from './input-error.ts'

const PIECE_BYTES = 1 << 16
const FIRST_CYCLES = 1024
/** Characters before the list of cycles. */
const MOST_HEAD = 1 << 22

/** A scenario as it was read: numbers of cycles in columns, in the order of the fields. */
export interface ScenarioFile {
  /** What is in the file beside `cycles`. */
  readonly header: Readonly<Record<string, unknown>>
  readonly columns: readonly Float64Array[]
  readonly cycles: number
}

/** Where the reader is: before the list, in it, or behind it. */
type Part = 'head' | 'list' | 'tail'

/**
 * `fieldsOf` is told what stands before the list, and says which fields to read.
 * Throws an InputError, or a UsageError if there is no such file.
 */
export function readScenario(
  file: string,
  fieldsOf: (header: Readonly<Record<string, unknown>>) => readonly Field[],
): ScenarioFile {
  let columns = new Columns([], file)
  const decoder = new StringDecoder('utf8')
  const piece = new Uint8Array(PIECE_BYTES)
  let part: Part = 'head'
  let [head, pending, tail] = ['', '', '']
  const descriptor = opened(file)
  try {
    for (let bytes = nextPiece(file, descriptor, piece); bytes.length > 0; bytes = nextPiece(file, descriptor, piece)) {
      const text = decoder.write(bytes).replace('\ufeff', '')
      if (part === 'tail') {
        tail += text
        continue
      }
      pending += text
      if (part === 'head') {
        const start = listStart(pending)
        if (start < 0 && pending.length > MOST_HEAD)
          throw new InputError(file, 'cycles', `does not begin within the first ${MOST_HEAD} characters`)
        if (start < 0) continue
        head = pending.slice(0, start)
        pending = pending.slice(start)
        part = 'list'
        columns = new Columns(fieldsOf(parsed(file, `${head}]}`)), file)
      }
      const end = listEnd(pending)
      if (end >= 0) {
        columns.add(pending.slice(0, end))
        tail = pending.slice(end)
        part = 'tail'
      } else {
        const last = pending.lastIndexOf('}') + 1
        columns.add(pending.slice(0, last))
        pending = pending.slice(last)
      }
    }
  } finally {
    closeSync(descriptor)
  }
  if (part !== 'tail') throw notJson(file, part === 'head' ? pending : `${head}]}`, part)
  const header = parsed(file, head + tail)
  if (columns.length === 0) throw new InputError(file, 'cycles', 'is empty; there must be one at least')
  return { header, columns: columns.finished(), cycles: columns.length }
}

/** What is in the file beside `cycles`; these are read, and looked at no further. Throws as readScenario does. */
export function readHeader(file: string): Readonly<Record<string, unknown>> {
  return readScenario(file, () => []).header
}

function opened(file: string): number {
  try {
    return openSync(file, 'r')
  } catch (error) {
    throw unreadable(file, error)
  }
}

function unreadable(file: string, error: unknown): UsageError {
  return new UsageError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`)
}

/** The next piece of the file; empty at its end. */
function nextPiece(file: string, descriptor: number, piece: Uint8Array): Uint8Array {
  try {
    return piece.subarray(0, readSync(descriptor, piece))
  } catch (error) {
    throw unreadable(file, error) // a directory, say
  }
}

/** Where the list of cycles begins, behind its bracket; -1 if it has not begun. A name that stands deeper is another's: none is like it in any form of input. */
function listStart(text: string): number {
  const match = /"cycles"\s*:\s*\[/.exec(text)
  return match === null ? -1 : match.index + match[0].length
}

/** Where the list of flat records ends: its bracket, which is no text's; -1 if it has not ended. `text` begins outside of any text. */
function listEnd(text: string): number {
  for (let at = text.indexOf(']'), quote = -1, isText = false; at >= 0; at = text.indexOf(']', at + 1)) {
    for (let next = text.indexOf('"', quote + 1); next >= 0 && next < at; next = text.indexOf('"', next + 1)) {
      quote = next
      isText = !isText
    }
    if (!isText) return at
  }
  return -1
}

function parsed(file: string, text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new InputError(file, 'the file', `is no JSON: ${firstLine(error)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError(file, 'the file', 'must hold an object')
  return value as Readonly<Record<string, unknown>>
}

function isJson(text: string | undefined): boolean {
  try {
    JSON.parse(text ?? '')
    return true
  } catch {
    return false
  }
}

function firstLine(error: unknown): string {
  return (error as Error).message.split('\n', 1)[0] ?? ''
}

/** The list did not begin, or did not end: because it is no JSON, or because the list is missing. */
function notJson(file: string, text: string, part: Part): InputError {
  if (part === 'list') return new InputError(file, 'cycles', 'the list does not end')
  const header = parsed(file, text)
  const kind = header['cycles'] === undefined ? 'is missing' : 'is no list'
  return new InputError(file, 'cycles', `${kind}; there must be a list of cycles`)
}

/** Columns that grow. */
class Columns {
  length = 0
  readonly #fields: readonly Field[]
  readonly #file: string
  #columns: Float64Array[]
  #room = FIRST_CYCLES

  constructor(fields: readonly Field[], file: string) {
    this.#fields = fields
    this.#file = file
    this.#columns = fields.map(() => new Float64Array(FIRST_CYCLES))
  }

  /** Records in JSON, with commas between them, before and behind. */
  add(text: string): void {
    const list = text.replace(/^[\s,]+/, '')
    if (list.trim() === '') return
    if (this.length > 0 && !/^\s*,/.test(text)) throw this.noJson('a comma is missing before it')
    let records: unknown[]
    try {
      records = JSON.parse(`[${list}]`) as unknown[]
    } catch (error) {
      throw this.badRecord(list) ?? this.noJson(firstLine(error))
    }
    for (const record of records) this.addRecord(record)
  }

  /** The first record that is none, and its first field that is none; null if no record is. */
  private badRecord(list: string): InputError | null {
    let cycle = this.length
    for (const [record] of list.matchAll(/\{[^{}]*\}/g)) {
      if (!isJson(record)) {
        const [, name, value] =
          [...record.matchAll(/"([^"]*)"\s*:\s*([^\s,}]+)/g)].find(([, , of]) => !isJson(of)) ?? []
        const complaint = name === undefined ? 'is no JSON' : `${name} = ${value?.slice(0, 40)} is no JSON`
        return new InputError(this.#file, `cycle ${cycle}`, complaint)
      }
      cycle++
    }
    return null
  }

  private noJson(message: string): InputError {
    return new InputError(this.#file, `cycle ${this.length} or one soon after it`, `is no JSON: ${message}`)
  }

  private addRecord(record: unknown): void {
    if (this.length === this.#room) this.grow()
    const where = this.length
    for (let index = 0; index < this.#fields.length; index++)
      (this.#columns[index] as Float64Array)[where] = numberIn(
        record,
        this.#fields[index] as Field,
        this.#file,
        `cycle ${where}`,
      )
    this.length++
  }

  private grow(): void {
    this.#room *= 2
    this.#columns = this.#columns.map(column => {
      const larger = new Float64Array(this.#room)
      larger.set(column)
      return larger
    })
  }

  finished(): Float64Array[] {
    return this.#columns.map(column => column.subarray(0, this.length))
  }
}
