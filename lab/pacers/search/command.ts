/** The command line of the search. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { outputFile } from '../../../runtime/configuration.ts'
import { given, wholeNumber } from '../../../runtime/given.ts'
import { DEFAULT_PACER } from '../../../runtime/pacer-registry.ts'
import { UsageError } from '../../../runtime/usage-error.ts'
import { Progress } from '../../progress.ts'
import { searchHelp } from '../help.ts'
import { loadPacer } from '../load-pacer.ts'
import { parsed } from '../options.ts'
import { asJson, fieldsOf } from '../scenarios/library.ts'
import { MEASURES, type MeasureName } from './hurt.ts'
import { search } from './search.ts'

const DEFAULT_TRIES = 20_000
const MOST_TRIES = 1e8

/** Returns 0, or 1 if no scenario hurts. Throws a UsageError. */
export async function searchCommand(argv: readonly string[]): Promise<number> {
  const value = { type: 'string' } as const
  const options = parsed('search', () =>
    parseArgs({
      args: [...argv],
      options: {
        ...{ pacer: value, for: value, cores: value, seed: value, tries: value, json: value },
        help: { type: 'boolean', short: 'h' },
      },
    }),
  ).values
  if (options.help === true) {
    process.stdout.write(searchHelp)
    return 0
  }
  const { pacer: spec = DEFAULT_PACER, for: by = 'overshoot' } = options
  if (!Object.hasOwn(MEASURES, by))
    throw new UsageError(`--for must be ${Object.keys(MEASURES).join(', ')}, not '${by}'`)
  const number = (name: 'cores' | 'seed' | 'tries', otherwise: number, least: number, most: number): number => {
    const from = given(name, options[name])
    return from === undefined ? otherwise : wholeNumber(from, least, most)
  }
  const cores = number('cores', 8, 1, 1024)
  const seed = number('seed', 1, 0, 2 ** 31 - 1)
  const tries = number('tries', DEFAULT_TRIES, 1, MOST_TRIES)
  const json = outputFile(given('json', options.json))
  const pacer = await loadPacer(spec)
  const line = new Progress()
  const measure = MEASURES[by as MeasureName]
  const found = search(pacer, { by: by as MeasureName, cores, seed, tries, progress: text => line.show(text) })
  line.erase()
  if (found === null) {
    process.stdout.write(
      `${pacer.name}: none of ${tries} scenarios has ${by} above ${measure.threshold} (${measure.says}); seed ${seed}\n`,
    )
    return 1
  }
  const numbers = Object.entries(found.numbers).map(([name, one]) => `${name}=${one}`)
  process.stdout.write(
    `${pacer.name}: ${by} ${found.hurt.toFixed(3)} (${measure.says}) with ${numbers.join(' ') || 'nothing out of the ordinary'}\n` +
      `the worst of ${found.tries} scenarios had ${found.worst.toFixed(3)}; seed ${seed}, ${cores} cores\n`,
  )
  if (json !== null) writeFileSync(json, `${JSON.stringify(asJson(found.scenario, fieldsOf.stepped))}\n`)
  return 0
}
