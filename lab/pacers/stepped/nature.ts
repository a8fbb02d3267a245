/** The interface of a nature, and the stepped engine's own. */

/**
 * What happens to a program and its collector beside what the scenario says. The stepped engine's
 * own nature is smooth; lab/pacers/noisy/ has one that is not.
 *
 * In each period four methods are called once, in this order, which is that of the draws:
 * backgroundShare, idleShare, ratioKnown, allocationFactor.
 */
export interface Nature {
  /**
   * A cycle begins. The arguments are the plan's shares of the CPU for dedicated and for fractional
   * workers.
   */
  beginCycle(dedicated: number, fractional: number): void
  /** The share of the CPU that marks without assists, while `planned` is the plan's. */
  backgroundShare(planned: number): number
  /** The share that is idle, and marks, beside the scenario's own. */
  idleShare(): number
  /** The factor of the rate of allocation. */
  allocationFactor(): number
  /** The assist ratio that the program knows by now, while `ratio` is the pacer's. */
  ratioKnown(ratio: number): number
  /** How long the terminator is away between the end of the work and the end of the mark, in ns. */
  awayNs(): number
}

/** The nature of Go's own pacer tests: workers have what was planned, which is a quarter there. */
export const smooth: Nature = {
  beginCycle() {},
  backgroundShare: planned => planned,
  idleShare: () => 0,
  allocationFactor: () => 1,
  ratioKnown: ratio => ratio,
  awayNs: () => 0,
}
