/**
 * The real engine: the program `programs/shaped-heap.ts` shapes a real heap to a scenario of the
 * stepped form, on real Ps, under the pacer. The columns are those of the stepped engine, measured,
 * and some more.
 *
 * 1. A run begins with cycles of a small heap, until the code is compiled. They are in no row.
 * 2. The scenario is run once to measure how fast this machine scans, cycle by cycle.
 * 3. It is run again. Only the ratio of a scenario's two rates counts: the program allocates at
 *    that ratio times the measured scan rate.
 *
 * What cannot be carried over:
 *
 * - A scenario's cores are Ps, but no more than the machine runs at once.
 * - What a scenario lets grow at once is allocated at the scenario's rate, since a live heap must
 *   be allocated.
 * - The adversary's `assist_follow` and the `idle_share` are left out.
 */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Runtime } from 'sawtooth/host'
import { BACKGROUND_UTILIZATION } from 'sawtooth/internal/gc/pacer/worker-counts'
import type { RunFlags } from 'sawtooth/internal/runtime/options/configuration'
import { writeScratch } from 'sawtooth/internal/runtime/output/output-file'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from 'sawtooth/internal/runtime/output/temporary-folder'
import type { CycleRecord, RunRecord } from 'sawtooth/internal/runtime/report/record'
import { median } from 'simple-statistics'
import { itemAt } from '../../indexed.ts'
import { ownJson } from '../../json.ts'
import { labFile } from '../../package-files.ts'
import { expectWritten, FailedRun, listener, silent } from '../../run.ts'
import { GiB, KiB, MiB } from '../../units.ts'
import type { Block, Simulation } from '../engine.ts'
import { InputError } from '../input-error.ts'
import { globalsOf, type Scenario } from '../scenario.ts'
import { GLOBAL_FIELDS } from '../stepped/engine.ts'
import type { Shape, Told } from './shape.ts'

const PROGRAM = labFile('pacers/programs/shaped-heap.ts')

export const COLUMNS = [
  ...['cycle', 'heap_live', 'trigger', 'peak', 'goal', 'scannable', 'gc_utilization'],
  ...['pacer_utilization', 'assist_utilization', 'work', 'mark_ms', 'time_ms', 'limited'],
] as const

/** The scan rate before it is measured, in bytes for each ms of a CPU. */
const ASSUMED_SCAN_RATE = MiB
/** Cycles before those of the scenario, and the most that lives in them. */
export const WARM_CYCLES = 40
const WARM_BYTES = 4 * MiB
/**
 * A stack of 64 MiB cannot grow, and that of the main goroutine holds more than the scenario says.
 */
const MOST_STACK_BYTES = 63 * MiB
const MOST_HEAP_BYTES = 2 * GiB
/**
 * Above the first share of time in which threads waited for a CPU, the machine is called busy.
 * Below the second share of the scenario's live heap, the heap is called too small.
 */
const BUSY = 0.05
const REACHED = 0.8
/** A cycle's scan rate is the median of this many cycles around it. */
const SMOOTHED_CYCLES = 5

/** Indexes of a scenario's columns. */
const GROWTH = 2
const STACK = 4
const GOGC = 5
const FOLLOW = 6
const IDLE = 7

type Globals = Record<keyof typeof GLOBAL_FIELDS, number>

export interface RealOptions
  extends Pick<RunFlags, 'termination' | 'gate' | 'credit' | 'arena' | 'idleWorkers'> {
  /** As `--pacer`. */
  readonly pacer: string
  /** null: as many as the scenario has cores, but no more than the machine has. */
  readonly procs: number | null
  /** On how many Ps a goroutine allocates; the others are idle. @defaultValue all */
  readonly allocators?: number
  /** How fast this machine scans in each cycle. If given, the run that measures it is left out. */
  readonly scanRates?: readonly number[]
  readonly seed: number
  readonly signal?: AbortSignal
  /** A file for the trace of the second run. */
  readonly trace?: string
}

export interface Measured extends Simulation {
  readonly record: RunRecord
  /** The record's cycles that are the scenario's. */
  readonly own: readonly CycleRecord[]
  /** For each cycle: bytes that one P scans in a ms. */
  readonly scanRates: readonly number[]
  /** Bytes that a worker scans in a ms of its time: the median of the cycles of the first run. */
  readonly scanRate: number
  /**
   * Share of the time in which the Ps' threads were ready and had no CPU; null if the system does
   * not say.
   */
  readonly offCpu: number | null
}

