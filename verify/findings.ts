/** What is wrong, gathered so that a person sees the pattern: one broken link shows in several counts. */

/** A reachable object that the mark did not reach, a reference to no object, words that disagree: the heap is not to be trusted any more. */
export class BreachError extends Error {
  override name = 'BreachError'
}

/** More than these tell nobody more. */
const MOST_FINDINGS = 5

export class Findings {
  private readonly messages: string[] = []
  private count = 0

  add(message: string): void {
    if (this.count++ < MOST_FINDINGS) this.messages.push(message)
  }

  /** Adds `what` and both numbers if they differ. */
  equal(found: number, expected: number, what: string): void {
    if (found !== expected) this.add(`${what}: ${found}, must be ${expected}`)
  }

  /** Throws all there are; `when` says at which point of the cycle. */
  throwIfAny(when: string): void {
    if (this.count === 0) return
    const more = this.count - this.messages.length
    throw new BreachError(`verify, ${when}: ${this.messages.join('; ')}${more > 0 ? `; and ${more} more` : ''}`)
  }
}
