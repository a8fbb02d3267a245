/**
 * Hunting: runs one program under one schedule after another until one fails, runs that one again
 * from its seed, and shrinks its order. A failing schedule is repeated from its seed and the run's
 * other options.
 */

import type { Order, Strategy } from '../../memory/controlled/strategy.ts'
import type { RunOptions } from '../../runtime/options/configuration.ts'
import type { RunRecord } from '../../runtime/report/record.ts'
import { type Shrunk, shrink } from './shrink.ts'

/** The host's `run`. */
export type Run = (program: string, options: RunOptions) => Promise<RunRecord>

export interface Prey {
  readonly program: string
  /** The host's options, without seed and schedule. */
  readonly options: RunOptions
}

/** A run that failed. */
export interface Catch {
  readonly seed: number
  /** What is wrong: `kind: message`, or the number of rescues. */
  readonly failure: string
  readonly turns: number
  /** The order, or null if it was too long to be recorded. */
  readonly order: Order | null
}

/** A stream that drops what the program prints. */
const QUIET = { write: () => true } as unknown as NodeJS.WritableStream

/** What is wrong with a run, or null. */
export function failureOf(record: RunRecord): string | null {
  if (record.error !== null) return `${record.error.kind}: ${record.error.message}`
  return record.rescues > 0
    ? `${record.rescues} waits were ended by their net alone: wake-ups were lost`
    : null
}

/** Two failures are the same if they differ only in numbers. */
export function isSame(failure: string | null, other: string): boolean {
  return failure !== null && failure.replace(/\d+/g, 'N') === other.replace(/\d+/g, 'N')
}

/** Runs the program once, under one schedule. */
export async function runUnder(
  run: Run,
  { program, options }: Prey,
  schedule: string | Strategy,
  seed: number,
): Promise<Catch | null> {
  const record = await run(program, { ...options, schedule, seed, stdout: QUIET, stderr: QUIET })
  const failure = failureOf(record)
  if (failure === null) return null
  return {
    seed,
    failure,
    turns: record.schedule?.turns ?? 0,
    order: record.schedule?.order ?? null,
  }
}

export interface HuntOptions {
  readonly schedule: string
  readonly firstSeed: number
  readonly seeds: number
  /** When to give up: ms on the clock of performance.now(). */
  readonly until?: number
  readonly onSeed?: (seed: number) => void
}

/** The first seed that fails, and how many were tried. */
export async function hunt(
  run: Run,
  prey: Prey,
  options: HuntOptions,
): Promise<{ caught: Catch | null; tried: number }> {
  const { schedule, firstSeed, seeds, until = Number.POSITIVE_INFINITY, onSeed } = options
  let tried = 0
  while (tried < seeds && performance.now() < until) {
    const seed = firstSeed + tried++
    onSeed?.(seed)
    const caught = await runUnder(run, prey, schedule, seed)
    if (caught !== null) return { caught, tried }
  }
  return { caught: null, tried }
}

/**
 * Runs the seed `times` times. Returns how many runs are identical: the same failure to the letter,
 * and the same order.
 */
export async function replay(
  run: Run,
  prey: Prey,
  schedule: string,
  caught: Catch,
  times: number,
): Promise<number> {
  let same = 0
  for (let time = 0; time < times; time++) {
    const again = await runUnder(run, prey, schedule, caught.seed)
    if (
      again?.failure === caught.failure &&
      JSON.stringify(again.order) === JSON.stringify(caught.order)
    )
      same++
  }
  return same
}

/**
 * Looks for fewer switches with the same failure, until none can be left out, the time is over, or
 * at most this share of the switches is left.
 */
export function shrinkCatch(
  run: Run,
  prey: Prey,
  caught: Catch,
  until: number,
  share: number,
): Promise<Shrunk> {
  if (caught.order === null)
    throw new RangeError(
      'an order too long to be recorded cannot be shrunk: take a shorter program, or pct',
    )
  const fails = async (order: Order): Promise<boolean> => {
    const again = await runUnder(run, prey, { kind: 'replay', order }, caught.seed)
    return again !== null && isSame(again.failure, caught.failure)
  }
  return shrink(caught.order, fails, until, share * caught.order.length)
}
