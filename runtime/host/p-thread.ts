/**
 * A worker thread's part in a run: it becomes P `index`, once per run.
 *
 * 1. It imports the program afresh. Every P does, and declares the same types and tasks.
 * 2. It waits for the others.
 * 3. It runs goroutines.
 * 4. It reports.
 */

import process from 'node:process'
import { types } from 'node:util'
import { GCProfiler } from 'node:v8'
import { MessagePort } from 'node:worker_threads'
import { add, compareAndSwap, load, notify, now, scheduling, wait, waitForHost } from '#sync'
import { OutOfMemoryError } from '../../gc/allocator.ts'
import { Controller, PacerError } from '../../gc/controller.ts'
import { checkShape } from '../../gc/pacer/check.ts'
import type { Pacer } from '../../gc/pacer/pacer.ts'
import { pacerNamed } from '../../gc/pacer/registry.ts'
import { Events } from '../../gc/record/events.ts'
import { BreachError } from '../../gc/verify/breach.ts'
import { Heap } from '../../heap/heap.ts'
import { InternalError } from '../../memory/internal-error.ts'
import type { GoroutineId } from '../../memory/kinds.ts'
import { Memory, type MemoryHandle } from '../../memory/memory.ts'
import { probeStackDeep } from '../../memory/stack-probe.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import * as pWords from '../../memory/words/p.ts'
import { DeadlockError } from '../../scheduler/deadlock.ts'
import type { Coroutine } from '../../scheduler/fiber.ts'
import { P, type Program } from '../../scheduler/p.ts'
import type { Failure, Thread } from '../../scheduler/thread.ts'
import { printable, printableName } from '../errors/printable.ts'
import { describeThrown, isA, ownMessage, textOf } from '../errors/thrown.ts'
import {
  hasLeftovers,
  settle,
  watchClassesOf,
  watchGoroutines,
  watchModules,
} from '../isolation/leftovers.ts'
import { Remains, touchedBytes } from '../isolation/reclaim.ts'
import { loadTelling, type ModuleTold, StuckModuleError } from '../load/module-loading.ts'
import type { Configuration } from '../options/configuration.ts'
import { declareBuiltInTypes } from '../program/built-in-types.ts'
import { enterRun, leaveRun, Run, serveRun } from '../program/current.ts'
import { Declarations } from '../program/declarations.ts'
import { coroutineOf } from '../program/task.ts'
import { readAt } from '../read-at.ts'
import type { RunError } from '../report/record.ts'
import { compileFormatting } from './compile-formatting.ts'
import { ConsoleRing } from './console-ring.ts'
import { FaultInjector } from './fault-injector.ts'
import { offCpuMs } from './off-cpu.ts'
import { silence, TaskConsole } from './task-console.ts'
import { serve } from './thread-pool.ts'

/** What a thread is sent to become a P. */
export interface PMessage {
  readonly index: number
  /** Number of the run among all runs of the process. */
  readonly run: number
  readonly memory: MemoryHandle
  /** The schedule of the run's Ps; null: the system orders them. */
  readonly schedule: SharedArrayBuffer | null
  readonly configuration: Configuration
  /** URL of the prepared program, and of the prepared pacer if that is a file. */
  readonly entryUrl: string
  readonly pacerUrl: string | null
  /** The port for what cannot wait for the report. */
  readonly host: MessagePort
}

/**
 * What goes to the host before the report: that the console's ring is full, that and how this P has
 * ended the run, and which module it evaluates.
 */
export type PTold =
  | { readonly isRingFull: true }
  | { readonly ending: Ending }
  | { readonly report: PReport }
  | ModuleTold

/**
 * What is known of an error before any code of its own runs. That code may take its time to
 * describe it.
 */
export type Ending = Pick<RunError, 'kind' | 'goroutine'>

/** What a P's thread returns. */
export interface PReport {
  /** Whether the thread may serve another run. */
  readonly isReusable: boolean
  /** How this P ended the run, if it did. */
  readonly error: (RunError & { readonly isSyntaxError: boolean }) | null
}

