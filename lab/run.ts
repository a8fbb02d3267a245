/** What every experiment that runs programs needs. */
import { Writable } from 'node:stream'
import { OutputError } from 'sawtooth/internal/runtime/errors/output-error'
import type { RunRecord } from 'sawtooth/internal/runtime/report/record'

/** A run that failed, or did not end. */
export class FailedRun extends Error {
  override readonly name = 'FailedRun'
}

/** Throws an OutputError for a run that could not write its files, and failed by nothing else: that is the disk's fault, and no finding. */
export function expectWritten({ error, unwritten }: RunRecord): void {
  const [first] = unwritten
  if (error?.kind === 'output' && first !== undefined) throw new OutputError(first.file, first.why)
}

/** Where what a program prints goes, if somebody wants it. */
export function listener(hear: (text: string) => void): Writable {
  return new Writable({
    write: (chunk, _encoding, done) => {
      hear(String(chunk))
      done()
    },
  })
}

/** Where what a program prints goes, if nobody asked for it. */
export function silent(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() })
}
