/**
 * What the overrun lab measures: the form of `--json`, and what its report is drawn from. Sizes in bytes, times in milliseconds unless the name says otherwise.
 */
import type { Machine } from '../machine.ts'

export interface OverrunResults {
  readonly schema: 1
  readonly machine: Machine
  /** The command line that gave these results. */
  readonly command: string
  /** Of the sweep; empty for another experiment. */
  readonly cases: readonly Case[]
  /** What each policy costs; empty where it was not measured. */
  readonly costs: readonly Cost[]
  /** The relatives of golang/go#52433. */
  readonly experiments: readonly ExperimentResult[]
  readonly criteria: readonly Criterion[]
}

/** What must hold, in words with its figures. One that does not: exit 1. */
export interface Criterion {
  readonly says: string
  readonly holds: boolean
}

export interface Percentiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

/** What one case is run with. */
export interface CaseParameters {
  readonly runtime: 'sawtooth' | 'go'
  readonly termination: 'coordinator' | 'assist-takes-over' | 'helping'
  readonly gate: 'off' | 'goal' | 'hard'
  readonly credit: 'go' | 'capped'
  readonly wait: 'sleep' | 'yield' | 'spin'
  readonly procs: number
  /** The goal that the live heap and GOGC lead to. */
  readonly goal: number
  /** Busy threads beside the run. */
  readonly noise: number
  /** `--fault` as given; null: natural delays alone. */
  readonly injected: string | null
}

/** One row of the sweep. Cold cycles, while the Ps still compile their code, are not in it. */
export interface Case extends CaseParameters {
  readonly cycles: number
  /** Bytes past the cycle's own goal. */
  readonly overrun: Percentiles
  /**
   * Bytes past the smallest goal of the case's cycles: allocated black, an overrun survives its cycle, and the next goal rises and hides it. Absent where no
   * cycle counts.
   */
  readonly pastLeastGoal?: Percentiles
  /** The overruns of every cycle, ascending. */
  readonly overruns: readonly number[]
  /** What the policy promises: no cycle's heap at mark end lies above it; null where it promises nothing. */
  readonly bound: number | null
  readonly held: boolean | null
  /** Waits that only their safety net ended; must be 0. */
  readonly rescues: number
  /** Bytes of overrun by cause, all cycles together. */
  readonly by: Readonly<Record<string, number>>
  /** The cycle that passed its goal by most; null if none did. */
  readonly worst: WorstCycle | null
}

/** A cycle around the end of its mark: lanes of Ps above, the live heap beneath. */
export interface WorstCycle {
  readonly n: number
  readonly overrun: number
  readonly by: Readonly<Record<string, number>>
  readonly gaps: readonly { readonly point: string; readonly ms: number }[]
  /** What each P did: times from the start of the cycle. */
  readonly lanes: readonly {
    readonly p: number
    readonly what: string
    readonly fromMs: number
    readonly toMs: number
  }[]
  /** Bytes that Ps took from the heap, a point for each request. */
  readonly requests: readonly {
    readonly p: number
    readonly atMs: number
    readonly bytes: number
  }[]
  readonly markEndMs: number
}

/** What a policy costs, on one program, against Go's protocol without a gate in the same run. */
export interface Cost {
  readonly program: string
  readonly termination: CaseParameters['termination']
  readonly gate: CaseParameters['gate']
  readonly credit: CaseParameters['credit']
  readonly procs: number
  /** Ratio of throughputs, above 1 is faster than `coordinator` with the gate off: median of the pairs, and its 95 % interval. */
  readonly throughput: {
    readonly median: number
    readonly low: number
    readonly high: number
    readonly pairs: number
  }
  /** Stop-the-world pauses. */
  readonly pauseUs: LatencyPercentiles
  /** Ratio of the median pauses, above 1 is longer than the baseline's: median of the pairs, and its 95 % interval. */
  readonly pauseRatio: { readonly median: number; readonly low: number; readonly high: number }
  /** Cycles of a run to those of the baseline's: median of the pairs. A heap that is kept smaller has more. */
  readonly cycleRatio: number
  /** An allocation of programs/allocation-latency.ts under this policy, waits at the gate and blocked in place included. */
  readonly allocationUs: LatencyPercentiles
  /** Least share of a window that was left to the program, by window in ms. */
  readonly minimumMutatorUtilization: Readonly<Record<string, number>>
  readonly overrun: Percentiles
}

export interface LatencyPercentiles {
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** What an experiment found (experiment.ts). */
export interface ExperimentResult {
  readonly name: string
  /** `golang/go#40460`. */
  readonly issue: string
  readonly title: string
  /** One sentence with the figures. */
  readonly found: string
  readonly criterion: Criterion
  readonly seed: number
  /** A table: every row has the same keys. */
  readonly rows: readonly Readonly<Record<string, string | number>>[]
  /** A Vega-Lite specification with its data inside. */
  readonly chart: Readonly<Record<string, unknown>>
}
