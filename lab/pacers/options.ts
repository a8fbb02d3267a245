/** The arguments of `sawtooth pacers sim` and `run`. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { MAX_PS } from 'sawtooth/internal/memory/layout'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import type { RunFlags } from 'sawtooth/internal/runtime/options/configuration'
import { given, wholeNumber } from 'sawtooth/internal/runtime/options/given'
import { outputFile } from 'sawtooth/internal/runtime/options/output-option'
import {
  type NamedPath,
  namedPaths,
  refuseOverwriting,
} from 'sawtooth/internal/runtime/output/output-paths'
import { MOST_SEED } from '../random.ts'
import { readArguments } from '../read-arguments.ts'

export const ENGINES = ['macro', 'stepped', 'noisy'] as const
export type EngineName = (typeof ENGINES)[number]

/** The scenario, and where its rows go. */
export interface InputOptions {
  readonly pacer: string | null
  readonly input: { readonly file: string } | { readonly scenario: string }
  /** Absolute paths; null: standard output (of the CSV), undefined: not asked for. */
  readonly csv: string | null | undefined
  readonly json: string | undefined
  readonly seed: number
}

export interface SimOptions extends InputOptions {
  /** null: the input's own, or macro if it names none. */
  readonly engine: EngineName | null
  readonly controller: string | null
  /** Runs of the noisy engine. */
  readonly runs: number
}

export interface RunOptions
  extends InputOptions,
    Pick<RunFlags, 'termination' | 'gate' | 'credit' | 'arena'> {
  /** null: as many as the scenario has cores, but no more than the machine has. */
  readonly procs: number | null
}

const DEFAULT_RUNS = 100
const MOST_RUNS = 100_000

const value = { type: 'string' } as const
const ofBoth = {
  ...{ pacer: value, input: value, scenario: value, csv: value, json: value, seed: value },
  help: { type: 'boolean', short: 'h' },
} as const

/** Throws a UsageError that says what is allowed. */
export function parseSimOptions(argv: readonly string[]): SimOptions | 'help' {
  const options = readArguments('pacers sim', () =>
    parseArgs({
      args: [...argv],
      options: { ...ofBoth, engine: value, controller: value, runs: value },
    }),
  ).values
  if (options.help === true) return 'help'
  const { engine } = options
  if (engine !== undefined && !(ENGINES as readonly string[]).includes(engine))
    throw new UsageError(
      `--engine must be ${ENGINES.join(', ')}, not '${engine}'${engine === 'real' ? '; the real heap is sawtooth pacers run' : ''}`,
    )
  const runs = given('runs', options.runs)
  return {
    ...inputOptions('sim', options),
    engine: (engine as EngineName | undefined) ?? null,
    controller: options.controller ?? null,
    runs: runs === undefined ? DEFAULT_RUNS : wholeNumber(runs, 1, MOST_RUNS),
  }
}

/**
 * Throws a UsageError that says what is allowed. What only the runtime understands is checked when
 * it starts.
 */
export function parseRunOptions(argv: readonly string[]): RunOptions | 'help' {
  const options = readArguments('pacers run', () =>
    parseArgs({
      args: [...argv],
      options: {
        ...ofBoth,
        procs: value,
        termination: value,
        gate: value,
        credit: value,
        arena: value,
      },
    }),
  ).values
  if (options.help === true) return 'help'
  const procs = given('procs', options.procs)
  const { termination, gate, credit, arena } = options
  return {
    ...inputOptions('run', options),
    procs: procs === undefined ? null : wholeNumber(procs, 1, MAX_PS),
    ...(termination === undefined
      ? {}
      : { termination: termination as NonNullable<RunFlags['termination']> }),
    ...(gate === undefined ? {} : { gate: gate as NonNullable<RunFlags['gate']> }),
    ...(credit === undefined ? {} : { credit: credit as NonNullable<RunFlags['credit']> }),
    ...(arena === undefined ? {} : { arena }),
  }
}

/** The files that the command is to write. */
export function outputsOf({ csv, json }: Pick<InputOptions, 'csv' | 'json'>): NamedPath[] {
  return namedPaths({ '--csv': csv, '--json': json })
}

interface Texts {
  readonly pacer?: string
  readonly input?: string
  readonly scenario?: string
  readonly csv?: string
  readonly json?: string
  readonly seed?: string
}

function inputOptions(command: string, options: Texts): InputOptions {
  const { pacer, input, scenario } = options
  if ((input === undefined) === (scenario === undefined))
    throw new UsageError(
      `pacers ${command} needs --input FILE or --scenario NAME, and not both; see sawtooth pacers ${command} --help`,
    )
  const json = outputFile(given('json', options.json))
  const csv = outputFile(given('csv', options.csv))
  const seed = given('seed', options.seed)
  refuseOverwriting(
    outputsOf({ csv, json: json ?? undefined }),
    namedPaths({ 'the scenario': input === undefined ? null : resolve(input) }),
  )
  return {
    pacer: pacer ?? null,
    input: input === undefined ? { scenario: scenario as string } : { file: resolve(input) },
    csv: csv ?? (json === null ? null : undefined),
    json: json ?? undefined,
    // Without the option the seed is always the same. A scenario without noise needs none.
    seed: seed === undefined ? 1 : wholeNumber(seed, 0, MOST_SEED),
  }
}
