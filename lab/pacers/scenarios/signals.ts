/**
 * Signals: a number for each cycle, composed of simple signals. They are those of
 * mknyszek/pacer-model and of Go's pacer tests, with the same meaning, so that their scenarios can
 * be written down. Noise is drawn from a seed.
 */
import { itemAt } from '../../indexed.ts'
import type { Random } from '../../random.ts'

/** The value in cycle `i`, from 0. It is asked once for each cycle, in order; noise draws then. */
export type Signal = (i: number, random: Random) => number

export const constant =
  (value: number): Signal =>
  () =>
    value

/** From 0 to `height` in `cycles` equal steps; then it stays. */
export const ramp =
  (height: number, cycles: number): Signal =>
  i =>
    (height * Math.min(i, cycles)) / cycles

/** A sine. */
export const oscillation =
  (amplitude: number, period: number): Signal =>
  i =>
    amplitude * Math.sin(((2 * Math.PI) / period) * (i % period))

/** Any value within ±amplitude, all equally likely. */
export const noise =
  (amplitude: number): Signal =>
  (_, random) =>
    amplitude * (2 * random.share() - 1)

/** `height` in the first cycle, then 0. */
export const spike =
  (height: number): Signal =>
  i =>
    i === 0 ? height : 0

/**
 * `high` in every `period`th cycle, `low` in the others. `at` says which cycle of a period is high.
 */
export const train =
  (low: number, high: number, period: number, at = 0): Signal =>
  i =>
    i % period === at ? high : low

/** `first` for `firstCycles` cycles, then `second` for `secondCycles`, and so on. */
export const alternation =
  (first: number, firstCycles: number, second: number, secondCycles: number): Signal =>
  i =>
    i % (firstCycles + secondCycles) < firstCycles ? first : second

/** The values in turn; the last one stays. */
export const sequence =
  (...values: readonly number[]): Signal =>
  i =>
    itemAt(values, Math.min(i, values.length - 1))

/** 0 for `cycles` cycles, then the signal from its start. */
export const delayed =
  (cycles: number, signal: Signal): Signal =>
  (i, random) =>
    i < cycles ? 0 : signal(i - cycles, random)

export const sum =
  (...signals: readonly Signal[]): Signal =>
  (i, random) =>
    signals.reduce((total, signal) => total + signal(i, random), 0)

/** The signal held within bounds. */
export const limited =
  (signal: Signal, min: number, max: number): Signal =>
  (i, random) =>
    Math.min(Math.max(signal(i, random), min), max)

/** The signal rounded towards 0 to whole multiples. */
export const rounded =
  (signal: Signal, multiple = 1): Signal =>
  (i, random) =>
    Math.trunc(signal(i, random) / multiple) * multiple
