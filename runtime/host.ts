/**
 * 'sawtooth/host': running programs from any Node program. The commands are a thin layer over this.
 *
 * @example const record = await run('./program.ts', { procs: 4, onCycle: cycle => console.log(cycle.heapAtMarkEnd) })
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { compareAndSwap, load, notify, scheduling } from '#sync'
import * as control from '../heap/layout/control.ts'
import { MAX_PS } from '../heap/layout/layout.ts'
import { Memory } from '../heap/memory.ts'
import { endAll } from '../scheduler/p.ts'
import { Sleepers } from '../scheduler/sleepers.ts'
import { type Configuration, type RunOptions, resolveConfiguration } from './configuration.ts'
import type { PMessage, PReport, PTold } from './p-thread.ts'
import { ProgramError } from './program-error.ts'
import { type PreparedProgram, prepareModule, prepareProgram } from './program-files.ts'
import { reclaim, touchedBytes } from './reclaim.ts'
import type { RunError, RunRecord } from './record.ts'
import { Session } from './session.ts'

export type { RunFlags, RunOptions } from './configuration.ts'
export type { CycleRecord, MemStats, RunError, RunRecord } from './record.ts'
export { UsageError } from './usage-error.ts'

/** How long Ps are waited for once the run is over, in ms; then their threads are ended. */
const PATIENCE_MS = 500

const PROGRAM_URL = new URL('./program.js', import.meta.url).href
/** What 'sawtooth' means to the program of a run. */
const programUrlOf = (run: number): string => new URL(`./run-program.js?run=${run}`, import.meta.url).href
const PACER_URL = new URL('../gc/pacer/pacer.js', import.meta.url).href

/** Exit codes by kind of error (DESIGN §10). */
const EXIT: Readonly<Record<string, number>> = {
  program: 1,
  deadlock: 2,
  outOfMemory: 2,
  breach: 3,
  pacer: 3,
  lostP: 3,
  internal: 3,
  interrupted: 130,
}

/** Runs that have been started in this process. */
let runs = 0

/** What one P's thread answered: its report, or that it died. */
type Answer = { readonly index: number; readonly report: PReport } | { readonly index: number; readonly death: string }

/** A pool of threads, for run after run. Close it when it is not needed any more, or declare it with `await using`. */
export class Runtime implements AsyncDisposable {
  #pool: Piscina | null = null
  #last: Promise<unknown> = Promise.resolve()
  #session: Session | null = null
  /** Bytes of memory that the last run touched. */
  #touched = 0

  /**
   * Runs a program. Resolves with its record for every run that started, whatever became of it; rejects with a UsageError before a start. Runs of
   * one Runtime are carried out one after the other.
   */
  run(program: string, options: RunOptions = {}): Promise<RunRecord> {
    return this.start(program, options, false)
  }

