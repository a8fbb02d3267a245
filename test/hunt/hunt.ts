/**
 * Hunting: one program under one schedule after another, until one fails; the same again from its seed; and the order shrunk. What a failing schedule needs to
 * be seen again is its seed, and whatever else was given to the run.
 */

import type { Order, Strategy } from '../../memory/controlled/strategy.ts'
import type { RunOptions } from '../../runtime/options/configuration.ts'
import type { RunRecord } from '../../runtime/report/record.ts'
import { type Shrunk, shrink } from './shrink.ts'

/** The host's `run`. */
export type Run = (program: string, options: RunOptions) => Promise<RunRecord>

export interface Prey {
  readonly program: string
  /** As the host's, without seed and schedule. */
  readonly options: RunOptions
}

/** A run that failed. */
export interface Catch {
  readonly seed: number
  /** What is wrong: `kind: message`, or the rescues. */
  readonly failure: string
  readonly turns: number
  /** null: too long to be recorded. */
  readonly order: Order | null
}

/** Prey that is expected to print nothing worth reading. */
const QUIET = { write: () => true } as unknown as NodeJS.WritableStream

/** What is wrong with a run; null: nothing. */
export function failureOf(record: RunRecord): string | null {
  if (record.error !== null) return `${record.error.kind}: ${record.error.message}`
  return record.rescues > 0
    ? `${record.rescues} waits were ended by their net alone: wake-ups were lost`
    : null
}

/** Two failures are the same if they differ in numbers alone. */
export function isSame(failure: string | null, other: string): boolean {
  return failure !== null && failure.replace(/\d+/g, 'N') === other.replace(/\d+/g, 'N')
}

/** One run under one schedule. */
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
  /** When to give up, in ms of performance.now(). */
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

/** How many of `times` runs from the seed are the very same: the failure to the letter, and the order. */
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

/** Fewer switches, and the same failure: until none can be left out, the time is over, or at most this share of them is left. */
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
