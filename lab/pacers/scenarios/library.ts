/** The scenarios that are built in, by name: `model/steady`, `stepped/steady`, `ours/spike-train`. */
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
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
  /** The engine whose form it has; the noisy and the real engine take those of the stepped one. */
  readonly engine: 'macro' | 'stepped'
  readonly cycles: number
  /** The cycle, from 0, in which something changes for good: what settles is looked at from there on. */
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

/** Throws a UsageError that says what there is. */
export function scenarioNamed(name: string): LibraryScenario {
  const found = library.find(one => one.name === name)
  if (found !== undefined) return found
  throw new UsageError(`there is no scenario ${name}${like(name)}; see sawtooth pacers list`)
}

/** One of the same name in another part of the library, where there is one. */
function like(name: string): string {
  const last = name.split('/').at(-1)
  const found = library.filter(one => one.name.split('/').at(-1) === last).map(one => one.name)
  return found.length === 0 ? '' : `, but ${found.join(', ')}`
}

/** The scenario with its noise drawn from a seed: the same seed gives the same numbers. */
export function drawn(
  { name, engine, cycles, global, signals }: LibraryScenario,
  seed: number,
): Scenario {
  const random = new Random(seed)
  const columns = signals.map(() => new Float64Array(cycles))
  for (let cycle = 0; cycle < cycles; cycle++)
    for (const [index, signal] of signals.entries())
      (columns[index] as Float64Array)[cycle] = signal(cycle, random)
  return { origin: name, header: { name, engine, global }, columns, cycles }
}

/** As a file of the engine's form, for others to read. */
export function asJson(
  scenario: Scenario,
  fields: readonly Field[],
): Readonly<Record<string, unknown>> & {
  readonly cycles: readonly Readonly<Record<string, number | undefined>>[]
} {
  const cycles = Array.from({ length: scenario.cycles }, (_, cycle) =>
    Object.fromEntries(
      fields.map(({ name }, index) => [name, (scenario.columns[index] as Float64Array)[cycle]]),
    ),
  )
  return { ...scenario.header, cycles }
}
