/**
 * A worker thread's part in a run: it becomes P `index`. The pool calls it once per run and thread.
 *
 *   import the program afresh (every P does, and declares the same types and tasks) → wait for the others → run goroutines → report
 */
import { GCProfiler } from 'node:v8'
import type { MessagePort } from 'node:worker_threads'
import * as sync from '#sync'
import { add, compareAndSwap, load, notify, now, scheduling, wait } from '#sync'
import { OutOfMemoryError } from '../gc/allocator.ts'
import { Controller, PacerError } from '../gc/controller.ts'
import { checkShape } from '../gc/pacer/check.ts'
import type { Pacer } from '../gc/pacer/pacer.ts'
import { pacerNamed } from '../gc/pacer/registry.ts'
import { Heap } from '../heap/heap.ts'
import { InternalError } from '../heap/internal-error.ts'
import * as control from '../heap/layout/control.ts'
import * as g from '../heap/layout/goroutine.ts'
import * as pLayout from '../heap/layout/p.ts'
import * as locks from '../heap/lock.ts'
import { Memory, type MemoryHandle } from '../heap/memory.ts'
import { Events } from '../measure/events.ts'
import type { GoroutineId } from '../scheduler/goroutines.ts'
import { type Coroutine, DeadlockError, type Failure, P, type Program } from '../scheduler/p.ts'
import { BreachError } from '../verify/breach.ts'
import { declareBuiltInTypes } from './built-in-types.ts'
import { compileAhead } from './compile-ahead.ts'
import type { Configuration } from './configuration.ts'
import { ConsoleRing, type Stream } from './console-ring.ts'
import { enterRun, leaveRun, Run, serveRun } from './current.ts'
import { Declarations } from './declarations.ts'
import { FaultInjector } from './fault-injector.ts'
import { hasLeftovers, settle, watchGoroutines, watchModules } from './leftovers.ts'
import { Remains, touchedBytes } from './reclaim.ts'
import type { RunError } from './record.ts'
import { coroutineOf } from './task.ts'
import { TaskConsole } from './task-console.ts'

/** What a thread is sent to become a P. */
export interface PMessage {
  readonly index: number
  /** Number of the run, of all runs of the process. */
  readonly run: number
  readonly memory: MemoryHandle
  /** The schedule of the run's Ps; null: the system orders them. */
  readonly schedule: SharedArrayBuffer | null
  readonly configuration: Configuration
  /** URL of the prepared program; of the prepared pacer, if it is a file. */
  readonly entryUrl: string
  /** Modules of Node's that the program imports. */
  readonly builtins: readonly string[]
  readonly pacerUrl: string | null
  /** Where to tell what cannot wait for the report. */
  readonly host: MessagePort
  /** Console text that the ring has no room for goes to the host, and not to the process's own descriptors. */
  readonly handsOn: boolean
}

/** What goes to the host before the report. */
export type PTold = { readonly stream: Stream; readonly text: Uint8Array } | { readonly report: PReport }

/** What comes back. */
export interface PReport {
  /** Whether the thread may serve another run. */
  readonly isReusable: boolean
  /** How this P ended the run, if it did. */
  readonly error: (RunError & { readonly isSyntaxError: boolean }) | null
}

type Main = (...args: string[]) => Coroutine

// A promise or timer of a program may throw when its run is over, where no goroutine can see it. It would end the thread, and with it the host's process.
const writeError = process.stderr.write.bind(process.stderr)
for (const event of ['unhandledRejection', 'uncaughtException'])
  process.on(event, error => writeError(`sawtooth: after the run, in no goroutine: ${error}\n`))

const remains = new Remains()

/** The pool's entry. */
export default async function runP(message: PMessage): Promise<PReport> {
  const { error, heap, bytes } = await serve(message)
  const holdsTooMuch = remains.add(heap, bytes)
  return { error, isReusable: !holdsTooMuch && !hasLeftovers() }
}

interface Served {
  readonly error: PReport['error']
  readonly heap: WeakRef<SharedArrayBuffer>
  readonly bytes: number
}

async function serve(message: PMessage): Promise<Served> {
  const { index, host, handsOn, builtins } = message
  watchModules(builtins)
  const memory = memoryOf(message)
  const handOn = (stream: Stream, text: Uint8Array): void => host.postMessage({ stream, text } satisfies PTold)
  const ring = new ConsoleRing(memory, index)
  const taskConsole = new TaskConsole(message.run, ring, index === 0, handsOn ? handOn : undefined)
  taskConsole.install()
  try {
    const error = await runAsP(message, memory, taskConsole)
    await settle()
    return { error, heap: new WeakRef(memory.handle.heap), bytes: touchedBytes(memory) }
  } finally {
    taskConsole.remove()
    host.close()
    // The pool keeps the message until it has the answer.
    Object.assign(message, { memory: null })
  }
}

