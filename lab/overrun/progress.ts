/** A line on the terminal that says what is done now; nothing where standard error is none. */
export class Progress {
  #isShown = false

  show(text: string): void {
    if (!process.stderr.isTTY) return
    // One that wraps could not be drawn over.
    process.stderr.write(`\r${text.slice(0, Math.max(0, (process.stderr.columns ?? 80) - 1))}\x1b[K`)
    this.#isShown = true
  }

  erase(): void {
    if (this.#isShown) process.stderr.write('\r\x1b[K')
    this.#isShown = false
  }
}
