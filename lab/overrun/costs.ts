/**
 * Measures what a policy costs, against Go's protocol without a gate.
 *
 * 1. Pairs: the policy and the baseline run in turn, and every second pair begins with the other of
 *    the two. They give throughput, pauses and overrun.
 * 2. Rounds: each policy runs in turn. They give the latency of allocations, and a trace for the
 *    minimum mutator utilization. No throughput is taken from them.
 *
 * The baseline is also compared with itself. The interval of that is the noise of the machine.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { type CycleRecord, type RunOptions, type RunRecord, Runtime } from 'sawtooth/host'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from 'sawtooth/internal/runtime/output/temporary-folder'
import { readTraceEvents } from 'sawtooth/internal/runtime/report/trace-events'
import { median, quantile } from 'simple-statistics'
import { ownJson } from '../json.ts'
import { exampleFile, labFile } from '../package-files.ts'
import { expectWritten } from '../run.ts'
import { BUCKETS, percentilesOfCounts } from './latency-buckets.ts'
import { minimumMutatorUtilization, takenSlices } from './mutator-utilization.ts'
import { BASELINE, type Policy, policyName } from './policy.ts'
import { medianInterval } from './quantile-interval.ts'
import type { Cost, LatencyPercentiles } from './results.ts'

/** A program that does the same work in every run. */
export interface CostProgram {
  readonly name: string
  readonly file: string
  readonly args: readonly string[]
}

/** The part of a Runtime that is needed here. */
export type CostRuntime = Pick<Runtime, 'run' | 'close'>

export interface CostOptions {
  readonly policies: readonly Policy[]
  readonly programs: readonly CostProgram[]
  /** At least FEWEST of quantile-interval.ts. */
  readonly pairs: number
  readonly procs: number
  /** GOGC of the policies; the baseline has 100. */
  readonly gogc?: number
  /** The seed of the runs. Both runs of a pair have the same. */
  readonly seed: number
  /** The number of rounds. The longest latency and the least utilization are over all of them. */
  readonly rounds: number
  /** Called with a short text of what is done now. */
  readonly progress: (text: string) => void
  /** Ends the measurement: the run is aborted, and measureCosts rejects. */
  readonly signal?: AbortSignal
}

/**
 * Runs of each policy on each program before the first pair. In them the threads of the pool still
 * compile the runtime.
 */
const WARM_RUNS = 2
/**
 * How long a P compiles the code of the program, in a pool that has compiled the runtime (measured:
 * 50 ms). Cycles that begin earlier are left out.
 */
const WARM_MS = 100
const WINDOWS_MS = [1, 10, 100]

const LATENCY_PROGRAM = labFile('overrun/programs/allocation-latency.ts')

/** The programs of the criterion. Each is some 0.6 s of work for 2 Ps on 2 cores. */
export const COST_PROGRAMS: readonly CostProgram[] = [
  { name: 'alloc-storm', file: exampleFile('alloc-storm.ts'), args: ['--tasks', '256'] },
  { name: 'binary-trees', file: exampleFile('binary-trees.ts'), args: ['17'] },
]

/** One policy on one program, while it is measured. */
interface Subject {
  readonly policy: Policy
  readonly program: CostProgram
  readonly speedUps: number[]
  readonly pauseRatios: number[]
  /** Cycles of a run, as a ratio to those of the baseline's. */
  readonly cycleRatios: number[]
  readonly cycles: CycleRecord[]
  /** The least utilization so far, by window in ms. */
  readonly utilization: Record<string, number>
}

/** How long allocations took under a policy: latency-buckets.ts. */
interface Latencies {
  readonly policy: Policy
  readonly counts: number[]
  maxUs: number
}

/**
 * Measures the baseline and then the policies. Rows are in the order of programs, then policies.
 *
 * @param runtime - carries out the runs, and is closed at the end
 * @throws Error for a run that failed, for one that had no warm cycle, and for one in which a wait
 * was ended by its safety net
 */
