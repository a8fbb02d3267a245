/** The exit code of a run, by what ended it. */
import type { RunError } from './record.ts'

const EXIT: Readonly<Record<string, number>> = {
  program: 1,
  deadlock: 2,
  outOfMemory: 2,
  breach: 3,
  pacer: 3,
  lostP: 3,
  internal: 3,
  interrupted: 130,
}

export function exitOf(error: RunError | null): number {
  return error === null ? 0 : (EXIT[error.kind] ?? 3)
}
