/**
 * What the overrun lab measures: the form of `--json`, from which its report is drawn. Sizes are in
 * bytes. Times are in milliseconds unless the name says otherwise.
 */
import type { Machine } from '../machine.ts'

export interface OverrunResults {
  readonly schema: 1
  readonly machine: Machine
  /** The command line that gave these results. */
  readonly command: string
  /** The cases of the sweep; empty for another command. */
  readonly cases: readonly Case[]
  /** What each policy costs; empty if that was not measured. */
  readonly costs: readonly Cost[]
  /** Of golang/go#52433 itself, and of its relatives. */
  readonly experiments: readonly ReportedExperiment[]
  readonly criteria: readonly Criterion[]
}

/** What must hold, in words with its figures. If one does not, the command exits with 1. */
export interface Criterion {
  readonly says: string
  /** null: too little was measured to tell. */
  readonly holds: boolean | null
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
  /** Who scans the stack of a goroutine that runs; absent: owner, its own P. */
  readonly stackScans?: 'owner' | 'any'
  readonly procs: number
  /** The goal that follows from the live heap and GOGC. */
  readonly goal: number
  /** Busy threads beside the run. */
  readonly noise: number
  /** Processes that run the same at once, the measured one included; absent: 1. */
  readonly instances?: number
  /** `--fault` as given; null if there are only natural delays. */
  readonly injected: string | null
}

/** One row of the sweep. Cold cycles, while the Ps still compile their code, are not in it. */
export interface Case extends CaseParameters {
  readonly cycles: number
  /** Bytes past the cycle's own goal. */
  readonly overrun: Percentiles
  /**
   * Bytes past the smallest goal of the case's cycles. What is allocated black survives its cycle,
   * so an overrun raises the next goal, and that goal hides it. Absent if no cycle counts.
   */
  readonly pastLeastGoal?: Percentiles
  /** The overruns of every cycle, ascending. */
  readonly overruns: readonly number[]
  /**
   * The highest bound of the cycles, above which no heap may lie at mark end; null if the policy
   * promises nothing.
   */
  readonly bound: number | null
  readonly held: boolean | null
  /** Rescues, that is, waits that only their safety net ended; must be 0. */
  readonly rescues: number
  /**
   * The share of the machine's CPU time that was idle while the case ran, its start included;
   * absent where no system counts it.
   */
  readonly idle?: number
  /** Bytes of overrun by cause, all cycles together. */
  readonly by: Readonly<Record<string, number>>
  /** What held Ps up in the gaps of these cycles; absent where no gap is known, as for Go. */
  readonly gaps?: GapSums
  /** The cycle that passed its goal by most; null if none did. */
  readonly worst: WorstCycle | null
}

/** The gaps of a case's cycles, in ms: all of them, and the parts of those whose cause is known. */
export interface GapSums {
  readonly ms: number
  /** Gaps that the end of a mark cut, and, where no system counts it, all of them. */
  readonly unknownMs: number
  /** The thread was ready, and had no CPU. */
  readonly offCpuMs: number
  /** V8 collected on the thread. */
  readonly v8Ms: number
}

/** A cycle around the end of its mark: lanes of Ps, and what Ps took from the heap. */
export interface WorstCycle {
  readonly n: number
  readonly overrun: number
  readonly by: Readonly<Record<string, number>>
  /** null, or left out by an older version: not known (the record's Gap). */
  readonly gaps: readonly {
    readonly point: string
    readonly ms: number
    readonly offCpuMs?: number | null
    readonly v8Ms?: number | null
  }[]
  /** What each P did. Times are from the start of the cycle. */
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
  /**
   * Ratio of throughputs to that of `coordinator` with the gate off; above 1 is faster. Median of
   * the pairs, and its 95 % interval.
   */
  readonly throughput: {
    readonly median: number
    readonly low: number
    readonly high: number
    readonly pairs: number
  }
  /** Stop-the-world pauses. */
  readonly pauseUs: LatencyPercentiles
  /**
   * Ratio of the median pauses to the baseline's; above 1 is longer. Median of the pairs, and its
   * 95 % interval.
   */
  readonly pauseRatio: { readonly median: number; readonly low: number; readonly high: number }
  /**
   * Cycles of a run, as a ratio to those of the baseline's: median of the pairs. A heap that is
   * kept smaller has more cycles.
   */
  readonly cycleRatio: number
  /**
   * How long an allocation of programs/allocation-latency.ts took under this policy, with waits at
   * the gate and blocked in place.
   */
  readonly allocationUs: LatencyPercentiles
  /** The least share of a window that was left to the program, by window in ms. */
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
  /** A table: every row has the same keys. null: not known, since nothing was measured for it. */
  readonly rows: readonly Readonly<Record<string, string | number | null>>[]
  /** A Vega-Lite specification with its data inside. */
  readonly chart: Readonly<Record<string, unknown>>
}

export interface ReportedExperiment extends ExperimentResult {
  /** The command that does the same again. */
  readonly again: string
}
