/**
 * `sawtooth pacers`: its commands by name. Each is loaded only when it is asked for: a simulation
 * needs neither a pool of threads nor charts.
 */

import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { print } from 'sawtooth/internal/runtime/output/standard-streams'
import { help } from './help.ts'

type Command = (argv: readonly string[]) => Promise<number>

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  sim: async () => (await import('./sim.ts')).simCommand,
  run: async () => (await import('./run.ts')).runCommand,
  macro: async () => (await import('./comparison/command.ts')).macroCommand,
  tune: async () => (await import('./tuner/command.ts')).tuneCommand,
  assists: async () => (await import('./assists/command.ts')).assistsCommand,
  workers: async () => (await import('./workers/command.ts')).workersCommand,
  league: async () => (await import('./league/command.ts')).leagueCommand,
  merge: async () => (await import('./league/merge.ts')).mergeCommand,
  suite: async () => (await import('./suite/command.ts')).suiteCommand,
  search: async () => (await import('./search/command.ts')).searchCommand,
  'soft-goal': async () => (await import('./soft-goal/command.ts')).softGoalCommand,
  show: async () => (await import('./show.ts')).showCommand,
  list: async () => {
    const { formatList } = await import('./list.ts')
    return async argv => answer(argv.includes('--help') ? help : formatList())
  },
  new: async () => {
    const { template } = await import('./template.ts')
    return async argv => answer(argv.includes('--help') ? help : template)
  },
}

/** Does what the arguments after `pacers` ask for. Returns the exit code; throws a UsageError. */
export async function main([command, ...rest]: readonly string[]): Promise<number> {
  if (command === '--help' || command === '-h') return answer(help)
  const load =
    command !== undefined && Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined
  if (load !== undefined) return (await load())(rest)
  const what = command === undefined ? 'pacers needs a command' : `there is no pacers ${command}`
  throw new UsageError(`${what}: ${Object.keys(COMMANDS).join(', ')}; see sawtooth pacers --help`)
}

function answer(text: string): number {
  print(text)
  return 0
}
