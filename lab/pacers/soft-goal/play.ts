/** Plays a pacer over a scenario, and keeps what golang/go#14951 asks of each cycle. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadPacer } from 'sawtooth/internal/runtime/load/load-pacer'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from 'sawtooth/internal/runtime/output/temporary-folder'
import { itemAt } from '../../indexed.ts'
import { Random, seedOf } from '../../random.ts'
import { leagueScenario } from '../input.ts'
import { NOISE_FIELDS, NoisyNature } from '../noisy/nature.ts'
import { derivedPacer } from '../real/derived-pacer.ts'
import { type Measured, measure } from '../real/engine.ts'
import { globalsOf, type Scenario } from '../scenario.ts'
import { newOutcome, simulatedRun } from '../stepped/engine.ts'
import { smooth } from '../stepped/nature.ts'

export const SOFT_GOAL_ENGINES = ['stepped', 'noisy', 'real'] as const
export type SoftGoalEngine = (typeof SOFT_GOAL_ENGINES)[number]

/** Sizes in bytes. */
export interface Cycle {
  /** What the cycle before marked, and what of it still lives: all but what it allocated black. */
  readonly heapLive: number
  readonly live: number
  readonly trigger: number
  readonly peak: number
  readonly goal: number
  readonly work: number
  /** Shares of the CPU while marking. */
  readonly utilization: number
  readonly assists: number
  /** Assist ratio at the start; null on the real heap. */
  readonly firstRatio: number | null
  /** Background credit that workers gave, and what of it is left at the end, in bytes of work. */
  readonly creditGiven: number
  readonly creditLeft: number
}

export interface Task {
  readonly pacer: string
  readonly scenario: string
  readonly engine: SoftGoalEngine
}

export interface Played extends Task {
  /** One run; of the noisy engine several. */
  readonly runs: readonly (readonly Cycle[])[]
  /** What a reader must know before the numbers are trusted. */
  readonly remarks: readonly string[]
}

export interface PlayOptions {
  readonly seed: number
  /** Ps of the real heap; null: as many as the scenario has cores. */
  readonly procs: number | null
  readonly signal?: AbortSignal
}

const NOISY_RUNS = 20

/** Throws an InputError, and for the real heap a FailedRun. */
export async function play(task: Task, options: PlayOptions): Promise<Played> {
  const { scenario } = leagueScenario(task.scenario, options.seed)
  if (task.engine === 'real') return measured(task, scenario, options)
  const pacer = await loadPacer(task.pacer)
  if (task.engine === 'stepped') {
    const run = cyclesOf(scenario, simulatedRun(scenario, pacer, smooth))
    return { ...task, runs: [run], remarks: [] }
  }
  const levels = globalsOf(scenario, NOISE_FIELDS)
  const runs = Array.from({ length: NOISY_RUNS }, (_, run) => {
    const nature = new NoisyNature(levels, new Random(seedOf(options.seed, run)))
    return cyclesOf(scenario, simulatedRun(scenario, pacer, nature))
  })
  return { ...task, runs, remarks: [] }
}

function cyclesOf(scenario: Scenario, run: ReturnType<typeof simulatedRun>): Cycle[] {
  const out = newOutcome()
  return withLive(
    Array.from({ length: scenario.cycles }, (_, cycle) => {
      run(cycle, out)
      const { heapLive, trigger, peak, goal, work, utilization, assists } = out
      const { firstRatio, creditGiven, creditLeft } = out
      return {
        ...{ heapLive, trigger, peak, goal, work, utilization, assists },
        ...{ firstRatio, creditGiven, creditLeft },
      }
    }),
  )
}

/** The real engine's columns for the numbers of a cycle. */
const COLUMN_OF = {
  ...{ heapLive: 'heap_live', trigger: 'trigger', peak: 'peak', goal: 'goal', work: 'work' },
  ...{ utilization: 'gc_utilization', assists: 'assist_utilization' },
} as const

type Shown = keyof typeof COLUMN_OF
const MEASURED = Object.keys(COLUMN_OF) as Shown[]

async function measured(
  task: Task,
  scenario: Scenario,
  { seed, procs, signal }: PlayOptions,
): Promise<Played> {
  const folder = makeTemporaryFolder()
  const credits = join(folder, 'credits')
  try {
    const real = await measure(scenario, {
      pacer: derivedPacer(
        folder,
        task.pacer,
        `endCycle(state, facts) {
  appendFileSync(${JSON.stringify(credits)}, facts.creditLeft + '\\n')
  pacer.endCycle(state, facts)
}`,
        "import { appendFileSync } from 'node:fs'",
      ),
      ...{ procs, seed },
      ...(signal === undefined ? {} : { signal }),
    })
    const told = readFileSync(credits, 'utf8').trimEnd().split('\n').map(Number)
    // The run that measured how fast the machine scans told first.
    return realCycles(task, real, told.slice(-real.record.cycles.length))
  } finally {
    removeTemporaryFolder(folder)
  }
}

/** `credits`: what is left of it, in all cycles of the run. */
function realCycles(task: Task, real: Measured, credits: readonly number[]): Played {
  const [block] = real.blocks()
  const column = (name: Shown): number[] => [
    ...(block?.columns[real.columns.indexOf(COLUMN_OF[name])] ?? []),
  ]
  const columns = new Map(MEASURED.map(name => [name, column(name)]))
  const run = column('peak').map((_, row) => {
    const numbers = MEASURED.map(name => [name, itemAt(columns.get(name) ?? [], row)] as const)
    const cycle = Object.fromEntries(numbers) as Record<Shown, number>
    const { n, cpuMs } = itemAt(real.own, row)
    const unpaidMs = cpuMs.dedicated + cpuMs.fractional + cpuMs.idle
    // Work is not measured by who did it: it is divided by time.
    const creditGiven =
      (cycle.work * unpaidMs) / Math.max(unpaidMs + cpuMs.assist, Number.MIN_VALUE)
    return { ...cycle, firstRatio: null, creditGiven, creditLeft: itemAt(credits, n - 1) }
  })
  return { ...task, runs: [withLive(run)], remarks: real.remarks() }
}

function withLive(cycles: readonly Omit<Cycle, 'live'>[]): Cycle[] {
  return cycles.map((cycle, at) => {
    const before = at === 0 ? null : itemAt(cycles, at - 1)
    const black = before === null ? 0 : before.peak - before.trigger
    return { ...cycle, live: cycle.heapLive - black }
  })
}
