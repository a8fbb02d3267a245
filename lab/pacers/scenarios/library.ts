/** The built-in scenarios by name: `model/steady`, `stepped/steady`, `ours/spike-train`. */
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { itemAt } from '../../indexed.ts'
import { Random } from '../../random.ts'
import type { Field } from '../fields.ts'
import { CYCLE_FIELDS as MACRO_FIELDS } from '../macro/model.ts'
import type { Scenario } from '../scenario.ts'
import { CYCLE_FIELDS as STEPPED_FIELDS } from '../stepped/engine.ts'
import { modelScenarios } from './model.ts'
import type { Signal } from './signals.ts'
import { steppedScenarios } from './stepped.ts'

export interface LibraryScenario {
  readonly name: string
  readonly what: string
  /** The engine whose form it has. The noisy and the real engine take those of the stepped one. */
  readonly engine: 'macro' | 'stepped'
  readonly cycles: number
  /**
   * The cycle, from 0, in which something changes for good. The settling is measured from there.
   */
  readonly step: number
  readonly global: Readonly<Record<string, number | null>>
  /** In the order of the engine's fields. */
  readonly signals: readonly Signal[]
}

export const library: readonly LibraryScenario[] = [...modelScenarios, ...steppedScenarios]

/** The fields of a cycle, by engine. */
export const fieldsOf: Readonly<Record<'macro' | 'stepped' | 'noisy', readonly Field[]>> = {
  macro: MACRO_FIELDS,
  stepped: STEPPED_FIELDS,
  noisy: STEPPED_FIELDS,
}

/** Throws a UsageError that says where to look. */
export function scenarioNamed(name: string): LibraryScenario {
  const found = library.find(one => one.name === name)
  if (found !== undefined) return found
  throw new UsageError(`there is no scenario ${name}${like(name)}; see sawtooth pacers list`)
}

/** Names a scenario of the same name in another part of the library, if there is one. */
function like(name: string): string {
  const last = name.split('/').at(-1)
  const found = library.filter(one => one.name.split('/').at(-1) === last).map(one => one.name)
  return found.length === 0 ? '' : `, but ${found.join(', ')}`
}

/** The scenario with its noise drawn from a seed. The same seed gives the same numbers. */
export function drawn(
  { name, engine, cycles, global, signals }: LibraryScenario,
  seed: number,
): Scenario {
  const random = new Random(seed)
  const drawing = signals.map(signal => [signal, new Float64Array(cycles)] as const)
  for (let cycle = 0; cycle < cycles; cycle++)
    for (const [signal, column] of drawing) column[cycle] = signal(cycle, random)
  return {
    origin: name,
    header: { name, engine, global },
    columns: drawing.map(([, column]) => column),
    cycles,
  }
}

/** The scenario as a file of the engine's form. */
export function asJson(
  scenario: Scenario,
  fields: readonly Field[],
): Readonly<Record<string, unknown>> & {
  readonly cycles: readonly Readonly<Record<string, number | undefined>>[]
} {
  const cycles = Array.from({ length: scenario.cycles }, (_, cycle) =>
    Object.fromEntries(
      fields.map(({ name }, index) => [name, itemAt(scenario.columns, index)[cycle]]),
    ),
  )
  return { ...scenario.header, cycles }
}
