/**
 * The pacer that `--pacer` names: a built-in pacer with its settings, or a user's file, in
 * TypeScript or JavaScript.
 */
import { isAbsolute } from 'node:path'
import { checkShape } from '../../gc/pacer/check.ts'
import type { Pacer } from '../../gc/pacer/pacer.ts'
import { pacerNamed } from '../../gc/pacer/registry.ts'
import { OutputError } from '../errors/output-error.ts'
import { isA, ownMessage, textOf } from '../errors/thrown.ts'
import { UsageError } from '../errors/usage-error.ts'
import { pacerOf } from '../options/configuration.ts'
import { inputGuard, type NamedPath } from '../output/output-paths.ts'
import { makeTemporaryFolder, removeTemporaryFolder } from '../output/temporary-folder.ts'
import { loadTelling } from './module-loading.ts'
import { PACER_URL, PROGRAM_URL } from './package-file.ts'
import { prepareModule } from './program-files.ts'

/** `outputs`: the files that the command writes, and so must not read. Throws a UsageError. */
export async function loadPacer(given: string, outputs: readonly NamedPath[] = []): Promise<Pacer> {
  const spec = pacerOf({ name: '--pacer', value: given })
  return isAbsolute(spec) ? pacerIn(spec, outputs) : pacerNamed(spec)
}

async function pacerIn(file: string, outputs: readonly NamedPath[]): Promise<Pacer> {
  const directory = makeTemporaryFolder()
  let inSources = (message: string): string => message
  try {
    const { entryUrl, mapNames } = await prepareModule(
      file,
      directory,
      PROGRAM_URL,
      PACER_URL,
      inputGuard(outputs),
    )
    inSources = mapNames
    const load = (): Promise<{ default?: unknown }> => import(entryUrl)
    const { default: pacer } = await loadTelling(load, () => {})
    const complaint = checkShape(pacer, file)
    if (complaint !== null) throw new UsageError(`--pacer: ${complaint}`)
    return pacer as Pacer
  } catch (error) {
    if (error instanceof UsageError || error instanceof OutputError) throw error
    const message = isA(error, Error) ? ownMessage(error) : textOf(error)
    throw new UsageError(`--pacer: ${file}: ${inSources(message).split('\n', 1)[0]}`)
  } finally {
    removeTemporaryFolder(directory)
  }
}
