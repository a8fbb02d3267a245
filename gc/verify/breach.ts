/**
 * `--check` has found something wrong: a lost object, a stale reference, two words that disagree.
 * The heap cannot be trusted any more.
 */
export class BreachError extends Error {
  override name = 'BreachError'
}
