/**
 * Reads a scenario file, `{ …, "global": {…}, "cycles": [ {…}, … ] }`, into a column for each field
 * of a cycle. The file is read by pieces if its form allows that (stream-scenario.ts), and as a
 * whole otherwise and whenever something is wrong.
 */
import { itemAt } from '../indexed.ts'
import { parsedJson, textOf } from '../json.ts'
import { type Field, numberIn } from './fields.ts'
import { InputError } from './input-error.ts'
import { streamScenario } from './stream-scenario.ts'

/** Characters in which a record is looked for that is no JSON. */
const MOST_LOOKED_AT = 1 << 20
const FIRST_CYCLES = 1024

/** A scenario as it was read. Cycles are columns of numbers, in the order of the fields. */
export interface ScenarioFile {
  /** What is in the file beside `cycles`. */
  readonly header: Readonly<Record<string, unknown>>
  readonly columns: readonly Float64Array[]
  readonly cycles: number
}

/**
 * Reads a scenario file. Throws an InputError, or a UsageError if there is no such file.
 *
 * @param fieldsOf - is given what stands beside the cycles, and says which of their fields to read
 */
export function readScenario(
  file: string,
  fieldsOf: (header: Readonly<Record<string, unknown>>) => readonly Field[],
): ScenarioFile {
  return byPieces(file, fieldsOf) ?? asAWhole(file, fieldsOf)
}

type FieldsOf = Parameters<typeof readScenario>[1]

/** null: the file must be read as a whole. */
function byPieces(file: string, fieldsOf: FieldsOf): ScenarioFile | null {
  let columns = new Columns([], file)
  let fields: readonly Field[] = []
  const header = streamScenario(
    file,
    head => {
      fields = fieldsOf(head as Readonly<Record<string, unknown>>)
      columns = new Columns(fields, file)
    },
    cycle => columns.add(cycle),
  )
  // What says which fields to read may stand after the cycles.
  if (header === null || fieldsOf(header) !== fields) return null
  return { header, columns: columns.finished(), cycles: columns.length }
}

/** JSON.parse knows what is JSON. */
function asAWhole(file: string, fieldsOf: FieldsOf): ScenarioFile {
  const { cycles, ...header } = objectIn(file)
  if (!Array.isArray(cycles)) {
    const kind = cycles === undefined ? 'is missing' : 'is no list'
    throw new InputError(file, 'cycles', `${kind}; there must be a list of cycles`)
  }
  if (cycles.length === 0)
    throw new InputError(file, 'cycles', 'is empty; there must be one at least')
  const columns = new Columns(fieldsOf(header), file)
  for (const cycle of cycles) columns.add(cycle)
  return { header, columns: columns.finished(), cycles: cycles.length }
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

  add(cycle: unknown): void {
    if (this.length === this.#room) this.#grow()
    const where = `cycle ${this.length}`
    for (const [index, field] of this.#fields.entries())
      itemAt(this.#columns, index)[this.length] = numberIn(cycle, field, this.#file, where)
    this.length++
  }

  #grow(): void {
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

function objectIn(file: string): Readonly<Record<string, unknown>> {
  const text = textOf(file)
  let value: unknown
  try {
    value = parsedJson(text, file)
  } catch (error) {
    throw badRecord(text, file) ?? error
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError(file, 'the file', 'must hold an object')
  return value as Readonly<Record<string, unknown>>
}

/**
 * The complaint about a text that is no JSON: its first flat record that is none, and the first
 * field of that record that is none. null if they are not found.
 */
function badRecord(text: string, file: string): InputError | null {
  const list = /"cycles"\s*:\s*\[(.*)/s.exec(text.slice(0, MOST_LOOKED_AT))?.[1] ?? ''
  let cycle = 0
  for (const [record] of list.matchAll(/\{[^{}[\]"]*(?:"[^"\\]*"[^{}[\]"]*)*\}/g)) {
    if (!isJson(record)) {
      const fields = record.matchAll(/"([^"]*)"\s*:\s*([^\s,}]+)/g)
      const [, name, value] = [...fields].find(([, , one]) => !isJson(one as string)) ?? []
      return name === undefined
        ? null
        : new InputError(file, `cycle ${cycle}`, `${name} = ${value?.slice(0, 40)} is no JSON`)
    }
    cycle++
  }
  return null
}

function isJson(text: string): boolean {
  try {
    parsedJson(text, '')
    return true
  } catch {
    return false
  }
}
