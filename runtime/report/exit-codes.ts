/**
 * The exit code of a run, by what ended it. An output that could not be written counts only if
 * nothing else went wrong.
 */
import { EXIT_UNWRITTEN } from '../errors/output-error.ts'
import type { RunError } from './record.ts'

const EXIT: Readonly<Record<string, number>> = {
  program: 1,
  deadlock: 2,
  outOfMemory: 2,
  breach: 3,
  pacer: 3,
  lostP: 3,
  internal: 3,
  output: EXIT_UNWRITTEN,
  interrupted: 130,
}

export function exitOf(error: RunError | null): number {
  return error === null ? 0 : (EXIT[error.kind] ?? 3)
}
