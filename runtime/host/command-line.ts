// The command line: a thin layer over the host's `run`. It reads arguments, turns signals into an
// abort, and returns an exit code. What a run prints and writes is the host's part.
import { createRequire } from 'node:module'
import { isatty } from 'node:tty'
import { parseArgs } from 'node:util'
import { EXIT_UNWRITTEN, outputErrorOf } from '../errors/output-error.ts'
import { printable, withoutControls } from '../errors/printable.ts'
import { describeThrown } from '../errors/thrown.ts'
import { UsageError } from '../errors/usage-error.ts'
import type { RunFlags } from '../options/configuration.ts'
import { listFaultPoints } from '../options/faults.ts'
import { scheduleGrammar } from '../options/schedule.ts'
import { print, printed, say, sayAfterRuns } from '../output/standard-streams.ts'
import type { CycleRecord } from '../report/record.ts'
import { help, runHelp } from './help.ts'
import { interruptible } from './signals.ts'
import { limitReached } from './thread-failure.ts'
import { ThreadError } from './thread-pool.ts'

/** The host's `run`, as far as the command line needs it. */
export type Start = (
  program: string,
  options: RunFlags & { readonly signal: AbortSignal },
) => Promise<{ readonly exit: number }>

/**
 * A command of a folder above this one. Takes its arguments without its name; returns the exit
 * code, or throws a UsageError.
 */
export type Command = (argv: readonly string[]) => Promise<number>

/**
 * The options of `run`. The text of an option is what its message says when the value is missing.
 */
const valued: Readonly<Record<string, string>> = {
  procs: '1 to 64',
  gogc: 'a percentage or off',
  'memory-limit': 'a SIZE or off',
  minimum: 'a SIZE',
  arena: 'a SIZE',
  pacer: 'a name or a file',
  termination: 'helping',
  gate: 'goal',
  credit: 'go',
  barrier: 'plain or atomic',
  marks: 'plain or atomic',
  'stack-scans': 'owner or any',
  'idle-workers': 'on or off',
  'barrier-wait': 'sleep',
  json: 'a file',
  trace: 'a file',
  zeal: 'N or N,concurrent',
  seed: 'a whole number',
  fault: 'a SPEC or list',
  'dump-on': 'a signal',
  schedule: scheduleGrammar,
}
const switches: readonly string[] = ['gctrace', 'gcpacertrace', 'check', 'help']

/**
 * Does what the arguments (without node and script) ask for.
 *
 * @param start - the host's `run`; loaded when a program is to be run, so that help needs no pool
 * @param further - commands beside those of the runtime, by name
 * @returns the exit code. Nothing is thrown: errors of usage are printed and give 2, and files that
 *   cannot be written give 4
 */
export async function main(
  argv: readonly string[],
  start: Start = startInHost,
  further: Readonly<Record<string, Command>> = {},
): Promise<number> {
  const code = await obey(argv, start, further).catch(complain)
  const unwritten = await printed()
  if (unwritten === null) return code
  return complain(unwritten, code)
}

/** Says what went wrong. `code`: the exit code of what went wrong before. */
function complain(error: unknown, code = 0): number {
  const [said, own] = complaintOf(error)
  say(`sawtooth: ${said}\n`)
  return code !== 0 ? code : own
}

/** What is said of an error, and its exit code. */
function complaintOf(error: unknown): readonly [said: string, code: number] {
  if (error instanceof UsageError) return [printable(error.message), 2]
  const unwritten = outputErrorOf(error)
  if (unwritten !== null) return [printable(unwritten.message), EXIT_UNWRITTEN]
  const limit = error instanceof ThreadError ? error.message : limitReached(error)
  if (limit !== null) return [printable(limit), 3]
  const { message, stack } = describeThrown(error)
  return [`internal error: ${withoutControls(stack ?? message)}`, 3]
}

