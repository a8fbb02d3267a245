/**
 * Choices from a seed: mulberry32, as in lab/random.ts. The same seed gives the same choices on
 * every machine.
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

  /** From 0 up to, but without, 1. */
  share(): number {
    return this.next() / 2 ** 32
  }

  /** A whole number from 0 to `end` − 1. */
  below(end: number): number {
    return Math.floor(this.share() * end)
  }

  /** A whole number from `first` to `last`. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1)
  }

  /**
   * As `between`, but each order of magnitude is equally likely. `first` must be 1 or more. The
   * result is a whole number also if `last` is not.
   */
  magnitude(first: number, last: number): number {
    return Math.min(Math.floor(last), Math.floor(first * ((last + 1) / first) ** this.share()))
  }

  chance(probability: number): boolean {
    return this.share() < probability
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T
  }

  /** One of the names, with a probability in proportion to its weight. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries(weights) as [Name, number][]
    let left = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0))
    for (const [name, weight] of entries) {
      left -= weight
      if (left < 0) return name
    }
    throw new RangeError('there is nothing to choose from')
  }
}

/** The seed of case `index` among those of `seed`. */
export function seedOf(seed: number, index: number): number {
  return new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)).next()
}
