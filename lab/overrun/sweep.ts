/**
 * Measures cases. Cases that differ only in their policy run in turn, in rounds, so that whatever
 * the machine does meanwhile affects them alike.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from 'sawtooth/internal/runtime/output/temporary-folder'
import { humanCount } from 'sawtooth/internal/runtime/report/units'
import type { Progress } from '../progress.ts'
import { FailedRun } from '../run.ts'
import { nameOf } from './cases.ts'
import type { GoProgram } from './go.ts'
import type { Case, CaseParameters, WorstCycle } from './results.ts'
import { Tally } from './statistics.ts'
import type { Workbench } from './workload.ts'
import { worstCycleOf } from './worst-cycle.ts'

export interface SweepOptions {
  /** How long each case allocates, without the cold cycles' time. */
  readonly seconds: number
  /** How many cycles must count instead; null: by time. */
  readonly cycles: number | null
  readonly seed: number
  /** Whether each case is run once more with a trace, for its worst cycle. */
  readonly traces: boolean
}

export interface SweepResult {
  readonly tallies: readonly Tally[]
  readonly cases: readonly Case[]
}

const ROUNDS = 2
/**
 * A case that has fewer cycles after ROUNDS has more rounds. A large heap has few cycles in its
 * seconds.
 */
const LEAST_CYCLES = 20
const MOST_ROUNDS = 20
/** The length of a run if cycles are counted, in seconds. */
const SLICE_SECONDS = 1
/** The most that a run with a trace takes, in seconds: traces are large. */
const TRACED_SECONDS = 1
/** After this many runs in a row in which no cycle counts, none will. */
const MOST_EMPTY_RUNS = 5

/**
 * Measures all cases. Throws what a {@link Workbench} throws.
 *
 * @param go - null if no case is Go's
 */
export async function sweep(
  cases: readonly CaseParameters[],
  options: SweepOptions,
  bench: Workbench,
  go: GoProgram | null,
  progress: Progress,
): Promise<SweepResult> {
  const tallies = cases.map(parameters => new Tally(parameters))
  const worst = new Map<Tally, WorstCycle | null>()
  const runner = new Runner(options, bench, go)
  let finished = 0
  for (const group of groupsOf(tallies)) {
    for (let round = 0; ; round++) {
      const due = group.filter(tally => isDue(tally, round, options.cycles))
      if (due.length === 0) break
      for (const tally of due) {
        const { parameters, cycles } = tally
        progress.show(
          `case ${finished + group.indexOf(tally) + 1} of ${cases.length}, round ${round + 1}: ${nameOf(parameters)}: ${humanCount(cycles)} cycles`,
        )
        await runner.run(tally)
      }
    }
    if (options.traces)
      for (const tally of group) {
        progress.show(`a trace of ${nameOf(tally.parameters)}`)
        worst.set(tally, await runner.trace(tally.parameters))
      }
    finished += group.length
  }
  return { tallies, cases: tallies.map(tally => tally.row(worst.get(tally) ?? null)) }
}

/** Whether a case needs the round of that number, from 0. */
function isDue({ cycles }: Tally, round: number, wanted: number | null): boolean {
  if (wanted !== null) return cycles < wanted
  return round < ROUNDS || (cycles < LEAST_CYCLES && round < MOST_ROUNDS)
}

/** The cases in groups of the same goal, Ps and noise. */
function groupsOf(tallies: readonly Tally[]): Tally[][] {
  const groups = new Map<string, Tally[]>()
  for (const tally of tallies) {
    const { goal, procs, noise } = tally.parameters
    const key = `${goal} ${procs} ${noise}`
    groups.set(key, [...(groups.get(key) ?? []), tally])
  }
  return [...groups.values()]
}

class Runner {
  readonly #options: SweepOptions
  readonly #bench: Workbench
  readonly #go: GoProgram | null
  readonly #emptyRuns = new Map<Tally, number>()
  #runs = 0

  constructor(options: SweepOptions, bench: Workbench, go: GoProgram | null) {
    this.#options = options
    this.#bench = bench
    this.#go = go
  }

  /** A round of a case. */
  async run(tally: Tally): Promise<void> {
    const { cycles, seconds } = this.#options
    const before = tally.cycles
    const slice = cycles === null ? seconds / ROUNDS : SLICE_SECONDS
    if (tally.parameters.runtime === 'go') {
      for (const cycle of (await this.#go?.cycles(tally.parameters, slice)) ?? [])
        tally.addOverrun(cycle)
    } else {
      const { all, warm, record } = await this.#bench.run(tally.parameters, slice, this.#nextSeed())
      tally.add(all, warm, record.rescues)
    }
    const empty = tally.cycles > before ? 0 : (this.#emptyRuns.get(tally) ?? 0) + 1
    this.#emptyRuns.set(tally, empty)
    if (empty >= MOST_EMPTY_RUNS)
      throw new FailedRun(
        `${nameOf(tally.parameters)}: no cycle counts in ${empty} runs of ${slice} s: they are too short`,
      )
  }

  /** Runs a case once more, with a trace, and returns its worst cycle. */
  async trace(parameters: CaseParameters): Promise<WorstCycle | null> {
    if (parameters.runtime === 'go') return null
    const directory = makeTemporaryFolder()
    try {
      const file = join(directory, 'trace.json')
      const { warm } = await this.#bench.run(
        parameters,
        Math.min(this.#options.seconds, TRACED_SECONDS),
        this.#nextSeed(),
        file,
      )
      return worstCycleOf(warm, await readFile(file, 'utf8'))
    } finally {
      removeTemporaryFolder(directory)
    }
  }

  #nextSeed(): number {
    return (this.#options.seed + this.#runs++) >>> 0
  }
}
