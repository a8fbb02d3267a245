/** Reads the constants that `--controller` gives. */
import { existsSync } from 'node:fs'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { parsedJson, textOf } from '../../json.ts'
import { numberIn } from '../fields.ts'
import { InputError } from '../input-error.ts'
import { CONTROLLER_FIELDS, CONTROLLERS, type ControllerConstants } from './controller.ts'

/**
 * The constants of a name or a file; those of `new` for null. Throws a UsageError, or as one of
 * these an InputError.
 */
export function controllerOf(given: string | null): ControllerConstants {
  if (given === null) return CONTROLLERS.new
  if (Object.hasOwn(CONTROLLERS, given)) return CONTROLLERS[given as keyof typeof CONTROLLERS]
  if (!existsSync(given))
    throw new UsageError(
      `--controller must be ${Object.keys(CONTROLLERS).join(', ')} or a file of constants; there is no file ${given}`,
    )
  const constants = parsedJson(textOf(given), given)
  const values = {} as Record<keyof ControllerConstants, number>
  for (const name of Object.keys(CONTROLLER_FIELDS) as (keyof ControllerConstants)[])
    values[name] = numberIn(constants, CONTROLLER_FIELDS[name], given, 'the controller')
  if (values.min > values.max)
    throw new InputError(
      given,
      'the controller',
      `min = ${values.min} is above max = ${values.max}`,
    )
  return values
}
