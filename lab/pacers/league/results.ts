/** The form of `pacers league --json`, from which its report is drawn. */
import type { Machine } from '../../machine.ts'
import type { Metrics, Series } from './metrics.ts'

export const LEAGUE_ENGINES = ['stepped', 'noisy', 'real'] as const
export type LeagueEngine = (typeof LEAGUE_ENGINES)[number]

export interface Task {
  readonly pacer: string
  readonly scenario: string
  readonly engine: LeagueEngine
}

/** The result of a task. */
export interface Played extends Task {
  readonly metrics: Metrics
  /** The run; for the noisy engine its first. */
  readonly series: Series
}

export interface LeagueResults {
  readonly schema: 1
  /** More than one if shards were merged. */
  readonly machines: readonly Machine[]
  readonly command: string
  readonly seed: number
  /** The tasks of the whole league. Fewer were played if it was interrupted, or is a shard. */
  readonly tasks: readonly Task[]
  readonly played: readonly Played[]
  /** What could not be played, and why. */
  readonly failed: readonly (Task & { readonly message: string })[]
}
