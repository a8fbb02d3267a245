/** What a run of a random program has done, as the program prints it. */
export interface Totals {
  readonly goroutines: number
  /** How many objects were compared, field by field. */
  readonly objects: number
  /** How many operations were carried out. */
  readonly operations: number
  /** How many allocations threw an OutOfMemoryError, without those that were meant to. */
  readonly refused: number
  readonly censuses: number
  /** How many errors were thrown on purpose, and caught. */
  readonly caught: number
  /** How many operations near the end of the native stack overflowed it once more. */
  readonly overflowed: number
  /** How often the GC percent was set. */
  readonly changes: number
  /** How many things were left on threads. */
  readonly left: number
  /** How many characters of lines were printed on each stream only to fill it. */
  readonly printedOut: number
  readonly printedErr: number
}
