/**
 * Writes the rows of a simulation as CSV or JSON, a block at a time. Numbers are in the shortest
 * form that reads back as the same number.
 */

import { OutputError, reasonOf } from 'sawtooth/internal/runtime/errors/output-error'
import type { Writer } from 'sawtooth/internal/runtime/output/descriptor-queue'
import { type OutputFile, openOutput } from 'sawtooth/internal/runtime/output/output-file'
import { standardStream } from 'sawtooth/internal/runtime/output/standard-streams'
import type { Block, Simulation } from './engine.ts'

/**
 * Writes the rows. No file is opened before the first block is computed. Once all that could be
 * written is, it rejects with an OutputError, or with what the simulation throws.
 *
 * @param csv - null for standard output
 */
export async function writeRows(
  simulation: Simulation,
  { csv, json }: { readonly csv: string | null | undefined; readonly json: string | undefined },
  header: Readonly<Record<string, unknown>>,
): Promise<void> {
  const sinks: Sink[] = []
  try {
    for (const block of simulation.blocks()) {
      if (sinks.length === 0) {
        if (csv !== undefined)
          sinks.push(
            new CsvSink(csv === null ? new StandardOutput() : openOutput(csv), simulation.columns),
          )
        if (json !== undefined)
          sinks.push(new JsonSink(openOutput(json), header, simulation.columns))
      }
      for (const sink of sinks) sink.write(block)
      for (const { file } of sinks) if (file instanceof StandardOutput) await file.room()
      if (sinks.every(({ isOver }) => isOver)) break
    }
    const ends = await Promise.allSettled(sinks.map(sink => sink.end()))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  } finally {
    for (const { file } of sinks) file.discard()
  }
}

/** Standard output. If its reader has closed it nothing more is computed, and nothing is wrong. */
class StandardOutput implements OutputFile, Writer {
  failure: OutputError | null = null
  isClosed = false
  readonly #queue = standardStream(1)

  write(text: string): void {
    if (this.failure === null && !this.isClosed) this.#queue.write(Buffer.from(text), this)
  }

  room(): Promise<void> {
    return this.#queue.room()
  }

  async finish(): Promise<void> {
    await this.#queue.flushed()
    if (this.failure !== null) throw this.failure
  }

  giveUp(): void {
    this.#queue.giveUp(this)
  }

  discard(): void {
    this.giveUp()
  }

  outputFailed(error: NodeJS.ErrnoException): void {
    if (error.code === 'EPIPE') this.isClosed = true
    else this.failure = new OutputError('standard output', reasonOf(error))
  }
}

abstract class Sink {
  readonly file: OutputFile

  constructor(file: OutputFile) {
    this.file = file
  }

  /** Whether it takes no more. */
  get isOver(): boolean {
    return this.file.failure !== null || (this.file instanceof StandardOutput && this.file.isClosed)
  }

  abstract write(block: Block): void

  end(): Promise<void> {
    return this.file.finish()
  }
}

class CsvSink extends Sink {
  constructor(file: OutputFile, columns: readonly string[]) {
    super(file)
    file.write(`${columns.join(',')}\n`)
  }

  write({ rows, columns }: Block): void {
    let text = ''
    const last = columns.length - 1
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < last; column++) text += `${columns[column]?.[row]},`
      text += `${columns[last]?.[row]}\n`
    }
    this.file.write(text)
  }
}

class JsonSink extends Sink {
  readonly #names: readonly string[]
  #isFirst = true

  constructor(
    file: OutputFile,
    header: Readonly<Record<string, unknown>>,
    columns: readonly string[],
  ) {
    super(file)
    this.#names = columns
    file.write(`${JSON.stringify(header).slice(0, -1)},"rows":[`)
  }

  write({ rows, columns }: Block): void {
    let text = ''
    for (let row = 0; row < rows; row++) {
      const record = Object.fromEntries(
        this.#names.map((name, index) => [name, columns[index]?.[row]]),
      )
      text += `${this.#isFirst ? '' : ','}\n${JSON.stringify(record)}`
      this.#isFirst = false
    }
    this.file.write(text)
  }

  override end(): Promise<void> {
    this.file.write('\n]}\n')
    return super.end()
  }
}
