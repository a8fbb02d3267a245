/** Tunes both forms of the controller against the macro model, and compares what comes out. */
import type { Machine } from '../../machine.ts'
import type { ControllerConstants } from '../macro/controller.ts'
import type { Scenario } from '../scenario.ts'
import { type Response, responseOf } from './response.ts'
import { COMPARED, FORMS, type Form, tunedControllers } from './rules.ts'
import { type UltimateGain, ultimateGain } from './ultimate-gain.ts'

export interface Judged {
  readonly name: string
  readonly constants: ControllerConstants
  readonly response: Response
}

export interface Tuning {
  readonly schema: 1
  readonly machine: Machine
  readonly command: string
  readonly seed: number
  readonly scenario: string
  readonly noise: string
  readonly ultimate: Readonly<Record<Form, UltimateGain | null>>
  readonly controllers: readonly Judged[]
}

/** @param step - the cycle in which `stepping` changes for good */
export function tune(
  stepping: Scenario,
  step: number,
  noisy: Scenario,
): Pick<Tuning, 'ultimate' | 'controllers'> {
  const ultimateOf = (form: Form): UltimateGain | null => ultimateGain(stepping, step, FORMS[form])
  const ultimate = { incremental: ultimateOf('incremental'), positional: ultimateOf('positional') }
  const tuned = (Object.keys(FORMS) as Form[]).flatMap(form => {
    const found = ultimate[form]
    return found === null ? [] : tunedControllers(form, found)
  })
  const controllers = [...tuned, ...COMPARED].map(one => ({
    ...one,
    response: responseOf(one, stepping, step, noisy),
  }))
  return { ultimate, controllers }
}
