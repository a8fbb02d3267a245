/** Random numbers from seeds. */

/** The largest seed: seeds have 32 bits. */
export const MOST_SEED = 2 ** 32 - 1

/** A seed, where none is given. What it was is said with the results. */
export function anySeed(): number {
  return Math.floor(Math.random() * (MOST_SEED + 1))
}

/**
 * A stream of numbers from a seed: mulberry32. The same seed gives the same stream on every
 * machine.
 */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  /** From 0 to 2³² − 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }

  /** From 0 to below 1. */
  share(): number {
    return this.next() / 2 ** 32
  }

  chance(probability: number): boolean {
    return this.share() < probability
  }
}

/** The seed of case `index` of all those that follow from `seed`. */
export function seedOf(seed: number, index: number): number {
  return new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)).next()
}
