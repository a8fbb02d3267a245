/**
 * The controller of the model's new pacer. Its constants may be given.
 *
 *   e       measured r − r
 *   raw     K_p · e + sum + K_p · (T_d / T) · (e − e of the cycle before)
 *   out     raw, between min and max
 *   sum     += K_p · (T / T_i) · e + (T / T_t) · (out − raw)
 *   r       += out; or, if it is positional, = out
 */
import { type Field, rate } from '../fields.ts'

export interface ControllerConstants {
  readonly gain: number
  /** T_i and T_t. If either is 0 there is no integral. */
  readonly integralTime: number
  readonly resetTime: number
  /** T_d; 0: there is no derivative. */
  readonly derivativeTime: number
  readonly period: number
  readonly min: number
  readonly max: number
  /** 1: the output is r, as Go 1.18 has it. 0: it is added to r, as in the proposal's simulator. */
  readonly positional: number
}

const anyNumber = (name: string): Field => ({ ...rate(name), min: -Number.MAX_VALUE })

/** The constants' fields in a file. */
export const CONTROLLER_FIELDS = {
  gain: anyNumber('k_p'),
  integralTime: rate('t_i'),
  resetTime: rate('t_t'),
  derivativeTime: { ...rate('t_d'), ifMissing: 0 },
  period: rate('period'),
  min: anyNumber('min'),
  max: anyNumber('max'),
  positional: { name: 'positional', min: 0, max: 1, isWhole: true, ifMissing: 0 },
} as const satisfies Record<keyof ControllerConstants, Field>

const PROPOSED: ControllerConstants = {
  ...{ gain: 0.9, integralTime: 1.6, resetTime: 1000, derivativeTime: 0 },
  ...{ period: 1, min: -2, max: 2, positional: 0 },
}
const WIDE = { min: -1000, max: 1000 }

/**
 * `new` is the proposal's, and `shipped` that of Go 1.18 to 1.20. `old` is only proportional, and
 * moves half way to what was measured; `direct` takes what was measured.
 */
export const CONTROLLERS = {
  new: PROPOSED,
  old: { ...PROPOSED, gain: 0.5, integralTime: 0, resetTime: 0, ...WIDE },
  shipped: { ...PROPOSED, integralTime: 4, positional: 1, ...WIDE },
  direct: { ...PROPOSED, gain: 1, integralTime: 0, resetTime: 0, ...WIDE },
} as const satisfies Record<string, ControllerConstants>

/** A controller with its memory. */
export class Controller {
  private readonly constants: ControllerConstants
  private sum = 0
  /** The error of the cycle before; NaN: there is none yet. */
  private lastError = Number.NaN

  constructor(constants: ControllerConstants) {
    this.constants = constants
  }

  /** The next r, without limits. */
  next(r: number, measured: number): number {
    const { gain, integralTime, resetTime, derivativeTime, period, min, max } = this.constants
    const error = measured - r
    let raw = gain * error + this.sum
    if (derivativeTime !== 0 && !Number.isNaN(this.lastError))
      raw += ((gain * derivativeTime) / period) * (error - this.lastError)
    const out = raw < min ? min : raw > max ? max : raw
    if (integralTime !== 0 && resetTime !== 0)
      this.sum += ((gain * period) / integralTime) * error + (period / resetTime) * (out - raw)
    this.lastError = error
    return this.constants.positional === 1 ? out : r + out
  }
}
