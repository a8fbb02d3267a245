/**
 * What the proposal of the pacer redesign left open (golang/go#44167): programs that are not
 * smooth. All is drawn from a seed.
 *
 *   bursts      the program allocates in bursts of some ms, and less between them; the mean is the
 *               scenario's
 *   late        the program learns of a new assist ratio after some ms, since goroutines are
 *               charged when they refill
 *   fractional  fractional workers take their share of the time at one go, and then nothing
 *   idle        some of the CPU is idle, and marks
 *   away        the P that ends the mark is off the CPU for a while, with nothing left to mark
 *               (golang/go#52433)
 */

import { itemAt } from '../../indexed.ts'
import type { Random } from '../../random.ts'
import { type Field, share } from '../fields.ts'
import type { Nature } from '../stepped/nature.ts'

/**
 * How much there is of each. All may stand in a scenario's `global`; each has a value if left out.
 */
export const NOISE_FIELDS = {
  /** How many times the mean rate a burst has. */
  burst: { name: 'noise_burst', min: 1, max: 100, isWhole: false, ifMissing: 3 },
  /** Mean delay of the ratio, in ms. */
  lateMs: { name: 'noise_late_ms', min: 0, max: 1000, isWhole: false, ifMissing: 1 },
  /**
   * In what share of the periods fractional workers run at all; 1: smoothly. They run in more if
   * all of the CPU in that few would be less than their share.
   */
  fractional: { name: 'noise_fractional', min: 0.01, max: 1, isWhole: false, ifMissing: 0.1 },
  /** Mean share of the CPU that is idle while marking. */
  idle: { ...share('noise_idle'), ifMissing: 0.05 },
  /** Mean absence of the terminator, in ms, in one cycle of four. */
  awayMs: { name: 'noise_away_ms', min: 0, max: 10_000, isWhole: false, ifMissing: 1 },
} as const satisfies Record<string, Field>

export type NoiseLevels = Readonly<Record<keyof typeof NOISE_FIELDS, number>>

const PERIOD_MS = 0.5
/** Mean length of a burst, in periods. */
const BURST_PERIODS = 6
/** Between bursts the program allocates at this share of its mean rate. */
const CALM = 0.25
const AWAY_CHANCE = 0.25
/** Ratios that are remembered, in periods. The program cannot be later than that. */
const MOST_LATE_PERIODS = 64

export class NoisyNature implements Nature {
  private readonly levels: NoiseLevels
  private readonly random: Random
  private dedicated = 0
  /** How likely fractional workers run in a period, and their share of the CPU if they do. */
  private fractionalChance = 1
  private fractional = 0
  private idle = 0
  private isBurst = false
  private readonly ratios: number[] = []

  constructor(levels: NoiseLevels, random: Random) {
    this.levels = levels
    this.random = random
  }

  beginCycle(dedicated: number, fractional: number): void {
    this.dedicated = dedicated
    const room = 1 - dedicated
    const mean = Math.min(fractional, room)
    this.fractionalChance = mean > 0 ? Math.max(this.levels.fractional, mean / room) : 1
    this.fractional = Math.min(mean / this.fractionalChance, room)
    this.idle = Math.min(this.exponential(this.levels.idle), 1 - dedicated - fractional)
    this.ratios.length = 0
  }

  backgroundShare(): number {
    return this.dedicated + (this.random.chance(this.fractionalChance) ? this.fractional : 0)
  }

  idleShare(): number {
    // As much as this cycle has of it, spread at random.
    return this.idle > 0 ? Math.min(this.idle * 2 * this.random.share(), 1) : 0
  }

  allocationFactor(): number {
    const { burst } = this.levels
    if (burst <= 1) return 1
    // Bursts take such a share of the time that the mean is 1.
    const shareOfBursts = (1 - CALM) / (burst - CALM)
    const leave = 1 / BURST_PERIODS
    const enter = (leave * shareOfBursts) / (1 - shareOfBursts)
    this.isBurst = this.random.chance(this.isBurst ? 1 - leave : Math.min(enter, 1))
    return this.isBurst ? burst : CALM
  }

  ratioKnown(ratio: number): number {
    const { ratios } = this
    ratios.push(ratio)
    if (ratios.length > MOST_LATE_PERIODS) ratios.shift()
    const late = Math.floor(this.exponential(this.levels.lateMs) / PERIOD_MS)
    return itemAt(ratios, Math.max(ratios.length - 1 - late, 0))
  }

  awayNs(): number {
    return this.random.chance(AWAY_CHANCE)
      ? Math.trunc(this.exponential(this.levels.awayMs) * 1e6)
      : 0
  }

  /** An exponentially distributed number with this mean. */
  private exponential(mean: number): number {
    return mean === 0 ? 0 : -mean * Math.log(1 - this.random.share())
  }
}