  /** As run; `showStatus`: draw a status line on the terminal. */
  start(program: string, options: RunOptions, showStatus: boolean): Promise<RunRecord> {
    const result = this.#last.then(
      () => this.#run(program, options, showStatus),
      () => this.#run(program, options, showStatus),
    )
    this.#last = result
    return result
  }

  /** What each P does at this moment, a line each: for who wants to know why a run does not end. Nothing between runs. */
  describe(): string[] {
    return this.#session?.describe() ?? []
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await this.#last.catch(() => undefined)
    await this.#destroyPool()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #run(program: string, options: RunOptions, showStatus: boolean): Promise<RunRecord> {
    const configuration = resolveConfiguration(program, options)
    const directory = await mkdtemp(join(tmpdir(), 'sawtooth-'))
    try {
      return await this.#runIn(directory, configuration, options, showStatus)
    } finally {
      await rm(directory, { recursive: true, force: true })
      // Here, since nothing on the way refers to the run's memory any more.
      reclaim(this.#touched)
    }
  }

  async #runIn(
    directory: string,
    configuration: Configuration,
    options: RunOptions,
    showStatus: boolean,
  ): Promise<RunRecord> {
    const { arena, procs } = configuration
    // Fresh in every run: what an earlier one has left behind can only reach its own.
    const memory = Memory.reserve({ arenaBytes: arena, procs })
    const run = ++runs
    const session = new Session(memory, configuration, options, showStatus)
    let program: PreparedProgram
    let pacer: PreparedProgram | null = null
    try {
      program = await prepareProgram(configuration.program, directory, programUrlOf(run), PACER_URL)
      if (configuration.pacer.startsWith('/'))
        pacer = await prepareModule(configuration.pacer, directory, PROGRAM_URL, PACER_URL)
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error
      return session.finish(1, { kind: 'program', message: error.message, goroutine: null, stack: null })
    }
    session.wakeAll = () => new Sleepers(memory).wakeAll()
    const abort = (): void => end(session, control.RUN_ABORTED)
    session.onClosedOutput = abort
    options.signal?.addEventListener('abort', abort)
    if (options.signal?.aborted) abort()
    session.start()
    this.#session = session
    try {
      const answers = await this.#runPs(run, session, configuration, program, pacer)
      const error = await errorOf(answers, program, pacer, memory, configuration, options.signal)
      const record = await session.finish(error === null ? 0 : (EXIT[error.kind] ?? 3), error)
      if (session.callbackError !== null) throw session.callbackError
      return record
    } finally {
      this.#session = null
      this.#touched = touchedBytes(memory)
      options.signal?.removeEventListener('abort', abort)
    }
  }

  /** Sends every P its message, and waits for all to answer: a P that dies ends the run, one that does not leave in time is ended. */
  async #runPs(
    run: number,
    session: Session,
    configuration: Configuration,
    program: PreparedProgram,
    pacer: PreparedProgram | null,
  ): Promise<Answer[]> {
    const { memory } = session
    const pool = this.#poolOf()
    const answers: Answer[] = []
    const lines = Array.from({ length: configuration.procs }, (_, index) => new Line(session, index))
    const threads = lines.map(async (line, index) => {
      const message: PMessage = {
        index,
        run,
        memory: memory.handle,
        schedule: session.schedule,
        configuration,
        entryUrl: program.entryUrl,
        builtins: program.builtins,
        pacerUrl: pacer?.entryUrl ?? null,
        host: line.port,
        handsOn: session.usesOwnStreams,
      }
      try {
        const report: PReport = await pool.run(message, { transferList: [line.port] })
        answers.push({ index, report })
      } catch (error) {
        answers.push({ index, death: error instanceof Error ? error.message : String(error) })
        end(session, control.RUN_ABORTED)
      } finally {
        line.close()
      }
    })
    const all = Promise.all(threads)
    if (!(await this.#settles(all, memory))) {
      // Some P is in a loop without a safepoint, or waits for a lock that a dead one holds. Its thread goes, and the pool with it.
      const before = [...answers]
      await this.#destroyPool()
      await all
      lines.forEach(({ told }, index) => {
        if (told !== null && !before.some(answer => answer.index === index)) before.push({ index, report: told })
      })
      return before
    }
    const isReusable = program.isSelfContained && (pacer?.isSelfContained ?? true)
    if (!isReusable || answers.some(answer => 'death' in answer || !answer.report.isReusable)) await this.#destroyPool()
    return answers
  }

  /** True once all have answered; false if the run is over and some have not in good time. */
  async #settles(all: Promise<unknown>, memory: Memory): Promise<boolean> {
    const settled = all.then(() => true)
    let overSince = 0
    for (;;) {
      if (await Promise.race([settled, delay(20, false)])) return true
      const state = load(memory.words, control.RUN_STATE)
      if (state === control.RUN_BOOTING || state === control.RUN_ACTIVE) continue
      overSince ||= Date.now()
      if (Date.now() - overSince > PATIENCE_MS) return false
    }
  }

  #poolOf(): Piscina {
    this.#pool ??= new Piscina({
      filename: new URL('./p-thread.js', import.meta.url).href,
      minThreads: 0,
      maxThreads: MAX_PS,
      concurrentTasksPerWorker: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
      atomics: 'disabled',
      recordTiming: false,
    })
    return this.#pool
  }

  async #destroyPool(): Promise<void> {
    const pool = this.#pool
    this.#pool = null
    await pool?.destroy()
  }
}

let shared: Runtime | null = null

/**
 * Runs a program in the process's own Runtime, which stays warm: the next run starts in a millisecond. See Runtime.run.
 *
 * @param program - a module whose default export is `function* main(...args: string[])`; .ts or .js
 */
