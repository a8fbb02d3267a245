import { printable } from './printable.ts'

/**
 * A run that cannot start as it was asked for. The message is one line that names the option,
 * variable or file, and says what is allowed. The command line prints it and exits with 2; `run`
 * rejects with it before anything is started.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError'

  constructor(message: string) {
    super(printable(message))
  }
}