export async function measureCosts(
  options: CostOptions,
  runtime: CostRuntime = new Runtime(),
): Promise<Cost[]> {
  const policies = [
    BASELINE,
    ...options.policies.filter(policy => policyName(policy) !== policyName(BASELINE)),
  ]
  const subjects = options.programs.flatMap(program =>
    policies.map(
      (policy): Subject => ({
        policy,
        program,
        speedUps: [],
        pauseRatios: [],
        cycleRatios: [],
        cycles: [],
        utilization: {},
      }),
    ),
  )
  const latencies = policies.map(
    (policy): Latencies => ({ policy, counts: new Array(BUCKETS).fill(0), maxUs: 0 }),
  )
  const laboratory = new Laboratory(options, runtime)
  try {
    options.progress(`${WARM_RUNS} runs of each to compile the code`)
    await laboratory.warm(subjects)
    for (let pair = 0; pair < options.pairs; pair++)
      for (const subject of subjects) {
        options.progress(
          `pair ${pair + 1} of ${options.pairs}: ${subject.program.name}, ${policyName(subject.policy)}`,
        )
        await laboratory.pair(subject, pair)
      }
    for (let round = 0; round < options.rounds; round++) {
      const text = `latency and utilization, round ${round + 1} of ${options.rounds}`
      for (const each of latencies) {
        options.progress(`${text}: ${policyName(each.policy)}`)
        await laboratory.latency(each, round)
      }
      for (const subject of subjects) {
        options.progress(`${text}: ${subject.program.name}, ${policyName(subject.policy)}`)
        await laboratory.utilization(subject, round)
      }
    }
  } finally {
    await laboratory.close()
  }
  return subjects.flatMap(subject =>
    latencies
      .filter(({ policy }) => policy === subject.policy)
      .map(({ counts, maxUs }) =>
        costOf(subject, percentilesOfCounts(counts, maxUs), options.procs),
      ),
  )
}

/** Runs all programs in one Runtime, so that threads and arena are the same for all. */
class Laboratory {
  readonly #runtime: CostRuntime
  readonly #procs: number
  readonly #seed: number
  readonly #gogc: number
  readonly #signal: AbortSignal | undefined

  constructor({ procs, seed, gogc = 100, signal }: CostOptions, runtime: CostRuntime) {
    this.#runtime = runtime
    this.#signal = signal
    this.#procs = procs
    this.#seed = seed
    this.#gogc = gogc
  }

  close(): Promise<void> {
    return this.#runtime.close()
  }

  async warm(subjects: readonly Subject[]): Promise<void> {
    for (let run = 0; run < WARM_RUNS; run++)
      for (const { program, policy } of subjects) await this.#run(program, policy, run)
  }

