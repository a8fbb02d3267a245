/** What the commands that build variants of Go have in common. */
import { loadavg } from 'node:os'
import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { print, say } from 'sawtooth/internal/runtime/output/standard-streams'
import { thisMachine } from '../../machine.ts'
import { Progress } from '../../progress.ts'
import { FailedRun } from '../../run.ts'
import { type Goroot, gorootOf } from './goroot.ts'
import type { Provenance } from './provenance.ts'

interface CommonOptions {
  readonly help: boolean
  /** null: Go is looked for. */
  readonly goroot: string | null
}

export interface GoCommand<Options extends CommonOptions, Found> {
  /** `overrun go`: as it stands behind `sawtooth`. */
  readonly name: string
  readonly help: string
  /** Throws a UsageError that says what is allowed. */
  parse(argv: readonly string[]): Options
  /**
   * Throws a UsageError before anything is copied, and a FailedRun for a build or run that fails.
   */
  measure(
    goroot: Goroot,
    options: Options,
    progress: (text: string) => void,
    signal: AbortSignal,
  ): Promise<Found>
  /** Prints what was found, and writes the files that were asked for. Returns the exit code. */
  conclude(found: Found, options: Options, provenance: Provenance): Promise<number>
}

/**
 * Carries out the command.
 *
 * @param signal - ends it: it cleans up and returns 130
 * @returns the exit code; 1 for a build or run that failed, of which a line says why
 * @throws UsageError before anything is copied
 */
export async function carryOut<Options extends CommonOptions, Found>(
  { name: command, help, parse, measure, conclude }: GoCommand<Options, Found>,
  argv: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const options = parse(argv)
  if (options.help) {
    print(help)
    return 0
  }
  const goroot = gorootOf(options.goroot)
  const before = loadOfMachine()
  const progress = new Progress()
  try {
    const show = (text: string): void => progress.show(`${command}: ${text}`)
    const found = await measure(goroot, options, show, signal)
    progress.erase()
    return await conclude(found, options, {
      machine: thisMachine(goroot.version),
      command: ['sawtooth', command, ...argv].join(' '),
      load: [before, loadOfMachine()],
    })
  } catch (error) {
    progress.erase()
    if (signal.aborted) return 130
    if (!(error instanceof FailedRun)) throw error
    say(`sawtooth: ${command}: ${printable(error.message)}\n`)
    return 1
  }
}

/** The machine's load average over a minute. */
function loadOfMachine(): number {
  return Number((loadavg()[0] ?? 0).toFixed(2))
}