/**
 * Throws an InputError for a scenario that is none, a UsageError for options that the runtime
 * refuses, and FailedRun.
 */
export async function measure(scenario: Scenario, options: RealOptions): Promise<Measured> {
  const globals = globalsOf(scenario, GLOBAL_FIELDS)
  expectPossible(scenario, globals)
  const directory = makeTemporaryFolder()
  const runtime = new Runtime()
  const procs = options.procs ?? Math.min(globals.procs, availableParallelism())
  const allocators = options.allocators ?? procs
  runtime.trustsImports = true // the second run is to find compiled code
  try {
    let printed = ''
    const run = async (scanRates: readonly number[], trace?: string): Promise<RunRecord> => {
      printed = ''
      const program = join(directory, 'shaped-heap.ts')
      writeScratch(program, readFileSync(PROGRAM, 'utf8'))
      writeScratch(
        join(directory, 'shape.json'),
        JSON.stringify(shapeOf(scenario, globals, allocators, scanRates)),
      )
      const record = await runtime.run(program, {
        ...flagsOf(options),
        ...(trace === undefined ? {} : { trace }),
        procs,
        gogc: globals.gcPercent < 0 ? 'off' : globals.gcPercent,
        ...(globals.memoryLimit === Number.POSITIVE_INFINITY
          ? {}
          : { memoryLimit: globals.memoryLimit }),
        keepCycles: Number.POSITIVE_INFINITY,
        stdout: listener(text => (printed += text)),
        stderr: silent(),
      })
      expectWritten(record)
      if (record.error?.kind === 'pacer') {
        const cycle = Math.max(record.cycles.length - WARM_CYCLES, 0)
        throw new InputError(scenario.origin, `cycle ${cycle}`, record.error.message)
      }
      if (record.error !== null)
        throw new FailedRun(
          `${scenario.origin} under ${options.pacer}: ${record.error.kind}: ${record.error.message}`,
        )
      return record
    }
    const assumed = Array.from({ length: scenario.cycles }, () => ASSUMED_SCAN_RATE)
    const scanRates =
      options.scanRates ?? scanRatesOf((await run(assumed)).cycles.slice(WARM_CYCLES))
    const scanRate = median(scanRates)
    const record = await run(scanRates, options.trace)
    const cycles = record.cycles.slice(WARM_CYCLES, WARM_CYCLES + scenario.cycles)
    const liveBefore = record.cycles[WARM_CYCLES - 1]?.heapMarked ?? 0
    const { offCpu } = ownJson<Told>(printed)
    return {
      ...{ columns: COLUMNS, cycles: cycles.length, own: cycles },
      ...{ record, scanRates, scanRate, offCpu },
      blocks: () => [blockOf(cycles, liveBefore)],
      remarks: () => [
        `${scenario.origin}: ${record.procs} P, a worker scans ${Math.round(scanRate / KiB)} KiB in a millisecond`,
        ...remarksOf(scenario, liveOf(scenario, globals), cycles, offCpu),
      ],
    }
  } finally {
    await runtime.close()
    removeTemporaryFolder(directory)
  }
}

/** Bytes that must live in each cycle. */
function liveOf({ columns }: Scenario, { initialHeap }: Globals): number[] {
  let bytes = initialHeap
  return [...itemAt(columns, GROWTH)].map(
    (factor, cycle) => (bytes = cycle === 0 ? bytes : bytes * factor),
  )
}

/** Throws an InputError if the scenario needs what no real heap has. */
function expectPossible(scenario: Scenario, globals: Globals): void {
  const refuse = (cycle: number, complaint: string): never => {
    throw new InputError(scenario.origin, `cycle ${cycle}`, complaint)
  }
  liveOf(scenario, globals).forEach((bytes, cycle) => {
    if (bytes >= MOST_HEAP_BYTES)
      refuse(cycle, `growth_rate makes the heap ${bytes} bytes; a real one has less than 2 GiB`)
  })
  scenario.columns[STACK]?.forEach((bytes, cycle) => {
    if (bytes > MOST_STACK_BYTES)
      refuse(cycle, `stack_bytes = ${bytes}; a real stack has at most ${MOST_STACK_BYTES}`)
  })
  let percent = globals.gcPercent
  scenario.columns[GOGC]?.forEach((value, cycle) => {
    if (!Number.isNaN(value)) percent = value
    if (percent < 0 && globals.memoryLimit === Number.POSITIVE_INFINITY)
      refuse(cycle, 'gogc = -1: no cycle ever starts, since no memory limit has a say')
  })
}