async function obey(
  [command, ...rest]: readonly string[],
  start: Start,
  further: Readonly<Record<string, Command>>,
): Promise<number> {
  if (command === 'run') return run(rest, start)
  if (command === '--help' || command === '-h') return answer(help)
  if (command === '--version') return answer(`sawtooth ${version()}\n`)
  if (command === undefined)
    throw new UsageError('a command is needed: run, overrun, pacers; see sawtooth --help')
  const added = Object.hasOwn(further, command) ? further[command] : undefined
  if (added !== undefined) return added(rest)
  const kind = command.startsWith('-') ? 'option' : 'command'
  throw new UsageError(
    `there is no ${kind} ${command}; there is run, overrun, pacers, --help, --version`,
  )
}

async function run(argv: readonly string[], start: Start): Promise<number> {
  const { program, flags, wantsHelp } = parseRun(argv)
  if (wantsHelp) return answer(runHelp)
  if ([flags.fault].flat().includes('list')) return answer(listFaultPoints())
  if (program === undefined) throw new UsageError('run needs a PROGRAM; see sawtooth run --help')
  const record = await interruptible(signal => start(program, { ...flags, signal }))
  return record.exit
}

interface RunArguments {
  readonly program: string | undefined
  readonly flags: RunFlags
  readonly wantsHelp: boolean
}

/**
 * Reads `run`'s arguments into the host's form. Values stay texts: the configuration says what they
 * may be.
 */
function parseRun(argv: readonly string[]): RunArguments {
  const options = Object.fromEntries([
    ...Object.keys(valued).map(name => [name, { type: 'string' as const }]),
    ...switches.map(name => [name, { type: 'boolean' as const }]),
    ['help', { type: 'boolean' as const, short: 'h' }],
  ])
  // Not strict: Node's own messages are several lines long, and their advice is of no use here.
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const flags: Record<string, string | boolean> = {}
  const faults: string[] = []
  const args: string[] = []
  let program: string | undefined
  let afterTerminator = false
  for (const token of tokens) {
    if (token.kind === 'option-terminator') {
      afterTerminator = true
    } else if (token.kind === 'option') {
      // Node takes the next option for the value.
      const given = !token.inlineValue && token.value?.startsWith('--') ? undefined : token.value
      const value = optionValue(token.name, token.rawName, given)
      if (token.name === 'fault') faults.push(String(value))
      else flags[camelCase(token.name)] = value
    } else if (afterTerminator) {
      args.push(token.value)
    } else if (program === undefined) {
      program = token.value
    } else {
      throw new UsageError(
        `run takes one PROGRAM, '${token.value}' is a second; its arguments come after --`,
      )
    }
  }
  const { help: wantsHelp = false, ...rest } = flags
  return {
    program,
    flags: { ...rest, fault: faults, args } as RunFlags,
    wantsHelp: wantsHelp === true,
  }
}

function optionValue(name: string, rawName: string, value: string | undefined): string | true {
  if (switches.includes(name)) {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value, not '${value}'`)
    return true
  }
  const wanted = Object.hasOwn(valued, name) ? valued[name] : undefined
  if (wanted === undefined)
    throw new UsageError(`run has no option ${rawName}; see sawtooth run --help`)
  if (value === undefined) throw new UsageError(`${rawName} needs a value: ${wanted}`)
  return value
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function answer(text: string): number {
  print(text)
  return 0
}

function version(): string {
  const { version } = createRequire(import.meta.url)('sawtooth/package.json') as { version: string }
  return version
}

const startInHost: Start = async (program, options) => {
  const host = await import('./host.ts')
  const [{ formatSummary }, { CycleTotals }] = await Promise.all([
    import('../report/summary.ts'),
    import('../report/cycle-totals.ts'),
  ])
  const totals = new CycleTotals()
  const all = { ...options, keepCycles: 0, onCycle: (cycle: CycleRecord) => totals.add(cycle) }
  const record = await host.start(program, all, isatty(2) && options.gctrace !== true)
  const hasRun = record.exit === 0 || record.exit === EXIT_UNWRITTEN || totals.count > 0
  if (!hasRun) return record
  const unsaid = await sayAfterRuns(formatSummary(record, totals), options.signal)
  return { exit: record.exit === 0 && unsaid !== null ? EXIT_UNWRITTEN : record.exit }
}
