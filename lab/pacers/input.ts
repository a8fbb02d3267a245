/** The scenario that `--input` or `--scenario` names, and the engine that it is for. */
import { UsageError } from '../../runtime/usage-error.ts'
import { InputError } from './input-error.ts'
import { ENGINES, type EngineName, type InputOptions } from './options.ts'
import { readScenario } from './read-scenario.ts'
import type { Scenario } from './scenario.ts'
import { drawn, fieldsOf, scenarioNamed } from './scenarios/library.ts'

/** `engine`: null for the input's own. Throws a UsageError, an InputError among them. */
export function inputOf(
  { input, seed }: InputOptions,
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
  // `engine` may stand behind the cycles: then they were read as those of macro.
  const read = (chosen: EngineName | null): Scenario => ({
    origin: file,
    ...readScenario(file, header => fieldsOf[chosen ?? engineIn(header, file)]),
  })
  const first = read(engine)
  const chosen = engine ?? engineIn(first.header, file)
  return { engine: chosen, scenario: first.columns.length === fieldsOf[chosen].length ? first : read(chosen) }
}

/** What the file itself says; macro if it says nothing. */
function engineIn({ engine }: Readonly<Record<string, unknown>>, file: string): EngineName {
  if (engine === undefined) return 'macro'
  if ((ENGINES as readonly unknown[]).includes(engine)) return engine as EngineName
  throw new InputError(file, 'engine', `= ${JSON.stringify(engine)}; it must be ${ENGINES.join(', ')}`)
}
