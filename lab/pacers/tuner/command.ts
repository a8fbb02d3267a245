/** `sawtooth pacers tune`: finds the constants of the redesign's controller. */
import { parseArgs } from 'node:util'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { given, wholeNumber } from 'sawtooth/internal/runtime/options/given'
import { outputFile } from 'sawtooth/internal/runtime/options/output-option'
import { namedPaths, refuseOverwriting } from 'sawtooth/internal/runtime/output/output-paths'
import { print } from 'sawtooth/internal/runtime/output/standard-streams'
import { thisMachine } from '../../machine.ts'
import { MOST_SEED } from '../../random.ts'
import { readArguments } from '../../read-arguments.ts'
import { writeResults } from '../../write-results.ts'
import { tuneHelp } from '../help.ts'
import { commandOf } from '../league/conclude.ts'
import { drawn, library, scenarioNamed } from '../scenarios/library.ts'
import { formatTuning } from './table.ts'
import { type Tuning, tune } from './tune.ts'

const STEPPING = 'model/step-alloc'
const NOISY = 'model/jitter-alloc'
const value = { type: 'string' } as const

/** Returns 0, or 4 if a file could not be written. Throws a UsageError. */
export async function tuneCommand(argv: readonly string[]): Promise<number> {
  const texts = readArguments('pacers tune', () =>
    parseArgs({
      args: [...argv],
      options: {
        ...{ scenario: value, seed: value, json: value, report: value },
        help: { type: 'boolean', short: 'h' },
      },
    }),
  ).values
  if (texts.help === true) {
    print(tuneHelp)
    return 0
  }
  const json = outputFile(given('json', texts.json))
  const report = outputFile(given('report', texts.report))
  refuseOverwriting(namedPaths({ '--json': json, '--report': report }), [])
  const givenSeed = given('seed', texts.seed)
  const seed = givenSeed === undefined ? 1 : wholeNumber(givenSeed, 0, MOST_SEED)
  const stepping = steppingScenario(texts.scenario ?? STEPPING)
  const noisy = scenarioNamed(NOISY)
  const tuning: Tuning = {
    ...{ schema: 1, machine: thisMachine(null), command: commandOf('tune', argv), seed },
    ...{ scenario: stepping.name, noise: noisy.name },
    ...tune(drawn(stepping, seed), stepping.step, drawn(noisy, seed)),
  }
  print(formatTuning(tuning))
  return writeResults(0, [
    { path: json, text: () => `${JSON.stringify(tuning)}\n` },
    // Loaded only when it is needed.
    { path: report, text: async () => (await import('./report.ts')).tuningHtml(tuning) },
  ])
}

/** A scenario of the macro engine in which the program allocates faster from a step on. */
function steppingScenario(name: string): (typeof library)[number] {
  const scenario = scenarioNamed(name)
  if (scenario.engine === 'macro' && ALLOWED.includes(name)) return scenario
  throw new UsageError(`--scenario must be ${ALLOWED.join(', ')}, not '${name}'`)
}

/** Those whose rate of allocation has a step. */
const ALLOWED = library
  .filter(({ name }) => /^model\/(?:heavy-)?step-alloc/.test(name))
  .map(({ name }) => name)
