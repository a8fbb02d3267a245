/**
 * What every engine returns: rows, a block at a time, so that the memory of a simulation does not
 * grow with its cycles.
 */

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
  /**
   * Yields the blocks one after the other. A block may be reused for the next one. May throw an
   * InputError.
   */
  blocks(): Iterable<Block>
  /** What the reader must know, one line each. Complete once all blocks are drawn. */
  remarks(): readonly string[]
}

/** Rows that an engine computes at a time. */
export const BLOCK_ROWS = 1024
