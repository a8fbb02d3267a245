/**
 * Text on its way to a file descriptor whose reader may be slow, or may not read at all. The thread
 * that writes never waits.
 *
 * 1. What the descriptor takes is written at once.
 * 2. The rest waits in the queue, in order.
 * 3. A full pipe that does not block answers EAGAIN. Then the queue tries again after 1 ms, and
 *    after twice the last pause each time, up to 16 ms. Only Node's own streams are told when a
 *    pipe has room again. They block on a terminal, and cannot drop what they were given.
 * 4. Any other error loses all that waits, and each writer is told.
 */
import { closeSync, writevSync } from 'node:fs'

/** The writer of a text: it is told if the text cannot be written. */
export interface Writer {
  /** What this writer had in the queue is lost, and so is all that others had. */
  outputFailed(error: NodeJS.ErrnoException): void
}

interface Text {
  readonly bytes: Uint8Array
  readonly writer: Writer
}

interface Waiter {
  readonly isOver: () => boolean
  readonly resolve: () => void
}

/** A queue that holds this many bytes is full: a writer that can wait should. */
const FULL = 1 << 18
/** How many texts one call writes at most; systems take 1024. */
const MOST_TEXTS = 256
/** The longest time between two attempts, in ms. */
const LONGEST_PAUSE_MS = 16

export class DescriptorQueue {
  readonly #open: () => number | null
  #descriptor: number | null = null
  #texts: Text[] = []
  /** Bytes ever taken, and how many of them no longer wait. */
  #taken = 0
  #settled = 0
  #waiters: Waiter[] = []
  #timer: NodeJS.Timeout | null = null
  #pauseMs = 1

  /**
   * `open` returns the descriptor, or null while there is none yet. It is called when something is
   * to be written.
   */
  constructor(open: () => number | null) {
    this.#open = open
  }

  /** Bytes that wait. */
  get waiting(): number {
    return this.#taken - this.#settled
  }

  get isFull(): boolean {
    return this.waiting >= FULL
  }

  write(bytes: Uint8Array, writer: Writer): void {
    if (bytes.length === 0) return
    this.#texts.push({ bytes, writer })
    this.#taken += bytes.length
    if (this.#timer === null) this.#writeAll()
  }

  /** Resolves when all that was written before this call has gone or is lost. */
  flushed(): Promise<void> {
    const mark = this.#taken
    return this.#when(() => this.#settled >= mark)
  }

  /** Resolves when the queue is not full. */
  room(): Promise<void> {
    return this.#when(() => !this.isFull)
  }

  /** Drops what a writer has in the queue; true if there was something. */
  giveUp(writer: Writer): boolean {
    const kept = this.#texts.filter(text => text.writer !== writer)
    const isLost = kept.length < this.#texts.length
    this.#texts = kept
    this.#settle()
    return isLost
  }

  /**
   * Closes the descriptor. Only for the caller that opened it, and once all is flushed. Throws what
   * the system answers.
   */
  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor)
    this.#descriptor = null
  }

  #when(isOver: () => boolean): Promise<void> {
    if (isOver()) return Promise.resolve()
    return new Promise(resolve => this.#waiters.push({ isOver, resolve }))
  }

  #writeAll(): void {
    this.#timer = null
    try {
      while (this.#texts.length > 0 && this.#writeSome()) this.#pauseMs = 1
      if (this.#texts.length > 0) this.#tryAgain()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') this.#tryAgain()
      else this.#fail(error as NodeJS.ErrnoException)
    }
    this.#settle()
  }

  /** False if there is no descriptor yet. */
  #writeSome(): boolean {
    this.#descriptor ??= this.#open()
    if (this.#descriptor === null) return false
    const texts = this.#texts.slice(0, MOST_TEXTS)
    let written = writevSync(
      this.#descriptor,
      texts.map(({ bytes }) => bytes),
    )
    const whole = texts.findIndex(({ bytes }) => {
      written -= bytes.length
      return written < 0
    })
    this.#texts.splice(0, whole < 0 ? texts.length : whole)
    const first = this.#texts[0]
    if (whole >= 0 && first !== undefined)
      this.#texts[0] = { ...first, bytes: first.bytes.subarray(first.bytes.length + written) }
    return true
  }

  #tryAgain(): void {
    this.#timer = setTimeout(() => this.#writeAll(), this.#pauseMs)
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
  }

  #fail(error: NodeJS.ErrnoException): void {
    const writers = new Set(this.#texts.map(({ writer }) => writer))
    this.#texts = []
    for (const writer of writers) writer.outputFailed(error)
  }

  #settle(): void {
    this.#settled = this.#taken - this.#texts.reduce((sum, { bytes }) => sum + bytes.length, 0)
    const over = this.#waiters.filter(({ isOver }) => isOver())
    if (over.length === 0) return
    this.#waiters = this.#waiters.filter(waiter => !over.includes(waiter))
    for (const { resolve } of over) resolve()
  }
}
