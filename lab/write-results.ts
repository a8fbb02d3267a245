/** The files that a command writes when all is measured and its tables are printed. */

import { EXIT_UNWRITTEN, outputErrorOf } from '../runtime/errors/output-error.ts'
import { printable } from '../runtime/errors/printable.ts'
import { writeOutput } from '../runtime/output/output-file.ts'
import { say } from '../runtime/output/standard-streams.ts'

export interface ResultFile {
  /** null: it is not asked for. */
  readonly path: string | null
  readonly text: () => string | Promise<string>
}

/** Writes them; one that cannot be written is said, and keeps no other from being. Returns `code`, or 4 if that is 0 and one could not. */
export async function writeResults(code: number, files: readonly ResultFile[]): Promise<number> {
  let isUnwritten = false
  for (const { path, text } of files) {
    if (path === null) continue
    try {
      await writeOutput(path, await text())
    } catch (error) {
      const unwritten = outputErrorOf(error)
      if (unwritten === null) throw error
      say(`sawtooth: ${printable(unwritten.message)}\n`)
      isUnwritten = true
    }
  }
  return code === 0 && isUnwritten ? EXIT_UNWRITTEN : code
}
