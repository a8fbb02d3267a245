/** What a run of a random program has done, as the program prints it. */
export interface Totals {
  readonly goroutines: number
  /** Objects compared, field by field. */
  readonly objects: number
  /** Operations carried out. */
  readonly operations: number
  /** Allocations that threw an OutOfMemoryError. */
  readonly refused: number
  readonly censuses: number
}
