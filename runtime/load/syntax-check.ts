import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ProgramError } from './program-error.ts'

/**
 * Asks the engine for a file's first syntax error, in a process of its own (some 40 ms): for an
 * import, the engine does not tell the line of a SyntaxError.
 *
 * @param written - the file as the engine would load it
 * @param source - its source, for the message; lines are the same
 */
export async function engineSyntaxError(
  written: string,
  source: string,
): Promise<ProgramError | null> {
  const stderr = await promisify(execFile)(process.execPath, ['--check', written]).then(
    () => '',
    (error: { stderr?: string }) => error.stderr ?? '',
  )
  const what = /^SyntaxError: .*$/m.exec(stderr)?.[0]
  return what === undefined
    ? null
    : new ProgramError(source, Number(/:(\d+)\n/.exec(stderr)?.[1] ?? 1), what)
}
