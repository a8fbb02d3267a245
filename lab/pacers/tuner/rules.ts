/**
 * The constants that Ziegler and Nichols' rules make of an ultimate gain and an ultimate period,
 * and those that are to be compared with them.
 */
import { CONTROLLERS, type ControllerConstants } from '../macro/controller.ts'
import type { UltimateGain } from './ultimate-gain.ts'

/** How the output of the controller is taken (macro/controller.ts). */
export const FORMS = {
  incremental: CONTROLLERS.new,
  positional: CONTROLLERS.shipped,
} as const satisfies Record<string, ControllerConstants>

export type Form = keyof typeof FORMS

export interface NamedController {
  readonly name: string
  readonly constants: ControllerConstants
}

/** Factors of K_u and T_u. An integral time of null: there is no integral. */
const RULES = [
  { name: 'P', gain: 0.5, integralTime: null, derivativeTime: 0 },
  { name: 'PI', gain: 0.45, integralTime: 1 / 1.2, derivativeTime: 0 },
  { name: 'PID', gain: 0.6, integralTime: 1 / 2, derivativeTime: 1 / 8 },
] as const

export function tunedControllers(form: Form, { gain, period }: UltimateGain): NamedController[] {
  return RULES.map(rule => ({
    name: `Ziegler-Nichols ${rule.name}`,
    constants: {
      ...FORMS[form],
      gain: rule.gain * gain,
      integralTime: rule.integralTime === null ? 0 : rule.integralTime * period,
      derivativeTime: rule.derivativeTime * period,
    },
  }))
}

/** An eighth of the ultimate period of the incremental form, which is two cycles. */
const DERIVATIVE_TIME = 0.25

/** What is compared with the rules' constants. */
export const COMPARED: readonly NamedController[] = [
  { name: 'the proposal', constants: CONTROLLERS.new },
  {
    name: 'the proposal with T_d',
    constants: { ...CONTROLLERS.new, derivativeTime: DERIVATIVE_TIME },
  },
  { name: 'Go 1.18 to 1.20', constants: CONTROLLERS.shipped },
  {
    name: 'Go 1.18 to 1.20 with T_d',
    constants: { ...CONTROLLERS.shipped, derivativeTime: DERIVATIVE_TIME },
  },
  { name: 'none: r as measured', constants: CONTROLLERS.direct },
]
