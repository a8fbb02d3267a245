/** Finds the scenario that `--input` or `--scenario` names, and the engine that it is for. */
import { resolve } from 'node:path'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { shown } from '../shape.ts'
import type { Field } from './fields.ts'
import { InputError } from './input-error.ts'
import { ENGINES, type EngineName, type InputOptions } from './options.ts'
import { readScenario } from './read-scenario.ts'
import type { Scenario } from './scenario.ts'
import { drawn, fieldsOf, library, scenarioNamed } from './scenarios/library.ts'

/**
 * The scenario and its engine. Throws a UsageError, or as one of these an InputError.
 *
 * @param engine - null for the input's own
 */
export function inputOf(
  { input, seed }: Pick<InputOptions, 'input' | 'seed'>,
  engine: EngineName | null,
): { engine: EngineName; scenario: Scenario } {
  if ('scenario' in input) {
    const found = scenarioNamed(input.scenario)
    const chosen = engine ?? found.engine
    if (fieldsOf[chosen] !== fieldsOf[found.engine])
      throw new UsageError(
        `the scenario ${found.name} is of the ${found.engine} engine, not of ${chosen}`,
      )
    return { engine: chosen, scenario: drawn(found, seed) }
  }
  const { file } = input
  let chosen: EngineName = 'macro'
  let isNamed = false
  const fieldsIn = (header: Readonly<Record<string, unknown>>): readonly Field[] => {
    const named = engineIn(header, file)
    chosen = engine ?? named ?? 'macro'
    isNamed = engine !== null || named !== null
    if (named !== null && fieldsOf[named] !== fieldsOf[chosen])
      throw new InputError(file, 'engine', `is ${named}, whose form is not that of ${chosen}`)
    return fieldsOf[chosen]
  }
  try {
    const scenario = { origin: file, ...readScenario(file, fieldsIn) }
    return { engine: chosen, scenario }
  } catch (error) {
    if (isNamed || !(error instanceof InputError)) throw error
    throw new UsageError(`${error.message} (read as macro's: the file names no engine)`)
  }
}

/**
 * A scenario in the stepped engine's form, by its name or as a .json file. `step` is the cycle in
 * which it changes for good. Throws a UsageError, or as one of these an InputError.
 */
export function leagueScenario(
  spec: string,
  seed: number,
): { readonly scenario: Scenario; readonly step: number } {
  if (!library.some(({ name }) => name === spec) && spec.endsWith('.json'))
    return {
      scenario: inputOf({ input: { file: resolve(spec) }, seed }, 'stepped').scenario,
      step: 0,
    }
  const found = scenarioNamed(spec)
  if (found.engine === 'stepped') return { scenario: drawn(found, seed), step: found.step }
  throw new UsageError(`${spec} is of the macro engine, which has two pacers of its own`)
}

/** The engine that the file names; null if it names none. */
function engineIn({ engine }: Readonly<Record<string, unknown>>, file: string): EngineName | null {
  if (engine === undefined) return null
  if ((ENGINES as readonly unknown[]).includes(engine)) return engine as EngineName
  throw new InputError(file, 'engine', `is ${shown(engine)}; it must be ${ENGINES.join(', ')}`)
}
