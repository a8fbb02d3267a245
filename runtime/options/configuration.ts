// From options and environment to one plain object that says everything about a run. An option wins
// over the environment, and the environment over the default. Nothing below this file reads
// process.env.
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { isAbsolute, resolve } from 'node:path'
import type { BarrierKind } from '../../gc/mark/barrier.ts'
import type { MarkKind } from '../../gc/mark/marker.ts'
import type { StackScans } from '../../gc/mark/roots.ts'
import type { TraceForm } from '../../gc/pacer/pacer.ts'
import { DEFAULT_PACER, pacerNamed } from '../../gc/pacer/registry.ts'
import type { IdleWorkers } from '../../gc/pacer/worker-counts.ts'
import type { TerminationName } from '../../gc/termination/policy.ts'
import type { Credit } from '../../gc/work/assist.ts'
import type { GateLimit } from '../../gc/work/gate.ts'
import type { Strategy } from '../../memory/controlled/strategy.ts'
import { MAX_ARENA_BYTES, MAX_PS, MIN_ARENA_BYTES, PAGE_BYTES } from '../../memory/layout.ts'
import type { BarrierWait } from '../../scheduler/ragged-barrier.ts'
import { textOf } from '../errors/thrown.ts'
import { UsageError } from '../errors/usage-error.ts'
import { namedPaths, outputsOf, refuseOverwriting } from '../output/output-paths.ts'
import type { CycleRecord } from '../report/record.ts'
import { dumpSignal } from './dump-signal.ts'
import { type Fault, faultGrammar, parseFault } from './faults.ts'
import {
  bytes,
  type Environment,
  type Given,
  gcPercent,
  given,
  memoryLimit,
  refuse,
  text,
  truth,
  wholeNumber,
} from './given.ts'
import { parseGoDebug } from './godebug.ts'
import { outputFile } from './output-option.ts'
import { orderFileOf, parseSchedule, scheduleGrammar } from './schedule.ts'
import { sizeUnits } from './size.ts'

/**
 * The options of `run` in the host's form. A number may also be given as text, as on a command
 * line.
 */
export interface RunFlags {
  /** Arguments of the program's `main`. */
  readonly args?: readonly string[]
  /** How many Ps. @defaultValue GOMAXPROCS, else the cores (64 at most) */
  readonly procs?: number | string
  /** GC percent; 'off' or negative: no automatic cycle. @defaultValue GOGC, else 100 */
  readonly gogc?: number | string
  /** Bytes, a SIZE, or 'off'. @defaultValue GOMEMLIMIT, else 'off' */
  readonly memoryLimit?: number | string
  /**
   * The least heap goal, bytes or a SIZE, whatever GOGC is.
   * @defaultValue 4 MiB times GOGC over 100, as in Go
   */
  readonly minimum?: number | string
  /** Bytes of heap pages, or a SIZE. @defaultValue '1GiB' */
  readonly arena?: number | string
  /** A pacer's name with its options, `fixed:trigger=0.8`, or a file. @defaultValue 'go1.21' */
  readonly pacer?: string
  /** @defaultValue 'helping' */
  readonly termination?: TerminationName
  /** @defaultValue 'goal' */
  readonly gate?: GateLimit
  /** @defaultValue 'go' */
  readonly credit?: Credit
  /**
   * How a store reads the reference that it overwrites while the barrier is on: before the store,
   * or in one step with it.
   * @defaultValue 'atomic'
   */
  readonly barrier?: BarrierKind
  /**
   * How a marker marks an object: with a plain store, or with a compare-and-swap, so that no object
   * is scanned twice.
   * @defaultValue 'plain'
   */
  readonly marks?: MarkKind
  /**
   * Which P scans the stack of a goroutine that runs: its own at its next safepoint, as in Go, or
   * any, without waiting.
   * @defaultValue 'owner'
   */
  readonly stackScans?: StackScans
  /** Whether Ps without work mark. @defaultValue 'on' */
  readonly idleWorkers?: IdleWorkers
  /**
   * How the coordinator waits for the other Ps to flush: asleep for slices of 100 µs as in Go,
   * asleep for the shortest time there is, or awake.
   * @defaultValue 'sleep'
   */
  readonly barrierWait?: BarrierWait
  /** Go's gctrace lines on stderr. @defaultValue GODEBUG gctrace */
  readonly gctrace?: boolean
  /** Go's gcpacertrace lines on stderr. @defaultValue GODEBUG gcpacertrace */
  readonly gcpacertrace?: boolean
  /** File for the run's record. */
  readonly json?: string
  /** File for trace events. */
  readonly trace?: string
  /** Verify every access, poison freed memory, checkmark. @defaultValue false */
  readonly check?: boolean
  /**
   * N or 'N,concurrent'. Collects before one randomly chosen allocation in every N; with
   * `concurrent`, starts a cycle there unless one runs.
   * @defaultValue none
   */
  readonly zeal?: number | string
  /** Seeds stealing order and select, 0 to 2³² - 1. @defaultValue random */
  readonly seed?: number | string
  /** One fault or several, each as SPEC. */
  readonly fault?: string | readonly string[]
  /**
   * A signal, as 'SIGUSR2'. The run then prints what each P and each goroutine does, and goes on.
   * @defaultValue none
   */
  readonly dumpOn?: string
  /**
   * The order of the Ps, one at a time, as a SPEC (runtime/options/schedule.ts). Needs Node's
   * `--conditions=controlled`.
   * @defaultValue the system's
   */
  readonly schedule?: string | Strategy
}

