/**
 * One run, as the host's main thread sees it. It never waits for a P, nor for a reader of what it
 * prints. Every few milliseconds it carries out console output, traces and cycle records, asks for
 * a periodic cycle, and names the P that keeps the world waiting.
 */

import { load, now, scheduling, store } from '#sync'
import type { TraceForm } from '../../gc/pacer/pacer.ts'
import { CycleRecords, type RawCycle } from '../../gc/record/cycle-record.ts'
import { statisticsOf, takeStatistics } from '../../gc/record/statistics.ts'
import type { Cache } from '../../heap/cache.ts'
import { Heap } from '../../heap/heap.ts'
import type { ScheduleReport } from '../../memory/controlled/strategy.ts'
import type { GoroutineId } from '../../memory/kinds.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import * as pWords from '../../memory/words/p.ts'
import { describeGoroutines } from '../../scheduler/deadlock.ts'
import { OutputError } from '../errors/output-error.ts'
import { printableLines, withoutControls } from '../errors/printable.ts'
import { describeThrown, textOf } from '../errors/thrown.ts'
import { type Configuration, type RunOptions, traceFormOf } from '../options/configuration.ts'
import { LAST_READ_MS, type Stream } from '../output/standard-streams.ts'
import { Declarations } from '../program/declarations.ts'
import { readAt } from '../read-at.ts'
import { cycleOf, extraOf } from '../report/cycle-of.ts'
import { exitOf } from '../report/exit-codes.ts'
import {
  formatGcTrace,
  formatPacerTraceEnd,
  formatPacerTraceStart,
  formatPacerTraceSweepDone,
  GC_FORCED_LINE,
} from '../report/gctrace.ts'
import { KeptCycles } from '../report/kept-cycles.ts'
import { memStatsOf } from '../report/mem-stats.ts'
import { formatOverrun } from '../report/overrun-line.ts'
import type { CycleRecord, RunError, RunRecord } from '../report/record.ts'
import { RunTrace } from '../report/run-trace.ts'
import { formatStatusLine } from '../report/status-line.ts'
import { ConsoleRing } from './console-ring.ts'
import { describePs } from './describe-ps.ts'
import { faultCountsOf } from './fault-injector.ts'
import { RunOutputs } from './run-outputs.ts'
import { RunStreams } from './run-streams.ts'
import { Stragglers } from './stragglers.ts'

/** How often the host looks, in ms. */
const TICK_MS = 10
/** How often the status line is drawn, in ticks. */
const STATUS_TICKS = 20

/** A dump describes this many goroutines at most. */
const MOST_DESCRIBED = 1000

const encoder = new TextEncoder()

export class Session {
  readonly memory: Memory
  readonly configuration: Configuration
  /** The schedule of the run's Ps; null: they have none. */
  readonly schedule: SharedArrayBuffer | null
  private readonly options: RunOptions
  private readonly rings: ConsoleRing[] = []
  private readonly records: CycleRecords
  private readonly streams: RunStreams
  private readonly outputs: RunOutputs
  private readonly cycles: KeptCycles
  private readonly nameOf: (goroutine: number) => string
  private readonly stragglers: Stragglers
  private readonly beganMs = now()
  private readonly traceForm: TraceForm
  private readonly showStatus: boolean
  private trace: RunTrace | null = null
  /** Why standard output takes no more; null: it takes more. */
  private lost: OutputError | null = null
  private isOpen = false
  /** True until a stream has room. */
  private isWaiting = false
  /** Lines of traces that were not printed, since too many wait to be read. */
  private unsaid = 0
  private isAborted = false
  /** True once no P runs any more. */
  private isOver = false
  /** True if standard output has lost what its reader had not taken when the wait for it ended. */
  private isCutOff = false
  private timer: NodeJS.Timeout | null = null
  private giveUpTimer: NodeJS.Timeout | null = null
  private ticks = 0
  private isStatusShown = false

