/** What the program `programs/shaped-heap.ts` makes of the heap: written by the engine into a file beside it. */
export interface Shape {
  readonly globalsBytes: number
  readonly cycles: number
  /** For each cycle. Bytes that shall live, over all Ps; */
  readonly live: readonly number[]
  /** bytes that a P allocates in a ms of the program's own time, while a cycle marks; */
  readonly rates: readonly number[]
  /** the share of the heap that has pointers; */
  readonly fractions: readonly number[]
  /** bytes of stacks; */
  readonly stacks: readonly number[]
  /** and GOGC, -1 for off. */
  readonly gogc: readonly number[]
}

/** What the program prints at its end, as JSON. */
export interface Told {
  /** Share of the time in which a P's thread was ready and had no CPU, in the mean; null where that is not known. */
  readonly offCpu: number | null
}