type Main = (...args: string[]) => Coroutine

// A promise or a timer of a program may throw when its run is over, where no goroutine can see it.
// That would end the thread, and with it the host's process.
const writeError = process.stderr.write.bind(process.stderr)
for (const event of ['unhandledRejection', 'uncaughtException'])
  process.on(event, error =>
    writeError(
      `sawtooth: after the run, in no goroutine: ${printable(describeThrown(error).message)}\n`,
    ),
  )

silence()

const remains = new Remains()

compileFormatting()
/**
 * How this P ended the run. It is kept here, since a program can change what a promise resolves
 * with.
 */
let ended: PReport = { error: null, isReusable: false }

serve<PMessage, PReport>(runP, () => ({
  ...ended,
  isReusable: ended.isReusable && !hasLeftovers(),
}))

async function runP(message: PMessage): Promise<PReport> {
  ended = { error: null, isReusable: false }
  const { heap, bytes } = await runOnce(message)
  ended = { ...ended, isReusable: !remains.add(heap, bytes) }
  return ended
}

interface Served {
  readonly heap: WeakRef<SharedArrayBuffer>
  readonly bytes: number
}

async function runOnce(message: PMessage): Promise<Served> {
  const { index, host } = message
  watchModules()
  const memory = memoryOf(message)
  const ring = new ConsoleRing(memory, index)
  const taskConsole = new TaskConsole(message.run, ring, index === 0, roomIn(memory, index, host))
  taskConsole.install()
  try {
    await runAsP(message, memory, taskConsole)
    await settle()
    return { heap: new WeakRef(memory.handle.heap), bytes: touchedBytes(memory) }
  } finally {
    taskConsole.remove()
    host.close()
    // The pool keeps the message until it has the answer.
    Object.assign(message, { memory: null })
  }
}

/**
 * A P that waits for the host to take what it printed looks this often whether the run is over, in
 * ms.
 */
const ROOM_MS = 50

/**
 * Waits for the host to take something from this P's console ring. False if the run was ended from
 * outside, and nobody takes it.
 */
function roomIn(
  memory: Memory,
  index: number,
  host: MessagePort,
): (word: number, value: number) => boolean {
  const { meta } = memory
  const activityWord = memory.pWord(index, pWords.ACTIVITY)
  return (word, value) => {
    const before = readAt(meta, activityWord)
    meta[activityWord] = pWords.ACTIVITY_PRINTING
    try {
      tellTo(host)({ isRingFull: true })
      do {
        // Plain, since no turn of a schedule may depend on the host's time. It is looked at again.
        if (meta[control.RUN_STATE] === control.RUN_ABORTED) return false
      } while (waitForHost(meta, word, value, ROOM_MS) === 'timed-out')
      return true
    } finally {
      meta[activityWord] = before
    }
  }
}

/** The run's memory as this thread sees it, with the faults that it must meet. */
function memoryOf({ memory: handle, configuration, index }: PMessage): Memory {
  const { faults, seed } = configuration
  const memory = new Memory(handle)
  return faults.length === 0
    ? memory
    : new Memory(handle, new FaultInjector(memory, faults, index, seed))
}

/** The thread as its P sees it. What the P tells of its failure goes to the host's port at once. */
class ThreadHost implements Thread {
  readonly #collections = new GCProfiler()
  readonly #port: MessagePort
  readonly #program: RunningProgram

  /** What this P has told of its failure; null: nothing yet. */
  told: PReport['error'] = null

  constructor(port: MessagePort, program: RunningProgram) {
    this.#port = port
    this.#program = program
  }

  collectionMs(): number {
    const microseconds =
      this.#collections.stop()?.statistics.reduce((sum, { cost }) => sum + cost, 0) ?? 0
    this.#collections.start()
    return microseconds / 1000
  }

  offCpuMs(): number {
    return offCpuMs()
  }

