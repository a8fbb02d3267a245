/**
 * An experiment on golang/go#52433 or on a relative of it: one command with a seed, a table, a
 * chart and a criterion. Each experiment has a file of its own.
 */
import type { Go } from './go.ts'
import type { ExperimentResult } from './results.ts'

export type ExperimentName =
  | 'limit'
  | 'rate'
  | 'large-objects'
  | 'stack-scans'
  | 'credit'
  | 'gcsys'
  | 'heapsampling'
  | 'restarts'
  | 'late-work'
  | 'full-use'

export interface ExperimentOptions {
  readonly seed: number
  /** The heap goals of `rate`; null: its own. */
  readonly goals?: readonly number[] | null
  /** Fewer repetitions: seconds instead of a minute or two. */
  readonly quick: boolean
  /** Called with a short text of what is done now; the command shows it. */
  readonly progress: (text: string) => void
  /** Ends the experiment: the run is aborted, and the experiment throws. */
  readonly signal?: AbortSignal
  /** Go, where the experiment measures it and it is installed. */
  readonly go: Go | null
}

export interface Experiment {
  readonly name: ExperimentName
  readonly issue: string
  readonly title: string
  /** What `sawtooth overrun NAME --help` says of the experiment, in some lines. */
  readonly help: string
  /** Whether Go is measured too, where it is installed. */
  readonly isBesideGo?: boolean
  measure(options: ExperimentOptions): Promise<ExperimentResult>
}
