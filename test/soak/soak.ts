/**
 * The soak: runs random programs under random configurations until the time is over or one fails.
 * Program k of a seed and its configurations follow only from the seed and k. What the threads do
 * does not.
 */

import { Random, seedOf } from '../support/random.ts'
import { type Configuration, drawConfiguration, liveBytesOf } from './configurations.ts'
import {
  drawProgram,
  type Operation,
  type Sabotage,
  type Size,
  type SoakProgram,
} from './grammar.ts'
import { shrinkTrial } from './shrink.ts'
import type { Tally } from './tally.ts'
import type { Trial, Trials } from './trial.ts'

/** The number of configurations under which each program is run. */
const RUNS = 2

/** How often a failing trial is run again, to learn how often it fails. */
const REPEATS = 10
/** The most runs in one step of the shrinker. */
const MOST_TRIES = 15

const SIZES: readonly Size[] = ['tiny', 'small', 'medium']

/** How often a trial failed, and in how many runs. */
export interface Rate {
  readonly failed: number
  readonly runs: number
}

/** A trial that failed: what a failure file holds. */
export interface Failure {
  readonly schema: 1
  readonly seed: number
  /** The index of the program among those of the seed. */
  readonly index: number
  readonly failure: string
  readonly configuration: Configuration
  readonly program: SoakProgram
  /** The runs of the same Runtime before it. */
  readonly before?: readonly Trial[]
  /** How often it failed when it was run again. */
  readonly rate: Rate | null
  /** The smaller trial, or null if none was looked for. */
  readonly shrunk: (Trial & { readonly failure: string; readonly rate: Rate }) | null
}

/** Program `index` of a seed, and its configurations. With `sabotage`, it breaks the heap. */
export function trialsOf(seed: number, index: number, sabotage: Sabotage | null): Trial[] {
  const random = new Random(seedOf(seed, index))
  const first = drawConfiguration(random)
  const size = first.size as Size
  const drawn = drawProgram(random, size, liveBytesOf(first))
  const program = sabotage === null ? drawn : sabotaged(drawn, random, sabotage)
  const trials = [{ program, configuration: first }]
  while (trials.length < RUNS) {
    const configuration = drawConfiguration(random, { arena: first.arena as number })
    // A value that is meant for smaller programs is not used.
    if (SIZES.indexOf(configuration.size as Size) >= SIZES.indexOf(size))
      trials.push({ program, configuration: { ...configuration, size } })
  }
  return trials
}

/** Has main break the heap after one of its operations, right after making what can be broken. */
function sabotaged(program: SoakProgram, random: Random, how: Sabotage): SoakProgram {
  const [main, ...others] = program.scripts
  if (main === undefined) return program
  const broken: Operation[] = [
    { do: 'grow', shape: 'chain', size: 10, stamp: random.next() | 0, to: 0 },
    { do: 'gc' },
    { do: 'sabotage', how },
    { do: 'verify' },
  ]
  const operations = main.operations.toSpliced(
    random.below(main.operations.length + 1),
    0,
    ...broken,
  )
  return { ...program, scripts: [{ ...main, operations }, ...others] }
}

export interface SoakOptions {
  readonly seed: number
  /** After this no program is begun: ms on the clock of performance.now(). */
  readonly until: number
  /** The most programs. */
  readonly programs: number
  /** How long a run may take, in ms. */
  readonly limitMs: number
  readonly sabotage: Sabotage | null
  readonly onProgram: () => void
}

/** Continues where the tally ends. Returns the first failure, if there is one. */
export async function soak(
  trials: Trials,
  tally: Tally,
  options: SoakOptions,
): Promise<Failure | null> {
  const { seed, until, programs, limitMs, sabotage, onProgram } = options
  for (let count = 0; count < programs && performance.now() < until; count++) {
    const index = tally.doneOf(seed)
    const began = performance.now()
    let failed: Failure | null = null
    for (const trial of trialsOf(seed, index, sabotage)) {
      const outcome = await trials.run(trial, limitMs)
      tally.addRun(trial.configuration, outcome)
      if (outcome.failure === null) continue
      const { before } = trials
      failed = {
        schema: 1,
        seed,
        index,
        failure: outcome.failure,
        ...trial,
        before,
        rate: null,
        shrunk: null,
      }
      break
    }
    tally.addProgram(seed, (performance.now() - began) / 1000)
    onProgram()
    if (failed !== null) return failed
  }
  return null
}

/** Runs a trial that many times. */
export async function repeat(
  trials: Trials,
  trial: Trial,
  runs: number,
  limitMs: number,
): Promise<Rate & { failures: string[] }> {
  const failures: string[] = []
  for (let run = 0; run < runs; run++) {
    const { failure } = await trials.run(trial, limitMs)
    if (failure !== null) failures.push(failure)
  }
  return { failed: failures.length, runs, failures }
}

/**
 * Learns how often a failure happens, and shrinks it for at most `seconds`. Any failure counts,
 * since one bug has many faces.
 */
export async function shrinkFailure(
  trials: Trials,
  failure: Failure,
  limitMs: number,
  seconds: number,
): Promise<Failure> {
  const { program, configuration, before = [] } = failure
  const trial = { program, configuration, before }
  const { failed, runs } = await repeat(trials, trial, REPEATS, limitMs)
  const rate = { failed, runs }
  if (failed === 0) return { ...failure, rate }
  // If a trial is as likely to fail as this one, all its tries pass once in seven times.
  const tries = Math.min(MOST_TRIES, Math.ceil((2 * runs) / failed))
  let last = failure.failure
  const fails = async (trial: Trial): Promise<boolean> => {
    for (let time = 0; time < tries; time++) {
      const outcome = await trials.run(trial, limitMs)
      if (outcome.failure === null) continue
      last = outcome.failure
      return true
    }
    return false
  }
  const small = await shrinkTrial(trial, fails, performance.now() + seconds * 1000)
  const again = await repeat(trials, small, REPEATS, limitMs)
  const shrunk = {
    ...small,
    failure: again.failures[0] ?? last,
    rate: { failed: again.failed, runs: again.runs },
  }
  return { ...failure, rate, shrunk }
}