export function run(program: string, options: RunOptions = {}): Promise<RunRecord> {
  return start(program, options, false)
}

/** Ends the threads of the process's own Runtime, once its runs are over. The next `run` makes another. */
export async function close(): Promise<void> {
  const closed = shared
  shared = null
  await closed?.close()
}

/** As run; `showStatus`: draw a status line on the terminal. */
export function start(program: string, options: RunOptions, showStatus: boolean): Promise<RunRecord> {
  shared ??= new Runtime()
  return shared.start(program, options, showStatus)
}

/** Ends a run from outside, whatever it does. */
function end({ memory, schedule }: Session, state: number): void {
  if (schedule !== null) scheduling?.release(schedule)
  const { words } = memory
  if (!compareAndSwap(words, control.RUN_STATE, control.RUN_BOOTING, state))
    compareAndSwap(words, control.RUN_STATE, control.RUN_ACTIVE, state)
  notify(words, control.RUN_STATE)
  endAll(memory)
}

/** What a P tells the host while it runs: console text that its ring has no room for, and how it has ended the run. */
class Line {
  /** The P's end. */
  readonly port: MessagePort
  /** Its report, if it has told one before it came to an end. */
  told: PReport | null = null
  readonly #session: Session
  readonly #index: number
  readonly #own: MessagePort

  constructor(session: Session, index: number) {
    const { port1, port2 } = new MessageChannel()
    this.port = port2
    this.#session = session
    this.#index = index
    this.#own = port1
    port1.on('message', told => this.#receive(told))
    port1.unref()
  }

  #receive(told: PTold): void {
    if ('report' in told) this.told = told.report
    else this.#session.receive(this.#index, told.stream, told.text)
  }

  /** Takes what is still in it, and closes it. */
  close(): void {
    for (let left = receiveMessageOnPort(this.#own); left !== undefined; left = receiveMessageOnPort(this.#own))
      this.#receive(left.message)
    this.#own.close()
  }
}

/** What ended the run, in the terms of the program's sources; null if `main` returned. */
async function errorOf(
  answers: readonly Answer[],
  program: PreparedProgram,
  pacer: PreparedProgram | null,
  memory: Memory,
  { faults }: Configuration,
  signal: AbortSignal | undefined,
): Promise<RunError | null> {
  const hint = faults.some(({ action }) => action.kind === 'exit')
    ? '--fault … exit'
    : 'a program ends by returning from main, not by process.exit'
  for (const answer of answers) {
    if ('death' in answer)
      return {
        kind: 'lostP',
        message: `P ${answer.index} died in the middle of the run: ${answer.death} (${hint})`,
        goroutine: null,
        stack: null,
      }
  }
  const failed = answers.find(answer => 'report' in answer && answer.report.error !== null)
  if (failed !== undefined && 'report' in failed && failed.report.error !== null)
    return mapped(failed.report.error, program, pacer)
  if (load(memory.words, control.RUN_STATE) === control.RUN_FINISHED) return null
  if (load(memory.words, control.RUN_STATE) === control.RUN_ABORTED) {
    const message = signal?.aborted ? 'interrupted' : 'interrupted: nobody reads the standard output any more'
    return { kind: 'interrupted', message, goroutine: null, stack: null }
  }
  return { kind: 'internal', message: 'the run ended, and no P says why', goroutine: null, stack: null }
}

async function mapped(
  error: RunError & { readonly isSyntaxError: boolean },
  program: PreparedProgram,
  pacer: PreparedProgram | null,
): Promise<RunError> {
  const { kind, goroutine, isSyntaxError } = error
  const found =
    isSyntaxError && goroutine === null ? ((await program.findSyntaxError()) ?? (await pacer?.findSyntaxError())) : null
  if (found) return { kind, message: found.message, goroutine, stack: null }
  const { mapStack } = kind === 'pacer' && pacer !== null ? pacer : program
  const hasLine = kind === 'program' || kind === 'breach' || kind === 'pacer'
  const stack = error.stack !== null && hasLine ? mapStack(error.stack) : kind === 'internal' ? error.stack : null
  return { kind, message: mapStack(error.message), goroutine, stack }
}
