/** `console` and `process.stdout` as a program in a P finds them: what it prints goes through the P's ring, at once and whole. */
import { Console } from 'node:console'
import { Writable } from 'node:stream'
import type { ConsoleRing } from './console-ring.ts'
import type { Stream } from './standard-streams.ts'

const encoder = new TextEncoder()

export class TaskConsole {
  readonly #ring: ConsoleRing
  readonly #waitForRoom: (word: number, value: number) => boolean
  readonly #original = globalThis.console
  readonly #writes = { stdout: process.stdout.write, stderr: process.stderr.write }
  /** While true, nothing is printed: module code runs on every P, and is to be heard once. */
  muted: boolean

  /** `waitForRoom`: see {@link ConsoleRing.write}. */
  constructor(ring: ConsoleRing, muted: boolean, waitForRoom: (word: number, value: number) => boolean) {
    this.#ring = ring
    this.muted = muted
    this.#waitForRoom = waitForRoom
  }

  install(): void {
    globalThis.console = new Console({ stdout: this.#writable(1), stderr: this.#writable(2) })
    process.stdout.write = this.#writer(1)
    process.stderr.write = this.#writer(2)
  }

  remove(): void {
    globalThis.console = this.#original
    process.stdout.write = this.#writes.stdout
    process.stderr.write = this.#writes.stderr
  }

  #write(stream: Stream, chunk: string | Uint8Array): void {
    const text = typeof chunk === 'string' ? encoder.encode(chunk) : chunk
    if (!this.muted) this.#ring.write(stream, text, this.#waitForRoom)
  }

  #writable(stream: Stream): Writable {
    return new Writable({
      decodeStrings: false,
      write: (chunk: string | Uint8Array, _encoding, done) => {
        this.#write(stream, chunk)
        done()
      },
    })
  }

  #writer(stream: Stream): typeof process.stdout.write {
    return (chunk: string | Uint8Array): boolean => {
      this.#write(stream, chunk)
      return true
    }
  }
}
