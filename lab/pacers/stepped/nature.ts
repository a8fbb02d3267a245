/** What happens to a program and its collector beside what the scenario says. The stepped engine's own is smooth; lab/pacers/noisy/ has one that is not. */
export interface Nature {
  /** A cycle begins. `background`: the plan's share of the CPU for workers, dedicated and fractional. */
  beginCycle(dedicated: number, fractional: number): void
  /** In each period, in this order: share of the CPU that marks without assists; */
  backgroundShare(): number
  /** share that is idle, and marks; */
  idleShare(): number
  /** factor of the rate of allocation; */
  allocationFactor(): number
  /** and the assist ratio that the program has heard of by now. */
  ratioKnown(ratio: number): number
  /** Between the end of the work and the end of the mark: how long the terminator is away, in ns. */
  awayNs(): number
}

const BACKGROUND = 0.25

/** As Go's own pacer tests have it. */
export const smooth: Nature = {
  beginCycle() {},
  backgroundShare: () => BACKGROUND,
  idleShare: () => 0,
  allocationFactor: () => 1,
  ratioKnown: ratio => ratio,
  awayNs: () => 0,
}