  onFailure(failure: Failure): void {
    try {
      // A description that meets the end of the stack would say less than one from further up.
      probeStackDeep()
      const error = tellEnding(this.#port, failure, this.#program)
      tellTo(this.#port)({ report: { error, isReusable: false } })
      this.told = error
    } catch {
      // Near the end of the stack it cannot be told. It is told after this thread has unwound.
    }
  }
}

async function runAsP(message: PMessage, memory: Memory, taskConsole: TaskConsole): Promise<void> {
  const { index, schedule } = message
  try {
    const { run, host: thread, program } = createP(message, memory, await loadPacer(message))
    serveRun(run)
    watchClassesOf(run)
    declareBuiltInTypes()
    const loadMain = (): Promise<Main> => taskConsole.import(() => importMain(message.entryUrl))
    program.main = await loadTelling(loadMain, tellTo(message.host))
    run.declarations.close()
    taskConsole.open()
    taskConsole.isOver = () => load(memory.meta, control.RUN_STATE) > control.RUN_ACTIVE
    watchGoroutines()
    if (schedule !== null) scheduling?.join(schedule, index, memory.meta, memory.heap)
    boot(memory)
    enterRun(run)
    if (index === 0 && load(memory.meta, control.RUN_STATE) === control.RUN_ACTIVE) startMain(run.p)
    run.p.run()
    const { failure } = run.p.ending
    if (failure !== null) setError(thread.told ?? tellEnding(message.host, failure, program))
  } catch (error) {
    // Before the run: the program, the pacer or this thread cannot start.
    if (schedule !== null) scheduling?.release(schedule)
    endBoot(memory, control.RUN_FAILED)
    setError(tellEnding(message.host, { error, goroutine: 0 }, null))
  } finally {
    leaveRun()
    scheduling?.part()
  }
}

function setError(error: PReport['error']): void {
  ended = { ...ended, error }
}

async function loadPacer({ pacerUrl, configuration, host }: PMessage): Promise<Pacer> {
  if (pacerUrl === null) return pacerNamed(configuration.pacer)
  const file = configuration.pacer
  try {
    const { default: pacer } = await loadTelling(
      (): Promise<{ default?: unknown }> => import(pacerUrl),
      tellTo(host),
    )
    const complaint = checkShape(pacer, file)
    if (complaint !== null) throw new PacerError(complaint)
    return guarded(pacer as Pacer)
  } catch (error) {
    // The host asks the engine where a syntax error is.
    if (isA(error, PacerError) || isA(error, SyntaxError)) throw error
    throw isA(error, StuckModuleError) ? new PacerError(error.message) : pacerError(file, error)
  }
}

// Not looked up on the port: a program that has replaced the method would be given the port.
const { postMessage } = MessagePort.prototype
const { apply } = Reflect

function tellTo(host: MessagePort): (told: PTold) => void {
  return told => apply(postMessage, host, [told])
}

/**
 * A pacer whose errors are known to be its own, and not those of the program that called it by
 * chance.
 */
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
  const { stack } = describeThrown(thrown)
  const error = new PacerError(`${who} threw ${textOf(thrown)}`)
  if (stack !== null) error.stack = stack
  return error
}

interface Created {
  readonly run: Run
  readonly host: ThreadHost
  readonly program: RunningProgram
}

function createP(message: PMessage, memory: Memory, pacer: Pacer): Created {
  const { index, configuration } = message
  const { check, gcPercent, heapMinimum, memoryLimit, procs } = configuration
  const heap = new Heap(memory, check)
  now() // Compiles Node's part of it, which eager-compilation.ts does not reach.
  const config = {
    procs,
    gcPercent,
    memoryLimit: memoryLimit ?? Number.POSITIVE_INFINITY,
    heapMinimum: heapMinimum ?? undefined,
  }
  const controller = new Controller(memory, pacer, config, configuration.idleWorkers)
  const events = new Events(memory, index, configuration.traceFile !== null)
  const program = new RunningProgram(memory, configuration.args)
  const host = new ThreadHost(message.host, program)
  const p = new P(heap, index, controller, program, events, configuration, host)
  if (index === 0) p.collector.initialize(gcPercent, config.memoryLimit)
  if (check || configuration.zealEvery > 0)
    memory.meta[memory.pWord(index, pWords.POLL)] = pWords.POLL_ALWAYS
  const declarations = new Declarations(memory, `P ${index}`)
  const run = new Run(message.run, p, declarations, check)
  program.run = run
  return { run, host, program }
}

/** Imports the program. An error of the import is the program's. */
async function importMain(entryUrl: string): Promise<Main> {
  const { default: main } = (await import(entryUrl)) as { default?: unknown }
  if (
    typeof main !== 'function' ||
    Object.getPrototypeOf(main) !== Object.getPrototypeOf(function* () {})
  ) {
    throw new TypeError(
      'the default export of a program must be a generator function: export default function* main(...args)',
    )
  }
  return main as Main
}

/** Waits until every P has imported the program, or one could not. */
function boot(memory: Memory): void {
  const { meta, layout } = memory
  if (add(meta, control.PS_BOOTED, 1) + 1 === layout.procs) {
    memory.set(control.RUN_STARTED_AT, now())
    endBoot(memory, control.RUN_ACTIVE)
  }
  while (load(meta, control.RUN_STATE) === control.RUN_BOOTING)
    wait(meta, control.RUN_STATE, control.RUN_BOOTING)
}

function endBoot(memory: Memory, state: number): void {
  compareAndSwap(memory.meta, control.RUN_STATE, control.RUN_BOOTING, state)
  notify(memory.meta, control.RUN_STATE)
}

const MAIN_TASK = -1

function startMain(p: P): void {
  const id = p.goroutines.create(MAIN_TASK, 0)
  p.placement.assign(id, p.index)
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
    if (this.#taskOf(id) !== MAIN_TASK || this.main === null) return coroutineOf(id)
    // Not called as a method: `this` would lead to the runtime.
    const { main } = this
    return main(...this.#args)
  }

  nameOf(id: GoroutineId): string {
    const task = this.#taskOf(id)
    return task === MAIN_TASK
      ? 'main'
      : printableName(this.run?.tasks.get(task)?.taskName ?? `task ${task}`)
  }

  #taskOf(id: GoroutineId): number {
    return readAt(this.#memory.meta, this.#memory.goroutineWord(id, gWords.TASK))
  }
}

type Described = NonNullable<PReport['error']>

/** Errors whose message says everything, and their kinds. */
const OWN_ERRORS = [
  [DeadlockError, 'deadlock'],
  [OutOfMemoryError, 'outOfMemory'],
  [BreachError, 'breach'],
  [PacerError, 'pacer'],
  [StuckModuleError, 'program'],
] as const

/**
 * Puts what was thrown into strings, since it crosses threads. The host hears at once that there is
 * something.
 */
function tellEnding(
  host: MessagePort,
  failure: Failure,
  program: RunningProgram | null,
): Described {
  const ending = endingOf(failure, program)
  tellTo(host)({ ending })
  const { error } = failure
  const { message, stack } = describeThrown(error)
  const isOwn = ownKindOf(error) !== null
  return {
    kind: ending.kind,
    message: isOwn ? ownMessage(error as Error) : message,
    goroutine: ending.goroutine,
    stack,
    isSyntaxError: isA(error, SyntaxError),
  }
}

function endingOf({ error, goroutine }: Failure, program: RunningProgram | null): Ending {
  // In a run but in no goroutine: it cannot be the program's fault.
  const otherwise =
    isMadeBy(error, InternalError) || (program !== null && goroutine === 0) ? 'internal' : 'program'
  const name = goroutine !== 0 && program !== null ? program.nameOf(goroutine) : null
  return { kind: ownKindOf(error) ?? otherwise, goroutine: name }
}

function ownKindOf(error: unknown): string | null {
  return OWN_ERRORS.find(([Kind]) => isMadeBy(error, Kind))?.[1] ?? null
}

/** As `instanceof`, for the runtime's own classes, without a look that a Proxy could answer. */
function isMadeBy(error: unknown, kind: { readonly prototype: unknown }): boolean {
  return types.isNativeError(error) && Object.getPrototypeOf(error) === kind.prototype
}