/** The run's memory as this thread sees it, with the faults that it is to meet. */
function memoryOf({ memory: handle, configuration, index }: PMessage): Memory {
  const { faults, seed } = configuration
  const memory = new Memory(handle)
  return faults.length === 0 ? memory : new Memory(handle, new FaultInjector(memory, faults, index, seed))
}

/** A P that says at once how it has ended the run: a program that catches everything may never let go of the thread. */
class TellingP extends P {
  readonly #collections = new GCProfiler()

  onFailure: (failure: Failure) => void = () => {}

  override hostCollectionMs(): number {
    const microseconds = this.#collections.stop()?.statistics.reduce((sum, { cost }) => sum + cost, 0) ?? 0
    this.#collections.start()
    return microseconds / 1000
  }

  override fail(error: unknown, goroutine: GoroutineId): void {
    const before = this.failure
    super.fail(error, goroutine)
    if (this.failure === null || this.failure === before) return
    try {
      this.onFailure(this.failure)
    } catch {
      // Near the end of the stack it cannot be told; it is once this thread has unwound.
    }
  }
}

async function runAsP(message: PMessage, memory: Memory, taskConsole: TaskConsole): Promise<PReport['error']> {
  const { index, schedule } = message
  try {
    const { run, program } = createP(message, memory, await loadPacer(message))
    serveRun(run)
    declareBuiltInTypes()
    program.main = await taskConsole.import(() => importMain(message.entryUrl))
    run.declarations.close()
    taskConsole.open()
    watchGoroutines()
    if (schedule !== null) scheduling?.join(schedule, index, memory.words, memory.i32)
    boot(memory)
    enterRun(run)
    if (index === 0 && load(memory.words, control.RUN_STATE) === control.RUN_ACTIVE) startMain(run.p)
    run.p.run()
    const { failure } = run.p
    return failure === null ? null : describe(failure.error, failure.goroutine, program)
  } catch (error) {
    // Before the run: the program, the pacer or this thread cannot start.
    if (schedule !== null) scheduling?.release(schedule)
    endBoot(memory, control.RUN_FAILED)
    return describe(error, 0, null)
  } finally {
    leaveRun()
    scheduling?.part()
  }
}

async function loadPacer({ pacerUrl, configuration }: PMessage): Promise<Pacer> {
  if (pacerUrl === null) return pacerNamed(configuration.pacer)
  const pacer = await importPacer(pacerUrl, configuration.pacer)
  const complaint = checkShape(pacer, configuration.pacer)
  if (complaint !== null) throw new PacerError(complaint)
  return guarded(pacer as Pacer)
}

async function importPacer(url: string, file: string): Promise<unknown> {
  try {
    return ((await import(url)) as { default?: unknown }).default
  } catch (error) {
    // The host asks the engine where a syntax error is.
    throw error instanceof SyntaxError ? error : pacerError(file, error)
  }
}

/** A pacer whose errors are known to be its own, and not the program's that happened to call it. */
function guarded(pacer: Pacer): Pacer {
  const guard =
    <A extends unknown[], R>(hook: string, body: (...args: A) => R) =>
    (...args: A): R => {
      try {
        return body.apply(pacer, args)
      } catch (error) {
        throw pacerError(`pacer ${pacer.name}: ${hook}`, error)
      }
    }
  return {
    name: pacer.name,
    describe: pacer.describe,
    liveGoals: pacer.liveGoals ?? false,
    stateNames: pacer.stateNames,
    init: guard('init', pacer.init),
    startCycle: guard('startCycle', pacer.startCycle),
    revise: guard('revise', pacer.revise),
    endCycle: guard('endCycle', pacer.endCycle),
    commit: guard('commit', pacer.commit),
    goals: guard('goals', pacer.goals),
  }
}

function pacerError(who: string, thrown: unknown): PacerError {
  const error = new PacerError(`${who} threw ${String(thrown)}`)
  if (thrown instanceof Error && thrown.stack !== undefined) error.stack = thrown.stack
  return error
}