  constructor(
    memory: Memory,
    configuration: Configuration,
    options: RunOptions,
    showStatus: boolean,
  ) {
    this.memory = memory
    this.configuration = configuration
    this.schedule =
      configuration.schedule === null || scheduling === null
        ? null
        : scheduling.open(configuration.schedule, configuration.procs, configuration.seed)
    this.options = options
    this.traceForm = traceFormOf(configuration.pacer)
    this.showStatus = showStatus
    this.records = new CycleRecords(memory)
    const tasks = Declarations.tasksOf(memory)
    this.nameOf = goroutine =>
      tasks(readAt(memory.meta, memory.goroutineWord(goroutine as GoroutineId, gWords.TASK)))
    this.stragglers = new Stragglers(memory, this.nameOf)
    for (let index = 0; index < configuration.procs; index++)
      this.rings.push(new ConsoleRing(memory, index))
    this.cycles = new KeptCycles(configuration.keepCycles)
    this.outputs = new RunOutputs(error => this.writeLine(`sawtooth: ${error.message}`))
    this.streams = new RunStreams(options)
    this.streams.onClosed = () => this.endRun()
    this.streams.onLost = error => this.lose(error)
    this.streams.onUnsaid = error => this.outputs.failed(error)
  }

  /** Opens what the run writes to. Throws an OutputError. */
  open(): void {
    this.isOpen = true
    this.outputs.open(this.configuration, this.recordHead())
    const { trace } = this.outputs
    if (trace !== null) this.trace = new RunTrace(this.memory, trace)
    this.streams.open()
  }

  start(): void {
    // Under a schedule the host looks only when all is over: what it did before that would be in no
    // order, since the system chooses its moments.
    if (this.schedule === null)
      this.timer = setInterval(
        () => this.attempt('internal', 'a look at the run', () => this.tick()),
        TICK_MS,
      )
  }

  /** One look at everything. */
  tick(): void {
    this.ticks++
    this.drainConsole()
    this.takeRecords(false)
    this.trace?.drain()
    this.outputs.check()
    this.askForPeriodicCycle()
    for (const line of this.stragglers.find()) this.writeLine(line)
    if (this.showStatus && this.ticks % STATUS_TICKS === 0) this.drawStatus()
  }

  /** What each P and each goroutine does at this moment. */
  describe(): string[] {
    return [
      ...describePs(this.memory, this.nameOf),
      ...describeGoroutines(this.memory, this.nameOf, MOST_DESCRIBED),
    ]
  }

  /** Prints what `describe` returns on the run's standard error. */
  dump(): void {
    for (const line of this.describe()) this.writeLine(line)
  }

  /** Prints what programs have printed, as far as it is read. */
  drainConsole(): void {
    for (const ring of this.rings) ring.drain(this.print, this.mayPrint)
  }

  private readonly print = (stream: Stream, text: Uint8Array): void => this.write(stream, text)

  /** Always true under a schedule: there, no P waits for the host. */
  private readonly mayPrint = (stream: Stream): boolean => {
    if (this.schedule !== null || !this.streams.isFull(stream)) return true
    if (!this.isWaiting) {
      this.isWaiting = true
      void this.streams.room(stream).then(() => {
        this.isWaiting = false
        this.drainConsole()
      })
    }
    return false
  }

  /** Ends the run. Once its Ps are over, readers are waited for only a short while. */
  abort(): void {
    this.isAborted = true
    this.endRun()
    if (this.isOver) this.giveUpSoon()
  }

  private giveUpSoon(): void {
    this.giveUpTimer ??= setTimeout(() => {
      if (this.streams.giveUp()) this.isCutOff = true
      this.outputs.giveUp()
    }, LAST_READ_MS)
  }

  /**
   * Notes that standard output takes no more, and ends the run: what it computed from now on would
   * be lost.
   */
  private lose(error: OutputError): void {
    this.lost ??= error
    this.outputs.failed(error)
    this.endRun()
  }

