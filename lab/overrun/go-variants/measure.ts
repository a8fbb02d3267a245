/**
 * Measures Go as it is and with our lines, in turns: one run of each variant, then the next round.
 * The workload is that of the issue, lab/overrun/go/alloc-only.go.
 */
import { median } from 'simple-statistics'
import { FailedRun } from '../../run.ts'
import type { Go } from '../go.ts'
import { withNoise } from '../noise.ts'
import type { Percentiles } from '../results.ts'
import { percentilesOf } from '../statistics.ts'
import { liveBytesOf } from '../workload.ts'
import { Builds } from './builds.ts'
import { type CounterpartRow, Counterparts } from './counterparts.ts'
import type { Goroot } from './goroot.ts'
import type { Situation } from './situation.ts'
import { PAST_TIMES, type PastTimes, type TracedCycle, tracedCyclesIn } from './traced-cycles.ts'
import type { VariantName } from './variants.ts'

export interface GoVariantOptions {
  readonly variants: readonly VariantName[]
  readonly goals: readonly number[]
  readonly procs: readonly number[]
  readonly noises: readonly number[]
  readonly rounds: number
  /** How long each run allocates. */
  readonly seconds: number
  /** The first seed of Sawtooth's runs; null: without them. */
  readonly sawtooth: number | null
}

export interface GoVariantsFound {
  readonly rows: readonly GoVariantRow[]
  /** Empty if Sawtooth was not asked for. */
  readonly counterparts: readonly CounterpartRow[]
}

/** What one variant did in one situation, all rounds together. */
export interface GoVariantRow extends Situation {
  readonly variant: VariantName
  readonly cycles: number
  /** Bytes past the goal at mark termination. */
  readonly pastGoal: Percentiles
  /** The same of each cycle, in ascending order. */
  readonly pastGoals: readonly number[]
  /** Cycles in which the CPU limiter has limited. */
  readonly limited: number
  /** The most bytes past the goal of the cycles that it did not limit. */
  readonly worstUnlimited: number
  /** Bytes past the goal of all cycles, by when they were taken. */
  readonly past: PastTimes
  /** Ragged barriers of all cycles, and stops of them that found work. */
  readonly tries: number
  readonly restarts: number
  /** Median of the rounds. */
  readonly objectsPerSecond: number
}

/**
 * Copies Go, builds, and measures. Nothing is left of it, however it ends.
 *
 * @param progress - called with a short text of what is done now
 * @throws UsageError before anything is copied, if Go has not a place that a variant needs
 * @throws FailedRun for a build or a run that failed
 */
export async function measureVariants(
  goroot: Goroot,
  options: GoVariantOptions,
  progress: (text: string) => void,
  signal: AbortSignal,
): Promise<GoVariantsFound> {
  await using builds = await Builds.make(goroot, options.variants, 'alloc-only', progress, signal)
  const { sawtooth } = options
  await using counterparts = sawtooth === null ? null : new Counterparts(signal, sawtooth)
  return await measureBuilds(builds.programs, counterparts, options, progress)
}

async function measureBuilds(
  builds: ReadonlyMap<VariantName, Go>,
  counterparts: Counterparts | null,
  { goals, procs, noises, rounds, seconds }: GoVariantOptions,
  progress: (text: string) => void,
): Promise<GoVariantsFound> {
  const situations = goals.flatMap(goal =>
    procs.flatMap(p => noises.map(noise => ({ goal, procs: p, noise }))),
  )
  const rows: GoVariantRow[] = []
  const besides: CounterpartRow[] = []
  for (const situation of situations) {
    const runs = new Map([...builds].map(([name]): [VariantName, Run[]] => [name, []]))
    for (let round = 1; round <= rounds; round++)
      for (const [name, go] of builds) {
        progress(`${situation.procs} P, round ${round} of ${rounds}: ${name}`)
        runs.get(name)?.push(await measure(go, situation, seconds))
        await counterparts?.run(name, situation, seconds)
      }
    for (const [variant, own] of runs) rows.push({ variant, ...situation, ...resultOf(own) })
    besides.push(...(counterparts?.take(situation) ?? []))
  }
  return { rows, counterparts: besides }
}

interface Run {
  readonly cycles: readonly TracedCycle[]
  readonly objectsPerSecond: number
}

async function measure(go: Go, { goal, procs, noise }: Situation, seconds: number): Promise<Run> {
  const { stdout, stderr } = await withNoise(noise, () =>
    go.run('alloc-only', {
      procs,
      gogc: 100,
      memoryLimit: null,
      args: ['-goroutines', procs, '-live', liveBytesOf(goal), '-seconds', seconds],
      seconds,
    }),
  )
  const [, objects] = /^(\d+) objects dropped$/m.exec(stdout) ?? []
  const cycles = countedCycles(tracedCyclesIn(stderr))
  if (objects === undefined)
    throw new FailedRun(`the workload did not say what it has allocated: ${stdout.slice(0, 200)}`)
  if (cycles.length === 0)
    throw new FailedRun(`Go has told of no cycle in ${seconds} s: ${stderr.slice(0, 200)}`)
  return { cycles, objectsPerSecond: Number(objects) / seconds }
}

/** Those behind the one that the program asks for, before which it does not allocate yet. */
export function countedCycles(cycles: readonly TracedCycle[]): readonly TracedCycle[] {
  const asked = cycles.findIndex(({ isForced }) => isForced)
  return asked < 0 ? [] : cycles.slice(asked + 1)
}

function resultOf(runs: readonly Run[]): Omit<GoVariantRow, keyof Situation | 'variant'> {
  const cycles = runs.flatMap(run => run.cycles)
  const pastGoals = cycles.map(({ pastGoal }) => pastGoal).sort((one, other) => one - other)
  const sumOf = (of: (cycle: TracedCycle) => number): number =>
    cycles.reduce((sum, cycle) => sum + of(cycle), 0)
  return {
    cycles: cycles.length,
    pastGoal: percentilesOf(pastGoals),
    pastGoals,
    limited: cycles.filter(({ isLimited }) => isLimited).length,
    worstUnlimited: Math.max(
      0,
      ...cycles.filter(({ isLimited }) => !isLimited).map(({ pastGoal }) => pastGoal),
    ),
    past: pastTimes(time => sumOf(({ past }) => past[time])),
    tries: sumOf(({ tries }) => tries),
    restarts: sumOf(({ restarts }) => restarts),
    objectsPerSecond: median(runs.map(run => run.objectsPerSecond)),
  }
}

function pastTimes(bytesOf: (time: keyof PastTimes) => number): PastTimes {
  return Object.fromEntries(PAST_TIMES.map(time => [time, bytesOf(time)])) as Record<
    keyof PastTimes,
    number
  >
}
