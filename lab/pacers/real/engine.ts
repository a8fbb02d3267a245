/**
 * The real engine: the program `programs/shaped-heap.ts` shapes a real heap to a scenario of the stepped form, on real Ps, under the pacer. The columns are those of
 * the stepped engine, measured, and some more.
 *
 * What cannot be carried over: Ps are as many as the machine runs at once, and not the scenario's cores; only the ratio of the two rates counts, and the scan rate is the
 * machine's own, measured in a run before, which also warms the collector's code; what the scenario has grow at once is allocated at the
 * scenario's rate, since a live heap must be allocated; the adversary's `assist_follow` is left out.
 */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RunFlags } from '../../../runtime/configuration.ts'
import { Runtime } from '../../../runtime/host.ts'
import type { CycleRecord, RunRecord } from '../../../runtime/record.ts'
import { FailedRun, silent } from '../../run.ts'
import type { Block, Simulation } from '../engine.ts'
import { globalsOf, type Scenario } from '../scenario.ts'
import { GLOBAL_FIELDS } from '../stepped/engine.ts'
import type { Shape } from './shape.ts'

/** As it stands in the sources, since the runtime prepares a program for each run: from dist/lab/pacers/real up to the package. */
const PROGRAM = fileURLToPath(new URL('../../../../lab/pacers/programs/', import.meta.url) + 'shaped-heap.ts')

export const COLUMNS = [
  ...['cycle', 'heap_live', 'trigger', 'peak', 'goal', 'scannable', 'gc_utilization'],
  ...['pacer_utilization', 'assist_utilization', 'mark_ms', 'time_ms'],
] as const

/** Before it is measured, in bytes for each ms of a CPU. */
const ASSUMED_SCAN_RATE = 300 * 1024
/** Cycles of the run that measures the scan rate and warms the code. */
const WARM_CYCLES = 30

export interface RealOptions extends Pick<RunFlags, 'termination' | 'gate' | 'credit' | 'arena'> {
  /** As `--pacer`. */
  readonly pacer: string
  readonly procs: number
  readonly seed: number
  readonly signal?: AbortSignal
}

export interface Measured extends Simulation {
  readonly record: RunRecord
  /** Bytes that a worker scanned in a ms of its time, in the run that warmed the code. */
  readonly scanRate: number
}

/** Throws an InputError for a scenario that is none, a UsageError for options that the runtime refuses, and FailedRun. */
export async function measure(scenario: Scenario, options: RealOptions): Promise<Measured> {
  const globals = globalsOf(scenario, GLOBAL_FIELDS)
  const shape = shapeOf(scenario, globals.initialHeap, globals.globals, globals.gcPercent)
  const directory = mkdtempSync(join(tmpdir(), 'sawtooth-'))
  const runtime = new Runtime()
  try {
    const run = async (cycles: number, scanRate: number): Promise<RunRecord> => {
      const program = join(directory, 'shaped-heap.ts')
      copyFileSync(PROGRAM, program)
      writeFileSync(join(directory, 'shape.json'), JSON.stringify({ ...shape, cycles }))
      const record = await runtime.run(program, {
        ...flagsOf(options),
        gogc: globals.gcPercent < 0 ? 'off' : globals.gcPercent,
        ...(globals.memoryLimit === Number.POSITIVE_INFINITY ? {} : { memoryLimit: globals.memoryLimit }),
        args: [String(scanRate)],
        stdout: silent(),
        stderr: silent(),
      })
      if (record.error !== null)
        throw new FailedRun(`${scenario.origin} under ${options.pacer}: ${record.error.kind}: ${record.error.message}`)
      return record
    }
    const warm = await run(Math.min(WARM_CYCLES, scenario.cycles), ASSUMED_SCAN_RATE)
    const scanRate = scanRateOf(warm)
    const record = await run(scenario.cycles, scanRate)
    const cycles = record.cycles.slice(0, scenario.cycles)
    return {
      ...{ columns: COLUMNS, cycles: cycles.length, record, scanRate },
      blocks: () => [blockOf(cycles)],
      remarks: () => remarksOf(scenario, scanRate, options),
    }
  } finally {
    await runtime.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

function shapeOf({ columns, cycles }: Scenario, initialHeap: number, globalsBytes: number, gcPercent: number): Shape {
  const [alloc, scan, growth, fraction, stack, gogc] = columns.map(column => [...column]) as [
    ...[number[], number[], number[], number[], number[], number[]],
  ]
  let bytes = initialHeap
  const live = growth.map((factor, cycle) => (bytes = cycle === 0 ? initialHeap : bytes * factor))
  let percent = gcPercent
  return {
    ...{ globalsBytes, cycles, live, fractions: fraction, stacks: stack },
    ratios: alloc.map((rate, cycle) => rate / (scan[cycle] as number)),
    gogc: gogc.map(value => (percent = Number.isNaN(value) ? percent : value)),
  }
}

function flagsOf({ pacer, procs, seed, termination, gate, credit, arena, signal }: RealOptions) {
  return {
    ...{ pacer, procs, seed },
    ...(termination === undefined ? {} : { termination }),
    ...(gate === undefined ? {} : { gate }),
    ...(credit === undefined ? {} : { credit }),
    ...(arena === undefined ? {} : { arena }),
    ...(signal === undefined ? {} : { signal }),
  }
}

/** Bytes scanned in a ms that somebody marked. */
function scanRateOf({ cycles }: RunRecord): number {
  let [bytes, ms] = [0, 0]
  // The first half is compiled meanwhile.
  for (const { scanWork, cpuMs } of cycles.slice(Math.floor(cycles.length / 2))) {
    bytes += scanWork.heap + scanWork.stack + scanWork.globals
    ms += cpuMs.assist + cpuMs.dedicated + cpuMs.fractional + cpuMs.idle
  }
  return ms > 0 && bytes > 0 ? bytes / ms : ASSUMED_SCAN_RATE
}

function blockOf(cycles: readonly CycleRecord[]): Block {
  const rows = cycles.map((cycle, index) => [
    ...[cycle.n, index === 0 ? 0 : (cycles[index - 1] as CycleRecord).heapMarked, cycle.heapAtStart],
    ...[cycle.heapAtMarkEnd, cycle.goal ?? Number.POSITIVE_INFINITY, cycle.scanWork.heap, cycle.utilization],
    ...[cycle.pacerUtilization, assistShareOf(cycle), cycle.markMs, cycle.startMs],
  ])
  return { rows: rows.length, columns: COLUMNS.map((_, column) => rows.map(row => row[column] as number)) }
}

function assistShareOf({ pacerUtilization }: CycleRecord): number {
  return pacerUtilization - 0.25
}

function remarksOf({ origin, columns }: Scenario, scanRate: number, { procs }: RealOptions): string[] {
  const remarks = [`${origin}: ${procs} P, a worker scans ${Math.round(scanRate / 1024)} KiB in a millisecond`]
  const follow = columns[6]
  if (follow?.some(value => value > 0)) remarks.push(`${origin}: assist_follow is left out on a real heap`)
  return remarks
}
