/**
 * A relative of golang/go#52433: one command with a seed, a table, a chart and a criterion. Each
 * experiment has a file of its own.
 */
import type { ExperimentResult } from './results.ts'

export type ExperimentName = 'credit' | 'gcsys' | 'restarts' | 'late-work' | 'full-use'

export interface ExperimentOptions {
  readonly seed: number
  /** Fewer repetitions: seconds instead of a minute or two. */
  readonly quick: boolean
  /** Called with a short text of what is done now; the command shows it. */
  readonly progress: (text: string) => void
  /** Ends the experiment: the run is aborted, and the experiment throws. */
  readonly signal?: AbortSignal
}

export interface Experiment {
  readonly name: ExperimentName
  readonly issue: string
  readonly title: string
  /** What `sawtooth overrun NAME --help` says of the experiment, in some lines. */
  readonly help: string
  measure(options: ExperimentOptions): Promise<ExperimentResult>
}
