/** What `sawtooth pacers suite --json` writes. */

import type { Machine } from '../../machine.ts'
import type { MutatorUtilization } from '../../overrun/mutator-utilization.ts'
import type { MedianInterval } from '../../overrun/quantile-interval.ts'
import type { LatencyPercentiles } from '../../overrun/results.ts'

/** One pacer on one program. Medians of the rounds, unless it says otherwise. */
export interface SuiteRow {
  readonly program: string
  readonly pacer: string
  /** Time of the baseline over that of this pacer, in the same round: above 1 it is faster. */
  readonly speed: MedianInterval
  readonly wallMs: number
  readonly cycles: number
  /** The largest live heap at the end of a mark, in bytes. */
  readonly peakHeap: number
  /**
   * Goal, and heap at the end of the mark, over what the cycle before marked: medians of the cycles
   * whose goal is above the heap minimum; null if there is none.
   */
  readonly goalOverLive: number | null
  readonly peakOverLive: number | null
  /** CPU time of the process, in ms: program, collector and V8. */
  readonly cpuMs: number
  /** Time in workers, assists and stops, summed over Ps, in ms. */
  readonly collectorMs: number
  /** Part of the run in which the write barrier is on. */
  readonly barrierShare: number
  /** What windows left to the program, by their length in ms; of one run. */
  readonly mutatorUtilization: Readonly<Record<string, MutatorUtilization>>
  /** Runs with a trace: that one, and those before it, which lost events on a busy machine. */
  readonly tracedRuns: number
}

/** A pacer over all programs. */
export interface SuiteMean {
  readonly pacer: string
  /** Geometric mean over the programs of each round's ratios. */
  readonly speed: MedianInterval
}

/** A pacer with one GOGC, on one program, in one run. */
export interface GogcRow {
  readonly pacer: string
  readonly gogc: number
  readonly cycles: number
  readonly peakHeap: number
  readonly wallMs: number
  readonly collectorMs: number
}

/** What is timed: an allocation, with the waits in it, or what a goroutine waits for. */
export type Timed = 'allocation' | 'timer' | 'request'

/** How long that took under a pacer, in µs. All runs together. */
export interface LatencyRow {
  readonly pacer: string
  readonly what: Timed
  readonly count: number
  readonly us: LatencyPercentiles
  /** Standard deviations, each of one run. */
  readonly deviationsUs: readonly number[]
}

export interface SuiteResults {
  readonly schema: 1
  readonly machine: Machine
  readonly command: string
  readonly procs: number
  readonly seed: number
  readonly rounds: number
  /** The pacer that the others are compared with. It is compared with itself, too. */
  readonly baseline: string
  readonly rows: readonly SuiteRow[]
  readonly means: readonly SuiteMean[]
  readonly gogc: { readonly program: string; readonly rows: readonly GogcRow[] }
  readonly latencies: readonly LatencyRow[]
}
