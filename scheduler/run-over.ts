/**
 * Thrown at a safepoint when the run is over, to leave the goroutine. What a program prints after
 * it is not shown.
 */
export class RunOver extends Error {
  override name = 'RunOver'
  readonly #isRunOver = true

  /**
   * `instanceof` would ask a proxy that a program has thrown for its prototype, which may throw
   * again.
   */
  static is(thrown: unknown): thrown is RunOver {
    return typeof thrown === 'object' && thrown !== null && #isRunOver in thrown
  }
}
