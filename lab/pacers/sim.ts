/** `sawtooth pacers sim`: one pacer over one scenario, in one engine. */
import { resolve } from 'node:path'
import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { loadPacer } from 'sawtooth/internal/runtime/load/load-pacer'
import { inputGuard } from 'sawtooth/internal/runtime/output/output-paths'
import { print, say } from 'sawtooth/internal/runtime/output/standard-streams'
import type { Simulation } from './engine.ts'
import { simHelp } from './help.ts'
import { inputOf } from './input.ts'
import { CONTROLLERS } from './macro/controller.ts'
import { macroSimulation } from './macro/engine.ts'
import { controllerOf } from './macro/read-controller.ts'
import { noisySimulation } from './noisy/engine.ts'
import { type EngineName, outputsOf, parseSimOptions, type SimOptions } from './options.ts'
import type { Scenario } from './scenario.ts'
import { steppedSimulation } from './stepped/engine.ts'
import { writeRows } from './write-rows.ts'

/** Returns 0. Throws a UsageError, or as one of these an InputError. */
export async function simCommand(argv: readonly string[]): Promise<number> {
  const options = parseSimOptions(argv)
  if (options === 'help') {
    print(simHelp)
    return 0
  }
  const { engine, scenario } = inputOf(options, options.engine)
  const { controller } = options
  if (controller !== null && !Object.hasOwn(CONTROLLERS, controller))
    inputGuard(outputsOf(options))({ name: 'the controller', path: resolve(controller) })
  const simulation = await simulationOf(engine, scenario, options)
  const header = {
    schema: 1,
    engine,
    pacer: pacerOf(engine, options),
    scenario: scenario.origin,
    seed: options.seed,
  }
  await writeRows(simulation, options, header)
  for (const remark of simulation.remarks()) sayLine(remark)
  return 0
}

function sayLine(text: string): void {
  say(`sawtooth: ${printable(text)}\n`)
}

const DEFAULT_PACERS: Readonly<Record<EngineName, string>> = {
  macro: 'new',
  stepped: 'go1.21',
  noisy: 'go1.21',
}

function pacerOf(engine: EngineName, { pacer }: SimOptions): string {
  return pacer ?? DEFAULT_PACERS[engine]
}

async function simulationOf(
  engine: EngineName,
  scenario: Scenario,
  options: SimOptions,
): Promise<Simulation> {
  const pacer = pacerOf(engine, options)
  if (engine !== 'macro') {
    if (options.controller !== null) throw new UsageError('--controller is of the macro engine')
    const loaded = await loadPacer(pacer, outputsOf(options))
    return engine === 'stepped'
      ? steppedSimulation(scenario, loaded, sayLine)
      : noisySimulation(scenario, loaded, options.runs, options.seed, sayLine)
  }
  if (pacer !== 'old' && pacer !== 'new')
    throw new UsageError(
      `--pacer of the macro engine must be old or new, not '${pacer}'; the stepped engine runs all others`,
    )
  return macroSimulation(
    scenario,
    pacer,
    controllerOf(options.controller),
    options.controller ?? 'new',
  )
}
