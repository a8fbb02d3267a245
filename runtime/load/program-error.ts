import { printable } from '../errors/printable.ts'

/**
 * A program that cannot be started through its own fault: exit 1. The message names file and line.
 */
export class ProgramError extends Error {
  override readonly name = 'ProgramError'
  /** The source file, absolute. */
  readonly file: string
  /** From 1; null: the fault has no line. */
  readonly line: number | null

  constructor(file: string, line: number | null, what: string) {
    super(`${printable(file)}${line === null ? '' : `:${line}`}: ${what}`)
    this.file = file
    this.line = line
  }
}
