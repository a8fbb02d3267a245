/** `sawtooth pacers macro`: the macro engine's pacers side by side. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { given, wholeNumber } from 'sawtooth/internal/runtime/options/given'
import { outputFile } from 'sawtooth/internal/runtime/options/output-option'
import { namedPaths, refuseOverwriting } from 'sawtooth/internal/runtime/output/output-paths'
import { print, say } from 'sawtooth/internal/runtime/output/standard-streams'
import { thisMachine } from '../../machine.ts'
import { MOST_SEED } from '../../random.ts'
import { readArguments } from '../../read-arguments.ts'
import { formatTable } from '../../table.ts'
import { writeResults } from '../../write-results.ts'
import { macroHelp } from '../help.ts'
import { inputOf } from '../input.ts'
import { commandOf } from '../league/conclude.ts'
import { controllerOf } from '../macro/read-controller.ts'
import { drawn, library, scenarioNamed } from '../scenarios/library.ts'
import { compare, MACRO_PACERS, type MacroScenario } from './compared.ts'
import type { Comparison } from './report.ts'
import { COMPARISON_HEADS, comparisonRows } from './table.ts'

const value = { type: 'string' } as const

/** Returns 0, or 4 if a file could not be written. Throws a UsageError. */
export async function macroCommand(argv: readonly string[]): Promise<number> {
  const texts = readArguments('pacers macro', () =>
    parseArgs({
      args: [...argv],
      options: {
        ...{ scenarios: value, controller: value, seed: value, json: value, report: value },
        help: { type: 'boolean', short: 'h' },
      },
    }),
  ).values
  if (texts.help === true) {
    print(macroHelp)
    return 0
  }
  const names =
    texts.scenarios?.split(',') ??
    library.filter(({ engine }) => engine === 'macro').map(({ name }) => name)
  const json = outputFile(given('json', texts.json))
  const report = outputFile(given('report', texts.report))
  const inputs = [...names, ...(texts.controller === undefined ? [] : [texts.controller])]
  refuseOverwriting(
    namedPaths({ '--json': json, '--report': report }),
    inputs.map(input => ({ name: 'an input', path: resolve(input) })),
  )
  const controller = controllerOf(texts.controller ?? null)
  const givenSeed = given('seed', texts.seed)
  const seed = givenSeed === undefined ? 1 : wholeNumber(givenSeed, 0, MOST_SEED)
  const comparison: Comparison = {
    ...{ schema: 1, machine: thisMachine(null), command: commandOf('macro', argv), seed },
    compared: [...new Set(names)].map(name =>
      compare(macroScenario(name, seed), controller, texts.controller ?? 'new'),
    ),
  }
  print(formatTable(COMPARISON_HEADS, comparisonRows(comparison.compared)))
  for (const { runs } of comparison.compared)
    for (const pacer of MACRO_PACERS)
      for (const remark of runs[pacer].remarks)
        say(`sawtooth: ${printable(`${remark} (${pacer})`)}\n`)
  return writeResults(0, [
    { path: json, text: () => `${JSON.stringify(comparison)}\n` },
    // Loaded only when it is needed.
    {
      path: report,
      text: async () => (await import('./report.ts')).comparisonHtml(comparison),
    },
  ])
}

/** A scenario of the macro engine, by its name or as a .json file. Throws a UsageError. */
function macroScenario(spec: string, seed: number): MacroScenario {
  if (!library.some(({ name }) => name === spec) && spec.endsWith('.json')) {
    const { scenario } = inputOf({ input: { file: resolve(spec) }, seed }, 'macro')
    return { scenario, what: 'a file of your own', step: 0 }
  }
  const found = scenarioNamed(spec)
  if (found.engine === 'macro')
    return { scenario: drawn(found, seed), what: found.what, step: found.step }
  throw new UsageError(`${spec} is of the stepped engine, not of macro`)
}
