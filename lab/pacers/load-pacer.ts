/** The pacer that `--pacer` names: a built-in one with its settings, or a user's file, in TypeScript or JavaScript. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { checkShape } from '../../gc/pacer/check.ts'
import type { Pacer } from '../../gc/pacer/pacer.ts'
import { pacerNamed } from '../../gc/pacer/registry.ts'
import { pacerOf } from '../../runtime/configuration.ts'
import { OutputError } from '../../runtime/output-error.ts'
import { inputGuard, type NamedPath } from '../../runtime/output-paths.ts'
import { ProgramError } from '../../runtime/program-error.ts'
import { prepareModule } from '../../runtime/program-files.ts'
import { UsageError } from '../../runtime/usage-error.ts'

const PROGRAM_URL = new URL('../../runtime/program.js', import.meta.url).href
const PACER_URL = new URL('../../gc/pacer/pacer.js', import.meta.url).href

/** `outputs`: what the command is to write, and so must not read. Throws a UsageError. */
export async function loadPacer(given: string, outputs: readonly NamedPath[] = []): Promise<Pacer> {
  const spec = pacerOf({ name: '--pacer', value: given })
  return isAbsolute(spec) ? pacerIn(spec, outputs) : pacerNamed(spec)
}

async function pacerIn(file: string, outputs: readonly NamedPath[]): Promise<Pacer> {
  const directory = mkdtempSync(join(tmpdir(), 'sawtooth-'))
  try {
    const { entryUrl } = await prepareModule(file, directory, PROGRAM_URL, PACER_URL, inputGuard(outputs))
    const { default: pacer } = (await import(entryUrl)) as { default?: unknown }
    const complaint = checkShape(pacer, file)
    if (complaint !== null) throw new UsageError(`--pacer: ${complaint}`)
    return pacer as Pacer
  } catch (error) {
    if (error instanceof UsageError || error instanceof OutputError) throw error
    const message = error instanceof ProgramError || error instanceof Error ? error.message : String(error)
    throw new UsageError(`--pacer: ${file}: ${message.split('\n', 1)[0]}`)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
