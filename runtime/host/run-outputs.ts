/**
 * The files of a run: its record and its trace. A file that cannot be written any more is told
 * once, and the run goes on without it.
 */

import type { OutputError } from '../errors/output-error.ts'
import type { Configuration } from '../options/configuration.ts'
import { type OutputFile, openOutput } from '../output/output-file.ts'
import type { CycleRecord, RunRecord } from '../report/record.ts'
import { RecordWriter } from '../report/record-writer.ts'
import { TraceEventWriter } from '../report/trace-events.ts'

export class RunOutputs {
  /** What could not be written. */
  readonly failures: OutputError[] = []
  trace: TraceEventWriter | null = null
  readonly #tell: (error: OutputError) => void
  #record: RecordWriter | null = null
  #traceFile: OutputFile | null = null

  /** `tell`: called once for each file that cannot be written, as soon as that is seen. */
  constructor(tell: (error: OutputError) => void) {
    this.#tell = tell
  }

  /** Opens the files. If it throws an OutputError, it leaves nothing behind. */
  open({ jsonFile, traceFile, program, procs }: Configuration, head: Partial<RunRecord>): void {
    try {
      if (traceFile !== null) this.#traceFile = openOutput(traceFile)
      if (jsonFile !== null) this.#record = new RecordWriter(openOutput(jsonFile), head)
    } catch (error) {
      this.discard()
      throw error
    }
    const file = this.#traceFile
    if (file !== null) this.trace = new TraceEventWriter(text => file.write(text), program, procs)
  }

  cycle(cycle: CycleRecord): void {
    this.#record?.cycle(cycle)
  }

  /** Looks whether all files can still be written. */
  check(): void {
    for (const { failure } of this.#files()) if (failure !== null) this.failed(failure)
  }

  /** Notes that something of the run could not be written. */
  failed(error: OutputError): void {
    if (this.failures.some(({ file }) => file === error.file)) return
    this.failures.push(error)
    this.#tell(error)
  }

  async closeTrace(): Promise<void> {
    this.trace?.close()
    await this.#traceFile?.finish().catch((error: OutputError) => this.failed(error))
  }

  async closeRecord(record: RunRecord): Promise<void> {
    await this.#record?.finish(record).catch((error: OutputError) => this.failed(error))
  }

  /** From here on no reader is waited for. */
  giveUp(): void {
    for (const file of this.#files()) file.giveUp()
  }

  discard(): void {
    for (const file of this.#files()) file.discard()
  }

  #files(): OutputFile[] {
    return [this.#record?.file ?? null, this.#traceFile].filter(file => file !== null)
  }
}
