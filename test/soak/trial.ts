/**
 * A trial: one random program under one configuration, on real threads. It fails if the program
 * reports an error, if the runtime does, or if it does not end in time.
 */
import { fileURLToPath } from 'node:url'
import { Runtime } from '../../runtime/host/host.ts'
import type { RunRecord } from '../../runtime/report/record.ts'
import { type Configuration, told } from './configurations.ts'
import type { SoakProgram } from './grammar.ts'
import { failureOf, type Printed, totalsIn } from './outcome.ts'
import { Outputs } from './outputs.ts'
import type { Totals } from './totals.ts'

export interface Trial {
  readonly program: SoakProgram
  readonly configuration: Configuration
  /** The runs of the same Runtime before it. Their outcomes do not count. */
  readonly before?: readonly Trial[]
}

export interface Outcome {
  /** What is wrong, or null. */
  readonly failure: string | null
  readonly record: RunRecord
  /** The totals that the program printed, if it came to its end. */
  readonly totals: Totals | null
  /** How the Runtime's run before this one ended. Null if the Runtime is new. */
  readonly after: After | null
}

/** How a run of a warm Runtime can have ended, as the next run sees it. */
export type After = 'success' | 'error' | 'abort' | 'exhaustion' | 'lost output' | 'leftovers'

/**
 * The program's source, since the runtime prepares a program for each run. The path leads from
 * dist/test/soak up to the package.
 */
const INTERPRETER = fileURLToPath(
  `${new URL('../../../test/soak/programs/', import.meta.url)}interpreter.ts`,
)

/** How many runs of the same Runtime are reported with a failure. */
const MOST_BEFORE = 3

/** The time between two looks at whether a trial takes too long, in ms. */
const WATCH_MS = 50

/**
 * Carries out trials, one after the other, in one Runtime. So each trial meets what the runs before
 * it have left.
 */
export class Trials implements AsyncDisposable {
  #runtime = new Runtime()
  /** The last runs of this Runtime, and how the last of them ended. */
  #before: Trial[] = []
  #after: After | null = null

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runtime.close()
  }

  /** The last runs of the Runtime, without those of the last trial. */
  get before(): readonly Trial[] {
    return this.#before.slice(0, -1)
  }

  /**
   * Runs a trial. It may take `limitMs` from when its Ps are there. Before that, the host works and
   * the trial does not.
   */
  async run(trial: Trial, limitMs: number): Promise<Outcome> {
    const { program, configuration, before = [] } = trial
    if (before.length > 0) await this.#renew()
    for (const earlier of before) await this.run(earlier, limitMs)
    if (configuration.runtime === 'new') await this.#renew()
    const after = this.#after
    this.#before = [...this.#before, { program, configuration }].slice(-MOST_BEFORE - 1)
    const outcome = { ...(await this.#runOnce(trial, limitMs)), after }
    this.#after = afterOf(outcome)
    return outcome
  }

  async #runOnce(
    { program, configuration }: Trial,
    limitMs: number,
  ): Promise<Omit<Outcome, 'after'>> {
    const { flags, environment } = told(configuration)
    setEnvironment(environment)
    const outputs = new Outputs(configuration.outputs as readonly string[] | null)
    const aborter = new AbortController()
    let isAborted = false
    const abortMs = configuration.abort ?? null
    const abort = (): void => {
      isAborted = true
      aborter.abort()
    }
    const abortTimer = abortMs === null ? null : setTimeout(abort, Number(abortMs))
    const watch = this.#watch(limitMs, aborter)
    const uncaught = new Uncaught()
    try {
      const record = await this.#runtime.run(INTERPRETER, {
        ...flags,
        ...outputs.options,
        args: [JSON.stringify({ ...program, isChecked: configuration.check === true })],
        signal: aborter.signal,
      })
      const stood = watch.end()
      await outputs.end()
      const [out, err] = [printedOf(outputs.stdout), printedOf(outputs.stderr)]
      const { unwritten } = outputs
      const facts = {
        record,
        program,
        configuration,
        limitMs,
        stood,
        isAborted,
        out,
        err,
        unwritten,
      }
      const failure = failureOf({ ...facts, uncaught: uncaught.told }) ?? outputs.complaint(record)
      return { failure, record, totals: totalsIn(out.text) }
    } finally {
      if (abortTimer !== null) clearTimeout(abortTimer)
      watch.end()
      uncaught.end()
      outputs.remove()
    }
  }

  /**
   * Aborts the run when its time is over. `end` returns what the Ps did then, or null if the run
   * ended in time.
   */
  #watch(limitMs: number, aborter: AbortController): { end(): string[] | null } {
    let stood: string[] | null = null
    let began: number | null = null
    const watch = setInterval(() => {
      const now = this.#runtime.describe()
      if (now.length > 0) began ??= performance.now()
      if (began === null || performance.now() - began < limitMs) return
      stood ??= now
      aborter.abort()
    }, WATCH_MS)
    return {
      end: () => {
        clearInterval(watch)
        return stood
      },
    }
  }

  async #renew(): Promise<void> {
    await this.#runtime.close()
    this.#runtime = new Runtime()
    this.#before = []
    this.#after = null
  }
}

function setEnvironment(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
}

/** Collects the errors that the runtime lets fall on the host's process, which they would end. */
class Uncaught {
  readonly told: string[] = []
  readonly #hear = (thrown: unknown): void => {
    this.told.push(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown))
  }

  constructor() {
    process.on('uncaughtException', this.#hear)
    process.on('unhandledRejection', this.#hear)
  }

  end(): void {
    process.off('uncaughtException', this.#hear)
    process.off('unhandledRejection', this.#hear)
  }
}

function printedOf({ text, isWhole, isStruck, what }: Outputs['stdout']): Printed {
  return { text, isWhole, isClosed: isStruck && what === 'EPIPE' }
}

function afterOf({ record, totals }: Omit<Outcome, 'after'>): After {
  switch (record.error?.kind) {
    case undefined:
      return totals !== null && totals.left > 0 ? 'leftovers' : 'success'
    case 'interrupted':
      return 'abort'
    case 'outOfMemory':
      return 'exhaustion'
    case 'output':
      return 'lost output'
    default:
      return 'error'
  }
}
