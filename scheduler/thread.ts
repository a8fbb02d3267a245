/** What ended the run, on the P that ended it. */
import type { GoroutineId } from '../memory/kinds.ts'

export interface Failure {
  readonly error: unknown
  /** 0: in no goroutine. */
  readonly goroutine: GoroutineId
}

/** What a P asks and tells the thread that it runs on. */
export interface Thread {
  /** How long the host's own collector has held the thread up since this was asked last, in ms. */
  collectionMs(): number
  /** This P has ended the run: at once, since a program that catches all may never let go of it. */
  onFailure(failure: Failure): void
}

export const NO_THREAD: Thread = { collectionMs: () => 0, onFailure: () => {} }
