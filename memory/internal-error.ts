/**
 * Something impossible in the runtime itself: an invariant is broken, and the run ends. It is never
 * the program's fault.
 */
export class InternalError extends Error {
  override name = 'InternalError'
}
