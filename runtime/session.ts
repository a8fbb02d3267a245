/**
 * One run, as the host's main thread sees it: it never waits for a P, and no P needs it. Every few milliseconds it carries out console output, traces
 * and cycle records, asks for a periodic cycle, and names who keeps the world waiting.
 */
import { createWriteStream, type WriteStream, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { load, now, scheduling, store } from '#sync'
import type { Cache } from '../heap/cache.ts'
import { Heap } from '../heap/heap.ts'
import * as control from '../heap/layout/control.ts'
import * as g from '../heap/layout/goroutine.ts'
import * as p from '../heap/layout/p.ts'
import type { Memory } from '../heap/memory.ts'
import { CycleRecords, type RawCycle } from '../measure/cycle-record.ts'
import { EVENT_CHARGE, EVENT_NAMES, Events } from '../measure/events.ts'
import { statisticsOf, takeStatistics } from '../measure/statistics.ts'
import { describeGoroutines } from '../scheduler/deadlock.ts'
import type { Configuration, RunOptions } from './configuration.ts'
import { ConsoleRing, type Stream } from './console-ring.ts'
import { cycleOf, extraOf } from './cycle-of.ts'
import { Declarations } from './declarations.ts'
import { describePs } from './describe-ps.ts'
import { exitOf } from './exit-codes.ts'
import { faultCountsOf } from './fault-injector.ts'
import { memStatsOf } from './mem-stats.ts'
import { printableLines, withoutControls } from './printable.ts'
import type { CycleRecord, RunError, RunRecord } from './record.ts'
import {
  formatGcTrace,
  formatPacerTraceEnd,
  formatPacerTraceStart,
  formatPacerTraceSweepDone,
  GC_FORCED_LINE,
  gcCpuMs,
} from './report/gctrace.ts'
import { formatOverrun } from './report/overrun-line.ts'
import { formatStatusLine } from './report/status-line.ts'
import { GC_LANE, TraceEventWriter } from './report/trace-events.ts'
import type { ScheduleReport } from './schedule.ts'
import { Stragglers } from './stragglers.ts'
import { describeThrown, textOf } from './thrown.ts'
import { writeFully } from './write-fully.ts'

/** How often the host looks, in ms. */
const TICK_MS = 10
/** How often the status line is drawn, in ticks. */
const STATUS_TICKS = 20

/** A dump says of so many goroutines what they do. */
const MOST_DESCRIBED = 1000

const encoder = new TextEncoder()

export class Session {
  readonly memory: Memory
  readonly configuration: Configuration
  /** The schedule of its Ps, if they have one. */
  readonly schedule: SharedArrayBuffer | null
  private readonly options: RunOptions
  private readonly rings: ConsoleRing[] = []
  private readonly records: CycleRecords
  private readonly events: Events[] = []
  private readonly cycles: CycleRecord[] = []
  private readonly nameOf: (goroutine: number) => string
  private readonly stragglers: Stragglers
  private readonly cpus = availableParallelism()
  private readonly beganMs = now()
  private readonly trace: TraceEventWriter | null = null
  private readonly traceFile: WriteStream | null = null
  private readonly showStatus: boolean
  private readonly received: number[] = []
  private timer: NodeJS.Timeout | null = null
  private ticks = 0
  private gcMs = 0
  private isStatusShown = false

  constructor(memory: Memory, configuration: Configuration, options: RunOptions, showStatus: boolean) {
    this.memory = memory
    this.configuration = configuration
    this.schedule =
      configuration.schedule === null || scheduling === null
        ? null
        : scheduling.open(configuration.schedule, configuration.procs, configuration.seed)
    this.options = options
    this.showStatus = showStatus
    this.records = new CycleRecords(memory)
    const tasks = Declarations.tasksOf(memory)
    this.nameOf = goroutine => tasks(memory.words[memory.goroutine(goroutine, g.TASK)])
    this.stragglers = new Stragglers(memory, this.nameOf)
    for (let index = 0; index < configuration.procs; index++) {
      this.rings.push(new ConsoleRing(memory, index))
      this.events.push(new Events(memory, index, false))
      this.received.push(0)
    }
    if (configuration.traceFile !== null) {
      this.traceFile = createWriteStream(configuration.traceFile)
      const file = this.traceFile
      this.trace = new TraceEventWriter(text => void file.write(text), configuration.program, configuration.procs)
    }
  }

  start(): void {
    // Under a schedule the host looks when all is over: what it does in between comes when the system will, and is in no order.
    if (this.schedule === null)
      this.timer = setInterval(() => this.attempt('internal', 'a look at the run', () => this.tick()), TICK_MS)
  }

  /** One look at everything. */
  tick(): void {
    this.ticks++
    this.drainConsole()
    this.takeRecords(false)
    this.drainTrace()
    this.askForPeriodicCycle()
    for (const line of this.stragglers.find()) this.writeLine(line)
    if (this.showStatus && this.ticks % STATUS_TICKS === 0) this.drawStatus()
  }

  /** What each P and each goroutine does at this moment. */
  describe(): string[] {
    return [...describePs(this.memory, this.nameOf), ...describeGoroutines(this.memory, this.nameOf, MOST_DESCRIBED)]
  }

  /** Prints that on the run's standard error. */
  dump(): void {
    for (const line of this.describe()) this.writeLine(line)
  }

  /** Text that a P handed on because its ring was full. */
  receive(index: number, stream: Stream, text: Uint8Array): void {
    this.received[index]++
    this.write(stream, text)
  }

  /** The last look, once no P runs any more; then the record. */
  async finish(ending: RunError | null): Promise<RunRecord> {
    if (this.timer !== null) clearInterval(this.timer)
    for (const ring of this.rings) ring.drainRest((stream, text) => this.write(stream, text))
    this.takeRecords(true)
    await null // A callback that is asynchronous may have failed.
    this.isOver = true
    this.drainTrace()
    this.eraseStatus()
    const error = this.failure ?? ending
    if (error !== null) this.printError(error)
    const dropped = load(this.memory.words, control.DROPPED)
    if (dropped > 0) this.writeLine(`${dropped} trace events or cycle records were dropped: their rings were full`)
    const record = this.record(error)
    if (this.configuration.jsonFile !== null)
      writeFileSync(this.configuration.jsonFile, `${JSON.stringify(record, null, 1)}\n`)
    await this.closeTrace()
    return record
  }

  /** A line on the run's standard error. */
  writeLine(line: string): void {
    this.write(2, encoder.encode(`${withoutControls(line)}\n`))
  }

  private write(stream: Stream, text: Uint8Array): void {
    this.eraseStatus()
    const target = stream === 1 ? this.options.stdout : this.options.stderr
    if (target === undefined) {
      // As a program of Go's is ended by SIGPIPE: nobody reads what it prints.
      if (!writeFully(stream, text) && stream === 1) this.onClosedOutput()
    } else target.write(text)
  }

  private drainConsole(): void {
    this.rings.forEach((ring, index) => {
      // What a P has handed on is older than what is in its ring now.
      if (this.usesOwnStreams && ring.handedOn !== this.received[index]) return
      ring.drain((stream, text) => this.write(stream, text))
    })
  }

  /** True if output goes to streams of the host's, and not to the process's own. */
  get usesOwnStreams(): boolean {
    return this.options.stdout !== undefined || this.options.stderr !== undefined
  }

  private takeRecords(unfinished: boolean): void {
    for (let raw = this.records.take(unfinished); raw !== undefined; raw = this.records.take(unfinished))
      this.report(raw)
  }

  private report(raw: RawCycle): void {
    const { gctrace, gcpacertrace, procs } = this.configuration
    const cycle = cycleOf(raw, procs)
    const machine = { procs, cpus: this.cpus }
    this.cycles.push(cycle)
    this.gcMs += gcCpuMs(cycle, machine)
    const elapsedMs = raw.startMs + (raw.stwSetupMs + raw.markMs + raw.stwTerminationMs)
    const extra = extraOf(raw, this.gcMs / (elapsedMs * procs))
    if (gcpacertrace) this.writePacerTrace(raw, cycle, extra)
    if (gctrace) {
      if (cycle.trigger === 'periodic') this.writeLine(GC_FORCED_LINE)
      this.writeLine(formatGcTrace(cycle, extra, machine))
      const overrun = formatOverrun(cycle)
      if (overrun !== undefined) this.writeLine(overrun)
    }
    this.traceCycle(cycle)
    this.callBack(cycle)
  }

  private writePacerTrace(raw: RawCycle, cycle: CycleRecord, extra: ReturnType<typeof extraOf>): void {
    this.writeLine(formatPacerTraceStart(cycle, raw))
    const end = formatPacerTraceEnd(cycle, extra)
    if (end !== undefined) this.writeLine(end)
    if (cycle.sweptPages === null) return
    this.writeLine(
      formatPacerTraceSweepDone({
        heapLive: raw.heapLiveAtSweepDone,
        allocatedDuringSweep: raw.allocatedDuringSweep,
        sweptPages: cycle.sweptPages,
        sweepPagesPerByte: raw.sweepPagesPerByte,
      }),
    )
  }

  private traceCycle(cycle: CycleRecord): void {
    if (this.trace === null) return
    const setupMs = cycle.stwSetupUs / 1000
    const markEnd = cycle.startMs + setupMs + cycle.markMs
    this.trace.event({
      kind: 'slice',
      p: GC_LANE,
      name: 'mark setup',
      startMs: cycle.startMs,
      durationMs: setupMs,
      args: { cycle: cycle.n, trigger: cycle.trigger },
    })
    this.traceTimeToSafepoint(cycle.startMs, cycle.timeToSafepointUs[0])
    this.trace.event({
      kind: 'slice',
      p: GC_LANE,
      name: 'mark',
      startMs: cycle.startMs + setupMs,
      durationMs: cycle.markMs,
      args: { cycle: cycle.n, marked: cycle.heapMarked },
    })
    this.trace.event({
      kind: 'slice',
      p: GC_LANE,
      name: 'mark termination',
      startMs: markEnd,
      durationMs: cycle.stwTerminationUs / 1000,
      args: { cycle: cycle.n, attempts: cycle.terminationAttempts },
    })
    this.traceTimeToSafepoint(markEnd, cycle.timeToSafepointUs[1])
    this.trace.event({
      kind: 'counter',
      name: 'heap',
      startMs: cycle.startMs,
      args: { live: cycle.heapAtStart, goal: cycle.goal, trigger: cycle.triggerBytes },
    })
    this.trace.event({
      kind: 'counter',
      name: 'heap',
      startMs: markEnd,
      args: { live: cycle.heapAtMarkEnd, goal: cycle.goal, trigger: cycle.triggerBytes },
    })
    this.trace.event({
      kind: 'counter',
      name: 'heap',
      startMs: markEnd + cycle.stwTerminationUs / 1000,
      args: { live: cycle.heapMarked, goal: cycle.goal, trigger: cycle.triggerBytes },
    })
  }

  /** The part of a pause in which the world was not stopped yet. */
  private traceTimeToSafepoint(startMs: number, us: number): void {
    this.trace?.event({ kind: 'slice', p: GC_LANE, name: 'time to safepoint', startMs, durationMs: us / 1000 })
  }

  private drainTrace(): void {
    const trace = this.trace
    if (trace === null) return
    const began = this.memory.doubles[this.memory.measure(control.RUN_STARTED_AT)]
    this.events.forEach((events, index) => {
      events.drain((kind, startMs, durationMs, detail) => {
        const event = { p: index, name: EVENT_NAMES[kind], startMs: startMs - began, args: { detail } }
        trace.event(kind === EVENT_CHARGE ? { kind: 'instant', ...event } : { kind: 'slice', durationMs, ...event })
      })
    })
  }

  private async closeTrace(): Promise<void> {
    this.trace?.close()
    const file = this.traceFile
    if (file !== null) await new Promise<void>((resolve, reject) => file.on('error', reject).end(resolve))
  }

  /** Two minutes after the last cycle (GODEBUG=forcegcperiod), a P is asked to start one, if there ever was one. */
  private askForPeriodicCycle(): void {
    const { words, doubles } = this.memory
    const last = doubles[this.memory.measure(control.LAST_CYCLE_AT)]
    if (last === 0 || now() - last < this.configuration.forceGcPeriodMs || words[control.PHASE] !== control.PHASE_OFF)
      return
    if (load(words, control.PERIODIC_WANTED) !== 0) return
    store(words, control.PERIODIC_WANTED, 1)
    doubles[this.memory.measure(control.LAST_CYCLE_AT)] = now()
    this.wakeAll()
  }

  /** What ended the run on the host's side. */
  failure: RunError | null = null
  private isOver = false

  /** Ends the run with an error that no P knows of, unless one has. */
  fail(kind: string, message: string, stack: string | null = null): void {
    this.failure ??= { kind, message, goroutine: null, stack }
    this.onClosedOutput()
  }

  private callBack(cycle: CycleRecord): void {
    if (this.failure !== null) return
    this.attempt('program', 'onCycle', () => this.options.onCycle?.(cycle))
  }

  /** What `work` throws ends the run, and so does the rejection of a promise that it returns. */
  private attempt(kind: string, who: string, work: () => unknown): void {
    const failWith = (thrown: unknown): void => {
      // Too late for the record: it is the host's, as any promise that nobody waits for.
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

  /** Called when nobody reads the standard output any more, or the host's callback threw. */
  onClosedOutput: () => void = () => {}

  /** Wakes every P that sleeps. */
  wakeAll: () => void = () => {}

  private drawStatus(): void {
    const { words } = this.memory
    const line = formatStatusLine(
      {
        elapsedMs: now() - this.beganMs,
        cycles: words[control.CYCLES],
        marking: words[control.PHASE] !== control.PHASE_OFF,
        heapLive: load(words, control.HEAP_LIVE),
        goal: words[control.GOAL] === control.NO_BYTES ? null : words[control.GOAL],
        goroutines: load(words, control.GOROUTINES_LIVE),
      },
      process.stderr.columns,
    )
    process.stderr.write(`\r${line}\x1b[K`)
    this.isStatusShown = true
  }

  private eraseStatus(): void {
    if (this.isStatusShown) process.stderr.write('\r\x1b[K')
    this.isStatusShown = false
  }

  private printError({ kind, message, goroutine, stack }: RunError): void {
    const head = kind === 'program' ? 'panic: ' : kind === 'deadlock' || kind === 'outOfMemory' ? 'fatal error: ' : ''
    // A deadlock's message has lines, and they are the runtime's; those of others are marked.
    this.writeLine(`${head}${kind === 'deadlock' ? message : printableLines(message)}`)
    if (this.configuration.schedule !== null && this.configuration.schedule.kind !== 'replay')
      this.writeLine(
        `(schedule: ${this.configuration.schedule.kind}; the same order again with --seed ${this.configuration.seed})`,
      )
    const { faults } = this.configuration
    const struck = faults.length === 0 ? [] : faultCountsOf(this.memory, faults).filter(({ strikes }) => strikes > 0)
    if (struck.length > 0)
      this.writeLine(`(faults struck: ${struck.map(({ point, strikes }) => `${point} ${strikes} times`).join(', ')})`)
    if (goroutine !== null) this.writeLine(`\ngoroutine ${goroutine}:`)
    const frames = stack?.split('\n').filter(line => /^(?: {4}at |caused by |with )/.test(line)) ?? []
    if (frames.length > 0) this.writeLine(frames.join('\n'))
  }

  private scheduleReport(): RunRecord['schedule'] {
    const strategy = this.configuration.schedule
    if (strategy === null || scheduling === null || this.schedule === null) return null
    const report = scheduling.report(this.schedule) as ScheduleReport
    const met = new Set(report.order?.map(String))
    const unmet = strategy.kind === 'replay' ? strategy.order.filter(one => !met.has(String(one))).length : 0
    return { strategy: strategy.kind, unmet, ...report }
  }

  private caches(): Cache[] {
    const heap = new Heap(this.memory, false)
    return this.rings.map((_, index) => heap.cacheOf(index))
  }

  private record(error: RunError | null): RunRecord {
    const { configuration, memory } = this
    const { words } = memory
    takeStatistics(memory, this.caches())
    const statistics = statisticsOf(memory)
    return {
      schema: 1,
      program: configuration.program,
      node: process.version,
      cpus: this.cpus,
      procs: configuration.procs,
      gogc: configuration.gcPercent < 0 ? 'off' : configuration.gcPercent,
      memoryLimit: configuration.memoryLimit,
      arena: configuration.arena,
      pacer: configuration.pacer,
      termination: configuration.termination,
      gate: configuration.gate,
      credit: configuration.credit,
      seed: configuration.seed,
      schedule: this.scheduleReport(),
      wallMs: now() - this.beganMs,
      exit: exitOf(error),
      error,
      rescues: load(words, control.RESCUES),
      cycles: this.cycles,
      memStats: memStatsOf(memory),
      allocations: { objects: statistics.allocatedObjects, bytes: statistics.allocatedBytes },
      barriers: { stores: statistics.barrierStores, flushes: statistics.barrierFlushes },
      goroutines: {
        started: load(words, control.GOROUTINES_STARTED),
        finished: load(words, control.GOROUTINES_FINISHED),
        peakLivePerP: this.rings.map((_, index) => load(words, memory.p(index, p.PEAK_LIVE))),
      },
      faults: configuration.faults.length === 0 ? [] : faultCountsOf(memory, configuration.faults),
    }
  }
}
