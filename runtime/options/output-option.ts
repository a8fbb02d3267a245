/** The file that an option wants written: it is checked before anything is opened. */
import { accessSync, constants, fstatSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { reasonOf } from '../errors/output-error.ts'
import { UsageError } from '../errors/usage-error.ts'
import { targetOf } from '../output/output-paths.ts'
import { type Given, text } from './given.ts'

/**
 * The absolute path of a file that is written later. It is refused now rather than then. Throws a
 * UsageError.
 */
export function outputFile(from: Given | undefined): string | null {
  if (from === undefined) return null
  const path = resolve(text(from, 'the name of a file'))
  const complaint = complaintAbout(path)
  if (complaint !== null) throw new UsageError(`${from.name}${complaint}`)
  return path
}

function complaintAbout(path: string): string | null {
  try {
    const target = targetOf(path)
    if (target.kind === 'descriptor')
      return fstatSync(target.descriptor).isDirectory() ? notDirectory(path) : null
    const stats = statSync(target.path, { throwIfNoEntry: false })
    if (stats?.isDirectory()) return notDirectory(path)
    if (stats !== undefined)
      return may(target.path, constants.W_OK) ? null : `: ${path} cannot be written`
    if (may(dirname(target.path), constants.W_OK | constants.X_OK)) return null
    return `: ${path} cannot be made: its directory is missing or cannot be written`
  } catch (error) {
    return `: ${path} cannot be written: ${reasonOf(error)}`
  }
}

function notDirectory(path: string): string {
  return ` must be a file: ${path} is a directory`
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false // the answer, whatever the reason
  }
}