function createP(message: PMessage, memory: Memory, pacer: Pacer): { run: Run; program: RunningProgram } {
  const { index, configuration } = message
  const { check, gcPercent, memoryLimit, procs } = configuration
  const heap = new Heap(memory, check)
  const controller = new Controller(memory, pacer, {
    procs,
    gcPercent,
    memoryLimit: memoryLimit ?? Number.POSITIVE_INFINITY,
  })
  const events = new Events(memory, index, configuration.traceFile !== null)
  const program = new RunningProgram(memory, configuration.args)
  const p = new TellingP(heap, index, controller, program, events, configuration)
  compileAhead([p.collector, p.allocator, p], [...Object.values(sync), ...Object.values(locks)])
  p.onFailure = ({ error, goroutine }) =>
    message.host.postMessage({
      report: { error: describe(error, goroutine, program), isReusable: false },
    } satisfies PTold)
  if (index === 0) p.collector.initialize(gcPercent, memoryLimit ?? Number.POSITIVE_INFINITY)
  if (check || configuration.zealEvery > 0) memory.words[memory.p(index, pLayout.POLL)] = pLayout.POLL_ALWAYS
  const declarations = new Declarations(memory, `P ${index}`)
  const run = new Run(message.run, p, declarations, check)
  program.run = run
  return { run, program }
}

/** Import errors are the program's. */
async function importMain(entryUrl: string): Promise<Main> {
  const { default: main } = (await import(entryUrl)) as { default?: unknown }
  if (typeof main !== 'function' || Object.getPrototypeOf(main) !== Object.getPrototypeOf(function* () {})) {
    throw new TypeError(
      'the default export of a program must be a generator function: export default function* main(...args)',
    )
  }
  return main as Main
}

/** Waits until every P has imported the program, or one could not. */
function boot(memory: Memory): void {
  const { words, layout } = memory
  if (add(words, control.PS_BOOTED, 1) + 1 === layout.procs) {
    memory.doubles[memory.measure(control.RUN_STARTED_AT)] = now()
    endBoot(memory, control.RUN_ACTIVE)
  }
  while (load(words, control.RUN_STATE) === control.RUN_BOOTING) wait(words, control.RUN_STATE, control.RUN_BOOTING)
}

function endBoot(memory: Memory, state: number): void {
  compareAndSwap(memory.words, control.RUN_STATE, control.RUN_BOOTING, state)
  notify(memory.words, control.RUN_STATE)
}

const MAIN_TASK = -1

function startMain(p: P): void {
  const id = p.goroutines.create(MAIN_TASK, 0)
  p.place(id, p.index)
}

/** The program as the scheduler sees it. */
class RunningProgram implements Program {
  main: Main | null = null
  run: Run | null = null
  readonly #memory: Memory
  readonly #args: readonly string[]

  constructor(memory: Memory, args: readonly string[]) {
    this.#memory = memory
    this.#args = args
  }

  start(id: GoroutineId): Coroutine {
    if (this.#taskOf(id) === MAIN_TASK && this.main !== null) return this.main(...this.#args)
    return coroutineOf(id)
  }

  nameOf(id: GoroutineId): string {
    const task = this.#taskOf(id)
    return task === MAIN_TASK ? 'main' : (this.run?.tasks.get(task)?.taskName ?? `task ${task}`)
  }

  #taskOf(id: GoroutineId): number {
    return this.#memory.words[this.#memory.goroutine(id, g.TASK)]
  }
}

function describe(
  error: unknown,
  goroutine: GoroutineId,
  program: RunningProgram | null,
): RunError & { isSyntaxError: boolean } {
  const isError = error instanceof Error
  const isRunning = program !== null
  return {
    kind: kindOf(error, isRunning && goroutine === 0),
    message: isError ? (error.name === 'Error' ? error.message : messageOf(error)) : `thrown: ${String(error)}`,
    goroutine: goroutine !== 0 && isRunning ? program.nameOf(goroutine) : null,
    stack: isError ? (error.stack ?? null) : null,
    isSyntaxError: error instanceof SyntaxError,
  }
}

function messageOf(error: Error): string {
  return error instanceof DeadlockError ||
    error instanceof OutOfMemoryError ||
    error instanceof BreachError ||
    error instanceof PacerError
    ? error.message
    : `${error.name}: ${error.message}`
}

/** `outside`: in a run, but in no goroutine; then it cannot be the program's fault. */
function kindOf(error: unknown, outside: boolean): string {
  if (error instanceof DeadlockError) return 'deadlock'
  if (error instanceof OutOfMemoryError) return 'outOfMemory'
  if (error instanceof BreachError) return 'breach'
  if (error instanceof PacerError) return 'pacer'
  return error instanceof InternalError || outside ? 'internal' : 'program'
}
