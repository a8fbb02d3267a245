import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { say } from 'sawtooth/internal/runtime/output/standard-streams'

/** How often a line is written where standard error is no terminal, in ms. */
const QUIET_MS = 60_000

/**
 * A line on standard error that says what is done now. On a terminal it is drawn over each time;
 * elsewhere the first is written, and then at most one in each QUIET_MS.
 */
export class Progress {
  #isShown = false
  #saidMs = Number.NEGATIVE_INFINITY

  show(said: string): void {
    const text = printable(said)
    if (!process.stderr.isTTY) {
      if (performance.now() - this.#saidMs < QUIET_MS) return
      this.#saidMs = performance.now()
      say(`${text}\n`)
      return
    }
    // A line that wraps could not be drawn over.
    say(`\r${text.slice(0, Math.max(0, (process.stderr.columns ?? 80) - 1))}\x1b[K`)
    this.#isShown = true
  }

  erase(): void {
    if (this.#isShown) say('\r\x1b[K')
    this.#isShown = false
  }
}

/**
 * The time that is left if work goes on as it has since `began`, as the end of a line. `done` must
 * not be 0.
 */
export function remaining(began: number, done: number, all: number): string {
  const seconds = (((performance.now() - began) / done) * (all - done)) / 1000
  return seconds < 90
    ? `, about ${Math.ceil(seconds)} s left`
    : `, about ${Math.ceil(seconds / 60)} min left`
}
