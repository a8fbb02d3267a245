/**
 * Measures pacers on programs.
 *
 * 1. Rounds, program by program: in each round every pacer runs once, and the baseline twice. The
 *    order turns from round to round. A ratio compares two runs of one round, so both met the same
 *    machine. The baseline's second run tells what noise is. Where programs took turns, the first
 *    run after a change took up to twice as long.
 * 2. Traces: each pacer runs each program once more, for the mutator utilization.
 * 3. GOGC: each pacer runs one program with each value.
 * 4. Latency: each pacer runs the program that times its allocations, and the program that times
 *    its goroutines, in rounds of all pacers.
 *
 * All runs are in one pool of threads, under Go's termination and without a gate, so that the pacer
 * alone differs.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RunOptions, type RunRecord, Runtime } from 'sawtooth/host'
import { HEAP_MINIMUM } from 'sawtooth/internal/gc/pacer/go-goal'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from 'sawtooth/internal/runtime/output/temporary-folder'
import { readTraceEvents } from 'sawtooth/internal/runtime/report/trace-events'
import { geometricMean, median } from 'simple-statistics'
import { itemAt } from '../../indexed.ts'
import { ownJson } from '../../json.ts'
import { boundOf, percentilesOfCounts } from '../../overrun/latency-buckets.ts'
import {
  type MutatorUtilization,
  mutatorUtilization,
  takenSlices,
} from '../../overrun/mutator-utilization.ts'
import { medianInterval } from '../../overrun/quantile-interval.ts'
import { labFile } from '../../package-files.ts'
import { expectWritten, FailedRun, listener } from '../../run.ts'
import { GOGC_PROGRAM, type SuiteProgram } from './programs.ts'
import type { GogcRow, LatencyRow, SuiteMean, SuiteRow, Timed } from './results.ts'

export interface SuiteOptions {
  /** The first is the baseline. */
  readonly pacers: readonly string[]
  readonly programs: readonly SuiteProgram[]
  /** At least FEWEST of quantile-interval.ts. */
  readonly rounds: number
  readonly procs: number
  readonly seed: number
  /** Values of GOGC. */
  readonly gogc: readonly number[]
  readonly isQuick: boolean
  readonly signal: AbortSignal
  /** Called before each run: what runs, how many runs are over, and how many there are. */
  readonly progress: (what: string, done: number, all: number) => void
}

export interface Measured {
  readonly rows: readonly SuiteRow[]
  readonly means: readonly SuiteMean[]
  readonly gogc: readonly GogcRow[]
  readonly latencies: readonly LatencyRow[]
}

/** Windows of the mutator utilization, in ms. */
export const WINDOWS_MS = [1, 2, 5, 10, 20, 50, 100, 200]
/** Runs of each program before the first round: threads compile the runtime and the program. */
const WARM_RUNS = 1
/** Below this, the goal under a GOGC of 100 is the heap minimum. */
const LEAST_PACED_LIVE = HEAP_MINIMUM / 2
/** Runs of each pacer in which latencies are counted. */
const LATENCY_RUNS = 3

/** Runs with a trace that are tried, if each loses events. */
const MOST_TRACED_RUNS = 5

/** A run that lost trace events or cycle records: what it tells is not whole. */
class RingsFull extends FailedRun {}

type Utilization = Pick<SuiteRow, 'mutatorUtilization' | 'tracedRuns'>

interface Ran {
  readonly record: RunRecord
  readonly cpuMs: number
  readonly printed: string
}

/** How many took how long (latency-buckets.ts), and the longest. */
interface Counts {
  readonly counts: readonly number[]
  readonly maxUs: number
}

type Counted = Readonly<Record<Timed, Counts>>

/** One pacer on one program, round by round. */
interface Subject {
  readonly program: SuiteProgram
  readonly pacer: string
  readonly runs: Ran[]
  readonly speeds: number[]
}

/** @throws FailedRun for a run that failed, and for one without a cycle */
export async function measureSuite(options: SuiteOptions): Promise<Measured> {
  const laboratory = new Laboratory(options)
  try {
    const subjects = await laboratory.rounds()
    const rows: SuiteRow[] = []
    for (const subject of subjects) rows.push(rowOf(subject, await laboratory.utilization(subject)))
    return {
      rows,
      means: meansOf(subjects, options),
      gogc: await laboratory.gogc(),
      latencies: await laboratory.latencies(),
    }
  } finally {
    await laboratory.close()
  }
}

class Laboratory {
  readonly #options: SuiteOptions
  readonly #runtime = new Runtime()
  readonly #all: number
  #done = 0

  constructor(options: SuiteOptions) {
    this.#options = options
    const { pacers, programs, rounds, gogc } = options
    const kinds = programs.length * (WARM_RUNS + rounds * (pacers.length + 1) + pacers.length)
    this.#all = kinds + pacers.length * (gogc.length + 2 * LATENCY_RUNS)
  }

  close(): Promise<void> {
    return this.#runtime.close()
  }

