/** The arguments of `sawtooth overrun go`, and its help. */
import { parseArgs } from 'node:util'
import { MAX_PS } from 'sawtooth/internal/memory/layout'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import {
  bytes,
  type Given,
  given,
  refuse,
  wholeNumber,
} from 'sawtooth/internal/runtime/options/given'
import { outputFile } from 'sawtooth/internal/runtime/options/output-option'
import { namedPaths, refuseOverwriting } from 'sawtooth/internal/runtime/output/output-paths'
import { anySeed, MOST_SEED } from '../../random.ts'
import { readArguments } from '../../read-arguments.ts'
import { MiB } from '../../units.ts'
import { LEAST_GOAL } from '../workload.ts'
import type { GoVariantOptions } from './measure.ts'
import { VARIANT_NAMES, type VariantName } from './variants.ts'

export interface GoCommandOptions extends GoVariantOptions {
  readonly help: boolean
  /** null: Go is looked for. */
  readonly goroot: string | null
  /** Absolute paths; null: not asked for. */
  readonly json: string | null
  readonly report: string | null
}

const LARGEST_GOAL = 512 * MiB
const MOST_NOISE = 64
const MOST_ROUNDS = 1000

export const help = `Puts a gate at the goal into Go's own runtime, and measures how far the heap runs past its goal with it and without it
(golang/go#52433). Go 1.19 is copied into a temporary folder, lines of ours are put in at places that are found by function and
shape, and the workload is built with each copy: goroutines that do nothing but allocate 16 bytes, one for each P. Then base and
variants run in turn. What is installed is only read, and of the copies nothing is left.

Usage:
  sawtooth overrun go [options]
  sawtooth overrun go price [options]        what the variants cost programs; has --help
  sawtooth overrun go tests [options]        Go's own tests under the variants; has --help

Options:
  --variants NAME,…   base (Go as it is, with the instrument), gate (marks behind a refill at the goal until the mark has ended),
                      gate-drains (the same in larger steps), gate-parks (in larger steps, and waits where another
                      drains), gate-when-idle (gate only once no mark work is in sight), gate-firm (gate that stays shut where the
                      CPU limiter limits, without a memory limit), reserve (takes a span only if it fits below the goal; as firm),
                      capped (an assist's credit is at most the room to the goal), takes-over (after an attempt to end the
                      mark, each refill drains and tries too) (default: base,gate)
  --goal SIZE,…       heap goals, 4MiB to 512MiB (default: 4MiB)
  --procs N,…         GOMAXPROCS, 1 to ${MAX_PS} (default: 4)
  --noise N,…         busy threads beside the run (default: 0)
  --rounds N          runs of each variant in each situation, in turn (default: 3)
  --seconds S         how long each run allocates (default: 5)
  --with-sawtooth     runs Sawtooth under the policy nearest to each variant too, in turn
  --seed N            of the first of Sawtooth's runs (default: random)
  --goroot DIR        Go 1.19, with its sources (default: of those on the PATH and under /usr/lib/go-*)
  --json FILE         write the results, with each cycle's bytes
  --report FILE       write a page in HTML
  --help              this text

Go has no seed: it schedules as the machine does. A row's figures are bytes past the goal at mark termination, exact, in KiB, and
the median of the rounds' throughput. limited counts cycles in which Go's CPU limiter limited, which opens all forms of the gate but
gate-firm and reserve; max else is the worst of the others. A second table says when these bytes were taken. Each variant is built
first, in about half a minute.

Exit: 0 each form that has a bound kept it, 1 one did not, or a build or run failed, 2 usage, or no Go 1.19 with sources
(apt-get install golang-1.19 golang-1.19-src), 4 a file cannot be written, 130 after an interrupt.

Example:
  sawtooth overrun go --variants base,gate --procs 2,4 --seconds 6 --report go.html
`

const OPTIONS = {
  variants: { type: 'string' },
  goal: { type: 'string' },
  procs: { type: 'string' },
  noise: { type: 'string' },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  'with-sawtooth': { type: 'boolean' },
  seed: { type: 'string' },
  goroot: { type: 'string' },
  json: { type: 'string' },
  report: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Throws a UsageError that says what is allowed. */
export function parseGoOptions(argv: readonly string[]): GoCommandOptions {
  const { values } = readArguments('overrun go', () =>
    parseArgs({ args: [...argv], options: OPTIONS }),
  )
  const json = outputFile(given('json', values.json))
  const report = outputFile(given('report', values.report))
  refuseOverwriting(namedPaths({ '--json': json, '--report': report }))
  return {
    help: values.help === true,
    goroot: values.goroot ?? null,
    json,
    report,
    variants: variantsOf(values.variants) ?? ['base', 'gate'],
    goals: listOf('goal', values.goal, goalOf) ?? [LEAST_GOAL],
    procs: listOf('procs', values.procs, one => wholeNumber(one, 1, MAX_PS)) ?? [4],
    noises: listOf('noise', values.noise, one => wholeNumber(one, 0, MOST_NOISE)) ?? [0],
    rounds: wholeNumber({ name: '--rounds', value: values.rounds ?? 3 }, 1, MOST_ROUNDS),
    seconds: secondsOf({ name: '--seconds', value: values.seconds ?? '5' }),
    sawtooth: sawtoothSeed(values['with-sawtooth'] === true, given('seed', values.seed)),
  }
}

function sawtoothSeed(isWanted: boolean, seed: Given | undefined): number | null {
  if (isWanted) return seed === undefined ? anySeed() : wholeNumber(seed, 0, MOST_SEED)
  if (seed === undefined) return null
  throw new UsageError("overrun go: --seed is of Sawtooth's runs: it needs --with-sawtooth")
}

/** The different items of a list with commas. */
export function listOf<T>(
  option: string,
  list: string | undefined,
  read: (item: Given) => T,
): readonly T[] | null {
  if (list === undefined) return null
  const items = [...new Set(list.split(','))]
  return [...new Set(items.map(value => read({ name: `--${option}`, value })))]
}

/** The variants of a list with commas; null: not given. */
export function variantsOf(list: string | undefined): readonly VariantName[] | null {
  return listOf('variants', list, nameOf)
}

function nameOf(from: Given): VariantName {
  return (
    VARIANT_NAMES.find(name => name === from.value) ??
    refuse(from, `a list of ${VARIANT_NAMES.join(', ')}`)
  )
}

function goalOf(from: Given): number {
  const goal = bytes(from)
  if (goal !== undefined && goal >= LEAST_GOAL && goal <= LARGEST_GOAL) return goal
  return refuse(from, `a list of sizes from 4MiB to ${LARGEST_GOAL / MiB}MiB`)
}

function secondsOf(from: Given): number {
  const seconds = Number(from.value)
  if (/^\d*\.?\d+$/.test(String(from.value)) && seconds > 0 && seconds <= 3600) return seconds
  return refuse(from, 'a number above 0, up to 3600')
}