  async pair(subject: Subject, pair: number): Promise<void> {
    const { program, policy } = subject
    const [one, other] = pair % 2 === 0 ? [policy, BASELINE] : [BASELINE, policy]
    const first = (await this.#run(program, one, pair)).record
    const second = (await this.#run(program, other, pair)).record
    const [ours, theirs] = pair % 2 === 0 ? [first, second] : [second, first]
    subject.speedUps.push(theirs.wallMs / ours.wallMs)
    subject.pauseRatios.push(
      median(pausesUs(warmCycles(ours))) / median(pausesUs(warmCycles(theirs))),
    )
    subject.cycleRatios.push(ours.cycles.length / theirs.cycles.length)
    subject.cycles.push(...warmCycles(ours))
  }

  async latency(latencies: Latencies, round: number): Promise<void> {
    const program = {
      name: 'allocation-latency',
      file: LATENCY_PROGRAM,
      args: ['--warm-ms', String(WARM_MS)],
    }
    const { output } = await this.#run(program, latencies.policy, round)
    const { counts, maxUs } = ownJson<Pick<Latencies, 'counts' | 'maxUs'>>(output)
    counts.forEach((count, bucket) => {
      latencies.counts[bucket] = (latencies.counts[bucket] ?? 0) + count
    })
    latencies.maxUs = Math.max(latencies.maxUs, maxUs)
  }

  async utilization({ program, policy, utilization }: Subject, round: number): Promise<void> {
    const directory = makeTemporaryFolder()
    try {
      const trace = join(directory, 'trace.json')
      const { record } = await this.#run(program, policy, round, { trace })
      const taken = takenSlices(readTraceEvents(await readFile(trace, 'utf8')))
      const span = { fromMs: WARM_MS, toMs: record.wallMs }
      for (const [window, share] of Object.entries(
        minimumMutatorUtilization(taken, this.#procs, span, WINDOWS_MS),
      ))
        utilization[window] = Math.min(utilization[window] ?? 1, share)
    } finally {
      removeTemporaryFolder(directory)
    }
  }

  async #run(
    program: CostProgram,
    policy: Policy,
    repetition: number,
    more: RunOptions = {},
  ): Promise<{ record: RunRecord; output: string }> {
    const [stdout, stderr] = [new Kept(), new Kept()]
    const { args } = program
    const seed = (this.#seed + repetition) % 2 ** 32
    const gogc = policy === BASELINE ? 100 : this.#gogc
    const interrupt = this.#signal === undefined ? {} : { signal: this.#signal }
    const run = {
      ...policy,
      keepCycles: Number.POSITIVE_INFINITY,
      gogc,
      args,
      procs: this.#procs,
      seed,
      stdout,
      stderr,
      ...interrupt,
      ...more,
    }
    const record = await this.#runtime.run(program.file, run)
    expectWritten(record)
    const what = `${program.name} under ${policyName(policy)}`
    if (record.exit !== 0)
      throw new Error(`${what}: exit ${record.exit}: ${record.error?.message ?? stderr.text}`)
    if (record.rescues !== 0)
      throw new Error(`${what}: ${record.rescues} waits were ended by their safety net, must be 0`)
    // Events that the rings had no room for would be missing in the utilization.
    if (stderr.text.includes('trace events or cycle records were dropped'))
      throw new Error(`${what}: ${stderr.text}`)
    if (warmCycles(record).length === 0)
      throw new Error(
        `${what}: no cycle began after ${WARM_MS} ms, in ${Math.round(record.wallMs)} ms: more work is needed`,
      )
    return { record, output: stdout.text }
  }
}

/** Keeps what a run prints. */
class Kept extends Writable {
  text = ''

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

function warmCycles({ cycles }: RunRecord): readonly CycleRecord[] {
  return cycles.filter(({ startMs }) => startMs >= WARM_MS)
}

function pausesUs(cycles: readonly CycleRecord[]): number[] {
  return cycles.flatMap(({ stwSetupUs, stwTerminationUs }) => [stwSetupUs, stwTerminationUs])
}

function costOf(subject: Subject, allocationUs: LatencyPercentiles, procs: number): Cost {
  const { policy, program, speedUps, pauseRatios, cycleRatios, cycles, utilization } = subject
  const overruns = cycles.map(({ overrun }) => overrun)
  const overrunAt = (share: number): number => quantile(overruns, share)
  return {
    program: program.name,
    termination: policy.termination,
    gate: policy.gate,
    credit: policy.credit,
    procs,
    throughput: { ...medianInterval(speedUps), pairs: speedUps.length },
    pauseUs: percentiles(pausesUs(cycles)),
    pauseRatio: medianInterval(pauseRatios),
    cycleRatio: median(cycleRatios),
    allocationUs,
    minimumMutatorUtilization: utilization,
    overrun: {
      p50: overrunAt(0.5),
      p90: overrunAt(0.9),
      p99: overrunAt(0.99),
      max: overrunAt(1),
    },
  }
}

function percentiles(values: number[]): LatencyPercentiles {
  const at = (share: number): number => quantile(values, share)
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) }
}
