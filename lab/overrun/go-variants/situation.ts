/** What base and variants are run in, alike. */
export interface Situation {
  /** The goal that follows from the live heap and GOGC, in bytes. */
  readonly goal: number
  readonly procs: number
  /** Busy threads beside the run. */
  readonly noise: number
}