  /** Looks for the last time, once no P runs any more, and makes the record. */
  async finish(ending: RunError | null): Promise<RunRecord> {
    if (this.timer !== null) clearInterval(this.timer)
    this.takeRest()
    await null // A callback that is asynchronous may have failed.
    this.isOver = true
    const record = this.record(this.sayEnding(this.failure ?? ending))
    if (this.isAborted) this.giveUpSoon()
    try {
      return await this.close(record)
    } finally {
      if (this.giveUpTimer !== null) clearTimeout(this.giveUpTimer)
      this.streams.close()
    }
  }

  /** Takes all that is still in the rings. */
  private takeRest(): void {
    if (!this.isOpen) this.openLate()
    for (const ring of this.rings) ring.drain(this.print, () => true)
    this.takeRecords(true)
    this.trace?.drain()
    this.eraseStatus()
  }

  /** Says how the run ended. Returns what ended it, as far as that is known. */
  private sayEnding(error: RunError | null): RunError | null {
    const isOurs =
      error !== null && !(error.kind === 'interrupted' && this.lost !== null && !this.isAborted)
    if (isOurs) this.printError(error)
    const dropped = load(this.memory.meta, control.DROPPED)
    if (dropped > 0)
      this.writeLine(`${dropped} trace events or cycle records were dropped: their rings were full`)
    if (this.unsaid > 0)
      this.writeLine(`${this.unsaid} lines of traces were not printed: nobody read them`)
    return isOurs ? error : null
  }

  /** Opens the outputs of a run that was over before it started. */
  private openLate(): void {
    try {
      this.open()
    } catch (error) {
      if (!(error instanceof OutputError)) throw error
      this.outputs.failed(error)
    }
  }

  /**
   * Waits until all that was printed and traced is written, and writes the record. What could not
   * be written is in the record.
   */
  private async close(record: RunRecord): Promise<RunRecord> {
    await this.streams.flushed()
    if (this.isCutOff && record.error === null) this.writeLine('interrupted')
    await this.outputs.closeTrace()
    await this.outputs.closeRecord(this.concluded(record))
    await this.streams.flushed()
    return this.concluded(record)
  }

  /**
   * The record with what could not be written. That is an error of the run only if there is no
   * other.
   */
  private concluded(record: RunRecord): RunRecord {
    const unwritten = this.outputs.failures.map(({ file, why }) => ({ file, why }))
    const [first] = this.outputs.failures
    const cut: RunError | null = this.isCutOff ? plainError('interrupted', 'interrupted') : null
    const error =
      record.error ?? cut ?? (first === undefined ? null : plainError('output', first.message))
    return { ...record, exit: exitOf(error), error, unwritten }
  }

  /** A line on the run's standard error. */
  writeLine(line: string): void {
    this.write(2, encoder.encode(`${withoutControls(line)}\n`))
  }

  /**
   * Writes a line that comes with every cycle: if nobody reads, such lines must not fill the
   * memory.
   */
  private writeTrace(line: string): void {
    if (this.streams.isStuck(2)) this.unsaid++
    else this.writeLine(line)
  }

  private write(stream: Stream, text: Uint8Array): void {
    this.eraseStatus()
    this.streams.write(stream, text)
  }

  private takeRecords(unfinished: boolean): void {
    for (
      let raw = this.records.take(unfinished);
      raw !== undefined;
      raw = this.records.take(unfinished)
    )
      this.report(raw)
  }

  private report(raw: RawCycle): void {
    const { gctrace, gcpacertrace, procs } = this.configuration
    const cycle = cycleOf(raw, procs)
    this.cycles.add(cycle)
    this.outputs.cycle(cycle)
    const extra = extraOf(raw, procs)
    if (gcpacertrace) this.writePacerTrace(raw, cycle, extra)
    if (gctrace) {
      if (cycle.trigger === 'periodic') this.writeTrace(GC_FORCED_LINE)
      this.writeTrace(formatGcTrace(cycle, extra, this.configuration))
      const overrun = formatOverrun(cycle)
      if (overrun !== undefined) this.writeTrace(overrun)
    }
    this.trace?.cycle(cycle)
    this.callBack(cycle)
  }

