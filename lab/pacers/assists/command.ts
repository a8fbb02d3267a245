/** `sawtooth pacers assists`: where in the mark goroutines assist, simulated and real. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { interruptible } from 'sawtooth/internal/runtime/host/signals'
import { loadPacer } from 'sawtooth/internal/runtime/load/load-pacer'
import { given, wholeNumber } from 'sawtooth/internal/runtime/options/given'
import { outputFile } from 'sawtooth/internal/runtime/options/output-option'
import { namedPaths, refuseOverwriting } from 'sawtooth/internal/runtime/output/output-paths'
import { print, say } from 'sawtooth/internal/runtime/output/standard-streams'
import { thisMachine } from '../../machine.ts'
import { Progress } from '../../progress.ts'
import { MOST_SEED } from '../../random.ts'
import { readArguments } from '../../read-arguments.ts'
import { FailedRun } from '../../run.ts'
import { writeResults } from '../../write-results.ts'
import { assistsHelp } from '../help.ts'
import { leagueScenario } from '../input.ts'
import { commandOf } from '../league/conclude.ts'
import { realAssists } from './real.ts'
import { simulatedAssists } from './simulated.ts'
import { type Assists, type AssistsResults, formatAssists } from './table.ts'

const SCENARIO = 'proposal/high-ratio'
const PACERS = 'go1.5;go1.14;redesign;go1.21'
const ENGINES = ['stepped', 'real'] as const
const value = { type: 'string' } as const

/**
 * Returns 0, 1 for a run that failed, 4 if a file could not be written, or 130 after an interrupt.
 * Throws a UsageError.
 */
export async function assistsCommand(argv: readonly string[]): Promise<number> {
  const texts = readArguments('pacers assists', () =>
    parseArgs({
      args: [...argv],
      options: {
        ...{ scenario: value, pacers: value, engines: value, seed: value },
        ...{ json: value, report: value, help: { type: 'boolean', short: 'h' } },
      },
    }),
  ).values
  if (texts.help === true) {
    print(assistsHelp)
    return 0
  }
  const name = texts.scenario ?? SCENARIO
  const json = outputFile(given('json', texts.json))
  const report = outputFile(given('report', texts.report))
  const outputs = namedPaths({ '--json': json, '--report': report })
  refuseOverwriting(outputs, [{ name: 'the scenario', path: resolve(name) }])
  const givenSeed = given('seed', texts.seed)
  const seed = givenSeed === undefined ? 1 : wholeNumber(givenSeed, 0, MOST_SEED)
  const { scenario } = leagueScenario(name, seed)
  const pacers = [...new Set((texts.pacers ?? PACERS).split(';'))]
  const loaded = await Promise.all(pacers.map(pacer => loadPacer(pacer, outputs)))
  const engines = texts.engines?.split(',') ?? ENGINES
  const unknown = engines.find(engine => !(ENGINES as readonly string[]).includes(engine))
  if (unknown !== undefined)
    throw new UsageError(`--engines must be of ${ENGINES.join(', ')}, not '${unknown}'`)
  return interruptible(async signal => {
    const progress = new Progress()
    const assists: Assists[] = []
    try {
      for (const [at, pacer] of loaded.entries()) {
        const spec = pacers[at] ?? pacer.name
        if (engines.includes('stepped'))
          assists.push({
            ...{ pacer: spec, engine: 'stepped' },
            shares: simulatedAssists(scenario, pacer).shares(),
          })
        if (!engines.includes('real')) continue
        progress.show(`the real heap, pacer ${at + 1} of ${loaded.length}`)
        const options = { pacer: spec, procs: null, seed, signal }
        const { distribution, account } = await realAssists(scenario, options)
        assists.push({ pacer: spec, engine: 'real', shares: distribution.shares(), account })
      }
    } catch (error) {
      if (!(error instanceof FailedRun)) throw error
      if (signal.aborted) return 130
      say(`sawtooth: ${printable(error.message)}\n`)
      return 1
    } finally {
      progress.erase()
    }
    const results: AssistsResults = {
      ...{ schema: 1, machine: thisMachine(null), command: commandOf('assists', argv), seed },
      ...{ scenario: scenario.origin, assists },
    }
    print(formatAssists(results))
    return writeResults(0, [
      { path: json, text: () => `${JSON.stringify(results)}\n` },
      // Loaded only when it is needed.
      { path: report, text: async () => (await import('./report.ts')).assistsHtml(results) },
    ])
  })
}