function shapeOf(
  scenario: Scenario,
  globals: Globals,
  allocators: number,
  scanRates: readonly number[],
): Shape {
  const { columns, cycles } = scenario
  const [alloc, scan, , fractions, stacks, gogc] = columns.map(column => [...column]) as [
    ...[number[], number[], number[], number[], number[], number[]],
  ]
  const rates = alloc.map((rate, cycle) => (rate / itemAt(scan, cycle)) * itemAt(scanRates, cycle))
  let percent = globals.gcPercent
  const percents = gogc.map(value => (percent = Number.isNaN(value) ? percent : value))
  const warmed = (values: readonly number[]): number[] => [
    ...Array.from({ length: WARM_CYCLES }, () => itemAt(values, 0)),
    ...values,
  ]
  return {
    globalsBytes: globals.globals,
    allocators,
    cycles: WARM_CYCLES + cycles,
    live: warmed(liveOf(scenario, globals)).map((value, cycle) =>
      cycle < WARM_CYCLES ? Math.min(value, WARM_BYTES) : value,
    ),
    ...{
      fractions: warmed(fractions),
      stacks: warmed(stacks),
      rates: warmed(rates),
      gogc: warmed(percents),
    },
  }
}

function flagsOf(options: RealOptions) {
  const { pacer, seed, termination, gate, credit, arena, idleWorkers, signal } = options
  return {
    ...{ pacer, seed },
    // Without these options the run has Go's own protocol, so that it shows the pacer and not the
    // gate.
    termination: termination ?? ('coordinator' as const),
    gate: gate ?? ('off' as const),
    ...(credit === undefined ? {} : { credit }),
    ...(arena === undefined ? {} : { arena }),
    ...(idleWorkers === undefined ? {} : { idleWorkers }),
    ...(signal === undefined ? {} : { signal }),
  }
}

/** For each cycle, bytes scanned in a ms of marking by one P. */
function scanRatesOf(cycles: readonly CycleRecord[]): number[] {
  const rates = cycles.map(cycle => {
    const { cpuMs } = cycle
    const ms = cpuMs.assist + cpuMs.dedicated + cpuMs.fractional + cpuMs.idle
    const bytes = workOf(cycle)
    return ms > 0 && bytes > 0 ? bytes / ms : ASSUMED_SCAN_RATE
  })
  const reach = Math.floor(SMOOTHED_CYCLES / 2)
  return rates.map((_, cycle) => median(rates.slice(Math.max(0, cycle - reach), cycle + reach + 1)))
}

function blockOf(cycles: readonly CycleRecord[], liveBefore: number): Block {
  const rows = cycles.map((cycle, index) => [
    ...[index + 1, cycles[index - 1]?.heapMarked ?? liveBefore, cycle.heapAtStart],
    ...[
      cycle.heapAtMarkEnd,
      cycle.goal ?? Number.POSITIVE_INFINITY,
      cycle.scanWork.heap,
      cycle.utilization,
    ],
    ...[cycle.pacerUtilization, assistShareOf(cycle), workOf(cycle), cycle.markMs, cycle.startMs],
    Number(cycle.gcCpuLimited),
  ])
  return {
    rows: rows.length,
    columns: COLUMNS.map((_, column) => rows.map(row => itemAt(row, column))),
  }
}

function workOf({ scanWork }: CycleRecord): number {
  return scanWork.heap + scanWork.stack + scanWork.globals
}

function assistShareOf({ pacerUtilization }: CycleRecord): number {
  return pacerUtilization - BACKGROUND_UTILIZATION
}

/** What a reader must know of a run before its numbers are trusted. */
function remarksOf(
  { origin, columns }: Scenario,
  live: readonly number[],
  cycles: readonly CycleRecord[],
  offCpu: number | null,
): string[] {
  const remarks: string[] = []
  for (const [name, column] of Object.entries({ assist_follow: FOLLOW, idle_share: IDLE }))
    if (columns[column]?.some(value => value > 0))
      remarks.push(`${name} is left out on a real heap`)
  const short = cycles.filter(
    ({ heapMarked }, cycle) => heapMarked < REACHED * itemAt(live, cycle),
  ).length
  if (short > 0)
    remarks.push(
      `in ${short} of ${cycles.length} cycles less lived than the scenario says: it has to be allocated first`,
    )
  if (offCpu !== null && offCpu > BUSY)
    remarks.push(
      `the machine is busy: threads waited for a CPU in ${Math.round(offCpu * 100)} % of the time, so do not trust the figures`,
    )
  return remarks.map(remark => `${origin}: ${remark}`)
}
