/** What the test commands share. A wrong argument is reported in one line, with exit code 2. */

import { printable } from '../../runtime/errors/printable.ts'
import { UsageError } from '../../runtime/errors/usage-error.ts'
import { awaitCompilation } from '../../runtime/load/await-compilation.ts'
import { outputFile } from '../../runtime/options/output-option.ts'
import { type NamedPath, namedPaths, refuseOverwriting } from '../../runtime/output/output-paths.ts'

/**
 * The result of `read`, which reads arguments or a file that they name. If it throws a UsageError,
 * the process ends with exit code 2.
 */
export function readOrExit<T>(command: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!isComplaint(error)) throw error
    // Node's own messages continue with advice, which is left out.
    process.stderr.write(
      `${command}: ${printable(error.message.split('. ')[0] ?? '')}; see --help\n`,
    )
    process.exit(2)
  }
}

/** Runs a command, and sets its exit code. */
export async function runCommand(
  command: string,
  main: () => number | Promise<number>,
): Promise<void> {
  try {
    process.exitCode = await main()
    await awaitCompilation()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${command}: ${printable(error.message)}\n`)
    process.exitCode = 2
  }
}

/**
 * The files that a command is to write, by the option that names them. Throws a UsageError for a
 * file that cannot be written, and for one that two options name or that is an input.
 */
export function outputsOf(
  given: Readonly<Record<string, string | undefined>>,
  inputs: readonly NamedPath[] = [],
): NamedPath[] {
  const paths = Object.entries(given).map(([name, value]) => [
    name,
    outputFile(value === undefined ? undefined : { name, value }),
  ])
  const outputs = namedPaths(Object.fromEntries(paths))
  refuseOverwriting(outputs, inputs)
  return outputs
}

/** A number from `least` to `most`. Throws a UsageError. */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = Number(text)
  if (text.trim() !== '' && Number.isInteger(number) && number >= least && number <= most)
    return number
  throw new UsageError(`--${option} must be a whole number from ${least} to ${most}, not '${text}'`)
}

function isComplaint(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const { code = '' } = error as NodeJS.ErrnoException
  return (
    error instanceof UsageError ||
    code.startsWith('ERR_PARSE_ARGS') ||
    code === 'ENOENT' ||
    code === 'EISDIR'
  )
}
