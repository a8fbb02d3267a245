/** What is looked at in the settled cycles of a run. */
import { measureConsMark } from 'sawtooth/internal/gc/pacer/runway'
import type { CycleRecord } from 'sawtooth/internal/runtime/report/record'
import type { TraceFile } from 'sawtooth/internal/runtime/report/trace-events'
import { newFacts } from 'sawtooth/pacer'
import { interquartileRange, median } from 'simple-statistics'

/** What of a cycle's record is looked at. */
export interface Cycle
  extends Pick<CycleRecord, 'heapAtStart' | 'heapAtMarkEnd' | 'markMs' | 'cpuMs' | 'scanWork'>,
    Pick<CycleRecord, 'goal' | 'triggerBytes' | 'utilization' | 'pacerUtilization'> {}

/** A run's cycles: their records, and what the run's trace adds. */
export interface Settled {
  readonly procs: number
  readonly cycles: readonly Cycle[]
  /** What each cycle's predecessor marked, in bytes. */
  readonly marked: readonly number[]
  /** For each cycle the longest stretch of the mark without a worker, as a share of the mark. */
  readonly longestWithout: readonly number[]
}

/**
 * cons/mark of a cycle: bytes allocated for each byte scanned, for equal times of the CPU. The
 * redesign and Go 1.18 measured it without the time of idle workers, Go 1.19 and later with it.
 */
export function consMarkOf(cycle: Cycle, procs: number, isIdleCounted: boolean): number {
  const facts = newFacts({ procs, gcPercent: 100, memoryLimit: Number.POSITIVE_INFINITY })
  facts.triggered = cycle.heapAtStart
  facts.heapLive = cycle.heapAtMarkEnd
  facts.markDurationNs = cycle.markMs * 1e6
  facts.assistTimeNs = cycle.cpuMs.assist * 1e6
  facts.idleTimeNs = isIdleCounted ? cycle.cpuMs.idle * 1e6 : 0
  facts.heapScanWork = cycle.scanWork.heap
  facts.stackScanWork = cycle.scanWork.stack
  facts.globalsScanWork = cycle.scanWork.globals
  return measureConsMark(facts)
}

/** A number of a run. */
export type Measure = (settled: Settled) => number

const middle =
  (of: (cycle: Cycle, settled: Settled) => number): Measure =>
  settled =>
    median(settled.cycles.map(cycle => of(cycle, settled)))

const share = (ms: number, { markMs }: Cycle, { procs }: Settled): number =>
  ms / Math.max(markMs * procs, Number.MIN_VALUE)

export const consMark = middle((cycle, { procs }) => consMarkOf(cycle, procs, false))
export const consMarkWithIdle = middle((cycle, { procs }) => consMarkOf(cycle, procs, true))

export const idleShare = middle((cycle, settled) => share(cycle.cpuMs.idle, cycle, settled))
export const assistShare = middle((cycle, settled) => share(cycle.cpuMs.assist, cycle, settled))
/** The share of the CPU that a pacer takes for the collector's: a quarter, and assists. */
export const seen = middle(({ pacerUtilization }) => pacerUtilization)
/** The share that it has: all workers, idle ones too, and assists. */
export const taken = middle(
  (cycle, settled) => cycle.utilization + share(cycle.cpuMs.idle, cycle, settled),
)

export const markMs = middle(cycle => cycle.markMs)

/** Where the trigger lies on the way from what was marked before to the goal. */
export const triggerPlace: Measure = ({ cycles, marked }) =>
  median(
    cycles.map(({ triggerBytes, goal }, at) => {
      const before = marked[at] ?? 0
      return ((triggerBytes ?? before) - before) / Math.max((goal ?? before) - before, 1)
    }),
  )

const workersOf = (cycle: Cycle, settled: Settled): number =>
  share(cycle.cpuMs.dedicated + cycle.cpuMs.fractional, cycle, settled)

export const workerShare = middle(workersOf)
/** How far the workers' share moves from cycle to cycle: the interquartile range. */
export const workerSpread: Measure = settled =>
  interquartileRange(settled.cycles.map(cycle => workersOf(cycle, settled)))

export const longestWithoutWorker: Measure = ({ longestWithout }) => median([...longestWithout])

const pastGoal = ({ heapAtMarkEnd, goal }: Cycle): number =>
  goal === null ? 0 : Math.max(heapAtMarkEnd / goal - 1, 0)

export const cyclesPastGoal: Measure = ({ cycles }) =>
  cycles.filter(cycle => pastGoal(cycle) > 0).length / cycles.length
export const worstPastGoal: Measure = ({ cycles }) => Math.max(...cycles.map(pastGoal))

/**
 * For each mark of a trace after the first `but` cycles: the longest stretch in which no dedicated
 * or fractional worker marks, as a share of the mark.
 */
export function longestStretches({ events }: TraceFile, but: number): number[] {
  const slices = events.flatMap(event => (event.kind === 'slice' ? [event] : []))
  const workers = slices
    .filter(({ name }) => name === 'dedicated worker' || name === 'fractional worker')
    .sort((one, other) => one.startMs - other.startMs)
  return slices.flatMap(mark => {
    if (mark.name !== 'mark' || mark.args.cycle <= but) return []
    const end = mark.startMs + mark.durationMs
    let [covered, longest] = [mark.startMs, 0]
    for (const { startMs, durationMs } of workers) {
      if (startMs + durationMs <= mark.startMs || startMs >= end) continue
      longest = Math.max(longest, startMs - covered)
      covered = Math.max(covered, startMs + durationMs)
    }
    return [Math.max(longest, end - covered) / mark.durationMs]
  })
}
