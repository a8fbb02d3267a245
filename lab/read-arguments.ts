/** Arguments of a command, read with Node's parseArgs, whose errors are more than one line. */
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'

/** Node's message goes on with advice on `--`, in a second sentence or on a second line. */
const END_OF_COMPLAINT = /\. |\.?\n/

/**
 * The result of `parse`, which calls parseArgs for the arguments of `sawtooth COMMAND`.
 *
 * @throws UsageError in place of an error of parseArgs: the command, what Node complains of, and
 * where the options are listed. Any other error is thrown as it is
 */
export function readArguments<T>(command: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!isComplaint(error)) throw error
    const complaint = error.message.split(END_OF_COMPLAINT)[0]
    throw new UsageError(`${command}: ${complaint}; see sawtooth ${command} --help`)
  }
}

function isComplaint(error: unknown): error is Error {
  return (
    error instanceof Error &&
    String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')
  )
}
