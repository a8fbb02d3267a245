/** Where in the mark goroutines assist: the time of assists in each tenth of the mark. */
import { itemAt } from '../../indexed.ts'

export const PARTS = 10

export class Distribution {
  private readonly times = new Array<number>(PARTS).fill(0)

  /**
   * Adds time that was spent evenly from one place in the mark to another. Places are shares of the
   * mark; what lies outside of it does not count.
   */
  add(from: number, to: number, time: number): void {
    if (!(to > from)) return
    for (let part = 0; part < PARTS; part++) {
      const within = Math.min(to, (part + 1) / PARTS) - Math.max(from, part / PARTS)
      if (within > 0) this.times[part] = itemAt(this.times, part) + (time * within) / (to - from)
    }
  }

  /** Adds what happened at one place in the mark. */
  put(at: number, amount: number): void {
    const part = Math.min(Math.floor(at * PARTS), PARTS - 1)
    this.times[part] = itemAt(this.times, part) + amount
  }

  /** What was added, by tenth. */
  all(): number[] {
    return [...this.times]
  }

  /** Each tenth's share of all; null if there were no assists. */
  shares(): number[] | null {
    const all = this.times.reduce((sum, time) => sum + time, 0)
    return all > 0 ? this.times.map(time => time / all) : null
  }
}