  async rounds(): Promise<Subject[]> {
    const { pacers, programs, rounds } = this.#options
    const baseline = itemAt(pacers, 0)
    const subjects = programs.flatMap(program =>
      pacers.map((pacer): Subject => ({ program, pacer, runs: [], speeds: [] })),
    )
    for (const program of programs) {
      const own = subjects.filter(subject => subject.program === program)
      for (let run = 0; run < WARM_RUNS; run++) await this.#run(program, baseline, run)
      for (let round = 0; round < rounds; round++) {
        const ran = await this.#round(program, [baseline, ...pacers], round)
        const reference = itemAt(ran, 0)
        for (const [index, subject] of own.entries()) {
          const one = itemAt(ran, index + 1)
          subject.runs.push(one)
          subject.speeds.push(reference.record.wallMs / one.record.wallMs)
        }
      }
    }
    return subjects
  }

  /** A run of each, in the order of `pacers`. It begins with another one in each round. */
  async #round(program: SuiteProgram, pacers: readonly string[], round: number): Promise<Ran[]> {
    const ran: Ran[] = []
    for (let turn = 0; turn < pacers.length; turn++) {
      const index = (round + turn) % pacers.length
      ran[index] = await this.#run(program, itemAt(pacers, index), round)
    }
    return ran
  }

  /**
   * Of one run, since a trace takes as long to read as several runs. Where the machine is so busy
   * that the host takes events too late, of the first run of some that lost none.
   */
  async utilization(subject: Subject): Promise<Utilization> {
    for (let run = 1; ; run++) {
      try {
        return { mutatorUtilization: await this.#utilization(subject, run), tracedRuns: run }
      } catch (error) {
        if (!(error instanceof RingsFull) || run === MOST_TRACED_RUNS) throw error
        this.#done--
      }
    }
  }

  async #utilization(
    { program, pacer }: Subject,
    run: number,
  ): Promise<Record<string, MutatorUtilization>> {
    const folder = makeTemporaryFolder()
    try {
      const trace = join(folder, 'trace.json')
      const { record } = await this.#run(program, pacer, run, { trace })
      const taken = takenSlices(readTraceEvents(await readFile(trace, 'utf8')))
      const span = { fromMs: 0, toMs: record.wallMs }
      return mutatorUtilization(taken, this.#options.procs, span, WINDOWS_MS)
    } finally {
      removeTemporaryFolder(folder)
    }
  }

  async gogc(): Promise<GogcRow[]> {
    const { pacers, programs, gogc } = this.#options
    const program = programs.find(({ name }) => name === GOGC_PROGRAM)
    if (program === undefined) return []
    const rows: GogcRow[] = []
    for (const pacer of pacers)
      for (const percent of gogc) {
        const { record } = await this.#run(program, pacer, 0, { gogc: percent })
        rows.push({
          ...{ pacer, gogc: percent, cycles: record.cycles.length, wallMs: record.wallMs },
          ...{ peakHeap: peakHeap(record), collectorMs: collectorMs(record) },
        })
      }
    return rows
  }

  async latencies(): Promise<LatencyRow[]> {
    const args = this.#options.isQuick ? ['--ms', '300', '--warm-ms', '100'] : []
    const programOf = (name: string, folder: string): SuiteProgram => ({
      ...{ name, file: labFile(`${folder}/programs/${name}.ts`), args, quick: args },
    })
    const allocations = programOf('allocation-latency', 'overrun')
    const goroutines = programOf('goroutine-latency', 'pacers')
    const { pacers } = this.#options
    const counted = new Map(pacers.map(pacer => [pacer, [] as Counted[]]))
    for (let run = 0; run < LATENCY_RUNS; run++)
      for (const pacer of pacers) {
        const { printed } = await this.#run(allocations, pacer, run)
        const told = (await this.#run(goroutines, pacer, run)).printed
        const { timer, request } = ownJson<Record<'timer' | 'request', Counts>>(told)
        counted
          .get(pacer)
          ?.push({ allocation: ownJson<Counts>(printed), timer, request } satisfies Counted)
      }
    return (['allocation', 'timer', 'request'] as const).flatMap(what =>
      [...counted].map(([pacer, runs]) =>
        latencyOf(
          pacer,
          what,
          runs.map(run => run[what]),
        ),
      ),
    )
  }

  async #run(
    program: SuiteProgram,
    pacer: string,
    repetition: number,
    more: RunOptions = {},
  ): Promise<Ran> {
    const { procs, seed, isQuick, signal, progress } = this.#options
    progress(`${program.name}, ${pacer}`, this.#done++, this.#all)
    let printed = ''
    let complained = ''
    const before = process.cpuUsage()
    const record = await this.#runtime.run(program.file, {
      ...{ pacer, procs, signal, termination: 'coordinator', gate: 'off' },
      ...{ gogc: 100, memoryLimit: 'off', keepCycles: Number.POSITIVE_INFINITY },
      seed: (seed + repetition) >>> 0,
      args: isQuick ? program.quick : program.args,
      stdout: listener(text => {
        printed += text
      }),
      stderr: listener(text => {
        complained += text
      }),
      ...more,
    })
    const { user, system } = process.cpuUsage(before)
    expectWritten(record)
    const what = `${program.name} under ${pacer}, seed ${record.seed}`
    if (record.exit !== 0)
      throw new FailedRun(
        `${what}: exit ${record.exit}: ${record.error?.message ?? complained.trimEnd()}`,
      )
    if (complained.includes('were dropped')) throw new RingsFull(`${what}: ${complained.trimEnd()}`)
    return { record, cpuMs: (user + system) / 1000, printed }
  }
}

