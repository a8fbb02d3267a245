/** `sawtooth pacers sim`: one pacer over one scenario, in one engine. */
import { readFileSync } from 'node:fs'
import { UsageError } from '../../runtime/usage-error.ts'
import type { Simulation } from './engine.ts'
import { numberIn } from './fields.ts'
import { simHelp } from './help.ts'
import { InputError } from './input-error.ts'
import { loadPacer } from './load-pacer.ts'
import { CONTROLLER_FIELDS, CONTROLLERS, type ControllerConstants } from './macro/controller.ts'
import { macroSimulation } from './macro/engine.ts'
import { ENGINES, type EngineName, parseSimOptions, type SimOptions } from './options.ts'
import { readScenario } from './read-scenario.ts'
import type { Scenario } from './scenario.ts'
import { drawn, fieldsOf, scenarioNamed } from './scenarios/library.ts'
import { steppedSimulation } from './stepped/engine.ts'
import { writeRows } from './write-rows.ts'

/** Returns 0. Throws a UsageError, an InputError among them. */
export async function simCommand(argv: readonly string[]): Promise<number> {
  const options = parseSimOptions(argv)
  if (options === 'help') {
    process.stdout.write(simHelp)
    return 0
  }
  const { engine, scenario } = inputOf(options)
  const simulation = await simulationOf(engine, scenario, options)
  const header = { schema: 1, engine, pacer: pacerOf(engine, options), scenario: scenario.origin, seed: options.seed }
  writeRows(simulation, options, header)
  for (const remark of simulation.remarks()) process.stderr.write(`sawtooth: ${remark}\n`)
  return 0
}

function inputOf({ engine, input, seed }: SimOptions): { engine: EngineName; scenario: Scenario } {
  if ('scenario' in input) {
    const found = scenarioNamed(input.scenario)
    if (engine !== null && engine !== found.engine)
      throw new UsageError(`the scenario ${found.name} is of the ${found.engine} engine, not of ${engine}`)
    return { engine: found.engine, scenario: drawn(found, seed) }
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
  throw new InputError(file, 'engine', `= ${JSON.stringify(engine)}; it must be ${ENGINES.join(' or ')}`)
}

const DEFAULT_PACERS: Readonly<Record<EngineName, string>> = { macro: 'new', stepped: 'go1.21' }

function pacerOf(engine: EngineName, { pacer }: SimOptions): string {
  return pacer ?? DEFAULT_PACERS[engine]
}

async function simulationOf(engine: EngineName, scenario: Scenario, options: SimOptions): Promise<Simulation> {
  const pacer = pacerOf(engine, options)
  if (engine === 'stepped') {
    if (options.controller !== null) throw new UsageError('--controller is of the macro engine')
    return steppedSimulation(scenario, await loadPacer(pacer))
  }
  if (pacer !== 'old' && pacer !== 'new')
    throw new UsageError(
      `--pacer of the macro engine must be old or new, not '${pacer}'; the stepped engine runs all others`,
    )
  return macroSimulation(scenario, pacer, controllerOf(options.controller))
}

function controllerOf(given: string | null): ControllerConstants {
  if (given === null) return CONTROLLERS.new
  if (given === 'new' || given === 'old') return CONTROLLERS[given]
  let constants: unknown
  try {
    constants = JSON.parse(readFileSync(given, 'utf8'))
  } catch (error) {
    throw new UsageError(`--controller must be new, old or a file of constants; ${given}: ${(error as Error).message}`)
  }
  const values = {} as Record<keyof ControllerConstants, number>
  for (const name of Object.keys(CONTROLLER_FIELDS) as (keyof ControllerConstants)[])
    values[name] = numberIn(constants, CONTROLLER_FIELDS[name], given, 'the controller')
  if (values.min > values.max)
    throw new InputError(given, 'the controller', `min = ${values.min} is above max = ${values.max}`)
  return values
}
