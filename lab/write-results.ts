/** Writes the files of a command once all is measured and its tables are printed. */

import { EXIT_UNWRITTEN, outputErrorOf } from 'sawtooth/internal/runtime/errors/output-error'
import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { writeOutput } from 'sawtooth/internal/runtime/output/output-file'
import { say } from 'sawtooth/internal/runtime/output/standard-streams'

export interface ResultFile {
  /** null: the file is not asked for. */
  readonly path: string | null
  readonly text: () => string | Promise<string>
}

/**
 * Writes the files. One that cannot be written is reported, and the others are still written.
 * Returns `code`; 4 if `code` is 0 and a file could not be written.
 */
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
