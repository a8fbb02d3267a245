/** `sawtooth pacers workers`: what idle and fractional workers do to what a pacer measures. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
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
import { Progress, remaining } from '../../progress.ts'
import { MOST_SEED } from '../../random.ts'
import { readArguments } from '../../read-arguments.ts'
import { FailedRun } from '../../run.ts'
import { writeResults } from '../../write-results.ts'
import { workersHelp } from '../help.ts'
import { leagueScenario } from '../input.ts'
import { commandOf } from '../league/conclude.ts'
import { answer, mayAsk } from './measure.ts'
import { type Question, questions } from './questions.ts'
import { formatWorkers, type WorkersResults, type WorkersRow } from './results.ts'

const PACERS = 'go1.14;redesign;go1.19;go1.21'
/** The fewest Ps on which a quarter of the CPU is a whole worker. */
const LEAST_PS = 4
const ROUNDS = 3
const value = { type: 'string' } as const

/**
 * Returns 0, 1 for a run that failed, 4 if a file could not be written, or 130 after an interrupt.
 * Throws a UsageError.
 */
export async function workersCommand(argv: readonly string[]): Promise<number> {
  const texts = readArguments('pacers workers', () =>
    parseArgs({
      args: [...argv],
      options: {
        ...{ questions: value, scenario: value, pacers: value, procs: value },
        ...{ rounds: value, seed: value },
        ...{ json: value, report: value, help: { type: 'boolean', short: 'h' } },
      },
    }),
  ).values
  if (texts.help === true) {
    print(workersHelp)
    return 0
  }
  const whole = (name: 'procs' | 'rounds' | 'seed', least: number, most: number, usual: number) =>
    wholeNumber({ name: `--${name}`, value: texts[name] ?? usual }, least, most)
  const procs = whole('procs', LEAST_PS, MAX_PS, LEAST_PS)
  const rounds = whole('rounds', 1, 100, ROUNDS)
  const seed = whole('seed', 0, MOST_SEED, 1)
  const json = outputFile(given('json', texts.json))
  const report = outputFile(given('report', texts.report))
  const outputs = namedPaths({ '--json': json, '--report': report })
  const { scenario } = texts
  refuseOverwriting(
    outputs,
    scenario === undefined ? [] : [{ name: 'the scenario', path: resolve(scenario) }],
  )
  if (scenario !== undefined) leagueScenario(scenario, seed) // a wrong one is found now
  const named = texts.questions?.split(',').map(questionNamed) ?? questions
  const asked = named.map(one => (scenario === undefined ? one : { ...one, scenario }))
  const pacers = [...new Set((texts.pacers ?? PACERS).split(';'))]
  for (const pacer of pacers) await loadPacer(pacer, outputs) // a wrong one is found now
  const tasks = asked.flatMap(question => pacers.map(pacer => ({ question, pacer })))
  const refused = tasks.find(({ question, pacer }) => !mayAsk(question, pacer))
  if (refused !== undefined)
    throw new UsageError(
      `--pacers: ${refused.pacer} is a file, and the question ${refused.question.name} needs pacers that are built in`,
    )
  return interruptible(async signal => {
    const line = new Progress()
    const rows: WorkersRow[] = []
    const began = performance.now()
    let done = 0
    const all = tasks.length * rounds * 2
    const progress = (what: string): void => {
      line.show(
        `${what}: run ${done + 1} of ${all}${done === 0 ? '' : remaining(began, done, all)}`,
      )
      done++
    }
    try {
      for (const { question, pacer } of tasks)
        rows.push(...(await answer(question, pacer, { procs, rounds, seed, signal, progress })))
    } catch (error) {
      if (!(error instanceof FailedRun)) throw error
      if (signal.aborted) return 130
      say(`sawtooth: ${printable(error.message)}\n`)
      return 1
    } finally {
      line.erase()
    }
    const results: WorkersResults = {
      ...{ schema: 1, machine: thisMachine(null), command: commandOf('workers', argv) },
      ...{ seed, procs, rows },
    }
    print(formatWorkers(results))
    return writeResults(0, [
      { path: json, text: () => `${JSON.stringify(results, null, 1)}\n` },
      // Loaded only when it is needed.
      { path: report, text: async () => (await import('./report.ts')).workersHtml(results) },
    ])
  })
}

function questionNamed(name: string): Question {
  const found = questions.find(question => question.name === name)
  if (found !== undefined) return found
  throw new UsageError(
    `--questions must be of ${questions.map(question => question.name).join(', ')}, not '${name}'`,
  )
}
