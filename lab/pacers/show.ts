/** `sawtooth pacers show`: a scenario of the library as a file, to start from. */
import { parseArgs } from 'node:util'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { given, wholeNumber } from 'sawtooth/internal/runtime/options/given'
import { print } from 'sawtooth/internal/runtime/output/standard-streams'
import { MOST_SEED } from '../random.ts'
import { readArguments } from '../read-arguments.ts'
import { showHelp } from './help.ts'
import { asJson, drawn, fieldsOf, scenarioNamed } from './scenarios/library.ts'

/** Returns 0. Throws a UsageError. */
export async function showCommand(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments('pacers show', () =>
    parseArgs({
      args: [...argv],
      options: { seed: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    }),
  )
  if (values.help === true) {
    print(showHelp)
    return 0
  }
  const [name, ...more] = positionals
  if (name === undefined || more.length > 0)
    throw new UsageError('pacers show needs the name of one scenario; see sawtooth pacers list')
  const seed = given('seed', values.seed)
  const scenario = scenarioNamed(name)
  const { header, ...rest } = drawn(
    scenario,
    seed === undefined ? 1 : wholeNumber(seed, 0, MOST_SEED),
  )
  const { cycles, ...head } = asJson({ header, ...rest }, fieldsOf[scenario.engine])
  const lines = cycles.map(cycle => JSON.stringify(cycle)).join(',\n  ')
  print(`${JSON.stringify(head).slice(0, -1)},\n"cycles":[\n  ${lines}\n]}\n`)
  return 0
}