/** Everything that a host may ask for. */
export interface RunOptions extends RunFlags {
  /** Called on the main thread after each finished cycle. */
  readonly onCycle?: (cycle: CycleRecord) => void
  /**
   * How many of the newest cycles the record that `run` resolves with holds; Infinity: all.
   * @defaultValue 10,000
   */
  readonly keepCycles?: number
  /** Aborts the run, which then resolves with exit 130. */
  readonly signal?: AbortSignal
  /** Where the program's output goes. @defaultValue process.stdout */
  readonly stdout?: NodeJS.WritableStream
  /** Where traces, summary and errors go. @defaultValue process.stderr */
  readonly stderr?: NodeJS.WritableStream
}

/** One run, fully decided. Plain data: a thread can be sent it, and it can be written as JSON. */
export interface Configuration {
  /** Absolute path. */
  readonly program: string
  readonly args: readonly string[]
  readonly procs: number
  /** Logical CPUs that the process may use. */
  readonly cpus: number
  /** GOGC; negative: off. */
  readonly gcPercent: number
  /** Bytes; null: none. */
  readonly memoryLimit: number | null
  /** The least heap goal in bytes; null: Go's, which scales with GOGC. */
  readonly heapMinimum: number | null
  /** Bytes of heap pages. */
  readonly arena: number
  /** A registered pacer's spec, or the absolute path of a file. */
  readonly pacer: string
  readonly termination: TerminationName
  readonly gate: GateLimit
  readonly credit: Credit
  readonly barrier: BarrierKind
  readonly marks: MarkKind
  readonly stackScans: StackScans
  readonly idleWorkers: IdleWorkers
  readonly barrierWait: BarrierWait
  readonly gctrace: boolean
  readonly gcpacertrace: boolean
  /** Absolute path; null: not written. */
  readonly jsonFile: string | null
  /** Absolute path; null: not written. */
  readonly traceFile: string | null
  /** Cycles in the host's record; Infinity: all. */
  readonly keepCycles: number
  readonly check: boolean
  readonly checkmark: boolean
  /** Collects before one randomly chosen allocation in every N; 0: off. */
  readonly zealEvery: number
  readonly zealConcurrent: boolean
  /** uint32 */
  readonly seed: number
  readonly faults: readonly Fault[]
  /** null: none. */
  readonly dumpOn: NodeJS.Signals | null
  /** What orders the Ps; null: the system. */
  readonly schedule: Strategy | null
  /** GODEBUG's gcstoptheworld. */
  readonly stopTheWorld: 0 | 1 | 2
  readonly forceGcPeriodMs: number
}

const defaultKeptCycles = 10_000
/** A cycle has at least that much runway. */
const LEAST_MINIMUM = 64 * 1024
/** Go's forcegcperiod. */
const forceGcPeriodMs = 120_000

/** The name of every option. A misspelt option must not be ignored silently. */
const optionNames: Readonly<Record<keyof RunOptions, true>> = {
  args: true,
  procs: true,
  gogc: true,
  memoryLimit: true,
  minimum: true,
  arena: true,
  pacer: true,
  termination: true,
  gate: true,
  credit: true,
  barrier: true,
  stackScans: true,
  marks: true,
  idleWorkers: true,
  barrierWait: true,
  gctrace: true,
  gcpacertrace: true,
  json: true,
  trace: true,
  check: true,
  zeal: true,
  seed: true,
  fault: true,
  dumpOn: true,
  schedule: true,
  onCycle: true,
  keepCycles: true,
  signal: true,
  stdout: true,
  stderr: true,
}

/**
 * Decides everything about one run. Relative paths are taken from the working directory.
 * `prepareProgram` finds out whether the program can be read.
 *
 * @throws UsageError for an option or an environment variable that is ill-formed, out of range, or
 *   not built yet.
 */
