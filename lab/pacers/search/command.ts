/** The command line of the search. */
import { parseArgs } from 'node:util'
import { DEFAULT_PACER } from 'sawtooth/internal/gc/pacer/registry'
import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { interruptible } from 'sawtooth/internal/runtime/host/signals'
import { loadPacer } from 'sawtooth/internal/runtime/load/load-pacer'
import { given, wholeNumber } from 'sawtooth/internal/runtime/options/given'
import { outputFile } from 'sawtooth/internal/runtime/options/output-option'
import { namedPaths, refuseOverwriting } from 'sawtooth/internal/runtime/output/output-paths'
import { print } from 'sawtooth/internal/runtime/output/standard-streams'
import { Progress, remaining } from '../../progress.ts'
import { readArguments } from '../../read-arguments.ts'
import { writeResults } from '../../write-results.ts'
import { searchHelp } from '../help.ts'
import { asJson, fieldsOf } from '../scenarios/library.ts'
import { MEASURES, type MeasureName } from './hurt.ts'
import type { Wanted } from './part.ts'
import { SearchPool } from './pool.ts'
import { type Outcome, search } from './search.ts'

const DEFAULT_TRIES = 20_000
const MOST_TRIES = 1e8

/**
 * Returns 0, 1 if no scenario hurts, or 130 after an interrupt, with what was found until then.
 * Throws a UsageError.
 */
export async function searchCommand(argv: readonly string[]): Promise<number> {
  const value = { type: 'string' } as const
  const options = readArguments('pacers search', () =>
    parseArgs({
      args: [...argv],
      options: {
        ...{ pacer: value, for: value, cores: value, seed: value, tries: value, json: value },
        help: { type: 'boolean', short: 'h' },
      },
    }),
  ).values
  if (options.help === true) {
    print(searchHelp)
    return 0
  }
  const { pacer: spec = DEFAULT_PACER, for: by = 'overshoot' } = options
  if (!Object.hasOwn(MEASURES, by))
    throw new UsageError(`--for must be ${Object.keys(MEASURES).join(', ')}, not '${by}'`)
  const number = (
    name: 'cores' | 'seed' | 'tries',
    otherwise: number,
    least: number,
    most: number,
  ): number => {
    const from = given(name, options[name])
    return from === undefined ? otherwise : wholeNumber(from, least, most)
  }
  const cores = number('cores', 8, 1, 1024)
  const seed = number('seed', 1, 0, 2 ** 31 - 1)
  const tries = number('tries', DEFAULT_TRIES, 1, MOST_TRIES)
  const json = outputFile(given('json', options.json))
  const outputs = namedPaths({ '--json': json })
  refuseOverwriting(outputs)
  const pacer = await loadPacer(spec, outputs)
  const wanted: Wanted = { by: by as MeasureName, cores }
  return interruptible(async signal => {
    const line = new Progress()
    const began = performance.now()
    const progress = (tried: number, worst: number | null): void =>
      line.show(
        `${tried} of ${tries}${remaining(began, tried, tries)}${worst === null ? '' : `, the worst so far ${worst.toFixed(3)}`}`,
      )
    const pool = new SearchPool(spec, wanted)
    const outcome = await search(
      pacer,
      { ...wanted, seed, tries, lanes: pool.threads, signal, progress },
      part => pool.searchPart(part),
    ).finally(async () => {
      line.erase()
      await pool.close()
    })
    const { tried, found } = outcome
    print(`${printable(pacer.name)}: ${formatOutcome(outcome, wanted, seed)}\n`)
    if (tried < tries) print(`${tried} of ${tries} were tried\n`)
    const code = signal.aborted ? 130 : found === null ? 1 : 0
    if (found === null) return code
    return writeResults(code, [
      { path: json, text: () => `${JSON.stringify(asJson(found.scenario, fieldsOf.stepped))}\n` },
    ])
  })
}

function formatOutcome({ tried, found }: Outcome, { by, cores }: Wanted, seed: number): string {
  const { says, threshold } = MEASURES[by]
  if (found === null)
    return `none of ${tried} scenarios has ${by} above ${threshold} (${says}); seed ${seed}`
  const numbers = Object.entries(found.numbers).map(([name, one]) => `${name}=${one}`)
  return (
    `${by} ${found.hurt.toFixed(3)} (${says}) with ${numbers.join(' ') || 'nothing out of the ordinary'}\n` +
    `the worst of ${tried} scenarios had ${found.worst.toFixed(3)}; seed ${seed}, ${cores} cores`
  )
}
