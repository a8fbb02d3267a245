/**
 * What is to be simulated, by whichever engine: a file that was read, or a scenario of the library.
 */
import type { Field } from './fields.ts'
import { numberIn } from './fields.ts'
import type { ScenarioFile } from './read-scenario.ts'

export interface Scenario extends ScenarioFile {
  /** The file, or the name in the library, for messages. */
  readonly origin: string
}

/** The constants of a run, from the file's `global`. Throws an InputError. */
export function globalsOf<Name extends string>(
  { header, origin }: Scenario,
  fields: Readonly<Record<Name, Field>>,
): Record<Name, number> {
  const values = {} as Record<Name, number>
  for (const name of Object.keys(fields) as Name[])
    values[name] = numberIn(header.global ?? {}, fields[name], origin, 'global')
  return values
}
