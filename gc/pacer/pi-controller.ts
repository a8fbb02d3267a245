/**
 * The proportional-integral controller of the pacer redesign (golang/go#44167; Go 1.18 and 1.19, mgcpacer.go): moves an estimate
 * towards what was measured, once in a cycle, and sums up what is left of the error. With anti-windup by back-calculation.
 */
export interface PiConstants {
  /** K_p. */
  readonly gain: number
  /** T_i and T_t, in cycles: how fast the error is summed up, and how fast a saturated output takes it back. Either 0: no integral. */
  readonly integralTime: number
  readonly resetTime: number
  readonly min: number
  readonly max: number
}

/** Go 1.18 and 1.19: tuned by Ziegler and Nichols, then T_i by hand, against the noise of real programs. */
export const GO_CONTROLLER: PiConstants = { gain: 0.9, integralTime: 4, resetTime: 1000, min: -1000, max: 1000 }
/** The proposal's, for an output that is added to the estimate (golang/go#44167's simulator). */
export const PROPOSAL_CONTROLLER: PiConstants = { gain: 0.9, integralTime: 1.6, resetTime: 1000, min: -2, max: 2 }

/**
 * The output for the error `setPoint - input`. The sum of errors is `state[slot]`, and acts from the next step on.
 *
 * @returns `constants.min`, and forgets the sum, where a number has become infinite or none. (Go tells such a failure apart; who calls this takes an output at
 *   the minimum, which no measurement leads to, for one.)
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
