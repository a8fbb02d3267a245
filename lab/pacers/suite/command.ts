/** `sawtooth pacers suite`: pacers on programs, by what a program notices. */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { DEFAULT_PACER } from 'sawtooth/internal/gc/pacer/registry'
import { MAX_PS } from 'sawtooth/internal/memory/layout'
import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { interruptible } from 'sawtooth/internal/runtime/host/signals'
import { loadPacer } from 'sawtooth/internal/runtime/load/load-pacer'
import { given, wholeNumber } from 'sawtooth/internal/runtime/options/given'
import { outputFile } from 'sawtooth/internal/runtime/options/output-option'
import { namedPaths, refuseOverwriting } from 'sawtooth/internal/runtime/output/output-paths'
import { print, say } from 'sawtooth/internal/runtime/output/standard-streams'
import { thisMachine } from '../../machine.ts'
import { FEWEST } from '../../overrun/quantile-interval.ts'
import { Progress, remaining } from '../../progress.ts'
import { MOST_SEED } from '../../random.ts'
import { readArguments } from '../../read-arguments.ts'
import { FailedRun } from '../../run.ts'
import { writeResults } from '../../write-results.ts'
import { commandOf } from '../league/conclude.ts'
import { type Measured, measureSuite } from './measure.ts'
import { GOGC_PROGRAM, SUITE, type SuiteProgram } from './programs.ts'
import type { SuiteResults } from './results.ts'
import { formatSuite } from './table.ts'

const ROUNDS = 8
const PACERS = [DEFAULT_PACER, 'go1.5', 'go1.10', 'redesign', 'go1.19']
const GOGC = [10, 25, 50, 100, 200, 400, 800, 1500]
const QUICK_GOGC = [25, 100, 400]

export const suiteHelp = `Pacers on programs: speed in rounds of all pacers, with the geometric mean and intervals; heap, cycles, CPU, time of the barrier, minimum mutator
utilization, latency of allocations, and the effect of GOGC on ${GOGC_PROGRAM}. Under Go's termination and without a gate, so that the pacer alone differs. With the
defaults it takes about four minutes.

Usage:
  sawtooth pacers suite [options]

Options:
  --pacers SPEC;…    with semicolons; a file, too; the first is what the others are compared with
                     (default: ${PACERS.join(';')})
  --programs NAME,…  of ${SUITE.map(({ name }) => name).join(', ')} (default: all but
                     ${SUITE.filter(({ onlyNamed }) => onlyNamed)
                       .map(({ name }) => name)
                       .join(', ')})
  --rounds N         ${FEWEST} or more (default: ${ROUNDS}; with --quick ${FEWEST})
  --gogc N,…         values of GOGC (default: ${GOGC.join(',')}; with --quick ${QUICK_GOGC.join(',')})
  --procs N          Ps (default: the cores)
  --quick            smaller programs
  --seed N           of the runs; all runs of a round have the same (default: 1)
  --json FILE        the results
  --report FILE      an HTML report with charts, which needs nothing but itself

Exit: 0 fine, 1 a run failed, 2 usage, 4 a file cannot be written, 130 after an interrupt.

Example:
  sawtooth pacers suite --quick --pacers 'go1.21;go1.5' --programs garbage,binary-trees --report suite.html
`

const value = { type: 'string' } as const

/** Returns the exit code. Throws a UsageError. */
export async function suiteCommand(argv: readonly string[]): Promise<number> {
  const texts = readArguments('pacers suite', () =>
    parseArgs({
      args: [...argv],
      options: {
        ...{ pacers: value, programs: value, rounds: value, gogc: value, procs: value },
        ...{ seed: value, json: value, report: value },
        ...{ quick: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      },
    }),
  ).values
  if (texts.help === true) {
    print(suiteHelp)
    return 0
  }
  const isQuick = texts.quick === true
  const [rounds, procs, seed] = [
    wholeNumber(
      { name: '--rounds', value: texts.rounds ?? (isQuick ? FEWEST : ROUNDS) },
      FEWEST,
      1000,
    ),
    wholeNumber({ name: '--procs', value: texts.procs ?? availableParallelism() }, 1, MAX_PS),
    wholeNumber({ name: '--seed', value: texts.seed ?? 1 }, 0, MOST_SEED),
  ]
  const gogc =
    texts.gogc?.split(',').map(one => wholeNumber({ name: '--gogc', value: one }, 1, 100_000)) ??
    (isQuick ? QUICK_GOGC : GOGC)
  const programs =
    texts.programs?.split(',').map(programNamed) ?? SUITE.filter(({ onlyNamed }) => !onlyNamed)
  const pacers = [...new Set(texts.pacers?.split(';') ?? PACERS)]
  const [json, report] = [
    outputFile(given('json', texts.json)),
    outputFile(given('report', texts.report)),
  ]
  const outputs = namedPaths({ '--json': json, '--report': report })
  refuseOverwriting(outputs)
  for (const pacer of pacers) await loadPacer(pacer, outputs) // wrong ones are found now
  return interruptible(async signal => {
    const line = new Progress()
    const began = performance.now()
    const progress = (what: string, done: number, all: number): void =>
      line.show(
        `${what}: run ${done + 1} of ${all}${done === 0 ? '' : remaining(began, done, all)}`,
      )
    let measured: Measured
    try {
      measured = await measureSuite({
        ...{ pacers, programs, rounds, procs, seed, gogc, isQuick, signal, progress },
      })
    } catch (error) {
      line.erase()
      if (signal.aborted) return 130
      if (!(error instanceof FailedRun)) throw error
      say(`sawtooth: ${printable(error.message)}\n`)
      return 1
    }
    line.erase()
    const { rows, means, latencies } = measured
    const results: SuiteResults = {
      ...{ schema: 1, machine: thisMachine(null), command: commandOf('suite', argv) },
      ...{ procs, seed, rounds, baseline: pacers[0] ?? DEFAULT_PACER, rows, means, latencies },
      gogc: { program: GOGC_PROGRAM, rows: measured.gogc },
    }
    print(formatSuite(results))
    return writeResults(0, [
      { path: json, text: () => `${JSON.stringify(results, null, 1)}\n` },
      // Loaded only when it is needed.
      { path: report, text: async () => (await import('./report.ts')).suiteHtml(results) },
    ])
  })
}

function programNamed(name: string): SuiteProgram {
  const found = SUITE.find(program => program.name === name)
  if (found !== undefined) return found
  throw new UsageError(
    `--programs must be of ${SUITE.map(program => program.name).join(', ')}, not '${name}'`,
  )
}
