/** The arguments of `sawtooth pacers sim`. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { outputFile } from '../../runtime/configuration.ts'
import { given, wholeNumber } from '../../runtime/given.ts'
import { UsageError } from '../../runtime/usage-error.ts'

export const ENGINES = ['macro', 'stepped'] as const
export type EngineName = (typeof ENGINES)[number]

export interface SimOptions {
  readonly help: boolean
  /** null: the input's own, else macro. */
  readonly engine: EngineName | null
  readonly pacer: string | null
  readonly controller: string | null
  readonly input: { readonly file: string } | { readonly scenario: string }
  /** Absolute paths; null: standard output (of the CSV), undefined: not asked for. */
  readonly csv: string | null | undefined
  readonly json: string | undefined
  readonly seed: number
}

const value = { type: 'string' } as const

/** Throws a UsageError that says what is allowed. */
export function parseSimOptions(argv: readonly string[]): SimOptions | 'help' {
  const options = parsed(argv)
  if (options.help === true) return 'help'
  const { engine, input, scenario } = options
  if (engine !== undefined && !(ENGINES as readonly string[]).includes(engine))
    throw new UsageError(`--engine must be ${ENGINES.join(' or ')}, not '${engine}'`)
  if ((input === undefined) === (scenario === undefined))
    throw new UsageError(
      'pacers sim needs --input FILE or --scenario NAME, and not both; see sawtooth pacers sim --help',
    )
  const json = outputFile(given('json', options.json))
  const csv = outputFile(given('csv', options.csv))
  const seed = given('seed', options.seed)
  return {
    help: false,
    engine: (engine as EngineName | undefined) ?? null,
    pacer: options.pacer ?? null,
    controller: options.controller ?? null,
    input: input === undefined ? { scenario: scenario as string } : { file: resolve(input) },
    csv: csv ?? (json === null ? null : undefined),
    json: json ?? undefined,
    // The same each time, unless another is asked for: a scenario without noise needs none.
    seed: seed === undefined ? 1 : wholeNumber(seed, 0, 2 ** 32 - 1),
  }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        ...{ engine: value, pacer: value, controller: value, input: value, scenario: value },
        ...{ csv: value, json: value, seed: value, help: { type: 'boolean', short: 'h' } },
      },
    }).values
  } catch (error) {
    if (!(error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')))
      throw error
    // Node's own go on with advice.
    throw new UsageError(`pacers sim: ${error.message.split(/\. |\.?\n/)[0]}; see sawtooth pacers sim --help`)
  }
}
