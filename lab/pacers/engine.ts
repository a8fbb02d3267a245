/** What every engine gives: rows, a block at a time, so that a million cycles need no more memory than some. */

/** Some rows of a run, as columns. */
export interface Block {
  readonly rows: number
  /** In the order of the engine's `columns`. */
  readonly columns: readonly (readonly number[] | Float64Array)[]
}

export interface Simulation {
  /** The heads of the CSV. */
  readonly columns: readonly string[]
  readonly cycles: number
  /** Drawn one after the other; a block may be used again for the next. May throw an InputError. */
  blocks(): Iterable<Block>
  /** What the reader must know, once all blocks are drawn: one line each. */
  remarks(): readonly string[]
}

/** Rows that an engine computes at a time. */
export const BLOCK_ROWS = 1024
