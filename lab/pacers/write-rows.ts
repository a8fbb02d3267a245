/** Rows of a simulation as CSV or JSON, a block at a time. Numbers in the shortest form that reads back as the same. */
import { closeSync, openSync } from 'node:fs'
import { UsageError } from '../../runtime/usage-error.ts'
import { writeFully } from '../../runtime/write-fully.ts'
import type { Block, Simulation } from './engine.ts'

const STDOUT = 1
const encoder = new TextEncoder()

/** `csv`: null for standard output. Nothing is opened before the first block is there. Throws a UsageError, and what the simulation throws. */
export function writeRows(
  simulation: Simulation,
  { csv, json }: { readonly csv: string | null | undefined; readonly json: string | undefined },
  header: Readonly<Record<string, unknown>>,
): void {
  const sinks: Sink[] = []
  try {
    for (const block of simulation.blocks()) {
      if (sinks.length === 0) {
        if (csv !== undefined) sinks.push(new CsvSink(csv, simulation.columns))
        if (json !== undefined) sinks.push(new JsonSink(json, header, simulation.columns))
      }
      for (const sink of sinks) sink.write(block)
      if (sinks.every(sink => sink.isClosed)) break
    }
    for (const sink of sinks) sink.end()
  } finally {
    for (const sink of sinks) sink.close()
  }
}

abstract class Sink {
  /** Nobody reads any more. */
  isClosed = false
  private readonly file: string
  private readonly descriptor: number

  constructor(file: string | null) {
    this.file = file ?? 'standard output'
    this.descriptor = file === null ? STDOUT : this.attempt(() => openSync(file, 'w'))
  }

  private attempt<T>(output: () => T): T {
    try {
      return output()
    } catch (error) {
      throw new UsageError(`${this.file} cannot be written: ${(error as NodeJS.ErrnoException).code}`)
    }
  }

  abstract write(block: Block): void
  end(): void {}

  protected put(text: string): void {
    if (!this.isClosed) this.isClosed = !this.attempt(() => writeFully(this.descriptor, encoder.encode(text)))
  }

  close(): void {
    if (this.descriptor !== STDOUT) closeSync(this.descriptor)
  }
}

class CsvSink extends Sink {
  constructor(file: string | null, columns: readonly string[]) {
    super(file)
    this.put(`${columns.join(',')}\n`)
  }

  write({ rows, columns }: Block): void {
    let text = ''
    const last = columns.length - 1
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < last; column++) text += `${columns[column]?.[row]},`
      text += `${columns[last]?.[row]}\n`
    }
    this.put(text)
  }
}

class JsonSink extends Sink {
  readonly #names: readonly string[]
  #isFirst = true

  constructor(file: string, header: Readonly<Record<string, unknown>>, columns: readonly string[]) {
    super(file)
    this.#names = columns
    this.put(`${JSON.stringify(header).slice(0, -1)},"rows":[`)
  }

  write({ rows, columns }: Block): void {
    let text = ''
    for (let row = 0; row < rows; row++) {
      const record = Object.fromEntries(this.#names.map((name, index) => [name, columns[index]?.[row]]))
      text += `${this.#isFirst ? '' : ','}\n${JSON.stringify(record)}`
      this.#isFirst = false
    }
    this.put(text)
  }

  override end(): void {
    this.put('\n]}\n')
  }
}
