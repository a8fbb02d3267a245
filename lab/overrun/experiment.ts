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
  | 'kernel'

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

/** An option in a help: how it is written, and what it does, which may have several lines. */
export type HelpOption = readonly [usage: string, text: string]

export interface Experiment {
  readonly name: ExperimentName
  readonly issue: string
  readonly title: string
  /** What it does, for its help (experiment-help.ts): some lines, without the last break. */
  readonly about: string
  /** About how long it takes on an idle machine of two cores. */
  readonly takes: { readonly minutes: number; readonly quickSeconds: number }
  /** The options that only this experiment has. */
  readonly options?: readonly HelpOption[]
  /** The arguments of the example in its help, if it has options of its own. */
  readonly example?: string
  /** Whether Go is measured too, where it is installed. */
  readonly isBesideGo?: boolean
  measure(options: ExperimentOptions): Promise<ExperimentResult>
}
