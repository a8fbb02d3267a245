/**
 * An output that could not be written: the disk is full or fails, or the file is of a kind that
 * takes nothing.
 */

import { isA, textOf } from './thrown.ts'

/** The exit code where nothing else has gone wrong. */
export const EXIT_UNWRITTEN = 4

/** The message is one line that names the file and says why. */
export class OutputError extends Error {
  override readonly name = 'OutputError'
  /** The file's path, `standard output` or `standard error`. */
  readonly file: string
  readonly why: string

  constructor(file: string, why: string) {
    super(`${file} cannot be written: ${why}`)
    this.file = file
    this.why = why
  }
}

/** `no space left on device (ENOSPC)` for an error of the system; its message for any other. */
export function reasonOf(error: unknown): string {
  if (!isA(error, Error)) return textOf(error)
  const { code, message } = error as NodeJS.ErrnoException
  const [, words] = /^E\w+: (.*?)(?:, \w+.*)?$/s.exec(String(message)) ?? []
  return code === undefined || words === undefined ? String(message) : `${words} (${code})`
}

/** What a system says of a disk that is full or fails, whatever is written to it. */
const OF_DISKS: readonly unknown[] = [
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EIO',
  'EROFS',
  'ENFILE',
  'ESTALE',
]

/** An error of the disk as an OutputError; null for every other error. */
export function outputErrorOf(error: unknown): OutputError | null {
  if (error instanceof OutputError) return error
  if (!(error instanceof Error)) return null
  const { code, path = 'a temporary file' } = error as NodeJS.ErrnoException
  return OF_DISKS.includes(code) ? new OutputError(path, reasonOf(error)) : null
}