export function resolveConfiguration(
  program: string,
  options: RunOptions = {},
  environment: Environment = process.env,
): Configuration {
  if (typeof program !== 'string' || program === '')
    throw new UsageError(`the program must be the path of a file, not ${textOf(program)}`)
  refuseUnknown(options)
  refuseOddParts(options)
  const debug = parseGoDebug(environment)
  const procs = procsOf(given('procs', options.procs, 'GOMAXPROCS', environment))
  const gogc = given('gogc', options.gogc, 'GOGC', environment)
  const limit = given('memory-limit', options.memoryLimit, 'GOMEMLIMIT', environment)
  const check = switched('check', options.check, false)
  const files = {
    jsonFile: outputFile(given('json', options.json)),
    traceFile: outputFile(given('trace', options.trace)),
  }
  refuseOverwriting(
    outputsOf(files),
    namedPaths({ 'the order of --schedule': orderFileOf(options.schedule) }),
  )
  return {
    program: resolve(program),
    args: argumentsOf(options.args),
    procs,
    cpus: availableParallelism(),
    gcPercent: gogc === undefined ? 100 : gcPercent(gogc),
    memoryLimit: limit === undefined ? null : memoryLimit(limit),
    heapMinimum: minimumOf(given('minimum', options.minimum)),
    arena: arenaOf(given('arena', options.arena)),
    pacer: pacerOf(given('pacer', options.pacer)),
    termination: oneOf('termination', options.termination, [
      'helping',
      'coordinator',
      'assist-takes-over',
    ]),
    gate: oneOf('gate', options.gate, ['goal', 'hard', 'off']),
    credit: oneOf('credit', options.credit, ['go', 'capped']),
    barrier: oneOf('barrier', options.barrier, ['atomic', 'plain']),
    marks: oneOf('marks', options.marks, ['plain', 'atomic']),
    stackScans: oneOf('stack-scans', options.stackScans, ['owner', 'any']),
    idleWorkers: oneOf('idle-workers', options.idleWorkers, ['on', 'off']),
    barrierWait: oneOf('barrier-wait', options.barrierWait, ['sleep', 'yield', 'spin']),
    gctrace: switched('gctrace', options.gctrace, (debug.gctrace ?? 0) > 0),
    gcpacertrace: switched('gcpacertrace', options.gcpacertrace, (debug.gcpacertrace ?? 0) > 0),
    ...files,
    keepCycles: keptCyclesOf(options.keepCycles),
    check,
    checkmark: check || debug.gccheckmark === 1,
    ...zealOf(given('zeal', options.zeal)),
    seed: seedOf(given('seed', options.seed)),
    faults: faultsOf(given('fault', options.fault), procs),
    dumpOn: dumpSignal(given('dump-on', options.dumpOn)),
    schedule: scheduleOf(given('schedule', options.schedule), procs),
    stopTheWorld: (debug.gcstoptheworld ?? 0) as 0 | 1 | 2,
    forceGcPeriodMs: debug.forcegcperiod ?? forceGcPeriodMs,
  }
}

function refuseUnknown(options: RunOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new UsageError(`the options of a run must be an object, not ${textOf(options)}`)
  const unknown = Object.keys(options).find(name => !Object.hasOwn(optionNames, name))
  if (unknown === undefined) return
  throw new UsageError(
    `there is no option ${unknown}; there is ${Object.keys(optionNames).join(', ')}`,
  )
}

/** Checks what only a host can give: what is called later must have the right type. */
function refuseOddParts({ onCycle, signal, stdout, stderr }: RunOptions): void {
  const isSignal =
    typeof signal?.aborted === 'boolean' &&
    typeof signal.addEventListener === 'function' &&
    typeof signal.removeEventListener === 'function'
  if (signal !== undefined && !isSignal) refuse({ name: 'signal', value: signal }, 'an AbortSignal')
  if (onCycle !== undefined && typeof onCycle !== 'function')
    refuse({ name: 'onCycle', value: onCycle }, 'a function')
  for (const [name, value] of Object.entries({ stdout, stderr }))
    if (value !== undefined && typeof value?.write !== 'function')
      refuse({ name, value }, 'a stream to write to')
}

function argumentsOf(args: readonly string[] = []): readonly string[] {
  if (Array.isArray(args) && args.every(arg => typeof arg === 'string')) return [...args]
  throw new UsageError('args must be an array of strings')
}

function procsOf(from: Given | undefined): number {
  return from === undefined
    ? Math.min(availableParallelism(), MAX_PS)
    : wholeNumber(from, 1, MAX_PS)
}

