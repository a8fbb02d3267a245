/** What every experiment that runs programs needs. */
import { Writable } from 'node:stream'

/** A run that failed, or did not end. */
export class FailedRun extends Error {
  override readonly name = 'FailedRun'
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
