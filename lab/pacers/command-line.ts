/** `sawtooth pacers`: its commands by name. */
import { UsageError } from '../../runtime/usage-error.ts'
import { help } from './help.ts'
import { leagueCommand, mergeCommand } from './league/command.ts'
import { formatList } from './list.ts'
import { runCommand } from './run.ts'
import { searchCommand } from './search/command.ts'
import { simCommand } from './sim.ts'
import { template } from './template.ts'

/** Does what the arguments after `pacers` ask for. Returns the exit code; throws a UsageError. */
export async function main([command, ...rest]: readonly string[]): Promise<number> {
  if (command === '--help' || command === '-h') return print(help)
  if (command === 'sim') return simCommand(rest)
  if (command === 'run') return runCommand(rest)
  if (command === 'search') return searchCommand(rest)
  if (command === 'league') return leagueCommand(rest)
  if (command === 'merge') return mergeCommand(rest)
  if (command === 'list') return print(rest.includes('--help') ? help : formatList())
  if (command === 'new') return print(rest.includes('--help') ? help : template)
  const what = command === undefined ? 'pacers needs a command' : `there is no pacers ${command}`
  throw new UsageError(`${what}: sim, run, league, merge, search, list, new; see sawtooth pacers --help`)
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}
