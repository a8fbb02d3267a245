/** Finds Go 1.19 with its sources, and puts a variant's lines into the text of these. */
import { accessSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { everyGo } from '../find-go.ts'
import { insert, PlaceNotFound } from './insert.ts'
import type { Variant } from './variants.ts'

/** The version for which our lines are written. */
const VERSION = /^go1\.19(?:\.\d+)?$/
const INSTALL = 'apt-get install golang-1.19 golang-1.19-src'
/** A source that each variant changes. Where it is not, the sources are not installed. */
const SOURCE = 'src/runtime/malloc.go'

export interface Goroot {
  readonly directory: string
  /** `go1.19.8` */
  readonly version: string
}

/**
 * The folder of Go 1.19 that holds its sources too: the given one, or that of a `go` which is
 * installed. Throws a UsageError that says what to install.
 */
export function gorootOf(
  given: string | null,
  installed: () => readonly string[] = everyGo,
): Goroot {
  if (given !== null) return expectUsable({ directory: given, version: versionOf(given) })
  const found = installed()
    .map(go => dirname(dirname(realpathSync(go))))
    .map((directory): Goroot => ({ directory, version: versionOf(directory) }))
  const right = found.filter(({ version }) => VERSION.test(version))
  const whole = right.find(hasSources) ?? right[0]
  if (whole !== undefined) return expectUsable(whole)
  const others = found.map(({ directory, version }) => `${version || 'no Go'} in ${directory}`)
  throw new UsageError(
    `overrun go needs Go 1.19 with its sources, and there is ${others.join(', ') || 'no Go'}: ${INSTALL}`,
  )
}

function expectUsable(goroot: Goroot): Goroot {
  const { directory, version } = goroot
  if (version === '')
    throw new UsageError(`${directory} is no folder of Go, it has no VERSION: ${INSTALL}`)
  if (!VERSION.test(version))
    throw new UsageError(
      `${directory} is ${version}, and the lines of overrun go are for Go 1.19: ${INSTALL}`,
    )
  if (!hasSources(goroot))
    throw new UsageError(`${directory} is ${version} without its sources: ${INSTALL}`)
  return goroot
}

/** The first line of VERSION; empty if there is none. */
function versionOf(directory: string): string {
  try {
    return readFileSync(join(directory, 'VERSION'), 'utf8').split('\n', 1)[0]?.trim() ?? ''
  } catch {
    return '' // No folder of Go, or not ours to read.
  }
}

function hasSources({ directory }: Goroot): boolean {
  try {
    accessSync(join(directory, SOURCE))
    return true
  } catch {
    return false
  }
}

/** Sources of src/runtime by name, with the variant's lines in. Throws a UsageError. */
export function patched(
  { directory, version }: Goroot,
  { insertions }: Variant,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  try {
    for (const insertion of insertions) {
      const { file } = insertion
      const text = texts.get(file) ?? readFileSync(join(directory, 'src/runtime', file), 'utf8')
      texts.set(file, insert(text, insertion))
    }
  } catch (error) {
    if (error instanceof PlaceNotFound)
      throw new UsageError(
        `${directory} (${version}) has not the place for a line: ${error.message}`,
      )
    throw error
  }
  return texts
}
