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
import type { Go } from './go.ts'
import { goCyclesOf } from './go-cycles.ts'
import { between, coreTimes } from './machine-idle.ts'
import type { Case, CaseParameters, WorstCycle } from './results.ts'
import { Tally } from './statistics.ts'
import type { Measurement, Workbench } from './workload.ts'
import { worstCycleOf } from './worst-cycle.ts'

export interface SweepOptions {
  /** How long each case allocates, without the cold cycles' time. */
  readonly seconds: number
  /** How many cycles must count instead; null: by time. */
  readonly cycles: number | null
  readonly seed: number
  /** Whether each run has a trace, for the worst cycle of its case. Tracing takes CPU. */
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
/** The most that a run with a trace takes, in seconds: each is some 30 MB. */
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
  go: Go | null,
  progress: Progress,
): Promise<SweepResult> {
  const tallies = cases.map(parameters => new Tally(parameters))
  const runner = new Runner(options, bench, go)
  let finished = 0
  for (const group of groupsOf(tallies)) {
    for (let round = 0; ; round++) {
      const due = group.filter(tally => isDue(tally, round, options))
      if (due.length === 0) break
      for (const tally of due) {
        const { parameters, cycles } = tally
        progress.show(
          `case ${finished + group.indexOf(tally) + 1} of ${cases.length}, round ${round + 1}: ${nameOf(parameters)}${cycles === 0 ? '' : `: ${humanCount(cycles)} cycles`}`,
        )
        await runner.run(tally)
      }
    }
    finished += group.length
  }
  return { tallies, cases: tallies.map(tally => tally.row(runner.worstOf(tally))) }
}

/** Whether a case needs the round of that number, from 0. */
function isDue({ cycles }: Tally, round: number, options: SweepOptions): boolean {
  if (options.cycles !== null) return cycles < options.cycles
  return round < roundsOf(options) || (cycles < LEAST_CYCLES && round < MOST_ROUNDS)
}

/** How many rounds the seconds of a case are divided into. */
function roundsOf({ seconds, traces }: SweepOptions): number {
  return Math.max(ROUNDS, traces ? Math.ceil(seconds / TRACED_SECONDS) : 0)
}

/** The cases in groups of the same goal and Ps, with the same beside them. */
function groupsOf(tallies: readonly Tally[]): Tally[][] {
  const groups = new Map<string, Tally[]>()
  for (const tally of tallies) {
    const { goal, procs, noise, instances } = tally.parameters
    const key = `${goal} ${procs} ${noise} ${instances}`
    groups.set(key, [...(groups.get(key) ?? []), tally])
  }
  return [...groups.values()]
}

class Runner {
  readonly #options: SweepOptions
  readonly #bench: Workbench
  readonly #go: Go | null
  readonly #emptyRuns = new Map<Tally, number>()
  readonly #worst = new Map<Tally, WorstCycle | null>()
  #runs = 0

  constructor(options: SweepOptions, bench: Workbench, go: Go | null) {
    this.#options = options
    this.#bench = bench
    this.#go = go
  }

  /** A round of a case. */
  async run(tally: Tally): Promise<void> {
    const { cycles: wanted, seconds } = this.#options
    const before = tally.cycles
    const slice = wanted === null ? seconds / roundsOf(this.#options) : SLICE_SECONDS
    const cores = coreTimes()
    if (tally.parameters.runtime === 'go') {
      const go = this.#go
      const cycles = go === null ? [] : await goCyclesOf(go, tally.parameters, slice)
      for (const cycle of cycles) tally.addOverrun(cycle)
    } else await this.#runOurs(tally, slice)
    tally.addCores(between(cores, coreTimes()))
    const empty = tally.cycles > before ? 0 : (this.#emptyRuns.get(tally) ?? 0) + 1
    this.#emptyRuns.set(tally, empty)
    if (empty >= MOST_EMPTY_RUNS)
      throw new FailedRun(
        `${nameOf(tally.parameters)}: no cycle counts in ${empty} runs of ${slice} s: they are too short`,
      )
  }

  /** The cycle of a case that passed its goal by most; null without traces, and if none did. */
  worstOf(tally: Tally): WorstCycle | null {
    return this.#worst.get(tally) ?? null
  }

  async #runOurs(tally: Tally, seconds: number): Promise<void> {
    const { parameters } = tally
    const run = (trace?: string): Promise<Measurement> =>
      this.#bench.run(parameters, seconds, this.#nextSeed(), trace)
    const add = ({ all, warm, record }: Measurement): void => tally.add(all, warm, record.rescues)
    if (!this.#options.traces) return add(await run())
    const directory = makeTemporaryFolder()
    try {
      const file = join(directory, 'trace.json')
      const measured = await run(file)
      add(measured)
      const most = Math.max(0, ...measured.warm.map(({ overrun }) => overrun))
      if (most <= (this.worstOf(tally)?.overrun ?? 0)) return
      this.#worst.set(tally, worstCycleOf(measured.warm, await readFile(file, 'utf8')))
    } finally {
      removeTemporaryFolder(directory)
    }
  }

  #nextSeed(): number {
    return (this.#options.seed + this.#runs++) >>> 0
  }
}
