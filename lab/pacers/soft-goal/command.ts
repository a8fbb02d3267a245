/** The command line of `sawtooth pacers soft-goal`. */
import { parseArgs } from 'node:util'
import { MAX_PS } from 'sawtooth/internal/memory/layout'
import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { interruptible } from 'sawtooth/internal/runtime/host/signals'
import { given, wholeNumber } from 'sawtooth/internal/runtime/options/given'
import { outputFile } from 'sawtooth/internal/runtime/options/output-option'
import { namedPaths, refuseOverwriting } from 'sawtooth/internal/runtime/output/output-paths'
import { print, say } from 'sawtooth/internal/runtime/output/standard-streams'
import { thisMachine } from '../../machine.ts'
import { Progress, remaining } from '../../progress.ts'
import { MOST_SEED } from '../../random.ts'
import { readArguments } from '../../read-arguments.ts'
import { formatTable } from '../../table.ts'
import { writeResults } from '../../write-results.ts'
import { softGoalHelp } from '../help.ts'
import { commandOf } from '../league/conclude.ts'
import {
  type Played,
  type PlayOptions,
  play,
  SOFT_GOAL_ENGINES,
  type SoftGoalEngine,
  type Task,
} from './play.ts'
import { OF_ALL, type Question, questions } from './questions.ts'
import { type Answer, answerOf, cellOf, isSame, type SoftGoalResults } from './results.ts'

const value = { type: 'string' } as const

/**
 * Returns 0, 1 if something could not be played, or 130 after an interrupt, with what was played
 * until then. Throws a UsageError.
 */
export async function softGoalCommand(argv: readonly string[]): Promise<number> {
  const texts = readArguments('pacers soft-goal', () =>
    parseArgs({
      args: [...argv],
      options: {
        ...{ questions: value, engines: value, seed: value, procs: value },
        ...{ json: value, report: value },
        help: { type: 'boolean', short: 'h' },
      },
    }),
  ).values
  if (texts.help === true) {
    print(softGoalHelp)
    return 0
  }
  const asked = questionsIn(texts.questions)
  const engines = enginesIn(texts.engines)
  const [seedText, procsText] = [given('seed', texts.seed), given('procs', texts.procs)]
  const seed = seedText === undefined ? 1 : wholeNumber(seedText, 0, MOST_SEED)
  const procs = procsText === undefined ? null : wholeNumber(procsText, 1, MAX_PS)
  const json = outputFile(given('json', texts.json))
  const report = outputFile(given('report', texts.report))
  refuseOverwriting(namedPaths({ '--json': json, '--report': report }))
  return interruptible(async signal => {
    const { played, failed } = await playAll(asked, engines, { seed, procs, signal })
    const results: SoftGoalResults = {
      schema: 1,
      ...{ machine: thisMachine(null), command: commandOf('soft-goal', argv), seed },
      answers: asked.map(question => answerOf(question, played)),
      ...{ played, failed },
    }
    print(formatted(results))
    for (const remark of played.flatMap(({ remarks }) => remarks))
      say(`sawtooth: ${printable(remark)}\n`)
    const code = await writeResults(failed.length === 0 ? 0 : 1, [
      { path: json, text: () => `${JSON.stringify(results)}\n` },
      // Loaded only when it is needed.
      { path: report, text: async () => (await import('./report.ts')).softGoalHtml(results) },
    ])
    return signal.aborted ? 130 : code
  })
}

function enginesIn(text: string | undefined): SoftGoalEngine[] {
  const engines = (text?.split(',') ?? [...SOFT_GOAL_ENGINES]) as SoftGoalEngine[]
  const unknown = engines.find(engine => !SOFT_GOAL_ENGINES.includes(engine))
  if (unknown === undefined) return engines
  throw new UsageError(`--engines must be of ${SOFT_GOAL_ENGINES.join(', ')}, not '${unknown}'`)
}

function questionsIn(text: string | undefined): readonly Question[] {
  if (text === undefined) return questions
  const names = text.split(',')
  const unknown = names.find(name => !questions.some(question => question.name === name))
  if (unknown === undefined) return questions.filter(({ name }) => names.includes(name))
  throw new UsageError(
    `--questions must be of ${questions.map(({ name }) => name).join(', ')}, not '${unknown}'`,
  )
}

/** Every task of the questions once, the real heap last. */
async function playAll(
  asked: readonly Question[],
  engines: readonly SoftGoalEngine[],
  options: PlayOptions & { readonly signal: AbortSignal },
): Promise<Pick<SoftGoalResults, 'played' | 'failed'>> {
  const tasks = SOFT_GOAL_ENGINES.flatMap(engine =>
    unique(asked.flatMap(question => question.tasks)).filter(
      task => task.engine === engine && engines.includes(engine),
    ),
  )
  const played: Played[] = []
  const failed: SoftGoalResults['failed'][number][] = []
  const line = new Progress()
  const began = performance.now()
  for (const [count, task] of tasks.entries()) {
    if (options.signal.aborted) break
    const left = count === 0 ? '' : remaining(began, count, tasks.length)
    line.show(`soft-goal: ${count + 1} of ${tasks.length}, ${task.engine}, ${task.pacer}${left}`)
    try {
      played.push(await play(task, options))
    } catch (error) {
      if (options.signal.aborted) break
      failed.push({ ...task, message: error instanceof Error ? error.message : String(error) })
    }
  }
  line.erase()
  return { played, failed }
}

function unique(tasks: readonly Task[]): Task[] {
  return tasks.filter((task, index) => tasks.findIndex(other => isSame(task, other)) === index)
}

/** Lines of at most 120 columns. */
function wrapped(text: string): string {
  return text.replace(/(.{1,119})(?:\s+|$)/g, '$1\n').trimEnd()
}

function formatted({ answers, failed }: SoftGoalResults): string {
  const tables = answers.filter(({ rows }) => rows.length > 0).map(tableOf)
  const failures = failed.map(({ engine, scenario, pacer, message }) =>
    printable(`FAILED  ${pacer} on ${scenario}, ${engine}: ${message}`),
  )
  return `${[...tables, ...failures, wrapped(OF_ALL)].join('\n\n')}\n`
}

function tableOf({ title, says, columns, rows }: Answer): string {
  const heads = ['engine', 'scenario', 'pacer', ...columns.map(({ head }) => head)]
  const cells = rows.map(row => [
    ...[row.engine, row.scenario, row.pacer],
    ...columns.map(column => cellOf(row, column)),
  ])
  return `${title}\n${wrapped(says)}\n${formatTable(heads, cells).trimEnd()}`
}
