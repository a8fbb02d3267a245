/**
 * The newest cycles of a run, for the host's record. A run that never ends must not need more and
 * more memory for its past.
 */
import type { CycleRecord } from './record.ts'

export class KeptCycles {
  /** Cycles seen. */
  count = 0
  readonly #most: number
  #cycles: CycleRecord[] = []

  /** `most`: how many are kept; Infinity: all. */
  constructor(most: number) {
    this.#most = most
  }

  add(cycle: CycleRecord): void {
    this.count++
    if (this.#most === 0) return
    // Half of them go when there are twice as many, so that each is moved once.
    if (this.#cycles.length >= 2 * this.#most) this.#cycles = this.#cycles.slice(-this.#most)
    this.#cycles.push(cycle)
  }

  /** The oldest first. */
  newest(): CycleRecord[] {
    return this.#cycles.slice(-this.#most)
  }
}
