/**
 * What the program `programs/shaped-heap.ts` makes of the heap. The engine writes it into a file
 * beside the program. Lists have a value for each cycle.
 */
export interface Shape {
  readonly globalsBytes: number
  /** On how many Ps a goroutine allocates, from 1. */
  readonly allocators: number
  readonly cycles: number
  /** Bytes that must live, over all of these. */
  readonly live: readonly number[]
  /** Bytes that one of them allocates in a ms of the program's own time, while a cycle marks. */
  readonly rates: readonly number[]
  /** The share of the heap that has pointers. */
  readonly fractions: readonly number[]
  /** Bytes of stacks. */
  readonly stacks: readonly number[]
  /** GOGC; -1 for off. */
  readonly gogc: readonly number[]
}

/** What the program prints at its end, as JSON. */
export interface Told {
  /**
   * Mean share of the time in which a P's thread was ready and had no CPU; null if that is not
   * known.
   */
  readonly offCpu: number | null
}
