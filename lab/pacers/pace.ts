/** Reports how far a long simulation is. */
const FIRST_STEPS = 2 ** 20

/**
 * Reports after the first million steps, which take a second or two, and each time the number of
 * steps has doubled. It counts steps and not time, so it reports the same on each machine.
 */
export class Pace {
  #steps = 0
  #next = FIRST_STEPS
  readonly #cycles: number
  readonly #say: (text: string) => void

  constructor(cycles: number, say: (text: string) => void) {
    this.#cycles = cycles
    this.#say = say
  }

  /** Adds the steps of a cycle, which is counted from 0. */
  add(steps: number, cycle: number): void {
    this.#steps += steps
    if (this.#steps < this.#next) return
    while (this.#steps >= this.#next) this.#next *= 2
    this.#say(`simulating cycle ${cycle + 1} of ${this.#cycles}, ${this.#steps} steps so far`)
  }
}
