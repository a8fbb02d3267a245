/**
 * The proportional-integral controller of the pacer redesign (golang/go#44167; mgcpacer.go of Go
 * 1.18 to 1.20). Once in a cycle it moves an estimate towards what was measured, and sums up what
 * is left of the error. Anti-windup is by back-calculation.
 */
export interface PiConstants {
  /** K_p. */
  readonly gain: number
  /**
   * T_i and T_t, in cycles: how fast the error is summed up, and how fast a saturated output takes
   * the sum back. If either is 0 there is no integral.
   */
  readonly integralTime: number
  readonly resetTime: number
  readonly min: number
  readonly max: number
}

/** Go's: tuned by Ziegler and Nichols, then T_i by hand, against the noise of real programs. */
export const GO_CONTROLLER: PiConstants = {
  gain: 0.9,
  integralTime: 4,
  resetTime: 1000,
  min: -1000,
  max: 1000,
}
/** The proposal's, for an output that is added to the estimate (golang/go#44167's simulator). */
export const PROPOSAL_CONTROLLER: PiConstants = {
  gain: 0.9,
  integralTime: 1.6,
  resetTime: 1000,
  min: -2,
  max: 2,
}

/**
 * The output for the error `setPoint - input`. The sum of errors is `state[slot]`, which has an
 * effect from the next call on.
 *
 * @returns `constants.min`, and forgets the sum, if a number has become infinite or NaN. (Go
 *   returns a flag. Here the caller takes an output at the minimum as a failure: no measurement
 *   leads to it.)
 */
export function nextOutput(
  constants: PiConstants,
  input: number,
  setPoint: number,
  state: Float64Array,
  slot: number,
): number {
  const { gain, integralTime, resetTime, min, max } = constants
  const error = setPoint - input
  const raw = gain * error + state[slot]
  if (!Number.isFinite(raw)) {
    state[slot] = 0
    return min
  }
  const output = Math.min(Math.max(raw, min), max)
  if (integralTime !== 0 && resetTime !== 0) {
    state[slot] += (gain / integralTime) * error + (1 / resetTime) * (output - raw)
    if (!Number.isFinite(state[slot])) {
      state[slot] = 0
      return min
    }
  }
  return output
}
