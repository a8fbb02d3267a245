/** One run of a workload, and what it says. */
import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { ownJson } from '../../json.ts'
import { FailedRun } from '../../run.ts'
import type { Go } from '../go.ts'
import { tracedCyclesIn } from '../go-variants/traced-cycles.ts'
import type { WorkloadName } from './workloads.ts'

/** What a workload is run with. */
export interface PriceSituation {
  readonly workload: WorkloadName
  readonly procs: number
  /** Of base, and of the variants. */
  readonly gogc: number
  readonly comparedGogc: number
  /** Bytes; null: off. */
  readonly memoryLimit: number | null
}

/** A situation of one run. */
type Flags = Omit<PriceSituation, 'comparedGogc'>

export interface PriceRun {
  readonly seconds: number
  /** Of the program and of the system for it, in seconds. */
  readonly cpuSeconds: number
  readonly cycles: number
  /** Ragged barriers, by which somebody tried to end a mark, for each cycle. */
  readonly triesACycle: number
  /** The live heap at the end of a mark, of the cycle that had most. */
  readonly peakHeap: number
  /** Of two stops for each cycle. */
  readonly pausesUs: readonly number[]
  /** Of each cycle. */
  readonly pastGoals: readonly number[]
  /** What the workload timed, in the buckets of latency-buckets.ts; null: nothing. */
  readonly latencies: Latencies | null
}

export interface Latencies {
  readonly counts: readonly number[]
  readonly maxUs: number
}

/** What the program prints. */
interface Said {
  readonly seconds: number
  readonly cpu: number
  /** What the runtime has from the system beside the heap, bytes. */
  readonly other: number
  readonly latencies: Latencies | null
}

/** A run takes less than that; what takes longer hangs. */
const MOST_SECONDS = 300
const MOST_SHOWN = 300

/** Throws a FailedRun for a program that fails, hangs, or tells of no cycle. */
export async function runWorkload(go: Go, flags: Flags, work: number): Promise<PriceRun> {
  const { said, cycles } = await carryOut(go, flags, work)
  return {
    seconds: said.seconds,
    cpuSeconds: said.cpu,
    cycles: cycles.length,
    triesACycle: cycles.reduce((sum, { tries }) => sum + tries, 0) / cycles.length,
    peakHeap: Math.max(...cycles.map(({ heap }) => heap)),
    pausesUs: cycles.flatMap(({ pausesUs }) => pausesUs),
    pastGoals: cycles.map(({ pastGoal }) => pastGoal),
    latencies: said.latencies,
  }
}

/** A quarter above what lives, and what the runtime needs beside the heap. */
export async function limitNearWhatLives(
  go: Go,
  workload: WorkloadName,
  procs: number,
  work: number,
): Promise<number> {
  const { said, cycles } = await carryOut(
    go,
    { workload, procs, gogc: 100, memoryLimit: null },
    work,
  )
  return Math.ceil(1.25 * Math.max(...cycles.map(({ marked }) => marked)) + said.other)
}

async function carryOut(go: Go, { workload, procs, gogc, memoryLimit }: Flags, work: number) {
  const { stdout, stderr } = await go
    .run('price', {
      procs,
      gogc,
      memoryLimit,
      args: ['-workload', workload, '-work', work],
      seconds: MOST_SECONDS,
    })
    .catch((error: unknown) => {
      if (go.signal?.aborted) throw error
      throw new FailedRun(`${workload}, ${procs} P: ${failureOf(error)}`)
    })
  const cycles = tracedCyclesIn(stderr)
  if (cycles.length === 0)
    throw new FailedRun(`${workload}, ${procs} P: Go has told of no cycle: more --work is needed`)
  return { said: ownJson<Said>(stdout), cycles }
}

/** What a program that failed said last, of which the first line names the fault. */
function failureOf(error: unknown): string {
  const {
    stderr = '',
    killed,
    code,
  } = error as {
    stderr?: string
    killed?: boolean
    code?: number
  }
  if (killed === true) return `the program was not over after ${MOST_SECONDS} s`
  const fault = /^(?:fatal error|panic|runtime):[\s\S]*/m.exec(stderr)?.[0] ?? stderr
  return printable(`exit ${code}: ${fault.slice(0, MOST_SHOWN)}`)
}
