/**
 * Thrown at a safepoint when the run is over: the goroutine must not go on. What a program prints
 * after it, in a `finally`, is not shown.
 */
export class RunOver extends Error {
  override name = 'RunOver'
  readonly #isRunOver = true

  /**
   * A program may throw a proxy. `instanceof` would ask it for its prototype, and that may throw
   * again. The private field runs no code of the program.
   */
  static is(thrown: unknown): thrown is RunOver {
    return typeof thrown === 'object' && thrown !== null && #isRunOver in thrown
  }
}
