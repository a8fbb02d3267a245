/**
 * Runs the program that only allocates, with the parameters of a case. The sweep, the campaign and
 * the traces share this.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Runtime } from 'sawtooth/host'
import { HEAP_MINIMUM } from 'sawtooth/internal/gc/pacer/go-goal'
import {
  type RunFlags,
  resolveConfiguration,
} from 'sawtooth/internal/runtime/options/configuration'
import type { CycleRecord, RunRecord } from 'sawtooth/internal/runtime/report/record'
import { labFile } from '../package-files.ts'
import { expectWritten, FailedRun, silent } from '../run.ts'
import { KiB } from '../units.ts'
import { nameOf } from './cases.ts'
import { secondsBeside, startInstance, withInstances } from './instances.ts'
import { withNoise } from './noise.ts'
import type { CaseParameters } from './results.ts'
import { COLD_MS, MOST_RUNS, PATIENCE_MS } from './warm-threads.ts'

const PROGRAM = labFile('overrun/programs/alloc-only.ts')

/** Go's least goal at GOGC 100, bytes. */
export const LEAST_GOAL = HEAP_MINIMUM
/** What lives if the goal is the least one in any case, bytes. */
const HARDLY_ANY = 64 * KiB

export interface Measurement {
  /** All cycles of the run. */
  readonly all: readonly CycleRecord[]
  /** The cycles that count: not those before the allocators were started, and not the cold ones. */
  readonly warm: readonly CycleRecord[]
  readonly record: RunRecord
}

/** The user pressed Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** Runs the workload again and again, on threads that are kept. */
export class Workbench implements AsyncDisposable {
  readonly #signal: AbortSignal
  #runtime = new Runtime()
  #runs = 0

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runtime.close()
  }

  /**
   * Lets the goroutines of a case allocate for that many seconds, after the cold cycles.
   *
   * @throws UsageError for parameters that the runtime refuses; {@link FailedRun}; {@link
   * Interrupted}
   */
  async run(
    parameters: CaseParameters,
    seconds: number,
    seed: number,
    trace?: string,
  ): Promise<Measurement> {
    if (this.#signal.aborted) throw new Interrupted()
    if (++this.#runs % MOST_RUNS === 0) {
      await this.#runtime.close()
      this.#runtime = new Runtime()
    }
    const { noise, instances = 1 } = parameters
    const flags = flagsOf(parameters, seconds + COLD_MS / 1000, seed)
    const others = Array.from({ length: instances - 1 }, (_, index) =>
      startInstance(flagsOf(parameters, secondsBeside(seconds), (seed + index + 1) >>> 0)),
    )
    const record = await withInstances(others, this.#signal, () =>
      withNoise(noise, () =>
        this.#within(trace === undefined ? flags : { ...flags, trace }, seconds),
      ),
    )
    if (this.#signal.aborted) throw new Interrupted()
    expectWritten(record)
    if (record.error !== null)
      throw new FailedRun(`${nameOf(parameters)}: ${record.error.kind}: ${record.error.message}`)
    const { cycles } = record
    // Full rings drop records, and a cycle without a record may have done anything.
    if (cycles.length > 0 && cycles[cycles.length - 1]?.n !== cycles.length)
      throw new FailedRun(
        `${nameOf(parameters)}: records of cycles were dropped: there are ${cycles.length}, to number ${cycles.at(-1)?.n}`,
      )
    return { all: cycles, warm: warmOf(cycles), record }
  }

  async #within(flags: RunFlags, seconds: number): Promise<RunRecord> {
    const over = new AbortController()
    const aborter = new AbortController()
    const abort = (): void => aborter.abort()
    this.#signal.addEventListener('abort', abort)
    let stood: readonly string[] | null = null
    // Building a tree of 256 MiB takes some seconds, and more beside noise.
    const limit = delay(seconds * 1000 + PATIENCE_MS, undefined, { signal: over.signal }).then(
      () => {
        stood = this.#runtime.describe()
        abort()
      },
      () => {}, // it is over in time
    )
    try {
      const record = await this.#runtime.run(PROGRAM, {
        ...flags,
        keepCycles: Number.POSITIVE_INFINITY,
        signal: aborter.signal,
        stdout: silent(),
        stderr: silent(),
      })
      if (stood !== null)
        throw new FailedRun(
          `not over ${PATIENCE_MS / 1000} s after its time:\n${(stood as readonly string[]).join('\n')}`,
        )
      return record
    } finally {
      over.abort()
      await limit
      this.#signal.removeEventListener('abort', abort)
    }
  }
}

/**
 * Throws a UsageError if the runtime refuses what the case asks for, before anything is measured.
 */
export function checkCase(parameters: CaseParameters): void {
  resolveConfiguration(PROGRAM, flagsOf(parameters, 1, 1))
}

/** Bytes that live beside the garbage. With them and a GOGC of 100 the goal is that of the case. */
export function liveBytesOf(goal: number): number {
  return goal <= LEAST_GOAL ? HARDLY_ANY : goal / 2
}

function flagsOf(parameters: CaseParameters, seconds: number, seed: number): RunFlags {
  const { termination, gate, credit, wait, stackScans, procs, goal, injected } = parameters
  return {
    args: [
      '--goroutines',
      String(procs),
      '--live',
      String(liveBytesOf(goal)),
      '--seconds',
      String(seconds),
    ],
    procs,
    gogc: 100,
    memoryLimit: 'off',
    termination,
    gate,
    credit,
    barrierWait: wait,
    ...(stackScans === undefined ? {} : { stackScans }),
    seed,
    fault: injected === null ? [] : injected.split(' '),
  }
}

/**
 * The warm cycles. The program asks for a collection once its tree stands; cycles that begin {@link
 * COLD_MS} after that count.
 */
export function warmOf(cycles: readonly CycleRecord[]): CycleRecord[] {
  const asked = cycles.find(({ trigger }) => trigger === 'forced')
  if (asked === undefined) return []
  return cycles.filter(({ n, startMs }) => n > asked.n && startMs > asked.startMs + COLD_MS)
}