  private writePacerTrace(
    raw: RawCycle,
    cycle: CycleRecord,
    extra: ReturnType<typeof extraOf>,
  ): void {
    const form = this.traceForm
    this.writeTrace(formatPacerTraceStart(cycle, raw, form))
    const end = formatPacerTraceEnd(cycle, extra, form)
    if (end !== undefined) this.writeTrace(end)
    if (cycle.sweptPages === null) return
    this.writeTrace(
      formatPacerTraceSweepDone(
        {
          heapLive: raw.heapLiveAtSweepDone,
          allocatedDuringSweep: raw.allocatedDuringSweep,
          sweptPages: cycle.sweptPages,
          sweepPagesPerByte: raw.sweepPagesPerByte,
        },
        form,
      ),
    )
  }

  /**
   * Asks a P for a cycle two minutes after the last one (GODEBUG=forcegcperiod), if there was one.
   */
  private askForPeriodicCycle(): void {
    const { meta } = this.memory
    const last = this.memory.get(control.LAST_CYCLE_AT)
    if (
      last === 0 ||
      now() - last < this.configuration.forceGcPeriodMs ||
      meta[control.PHASE] !== control.PHASE_OFF
    )
      return
    if (load(meta, control.PERIODIC_WANTED) !== 0) return
    store(meta, control.PERIODIC_WANTED, 1)
    this.memory.set(control.LAST_CYCLE_AT, now())
    this.wakeAll()
  }

  /** What ended the run on the host's side; null: nothing. */
  failure: RunError | null = null

  /** Ends the run with an error that no P knows of, unless one has ended it already. */
  fail(kind: string, message: string, stack: string | null = null): void {
    this.failure ??= { kind, message, goroutine: null, stack }
    this.endRun()
  }

  private callBack(cycle: CycleRecord): void {
    if (this.failure !== null) return
    this.attempt('program', 'onCycle', () => this.options.onCycle?.(cycle))
  }

  /**
   * Runs `work`. What it throws ends the run, and so does the rejection of a promise that it
   * returns.
   */
  private attempt(kind: string, who: string, work: () => unknown): void {
    const failWith = (thrown: unknown): void => {
      // Too late for the record. It is the host's error, as that of any promise that nobody waits
      // for.
      if (this.isOver) throw thrown
      this.fail(kind, `${who} threw ${textOf(thrown)}`, describeThrown(thrown).stack)
    }
    try {
      const answer = work()
      if (answer instanceof Promise) answer.catch(failWith)
    } catch (error) {
      failWith(error)
    }
  }

  /**
   * Ends the run from outside. Called when it is aborted, when its output is not read or not taken
   * any more, or when a callback of the host threw.
   */
  endRun: () => void = () => {}

  /** Wakes every P that sleeps. */
  wakeAll: () => void = () => {}

  private drawStatus(): void {
    const { meta } = this.memory
    const goal = readAt(meta, control.GOAL)
    const line = formatStatusLine(
      {
        elapsedMs: now() - this.beganMs,
        cycles: readAt(meta, control.CYCLES),
        marking: meta[control.PHASE] !== control.PHASE_OFF,
        heapLive: load(meta, control.HEAP_LIVE),
        goal: goal === control.NO_BYTES ? null : goal,
        goroutines: load(meta, control.GOROUTINES_LIVE),
      },
      process.stderr.columns,
    )
    if (this.streams.isFull(2)) return
    this.streams.write(2, encoder.encode(`\r${line}\x1b[K`))
    this.isStatusShown = true
  }

  private eraseStatus(): void {
    if (this.isStatusShown) this.streams.write(2, encoder.encode('\r\x1b[K'))
    this.isStatusShown = false
  }