function minimumOf(from: Given | undefined): number | null {
  if (from === undefined) return null
  const size = bytes(from)
  if (size !== undefined && size >= LEAST_MINIMUM && size <= MAX_ARENA_BYTES) return size
  return refuse(from, `from 64KiB to below 2GiB, in bytes or with ${sizeUnits}`)
}

function arenaOf(from: Given | undefined): number {
  if (from === undefined) return 2 ** 30
  const size = bytes(from)
  if (
    size !== undefined &&
    size >= MIN_ARENA_BYTES &&
    size <= MAX_ARENA_BYTES &&
    size % PAGE_BYTES === 0
  )
    return size
  return refuse(from, `whole 8 KiB pages, from 4MiB to below 2GiB, in bytes or with ${sizeUnits}`)
}

/** The form in which gcpacertrace tells of a configured pacer. One from a file has Go 1.19's. */
export function traceFormOf(pacer: string): TraceForm {
  return (isAbsolute(pacer) ? undefined : pacerNamed(pacer).traceForm) ?? 'go1.19'
}

/**
 * A built-in pacer's spec as it is, or the absolute path of a file that can be read. Throws a
 * UsageError.
 */
export function pacerOf(from: Given | undefined): string {
  if (from === undefined) return DEFAULT_PACER
  const spec = text(from, 'NAME[:key=value,…] or a file')
  if (/\.(?:ts|js|mjs|mts)$|[/\\]/.test(spec)) return readableFile(spec)
  try {
    pacerNamed(spec)
  } catch (error) {
    throw new UsageError(`--pacer: ${error instanceof Error ? error.message : String(error)}`)
  }
  return spec
}

function readableFile(file: string): string {
  const path = resolve(file)
  if (!existsSync(path)) throw new UsageError(`--pacer: there is no file ${path}`)
  if (!statSync(path).isFile()) throw new UsageError(`--pacer: ${path} is not a file`)
  if (!may(path, constants.R_OK)) throw new UsageError(`--pacer: ${path} cannot be read`)
  return path
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false // The answer, whatever the reason.
  }
}

function zealOf(from: Given | undefined): { zealEvery: number; zealConcurrent: boolean } {
  if (from === undefined) return { zealEvery: 0, zealConcurrent: false }
  const [, every, concurrent] = /^(\d+)(,concurrent)?$/.exec(textOf(from.value)) ?? []
  const zealEvery = Number(every)
  if (!(zealEvery >= 1 && zealEvery < 2 ** 31))
    refuse(from, 'N or N,concurrent with a whole number N from 1')
  return { zealEvery, zealConcurrent: concurrent !== undefined }
}

function seedOf(from: Given | undefined): number {
  return from === undefined
    ? Math.floor(Math.random() * 2 ** 32)
    : wholeNumber(from, 0, 2 ** 32 - 1)
}

function keptCyclesOf(value: unknown = defaultKeptCycles): number {
  if (value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && (value as number) >= 0))
    return value as number
  return refuse({ name: 'keepCycles', value }, 'a whole number from 0, or Infinity')
}

function faultsOf(from: Given | undefined, procs: number): Fault[] {
  if (from === undefined) return []
  return [from.value].flat().map(spec => {
    const fault = parseFault(text({ ...from, value: spec }, faultGrammar))
    if (fault.p === null || fault.p < procs) return fault
    throw new UsageError(
      `--fault ${spec}: there is no P ${fault.p}, they count from 0 to ${procs - 1}`,
    )
  })
}

function scheduleOf(from: Given | undefined, procs: number): Strategy | null {
  if (from === undefined) return null
  const strategy =
    typeof from.value === 'object' && from.value !== null
      ? (from.value as Strategy)
      : parseSchedule(text(from, scheduleGrammar))
  const absent =
    strategy.kind === 'replay'
      ? strategy.order.find(([p, , next]) => Math.max(p, next) >= procs)
      : undefined
  if (absent === undefined) return strategy
  throw new UsageError(
    `--schedule replay: the order has a P ${Math.max(absent[0], absent[2])}, and there are ${procs} Ps: give the --procs with which it was recorded`,
  )
}

function switched(option: string, value: unknown, otherwise: boolean): boolean {
  const from = given(option, value)
  return from === undefined ? otherwise : truth(from)
}

/** One of the names; the first if none is given. */
function oneOf<Name extends string>(
  option: string,
  value: unknown,
  names: readonly [Name, ...Name[]],
): Name {
  if (value === undefined) return names[0]
  const found = names.find(name => name === value)
  return found ?? refuse({ name: `--${option}`, value }, names.join(', '))
}
