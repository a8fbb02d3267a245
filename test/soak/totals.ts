/** What a run of a random program has done, as the program prints it. */
export interface Totals {
  readonly goroutines: number
  /** Objects compared, field by field. */
  readonly objects: number
  /** Operations carried out. */
  readonly operations: number
  /** Allocations that threw an OutOfMemoryError, but for those that were to. */
  readonly refused: number
  readonly censuses: number
  /** Errors thrown on purpose, and caught. */
  readonly caught: number
  /** Operations near the end of the native stack, at which it overflowed once more. */
  readonly overflowed: number
  /** Times that the GC percent was set. */
  readonly changes: number
  /** Things left on threads. */
  readonly left: number
  /** Characters of lines that programs print on each stream to fill it. */
  readonly printedOut: number
  readonly printedErr: number
}