function peakHeap({ cycles }: RunRecord): number {
  return Math.max(0, ...cycles.map(({ heapAtMarkEnd }) => heapAtMarkEnd))
}

/**
 * The middle of the cycles' goals, or of their ends of the mark, over what the cycle before marked;
 * null if no cycle has a goal above the heap minimum.
 */
function overLive({ cycles }: RunRecord, of: 'goal' | 'heapAtMarkEnd'): number | null {
  const ratios = cycles.flatMap((cycle, index) => {
    const live = cycles[index - 1]?.heapMarked ?? 0
    return live > LEAST_PACED_LIVE && cycle.goal !== null ? [(cycle[of] ?? live) / live] : []
  })
  return ratios.length === 0 ? null : median(ratios)
}

/** Workers, assists and stops, summed over Ps. Idle workers are not in it, as in Go's figures. */
function collectorMs({ cycles, procs }: RunRecord): number {
  return cycles.reduce((sum, { cpuMs, stwSetupUs, stwTerminationUs }) => {
    const { assist, dedicated, fractional } = cpuMs
    return sum + assist + dedicated + fractional + ((stwSetupUs + stwTerminationUs) / 1000) * procs
  }, 0)
}

/** From the end of the setup stop to the end of the termination stop. */
function barrierMs({ cycles }: RunRecord): number {
  return cycles.reduce(
    (sum, { markMs, stwTerminationUs }) => sum + markMs + stwTerminationUs / 1000,
    0,
  )
}

function rowOf({ program, pacer, runs, speeds }: Subject, utilization: Utilization): SuiteRow {
  const middle = (figure: (ran: Ran) => number): number => median(runs.map(figure))
  const middleOrNull = (figure: (ran: Ran) => number | null): number | null => {
    const figures = runs.flatMap(ran => figure(ran) ?? [])
    return figures.length === 0 ? null : median(figures)
  }
  return {
    ...{ program: program.name, pacer, speed: medianInterval(speeds), ...utilization },
    wallMs: middle(({ record }) => record.wallMs),
    cycles: middle(({ record }) => record.cycles.length),
    peakHeap: middle(({ record }) => peakHeap(record)),
    goalOverLive: middleOrNull(({ record }) => overLive(record, 'goal')),
    peakOverLive: middleOrNull(({ record }) => overLive(record, 'heapAtMarkEnd')),
    cpuMs: middle(({ cpuMs }) => cpuMs),
    collectorMs: middle(({ record }) => collectorMs(record)),
    barrierShare: middle(({ record }) => barrierMs(record) / record.wallMs),
  }
}

/** For each round the geometric mean over the programs; of these the median and its interval. */
function meansOf(subjects: readonly Subject[], { pacers, rounds }: SuiteOptions): SuiteMean[] {
  return pacers.map(pacer => {
    const own = subjects.filter(subject => subject.pacer === pacer)
    const means = Array.from({ length: rounds }, (_, round) =>
      geometricMean(own.map(({ speeds }) => itemAt(speeds, round))),
    )
    return { pacer, speed: medianInterval(means) }
  })
}

function latencyOf(pacer: string, what: Timed, runs: readonly Counts[]): LatencyRow {
  const counts = itemAt(runs, 0).counts.map((_, bucket) =>
    runs.reduce((sum, run) => sum + itemAt(run.counts, bucket), 0),
  )
  return {
    ...{ pacer, what, count: counts.reduce((sum, count) => sum + count, 0) },
    us: percentilesOfCounts(counts, Math.max(...runs.map(({ maxUs }) => maxUs))),
    deviationsUs: runs.map(run => deviationOf(run.counts)),
  }
}

/**
 * The standard deviation of what was counted, with the middle of its bucket for each: a bucket is
 * 4.4 % wide.
 */
export function deviationOf(counts: readonly number[]): number {
  const middles = counts.map((_, bucket) => (boundOf(bucket - 1) + boundOf(bucket)) / 2)
  const all = counts.reduce((sum, count) => sum + count, 0)
  const mean = (of: (middle: number) => number): number =>
    counts.reduce((sum, count, bucket) => sum + count * of(itemAt(middles, bucket)), 0) / all
  const average = mean(middle => middle)
  return Math.sqrt(mean(middle => (middle - average) ** 2))
}
