import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'

/**
 * Input that no engine can run. The message is one line that names the file, the cycle (from 0) and
 * the field, and says what is allowed.
 */
export class InputError extends UsageError {
  constructor(file: string, where: string, complaint: string) {
    super(`${file}: ${where}: ${complaint}`)
  }
}
