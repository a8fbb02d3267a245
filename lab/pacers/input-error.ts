import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'

/** Input that no engine can run: one line that names file, cycle (from 0) and field, and what is allowed. */
export class InputError extends UsageError {
  constructor(file: string, where: string, complaint: string) {
    super(`${file}: ${where}: ${complaint}`)
  }
}
