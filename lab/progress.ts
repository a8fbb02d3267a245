/** How often what is done is said where standard error is no terminal, in ms. */
const QUIET_MS = 60_000

/** A line on standard error that says what is done now: on a terminal always the same one, else one now and then. */
export class Progress {
  #isShown = false
  #saidMs = performance.now()

  show(text: string): void {
    if (!process.stderr.isTTY) {
      if (performance.now() - this.#saidMs < QUIET_MS) return
      this.#saidMs = performance.now()
      process.stderr.write(`${text}\n`)
      return
    }
    // One that wraps could not be drawn over.
    process.stderr.write(`\r${text.slice(0, Math.max(0, (process.stderr.columns ?? 80) - 1))}\x1b[K`)
    this.#isShown = true
  }

  erase(): void {
    if (this.#isShown) process.stderr.write('\r\x1b[K')
    this.#isShown = false
  }
}
