/** The controller of the model's new pacer. Its constants may be given. */
import { type Field, rate } from '../fields.ts'

export interface ControllerConstants {
  readonly gain: number
  /** T_i and T_t. If either is 0 there is no integral. */
  readonly integralTime: number
  readonly resetTime: number
  readonly period: number
  readonly min: number
  readonly max: number
}

const anyNumber = (name: string): Field => ({ ...rate(name), min: -Number.MAX_VALUE })

/** The constants' fields in a file. */
export const CONTROLLER_FIELDS = {
  gain: anyNumber('k_p'),
  integralTime: rate('t_i'),
  resetTime: rate('t_t'),
  period: rate('period'),
  min: anyNumber('min'),
  max: anyNumber('max'),
} as const satisfies Record<keyof ControllerConstants, Field>

/** `new` is the proposal's. `old` is only proportional, and moves half way to what was measured. */
export const CONTROLLERS: Readonly<Record<string, ControllerConstants>> & {
  readonly new: ControllerConstants
} = {
  new: { gain: 0.9, integralTime: 1.6, resetTime: 1000, period: 1, min: -2, max: 2 },
  old: { gain: 0.5, integralTime: 0, resetTime: 0, period: 1, min: -1000, max: 1000 },
}
