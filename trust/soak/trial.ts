/** A trial: one random program under one configuration, on real threads. It fails if the program says so, if the runtime does, or if it does not end in time. */
import { fileURLToPath } from 'node:url'
import { Runtime } from '../../runtime/host.ts'
import type { RunRecord } from '../../runtime/record.ts'
import { type Configuration, hasRoom, told } from './configurations.ts'
import type { SoakProgram } from './grammar.ts'
import type { Totals } from './totals.ts'

export interface Trial {
  readonly program: SoakProgram
  readonly configuration: Configuration
}

export interface Outcome {
  /** What is wrong; null: nothing. */
  readonly failure: string | null
  readonly record: RunRecord
  /** What the program says of itself, if it came to its end. */
  readonly totals: Totals | null
}

/** As it stands in the sources, since the runtime prepares a program for each run: from dist/trust/soak up to the package. */
const INTERPRETER = fileURLToPath(new URL('../../../trust/soak/programs/', import.meta.url) + 'interpreter.ts')

/** Runs after which threads and arena are made anew: a thread never forgets a module. */
const MOST_RUNS = 100

/** How often it is looked whether a trial takes too long. */
const WATCH_MS = 50

/** Carries out trials, one after the other. */
export class Trials implements AsyncDisposable {
  #runtime = new Runtime()
  #runs = 0

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runtime.close()
  }

  /** `limitMs`: how long it may take, from when its Ps are there: until then it is the host that works. */
  async run({ program, configuration }: Trial, limitMs: number): Promise<Outcome> {
    if (this.#runs++ % MOST_RUNS === MOST_RUNS - 1) await this.#renew()
    const { flags, debug } = told(configuration)
    process.env['GODEBUG'] = debug
    const aborter = new AbortController()
    let stood: string[] | null = null
    let began: number | null = null
    const watch = setInterval(() => {
      const now = this.#runtime.describe()
      if (now.length > 0) began ??= performance.now()
      if (began === null || performance.now() - began < limitMs) return
      stood ??= now
      aborter.abort()
    }, WATCH_MS)
    const printed: string[] = []
    let record: RunRecord
    try {
      record = await this.#runtime.run(INTERPRETER, {
        ...flags,
        args: [JSON.stringify(program)],
        signal: aborter.signal,
        stdout: textStream(text => printed.push(text)),
        stderr: textStream(() => {}),
      })
    } finally {
      clearInterval(watch)
    }
    const totals = totalsIn(printed.join(''))
    return { failure: failureOf(record, totals, configuration, stood, limitMs), record, totals }
  }

  async #renew(): Promise<void> {
    await this.#runtime.close()
    this.#runtime = new Runtime()
  }
}

/** `stood`: what the Ps did when the time was over; null: it was not. */
function failureOf(
  record: RunRecord,
  totals: Totals | null,
  configuration: Configuration,
  stood: readonly string[] | null,
  limitMs: number,
): string | null {
  const { error, rescues } = record
  if (stood !== null) return `hang: not over after ${limitMs} ms\n${stood.join('\n')}`
  if (error !== null) {
    const by = error.goroutine === null ? '' : `\ngoroutine ${error.goroutine}`
    return `${error.kind}: ${error.message}${by}${error.stack === null ? '' : `\n${error.stack}`}`
  }
  if (rescues > 0) return `rescues: ${rescues} waits were ended by their net alone: wake-ups were lost`
  if (totals === null) return 'silent: the run ended, and the program did not say what it compared'
  if (totals.refused > 0 && hasRoom(configuration))
    return `memory: ${totals.refused} allocations were refused, in an arena with room`
  return null
}

function totalsIn(printed: string): Totals | null {
  const last = printed.trimEnd().split('\n').at(-1) as string
  return last.startsWith('{') ? (JSON.parse(last) as Totals) : null
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
