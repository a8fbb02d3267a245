/**
 * Writes the record of a run while it runs. A cycle's record is in the file before the next one is
 * made, so that a long run needs no more memory than a short one. The file is one JSON object with
 * the fields of RunRecord: what is known at the start, the cycles, and the rest.
 */
import type { OutputFile } from '../output/output-file.ts'
import type { CycleRecord, RunRecord } from './record.ts'

export class RecordWriter {
  readonly file: OutputFile
  readonly #head: Partial<RunRecord>
  #separator = ''

  /** `head`: the fields that are known at the start. */
  constructor(file: OutputFile, head: Partial<RunRecord>) {
    this.file = file
    this.#head = head
    file.write(`{${fieldsOf(head)},\n "cycles": [`)
  }

  cycle(cycle: CycleRecord): void {
    this.file.write(`${this.#separator}\n  ${JSON.stringify(cycle)}`)
    this.#separator = ','
  }

  /** The cycles in `record` must be those that were written. Rejects with an OutputError. */
  async finish(record: RunRecord): Promise<void> {
    const rest = Object.entries(record).filter(
      ([name]) => name !== 'cycles' && !Object.hasOwn(this.#head, name),
    )
    this.file.write(
      `${this.#separator === '' ? '' : '\n '}],${fieldsOf(Object.fromEntries(rest))}\n}\n`,
    )
    await this.file.finish()
  }
}

/** Fields as they stand between the braces. */
function fieldsOf(fields: object): string {
  return JSON.stringify(fields, null, 1).slice(1, -2)
}