  private printError({ kind, message, goroutine, stack }: RunError): void {
    const head =
      kind === 'program'
        ? 'panic: '
        : kind === 'deadlock' || kind === 'outOfMemory'
          ? 'fatal error: '
          : ''
    // The lines of a deadlock's message are the runtime's. Those of other messages are marked.
    this.writeLine(`${head}${kind === 'deadlock' ? message : printableLines(message)}`)
    if (this.configuration.schedule !== null && this.configuration.schedule.kind !== 'replay')
      this.writeLine(
        `(schedule: ${this.configuration.schedule.kind}; the same order again with --seed ${this.configuration.seed})`,
      )
    const { faults } = this.configuration
    const struck =
      faults.length === 0
        ? []
        : faultCountsOf(this.memory, faults).filter(({ strikes }) => strikes > 0)
    if (struck.length > 0)
      this.writeLine(
        `(faults struck: ${struck.map(({ point, strikes }) => `${point} ${strikes} times`).join(', ')})`,
      )
    if (goroutine !== null) this.writeLine(`\ngoroutine ${goroutine}:`)
    const frames =
      stack?.split('\n').filter(line => /^(?: {4}at |caused by |with )/.test(line)) ?? []
    if (frames.length > 0) this.writeLine(frames.join('\n'))
  }

  private scheduleReport(): RunRecord['schedule'] {
    const strategy = this.configuration.schedule
    if (strategy === null || scheduling === null || this.schedule === null) return null
    const report = scheduling.report(this.schedule) as ScheduleReport
    const met = new Set(report.order?.map(String))
    const unmet =
      strategy.kind === 'replay' ? strategy.order.filter(one => !met.has(String(one))).length : 0
    return { strategy: strategy.kind, unmet, ...report }
  }

  /** How long the Ps have been active; a turn of a schedule is a microsecond. */
  private activeMs(schedule: RunRecord['schedule']): number {
    const startedAt = this.memory.get(control.RUN_STARTED_AT)
    if (startedAt === 0) return 0
    return (schedule === null ? now() : schedule.turns / 1e3) - startedAt
  }

  private caches(): Cache[] {
    const heap = new Heap(this.memory, false)
    return this.rings.map((_, index) => heap.cacheOf(index))
  }

  /** What is known of a run before it starts. */
  private recordHead() {
    const { configuration } = this
    return {
      schema: 1,
      program: configuration.program,
      node: process.version,
      cpus: configuration.cpus,
      procs: configuration.procs,
      gogc: configuration.gcPercent < 0 ? 'off' : configuration.gcPercent,
      memoryLimit: configuration.memoryLimit,
      heapMinimum: configuration.heapMinimum,
      arena: configuration.arena,
      pacer: configuration.pacer,
      termination: configuration.termination,
      gate: configuration.gate,
      credit: configuration.credit,
      barrier: configuration.barrier,
      marks: configuration.marks,
      stackScans: configuration.stackScans,
      idleWorkers: configuration.idleWorkers,
      seed: configuration.seed,
    } as const
  }

  private record(error: RunError | null): RunRecord {
    const { configuration, memory } = this
    const { meta } = memory
    takeStatistics(memory, this.caches())
    const statistics = statisticsOf(memory)
    const schedule = this.scheduleReport()
    const activeMs = this.activeMs(schedule)
    return {
      ...this.recordHead(),
      schedule,
      wallMs: now() - this.beganMs,
      activeMs,
      exit: exitOf(error),
      error,
      unwritten: [],
      rescues: load(meta, control.RESCUES),
      cycleCount: this.cycles.count,
      cycles: this.cycles.newest(),
      memStats: memStatsOf(memory, activeMs),
      allocations: { objects: statistics.allocatedObjects, bytes: statistics.allocatedBytes },
      barriers: { stores: statistics.barrierStores, flushes: statistics.barrierFlushes },
      goroutines: {
        started: load(meta, control.GOROUTINES_STARTED),
        finished: load(meta, control.GOROUTINES_FINISHED),
        peakLivePerP: this.rings.map((_, index) =>
          load(meta, memory.pWord(index, pWords.PEAK_LIVE)),
        ),
      },
      faults: configuration.faults.length === 0 ? [] : faultCountsOf(memory, configuration.faults),
    }
  }
}

function plainError(kind: string, message: string): RunError {
  return { kind, message, goroutine: null, stack: null }
}
