/** What every experiment needs that runs programs. */
import { Writable } from 'node:stream'
import { OutputError } from 'sawtooth/internal/runtime/errors/output-error'
import type { RunRecord } from 'sawtooth/internal/runtime/report/record'

/** A run that failed or did not end. */
export class FailedRun extends Error {
  override readonly name = 'FailedRun'
}

/**
 * Throws an OutputError for a run whose only failure is that it could not write its files. That is
 * the disk's fault, and no finding.
 */
export function expectWritten({ error, unwritten }: RunRecord): void {
  const [first] = unwritten
  if (error?.kind === 'output' && first !== undefined) throw new OutputError(first.file, first.why)
}

/** A stream that hands what a program prints to `hear`. */
export function listener(hear: (text: string) => void): Writable {
  return new Writable({
    write: (chunk, _encoding, done) => {
      hear(String(chunk))
      done()
    },
  })
}

/** A stream that drops what a program prints. */
export function silent(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() })
}
