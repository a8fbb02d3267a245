/** The scenario that `--input` or `--scenario` names, and the engine that it is for. */
import { resolve } from 'node:path'
import { UsageError } from '../../runtime/usage-error.ts'
import { InputError } from './input-error.ts'
import { ENGINES, type EngineName, type InputOptions } from './options.ts'
import { readHeader, readScenario } from './read-scenario.ts'
import type { Scenario } from './scenario.ts'
import { drawn, fieldsOf, library, scenarioNamed } from './scenarios/library.ts'

/** `engine`: null for the input's own. Throws a UsageError, an InputError among them. */
export function inputOf(
  { input, seed }: Pick<InputOptions, 'input' | 'seed'>,
  engine: EngineName | null,
): { engine: EngineName; scenario: Scenario } {
  if ('scenario' in input) {
    const found = scenarioNamed(input.scenario)
    const chosen = engine ?? found.engine
    if (fieldsOf[chosen] !== fieldsOf[found.engine])
      throw new UsageError(`the scenario ${found.name} is of the ${found.engine} engine, not of ${chosen}`)
    return { engine: chosen, scenario: drawn(found, seed) }
  }
  const { file } = input
  const read = (chosen: EngineName): Scenario => ({
    origin: file,
    ...readScenario(file, header => {
      if (header['engine'] !== undefined && fieldsOf[engineIn(header, file)] !== fieldsOf[chosen])
        throw new InputError(file, 'engine', `is ${header['engine']}, whose form is not that of ${chosen}`)
      return fieldsOf[chosen]
    }),
  })
  if (engine !== null) return { engine, scenario: read(engine) }
  // `engine` may stand behind the cycles. These are read as macro's then, as most are, and once more if it says otherwise.
  let early: EngineName = 'macro'
  let first: Scenario | InputError
  try {
    first = {
      origin: file,
      ...readScenario(file, header => {
        early = engineIn(header, file)
        return fieldsOf[early]
      }),
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    first = error
  }
  const named = first instanceof InputError ? engineIn(readHeader(file), file) : engineIn(first.header, file)
  if (fieldsOf[named] !== fieldsOf[early]) return { engine: named, scenario: read(named) }
  if (first instanceof InputError) {
    const isUnnamed = readHeader(file)['engine'] === undefined
    throw isUnnamed ? new UsageError(`${first.message} (read as macro's: the file names no engine)`) : first
  }
  return { engine: named, scenario: first }
}

/** Of the stepped engine's form, by its name or as a .json file; `step` is the cycle in which it changes for good. Throws a UsageError, an InputError among them. */
export function leagueScenario(spec: string, seed: number): { readonly scenario: Scenario; readonly step: number } {
  if (!library.some(({ name }) => name === spec) && spec.endsWith('.json'))
    return { scenario: inputOf({ input: { file: resolve(spec) }, seed }, 'stepped').scenario, step: 0 }
  const found = scenarioNamed(spec)
  if (found.engine === 'stepped') return { scenario: drawn(found, seed), step: found.step }
  throw new UsageError(`${spec} is of the macro engine, which has two pacers of its own`)
}

/** What the file itself says; macro if it says nothing. */
function engineIn({ engine }: Readonly<Record<string, unknown>>, file: string): EngineName {
  if (engine === undefined) return 'macro'
  if ((ENGINES as readonly unknown[]).includes(engine)) return engine as EngineName
  throw new InputError(file, 'engine', `is ${JSON.stringify(engine)}; it must be ${ENGINES.join(', ')}`)
}
