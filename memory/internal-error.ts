/** Something that cannot be, in the runtime itself: an invariant is broken, and the run ends. Never the program's fault. */
export class InternalError extends Error {
  override name = 'InternalError'
}
