/**
 * Finds the `go` command: on the PATH, else where packages put it. Debian's golang-1.19 puts it
 * into /usr/lib/go-1.19/bin, and Go's own archive into /usr/local/go/bin, which is on no PATH at
 * first.
 */
import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'

/** Folders that hold an installed Go, or one folder `go-VERSION` for each. */
const INSTALLED = ['/usr/local', '/usr/lib']
const NAME = process.platform === 'win32' ? 'go.exe' : 'go'

/**
 * The path of `go`, of several installed ones that of the newest; null if there is none.
 *
 * @param path - folders, as in the environment variable PATH
 * @param installed - folders whose subfolders `go` and `go-VERSION` are searched after the path
 */
export function findGo(
  path = process.env.PATH ?? '',
  installed: readonly string[] = INSTALLED,
): string | null {
  return everyGo(path, installed)[0] ?? null
}

/** The paths of all `go` that `findGo` would find if the ones before it were not there. */
export function everyGo(
  path = process.env.PATH ?? '',
  installed: readonly string[] = INSTALLED,
): string[] {
  const folders = [
    ...path.split(delimiter).filter(folder => folder !== ''),
    ...installed.flatMap(binariesIn),
  ]
  return folders.map(folder => join(folder, NAME)).filter(isExecutable)
}

/** The path of `go`. Throws a UsageError if there is none. */
export function theGo(): string {
  const go = findGo()
  if (go !== null) return go
  const elsewhere = INSTALLED.map(folder => `${folder}/go*/bin`).join(' and ')
  throw new UsageError(
    `Go 1.19 or later is needed, and there is none on the PATH, nor in ${elsewhere}: install it (Debian: golang)`,
  )
}

/** `go/bin` and `go-VERSION/bin` of a folder, the newest version first. */
function binariesIn(folder: string): string[] {
  const newestFirst = new Intl.Collator('en', { numeric: true })
  return namesIn(folder)
    .filter(name => /^go(?:-\d[\d.]*)?$/.test(name))
    .sort((a, b) => newestFirst.compare(b, a))
    .map(name => join(folder, name, 'bin'))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // There is no such folder, or it is not ours to read.
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
