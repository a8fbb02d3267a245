/**
 * 'sawtooth/host': running programs from any Node program. The commands are a thin layer over this.
 *
 * @example const record = await run('./program.ts', { procs: 4, onCycle: cycle => console.log(cycle.heapAtMarkEnd) })
 */
import { setTimeout as delay } from 'node:timers/promises'
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { compareAndSwap, load, notify, scheduling } from '#sync'
import { MAX_PS } from '../../memory/layout.ts'
import { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import { endAll } from '../../scheduler/ending.ts'
import { Sleepers } from '../../scheduler/sleepers.ts'
import { describeThrown, isA } from '../errors/thrown.ts'
import { UsageError } from '../errors/usage-error.ts'
import { reclaim, touchedBytes } from '../isolation/reclaim.ts'
import { EagerCompilation } from '../load/eager-compilation.ts'
import { ModulesInEvaluation } from '../load/module-loading.ts'
import { PACER_URL, PROGRAM_URL } from '../load/package-file.ts'
import { ProgramError } from '../load/program-error.ts'
import { type PreparedProgram, prepareModule, prepareProgram } from '../load/program-files.ts'
import {
  type Configuration,
  type RunOptions,
  resolveConfiguration,
} from '../options/configuration.ts'
import { inputGuard, type NamedPath, outputsOf } from '../output/output-paths.ts'
import { makeTemporaryFolder, removeTemporaryFolder } from '../output/temporary-folder.ts'
import type { RunError, RunRecord } from '../report/record.ts'
import type { Ending, PMessage, PReport, PTold } from './p-thread.ts'
import { Session } from './session.ts'
import { Interruption } from './signals.ts'
import { expectRoomForThreads, expectSoundProcess } from './sound-process.ts'
import { deathOf, limitReached, startRefused } from './thread-failure.ts'
import { ThreadError, ThreadPool } from './thread-pool.ts'

export { OutputError } from '../errors/output-error.ts'
export { UsageError } from '../errors/usage-error.ts'
export type { RunFlags, RunOptions } from '../options/configuration.ts'
export type { CycleRecord, MemStats, RunError, RunRecord } from '../report/record.ts'

/** How often modules that do not end are looked for, in ms. */
const LOADING_LOOK_MS = 500

/** How long Ps are waited for once the run is over, in ms; then their threads are ended. */
const PATIENCE_MS = 500
/** Where no goroutine has run there is nothing to leave. */
const BOOT_PATIENCE_MS = 50
/**
 * How long a P may take to describe what ended the run, in ms: an error may compute its message,
 * and the P's thread may wait for a core.
 */
const DESCRIBING_MS = 10_000

/** What 'sawtooth' means to the program of a run. */
const programUrlOf = (run: number): string =>
  new URL(`../program/run-program.js?run=${run}`, import.meta.url).href

/** Runs that have been started in this process. */
let runs = 0

/** What one P's thread answered: its report, or that it died. */
type Answer =
  | { readonly index: number; readonly report: PReport }
  | { readonly index: number; readonly death: unknown }

/** A pool of threads, for run after run. Close it when it is not needed any more, or declare it with `await using`. */
export class Runtime implements AsyncDisposable {
  #pool: ThreadPool<PMessage, PReport> | null = null
  #last: Promise<unknown> = Promise.resolve()
  /** The end of the threads that went last. */
  #destroyed: Promise<void> = Promise.resolve()
  #session: Session | null = null
  /**
   * True: the programs of this Runtime are known to leave nothing in the modules that they import, which are then no
   * reason to end threads. For programs of our own.
   */
  trustsImports = false
  /** Bytes of memory that the last run touched. */
  #touched = 0

  /**
   * Runs a program. Resolves with its record for every run that started, whatever became of it. Rejects before a start: with a UsageError, or with an
   * OutputError if a file that the run needs cannot be made. Runs of one Runtime are carried out one after the other.
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

  /** What each P and each goroutine does at this moment, a line each: for who wants to know why a run does not end. Nothing between runs. */
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
    expectSoundProcess()
    const configuration = resolveConfiguration(program, options)
    const directory = makeTemporaryFolder()
    try {
      return await this.#runIn(directory, configuration, options, showStatus)
    } finally {
      removeTemporaryFolder(directory)
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
    // Fresh in every run: what an earlier one has left behind can only reach its own.
    const memory = reserveMemory(configuration.arena, configuration.procs)
    expectRoomForThreads(configuration.procs - (this.#pool?.size ?? 0))
    const session = new Session(memory, configuration, options, showStatus)
    session.wakeAll = () => new Sleepers(memory).wakeAll()
    session.endRun = () => end(session, control.RUN_ABORTED)
    const abort = (): void => {
      const { reason } = options.signal as AbortSignal
      if (isA(reason, Interruption) && reason.wantsDump) session.dump()
      session.abort()
    }
    options.signal?.addEventListener('abort', abort)
    if (options.signal?.aborted) abort()
    const dump = (): void => session.dump()
    if (configuration.dumpOn !== null) process.on(configuration.dumpOn, dump)
    this.#session = session
    try {
      const error = await this.#outcome(++runs, directory, session, configuration, options.signal)
      return await session.finish(error)
    } finally {
      this.#session = null
      this.#touched = touchedBytes(memory)
      if (configuration.dumpOn !== null) process.off(configuration.dumpOn, dump)
      try {
        options.signal?.removeEventListener('abort', abort)
      } catch {
        // Of a signal of the host's own making: the run has its record all the same.
      }
    }
  }

  /** Prepares the program, and runs it: what ended the run; null if `main` returned. Throws before a start only. */
  async #outcome(
    run: number,
    directory: string,
    session: Session,
    configuration: Configuration,
    signal: AbortSignal | undefined,
  ): Promise<RunError | null> {
    const expectToGoOn = (): void => {
      if (signal?.aborted) throw signal.reason
    }
    const refuse = inputGuard(outputsOf(configuration))
    const onInput = (input: NamedPath): void => {
      expectToGoOn()
      refuse(input)
    }
    let program: PreparedProgram
    let pacer: PreparedProgram | null = null
    try {
      program = await prepareProgram(
        configuration.program,
        directory,
        programUrlOf(run),
        PACER_URL,
        onInput,
      )
      if (configuration.pacer.startsWith('/'))
        pacer = await prepareModule(configuration.pacer, directory, PROGRAM_URL, PACER_URL, onInput)
      expectToGoOn()
    } catch (error) {
      if (signal?.aborted) return plainError('interrupted', 'interrupted')
      const limit = error instanceof UsageError ? null : limitReached(error)
      if (limit !== null) return plainError('lostP', limit)
      if (!(error instanceof ProgramError)) throw error
      return plainError('program', error.message)
    }
    session.open()
    try {
      session.start()
      const isAborted = (): boolean => signal?.aborted === true
      const answers = await this.#runPs(run, session, configuration, program, pacer, isAborted)
      return (
        session.failure ??
        (await errorOf(answers, program, pacer, session.memory, configuration, signal))
      )
    } catch (error) {
      const { message, stack } = describeThrown(error)
      return { kind: 'internal', message, goroutine: null, stack }
    }
  }

  /** Sends every P its message, and waits for all to answer: a P that dies ends the run, one that does not leave in time is ended. */
  async #runPs(
    run: number,
    session: Session,
    configuration: Configuration,
    program: PreparedProgram,
    pacer: PreparedProgram | null,
    isAborted: () => boolean,
  ): Promise<Answer[]> {
    const { memory } = session
    const pool = this.#poolOf()
    const compilation = new EagerCompilation()
    const answers: Answer[] = []
    const modules = new ModulesInEvaluation()
    const lines = Array.from(
      { length: configuration.procs },
      (_, index) => new Line(session, index, modules),
    )
    const nameLate = setInterval(() => {
      for (const line of modules.find(url => (pacer ?? program).mapNames(program.mapNames(url))))
        session.writeLine(line)
    }, LOADING_LOOK_MS)
    const threads = lines.map(async (line, index) => {
      const message: PMessage = {
        index,
        run,
        memory: memory.handle,
        schedule: session.schedule,
        configuration,
        entryUrl: program.entryUrl,
        pacerUrl: pacer?.entryUrl ?? null,
        host: line.port,
      }
      try {
        const report: PReport = await pool.run(message, [line.port])
        answers.push({ index, report })
      } catch (error) {
        answers.push({ index, death: error })
        end(session, control.RUN_ABORTED)
      } finally {
        line.close()
      }
    })
    const all = Promise.all(threads).finally(() => {
      compilation.end()
      clearInterval(nameLate)
    })
    // Whoever ends a run with an error says so; nobody who has died does.
    const isDescribed = (): boolean =>
      isAborted() ||
      lines.some(line => line.hasTold()) ||
      answers.some(answer => 'death' in answer || answer.report.error !== null)
    if (!(await this.#settles(all, memory, compilation, isDescribed))) {
      // Some P is in a loop without a safepoint, or waits for a lock that a dead one holds. Its thread goes, and the pool with it.
      const before = [...answers]
      await this.#destroyPool()
      await all
      lines.forEach(({ known }, index) => {
        if (known !== null && !before.some(answer => answer.index === index))
          before.push({ index, report: known })
      })
      return before
    }
    const isReusable =
      this.trustsImports || (program.isSelfContained && (pacer?.isSelfContained ?? true))
    if (!isReusable || answers.some(answer => 'death' in answer || !answer.report.isReusable))
      await this.#destroyPool()
    return answers
  }

  /**
   * True once all have answered; false if the run is over and some have not in good time.
   * `isDescribed`: that it is known why, or nobody is to say it.
   */
  async #settles(
    all: Promise<unknown>,
    memory: Memory,
    compilation: EagerCompilation,
    isDescribed: () => boolean,
  ): Promise<boolean> {
    const settled = all.then(() => true)
    let describingSince = 0
    let overSince = 0
    let hasBooted = false
    for (;;) {
      if (await Promise.race([settled, delay(20, false)])) return true
      const state = load(memory.meta, control.RUN_STATE)
      if (state !== control.RUN_BOOTING) compilation.end()
      hasBooted ||= load(memory.meta, control.PS_BOOTED) === memory.layout.procs
      if (state === control.RUN_BOOTING || state === control.RUN_ACTIVE) continue
      if (state === control.RUN_FAILED && !isDescribed()) {
        describingSince ||= Date.now()
        if (Date.now() - describingSince < DESCRIBING_MS) continue
      }
      overSince ||= Date.now()
      const patienceMs =
        state === control.RUN_ABORTED && !hasBooted ? BOOT_PATIENCE_MS : PATIENCE_MS
      if (Date.now() - overSince > patienceMs) return false
    }
  }

  #poolOf(): ThreadPool<PMessage, PReport> {
    this.#pool ??= new ThreadPool(new URL('./p-thread.js', import.meta.url), MAX_PS)
    return this.#pool
  }

  /** Ends all threads; resolves when they are over. */
  #destroyPool(): Promise<void> {
    if (this.#pool !== null) this.#destroyed = this.#pool.destroy()
    this.#pool = null
    return this.#destroyed
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
export function start(
  program: string,
  options: RunOptions,
  showStatus: boolean,
): Promise<RunRecord> {
  shared ??= new Runtime()
  return shared.start(program, options, showStatus)
}

/** Throws a UsageError if there is no room for it in the process's address space. */
function reserveMemory(arenaBytes: number, procs: number): Memory {
  try {
    return Memory.reserve({ arenaBytes, procs })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UsageError(
      `--arena: ${arenaBytes} bytes of heap pages, and what describes them, cannot be reserved (${error.message}): ask for less, or lift the limit of address space (ulimit -v)`,
    )
  }
}

function plainError(kind: string, message: string): RunError {
  return { kind, message, goroutine: null, stack: null }
}

/** Ends a run from outside, whatever it does. */
function end({ memory, schedule }: Session, state: number): void {
  if (schedule !== null) scheduling?.release(schedule)
  const { meta } = memory
  if (!compareAndSwap(meta, control.RUN_STATE, control.RUN_BOOTING, state))
    compareAndSwap(meta, control.RUN_STATE, control.RUN_ACTIVE, state)
  notify(meta, control.RUN_STATE)
  endAll(memory)
}

/** What a P tells the host while it runs: that its console's ring is full, and how it has ended the run. */
class Line {
  /** The P's end. */
  readonly port: MessagePort
  readonly #session: Session
  readonly #index: number
  readonly #own: MessagePort
  readonly #modules: ModulesInEvaluation
  #report: PReport | null = null
  #ending: Ending | null = null

  constructor(session: Session, index: number, modules: ModulesInEvaluation) {
    const { port1, port2 } = new MessageChannel()
    this.port = port2
    this.#session = session
    this.#index = index
    this.#modules = modules
    this.#own = port1
    port1.on('message', told => this.#receive(told))
    port1.unref()
  }

  /** Whether it has told its report before it came to an end. */
  hasTold(): boolean {
    this.#take()
    return this.#report !== null
  }

  /** Its report, or what is known of one that did not come in time; null: nothing. */
  get known(): PReport | null {
    if (this.#report !== null || this.#ending === null) return this.#report
    const error = {
      ...this.#ending,
      message: 'an error that took too long to describe',
      stack: null,
    }
    return { error: { ...error, isSyntaxError: false }, isReusable: false }
  }

  #receive(told: PTold | null): void {
    // Who finds the P's end can say what it likes.
    if (typeof told !== 'object' || told === null) return
    if ('report' in told) this.#report = told.report
    else if ('ending' in told) this.#ending = told.ending
    else if ('module' in told) this.#modules.hear(this.#index, told)
    else this.#session.drainConsole()
  }

  #take(): void {
    for (
      let left = receiveMessageOnPort(this.#own);
      left !== undefined;
      left = receiveMessageOnPort(this.#own)
    )
      this.#receive(left.message)
  }

  /** Takes what is still in it, and closes it. */
  close(): void {
    this.#take()
    this.#own.close()
  }
}

/** What ended the run, in the terms of the program's sources; null if `main` returned. */
async function errorOf(
  answers: readonly Answer[],
  program: PreparedProgram,
  pacer: PreparedProgram | null,
  memory: Memory,
  { faults, procs }: Configuration,
  signal: AbortSignal | undefined,
): Promise<RunError | null> {
  const isFaultInjected = faults.some(({ action }) => action.kind === 'exit')
  for (const answer of answers) {
    if (!('death' in answer)) continue
    const { death, index } = answer
    const isRefused = death instanceof ThreadError && !death.hasStarted
    const message = isRefused
      ? startRefused(procs, death)
      : `P ${index} died in the middle of the run: ${deathOf(death, isFaultInjected)}`
    return plainError('lostP', message)
  }
  const failed = answers.find(answer => 'report' in answer && answer.report.error !== null)
  if (failed !== undefined && 'report' in failed && failed.report.error !== null)
    return mapped(failed.report.error, program, pacer)
  if (load(memory.meta, control.RUN_STATE) === control.RUN_FINISHED) return null
  if (load(memory.meta, control.RUN_STATE) === control.RUN_ABORTED) {
    const message = signal?.aborted
      ? 'interrupted'
      : 'interrupted: nobody reads the standard output any more'
    return plainError('interrupted', message)
  }
  return plainError('internal', 'the run ended, and no P says why')
}

async function mapped(
  error: RunError & { readonly isSyntaxError: boolean },
  program: PreparedProgram,
  pacer: PreparedProgram | null,
): Promise<RunError> {
  const { kind, goroutine, isSyntaxError } = error
  const found =
    isSyntaxError && goroutine === null
      ? ((await program.findSyntaxError()) ?? (await pacer?.findSyntaxError()))
      : null
  const missing =
    isSyntaxError && goroutine === null
      ? (found ??
        program.findMissingExport(error.message) ??
        pacer?.findMissingExport(error.message))
      : null
  if (missing) return { kind, message: missing.message, goroutine, stack: null }
  const { mapNames, mapStack } = kind === 'pacer' && pacer !== null ? pacer : program
  const stack = error.stack !== null && kind !== 'internal' ? mapStack(error.stack) : error.stack
  return { kind, message: mapNames(error.message), goroutine, stack }
}
