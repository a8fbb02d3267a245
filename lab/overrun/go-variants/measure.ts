/**
 * Measures Go as it is and with our lines, in turns: one run of each variant, then the next round.
 * The workload is that of the issue, lab/overrun/go/alloc-only.go.
 */
import { join } from 'node:path'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from 'sawtooth/internal/runtime/output/temporary-folder'
import { median } from 'simple-statistics'
import { FailedRun } from '../../run.ts'
import { Go } from '../go.ts'
import { withNoise } from '../noise.ts'
import type { Percentiles } from '../results.ts'
import { percentilesOf } from '../statistics.ts'
import { liveBytesOf } from '../workload.ts'
import { copyGo } from './go-copy.ts'
import { type Goroot, patched } from './goroot.ts'
import { VARIANTS, type Variant, type VariantName } from './variants.ts'

export interface GoVariantOptions {
  readonly variants: readonly VariantName[]
  readonly goals: readonly number[]
  readonly procs: readonly number[]
  readonly noises: readonly number[]
  readonly rounds: number
  /** How long each run allocates. */
  readonly seconds: number
}

/** What one variant did in one situation, all rounds together. */
export interface GoVariantRow {
  readonly variant: VariantName
  readonly goal: number
  readonly procs: number
  readonly noise: number
  readonly cycles: number
  /** Bytes past the goal at mark termination. */
  readonly pastGoal: Percentiles
  /** The same of each cycle, in ascending order. */
  readonly pastGoals: readonly number[]
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
): Promise<GoVariantRow[]> {
  const { variants } = options
  for (const name of variants) patched(goroot, VARIANTS[name])
  const builds = new Map<VariantName, Go>()
  try {
    for (const name of variants) {
      progress(`${name}: copying ${goroot.directory}, and building its runtime`)
      builds.set(name, await build(goroot, VARIANTS[name], signal))
    }
    return await measureBuilds(builds, options, progress)
  } finally {
    for (const go of builds.values()) await go[Symbol.asyncDispose]()
  }
}

/** Builds the workload from a copy of Go with the variant's lines. The copy is removed then. */
async function build(goroot: Goroot, variant: Variant, signal: AbortSignal): Promise<Go> {
  const folder = makeTemporaryFolder()
  try {
    const environment = await copyGo(goroot, variant, folder, signal)
    const go = await Go.open(join(goroot.directory, 'bin/go'), signal, environment)
    try {
      await go.build('alloc-only')
      return go
    } catch (error) {
      await go[Symbol.asyncDispose]()
      throw error
    }
  } finally {
    removeTemporaryFolder(folder)
  }
}

async function measureBuilds(
  builds: ReadonlyMap<VariantName, Go>,
  { goals, procs, noises, rounds, seconds }: GoVariantOptions,
  progress: (text: string) => void,
): Promise<GoVariantRow[]> {
  const situations = goals.flatMap(goal =>
    procs.flatMap(p => noises.map(noise => ({ goal, procs: p, noise }))),
  )
  const rows: GoVariantRow[] = []
  for (const situation of situations) {
    const runs = new Map([...builds].map(([name]): [VariantName, Run[]] => [name, []]))
    for (let round = 1; round <= rounds; round++)
      for (const [name, go] of builds) {
        progress(`${situation.procs} P, round ${round} of ${rounds}: ${name}`)
        runs.get(name)?.push(await measure(go, situation, seconds))
      }
    for (const [variant, own] of runs) rows.push({ variant, ...situation, ...resultOf(own) })
  }
  return rows
}

interface Situation {
  readonly goal: number
  readonly procs: number
  readonly noise: number
}

interface Run {
  readonly pastGoals: readonly number[]
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
  const pastGoals = pastGoalsIn(stderr)
  if (objects === undefined)
    throw new FailedRun(`the workload did not say what it has allocated: ${stdout.slice(0, 200)}`)
  if (pastGoals.length === 0)
    throw new FailedRun(`Go has told of no cycle in ${seconds} s: ${stderr.slice(0, 200)}`)
  return { pastGoals, objectsPerSecond: Number(objects) / seconds }
}

function resultOf(
  runs: readonly Run[],
): Pick<GoVariantRow, 'cycles' | 'pastGoal' | 'pastGoals' | 'objectsPerSecond'> {
  const pastGoals = runs.flatMap(run => run.pastGoals).sort((one, other) => one - other)
  return {
    cycles: pastGoals.length,
    pastGoal: percentilesOf(pastGoals),
    pastGoals,
    objectsPerSecond: median(runs.map(run => run.objectsPerSecond)),
  }
}

/**
 * Bytes past the goal of each cycle behind the one that the program asks for, before which it does
 * not allocate yet. Our line comes with the line of its cycle, and before it.
 */
export function pastGoalsIn(trace: string): number[] {
  const found: number[] = []
  let isCounted = false
  let past: number | null = null
  for (const line of trace.split('\n')) {
    const [, bytes] = /^past goal: (\d+) B$/.exec(line) ?? []
    if (bytes !== undefined) past = Number(bytes)
    if (!/^gc \d+ @/.test(line)) continue
    if (isCounted && past !== null) found.push(past)
    if (line.endsWith('(forced)')) isCounted = true
    past = null
  }
  return found
}
