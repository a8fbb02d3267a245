/**
 * Where a run prints: the process's own streams, through their queues, or streams of the host's.
 * The run tells an error of a stream, and the error ends nobody's process.
 */
import { setImmediate } from 'node:timers/promises'
import type { OutputError } from '../errors/output-error.ts'
import type { RunOptions } from '../options/configuration.ts'
import type { Writer } from '../output/descriptor-queue.ts'
import { type Stream, standardStream, unwrittenOf } from '../output/standard-streams.ts'

/** Bytes that may wait to be read, at most. */
const MOST_UNREAD = 1 << 24

const STREAMS: readonly Stream[] = [1, 2]

export class RunStreams {
  /** Nobody reads the standard output any more. Called once. */
  onClosed: () => void = () => {}
  /** The standard output takes no more. Called once. */
  onLost: (error: OutputError) => void = () => {}
  /** The standard error takes no more, though somebody may read it. Called once. */
  onUnsaid: (error: OutputError) => void = () => {}
  readonly #printers: Readonly<Record<Stream, Printer>>

  constructor({ stdout, stderr }: Pick<RunOptions, 'stdout' | 'stderr'>) {
    const printer = (stream: Stream, own: NodeJS.WritableStream | undefined): Printer => {
      const fail = (error: unknown): void => {
        const unwritten = unwrittenOf(stream, error)
        // What is said of the run cannot be said there; the run goes on.
        if (stream === 2) {
          if (unwritten !== null) this.onUnsaid(unwritten)
        } else if (unwritten === null) this.onClosed()
        else this.onLost(unwritten)
      }
      return own === undefined ? new QueuePrinter(stream, fail) : new StreamPrinter(own, fail)
    }
    this.#printers = { 1: printer(1, stdout), 2: printer(2, stderr) }
  }

  write(stream: Stream, text: Uint8Array): void {
    this.#printers[stream].write(text)
  }

  /**
   * The reader does not keep up: a writer that can wait should. A host's own stream is never full.
   */
  isFull(stream: Stream): boolean {
    return this.#printers[stream].isFull
  }

  /** So many bytes wait to be read that nobody should write more. */
  isStuck(stream: Stream): boolean {
    return this.#printers[stream].waiting > MOST_UNREAD
  }

  /** Resolves when a stream is not full. */
  room(stream: Stream): Promise<void> {
    return this.#printers[stream].room()
  }

  /** Resolves when everything is written, or no reader is waited for any more. */
  async flushed(): Promise<void> {
    await Promise.all(STREAMS.map(stream => this.#printers[stream].flushed()))
  }

  /** From here on no reader is waited for. True if standard output has lost something by it. */
  giveUp(): boolean {
    this.#printers[2].giveUp()
    return this.#printers[1].giveUp()
  }

  /** Listens to the host's streams. */
  open(): void {
    for (const stream of STREAMS) this.#printers[stream].open()
  }

  /** Stops listening to the host's streams. */
  close(): void {
    for (const stream of STREAMS) this.#printers[stream].close()
  }
}

interface Printer {
  readonly isFull: boolean
  /** Bytes that wait to be read. */
  readonly waiting: number
  write(text: Uint8Array): void
  room(): Promise<void>
  flushed(): Promise<void>
  giveUp(): boolean
  open(): void
  close(): void
}

/** Prints on one of the process's own streams. After a failure it takes no more. */
class QueuePrinter implements Printer, Writer {
  readonly #queue: ReturnType<typeof standardStream>
  readonly #fail: (error: unknown) => void
  #hasFailed = false

  constructor(stream: Stream, fail: (error: unknown) => void) {
    this.#queue = standardStream(stream)
    this.#fail = fail
  }

  get isFull(): boolean {
    return this.#queue.isFull
  }

  get waiting(): number {
    return this.#queue.waiting
  }

  write(text: Uint8Array): void {
    if (!this.#hasFailed) this.#queue.write(text, this)
  }

  room(): Promise<void> {
    return this.#queue.room()
  }

  flushed(): Promise<void> {
    return this.#queue.flushed()
  }

  giveUp(): boolean {
    return this.#queue.giveUp(this)
  }

  open(): void {}
  close(): void {}

  outputFailed(error: NodeJS.ErrnoException): void {
    this.#hasFailed = true
    this.#fail(error)
  }
}

/** Prints on a stream of the host's, which holds what its reader has not taken. */
class StreamPrinter implements Printer {
  readonly isFull = false
  readonly waiting = 0
  readonly #stream: NodeJS.WritableStream
  readonly #fail: (error: unknown) => void
  #hasFailed = false
  #isClosed = false
  /** Writes that are not over. */
  #pending = 0

  constructor(stream: NodeJS.WritableStream, fail: (error: unknown) => void) {
    this.#stream = stream
    this.#fail = fail
  }

  write(text: Uint8Array): void {
    if (this.#hasFailed) return
    try {
      this.#pending++
      this.#stream.write(text, error => this.#written(error))
    } catch (error) {
      this.#failed(error)
    }
  }

  async room(): Promise<void> {}

  /** By then, a stream that takes or refuses its text at once has done so. */
  async flushed(): Promise<void> {
    await setImmediate()
  }

  giveUp(): boolean {
    return false
  }

  open(): void {
    this.#stream.on?.('error', this.#failed)
  }

  close(): void {
    this.#isClosed = true
    if (this.#pending === 0) this.#stream.off?.('error', this.#failed)
  }

  /**
   * An error comes after the callback of its write, and would end the host's process if nobody
   * listened. A stream that is destroyed only calls the callback.
   */
  #written(error: Error | null | undefined): void {
    this.#pending--
    if (error) this.#failed(error)
    if (this.#isClosed && this.#pending === 0) void setImmediate().then(() => this.close())
  }

  readonly #failed = (error: unknown): void => {
    if (this.#hasFailed) return
    this.#hasFailed = true
    this.#fail(error)
  }
}
