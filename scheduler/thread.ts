import type { GoroutineId } from '../memory/kinds.ts'

/** What ended the run, on the P that ended it. */
export interface Failure {
  readonly error: unknown
  /** The goroutine in which it happened; 0 if in none. */
  readonly goroutine: GoroutineId
}

/** What a P asks and tells the thread that it runs on. */
export interface Thread {
  /** How long V8's collector has held the thread up since this was asked last, in ms. */
  collectionMs(): number
  /** How long the thread was ready and had no CPU, in ms; NaN where nobody counts it. */
  offCpuMs(): number
  /**
   * This P has ended the run. It is told at once, since a program that catches everything may keep
   * the thread for long.
   */
  onFailure(failure: Failure): void
}

export const NO_THREAD: Thread = {
  collectionMs: () => 0,
  offCpuMs: () => Number.NaN,
  onFailure: () => {},
}
