// What is wrong with a command of docs/seeds.md, by the parsers and the texts of help. Nothing is
// run.
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pacerNamed } from '../../gc/pacer/registry.ts'
import { helpOf } from '../../lab/overrun/experiment-help.ts'
import { experiments } from '../../lab/overrun/experiments.ts'
import { help as overrunHelp } from '../../lab/overrun/help.ts'
import { parseOptions } from '../../lab/overrun/options.ts'
import * as pacersHelp from '../../lab/pacers/help.ts'
import { inputOf, leagueScenario } from '../../lab/pacers/input.ts'
import { parseRunOptions, parseSimOptions } from '../../lab/pacers/options.ts'
import { scenarioNamed } from '../../lab/pacers/scenarios/library.ts'
import { suiteHelp } from '../../lab/pacers/suite/command.ts'
import { SUITE } from '../../lab/pacers/suite/programs.ts'
import { main as sawtooth } from '../../runtime/host/command-line.ts'
import { runHelp } from '../../runtime/host/help.ts'
import { resolveConfiguration } from '../../runtime/options/configuration.ts'
import { parseGoDebug } from '../../runtime/options/godebug.ts'
import { type Command, withFiles } from './seeds.ts'

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>
}

/** The text of `pacers NAME --help`. */
const PACERS: Readonly<Record<string, string>> = {
  sim: pacersHelp.simHelp,
  run: pacersHelp.runHelp,
  macro: pacersHelp.macroHelp,
  tune: pacersHelp.tuneHelp,
  assists: pacersHelp.assistsHelp,
  workers: pacersHelp.workersHelp,
  league: pacersHelp.leagueHelp,
  suite: suiteHelp,
  search: pacersHelp.searchHelp,
  'soft-goal': pacersHelp.softGoalHelp,
  show: pacersHelp.showHelp,
  list: pacersHelp.help,
}

/** What is wrong with a command, or null. Nothing is run. */
export async function complaint(command: Command): Promise<string | null> {
  const { name, env } = command
  const [args] = withFiles(command.args, join(tmpdir(), 'seeds'))
  try {
    if (name === 'npm') return npmComplaint(args)
    const text =
      name === 'run' ? runHelp : name === 'overrun' ? overrunText(args) : pacersText(args)
    const options = args.slice(0, args.includes('--') ? args.indexOf('--') : args.length)
    const unknown = options.filter(arg => arg.startsWith('--') && !names(text, arg))
    if (unknown.length > 0) return `--help has no ${unknown.join(', ')}`
    if (name === 'run') return await runComplaint(args, env)
    if (Object.keys(env).length > 0) return 'only a run has an environment'
    if (name === 'overrun') parseOptions(args)
    else pacersComplaint(args)
    return null
  } catch (error) {
    return (error as Error).message
  }
}

/** True if a text of help has the option, and not only one that begins with it. */
const names = (text: string, option: string): boolean =>
  new RegExp(String.raw`(?<![\w-])${option}(?![\w-])`).test(text)

function npmComplaint([verb = '', script = verb]: readonly string[]): string | null {
  const isRun = verb === 'run' || ['test', 'start'].includes(verb)
  return isRun && Object.hasOwn(scripts, script) ? null : `package.json has no script ${script}`
}

async function runComplaint(args: readonly string[], env: Command['env']): Promise<string | null> {
  const debug = Object.keys(parseGoDebug(env))
  const wanted = env.GODEBUG?.split(',').map(pair => pair.split('=', 1)[0]) ?? []
  if (debug.join() !== wanted.join()) return `GODEBUG has no ${wanted.join(' or no ')}`
  const refusals: string[] = []
  const code = await sawtooth(['run', ...args], async (program, { signal: _, ...flags }) => {
    if (!existsSync(program)) refusals.push(`there is no program ${program}`)
    try {
      resolveConfiguration(program, flags, env)
    } catch (error) {
      refusals.push((error as Error).message)
    }
    return { exit: 0 }
  })
  return code === 0 ? (refusals[0] ?? null) : `exit ${code}`
}

function overrunText([what = '']: readonly string[]): string {
  const experiment = Object.values(experiments).find(({ name }) => name === what)
  return experiment === undefined ? overrunHelp : helpOf(experiment)
}

function pacersText([what = '']: readonly string[]): string {
  const text = PACERS[what]
  if (text === undefined || !pacersHelp.help.includes(`pacers ${what} `))
    throw new Error(`pacers has no ${what}`)
  return text
}

/** The values of what the parsers of the larger commands take. */
function pacersComplaint([what, ...args]: readonly string[]): void {
  if (what === 'show') scenarioNamed(args[0] ?? '')
  if (what === 'sim') {
    const options = parseSimOptions(args)
    if (options === 'help') throw new Error('help shows nothing')
    const { engine } = inputOf(options, options.engine)
    if (engine !== 'macro') pacerNamed(options.pacer ?? 'go1.21')
    else if (!['old', 'new'].includes(options.pacer ?? 'new')) throw new Error('macro has old, new')
  }
  if (what === 'run') {
    const options = parseRunOptions(args)
    if (options === 'help') throw new Error('help shows nothing')
    pacerNamed(options.pacer ?? 'go1.21')
    if ('scenario' in options.input) leagueScenario(options.input.scenario, 1)
  }
  const listOf = (option: string): string[] =>
    args.includes(option) ? (args[args.indexOf(option) + 1] ?? '').split(/[,;]/) : []
  for (const spec of listOf('--pacers')) pacerNamed(spec)
  for (const spec of listOf('--scenarios')) scenarioNamed(spec)
  for (const one of listOf('--programs'))
    if (!SUITE.some(({ name }) => name === one)) throw new Error(`the suite has no ${one}`)
  for (const question of listOf('--questions'))
    if (!new RegExp(`\\b${question}\\b`).test(PACERS[what ?? ''] ?? ''))
      throw new Error(`${what} has no question ${question}`)
}
