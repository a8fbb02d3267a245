/**
 * Runs the lab's programs one after the other, in warm threads. A run that fails ends the
 * experiment: its figures would mean nothing.
 */
import { Runtime } from 'sawtooth/host'
import type { RunFlags } from 'sawtooth/internal/runtime/options/configuration'
import type { CycleRecord, RunRecord } from 'sawtooth/internal/runtime/report/record'
import { labFile } from '../../package-files.ts'
import { expectWritten } from '../../run.ts'
import { COLD_MS, MOST_RUNS } from '../warm-threads.ts'
import { flagsOf, type Policy } from './configurations.ts'

export interface Run {
  readonly record: RunRecord
  /** What the program printed on standard output. */
  readonly printed: string
  /** Trace events and cycle records that found no room in their ring. */
  readonly dropped: number
}

export class Runs implements AsyncDisposable {
  #runtime = new Runtime()
  #count = 0
  readonly #signal: AbortSignal | undefined

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal
  }

  /**
   * Runs a program of lab/overrun/programs under a policy. The environment's GOGC and GOMEMLIMIT
   * have no effect.
   *
   * @throws Error if the run does not end with exit 0, and if a wait in it was ended only by its
   * safety net
   */
  async run(program: string, policy: Policy, flags: RunFlags): Promise<Run> {
    if (this.#count++ % MOST_RUNS === MOST_RUNS - 1) await this.#renew()
    const stdout: string[] = []
    const stderr: string[] = []
    const record = await this.#runtime.run(labFile(`overrun/programs/${program}.ts`), {
      gogc: 100,
      memoryLimit: 'off',
      keepCycles: Number.POSITIVE_INFINITY,
      ...flagsOf(policy),
      ...flags,
      ...(this.#signal === undefined ? {} : { signal: this.#signal }),
      stdout: textStream(text => stdout.push(text)),
      stderr: textStream(text => stderr.push(text)),
    })
    expectWritten(record)
    const said = `${program}, ${policy.name}, P = ${record.procs}, seed ${record.seed}`
    if (record.exit !== 0) throw new Error(`${said}: exit ${record.exit}: ${record.error?.message}`)
    if (record.rescues > 0)
      throw new Error(`${said}: ${record.rescues} waits were ended by their net alone`)
    const dropped = /^(\d+) trace events or cycle records were dropped/m.exec(stderr.join(''))?.[1]
    return { record, printed: stdout.join(''), dropped: Number(dropped ?? 0) }
  }

  async #renew(): Promise<void> {
    await this.#runtime.close()
    this.#runtime = new Runtime()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runtime.close()
  }
}

/** The seed of an experiment's nth run, from 0: of 32 bits, as a run takes it. */
export function seedOf(seed: number, n: number): number {
  return (seed + n) >>> 0
}

/** The cycles of a run without its cold ones, which begin less than COLD_MS after the run. */
export function warmCycles(record: RunRecord): CycleRecord[] {
  return record.cycles.filter(({ startMs }) => startMs >= COLD_MS)
}

function textStream(take: (text: string) => void): NodeJS.WritableStream {
  const decoder = new TextDecoder()
  return {
    write: (chunk: string | Uint8Array) => {
      take(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))
      return true
    },
  } as unknown as NodeJS.WritableStream
}
