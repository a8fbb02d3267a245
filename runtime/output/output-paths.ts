/**
 * Which files a run or a command may write: files that can be written, that are no other output,
 * and that are not read. All of it is found out before anything is opened.
 */
import {
  type BigIntStats,
  fstatSync,
  lstatSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { UsageError } from '../errors/usage-error.ts'

/** What a path leads to; its last links are followed. */
export type Target =
  /** A file that exists, or does not exist yet. */
  | { readonly kind: 'file'; readonly path: string }
  /** A pipe or a device: it is written to as it is. */
  | { readonly kind: 'device'; readonly path: string }
  /** A file that this process has open, such as /dev/stdout. */
  | { readonly kind: 'descriptor'; readonly descriptor: number }

/** A path with the name under which it was given: `--json`, `the program`. */
export interface NamedPath {
  readonly name: string
  readonly path: string
}

const MOST_LINKS = 40

/** Throws what the system says. */
export function targetOf(path: string): Target {
  let at = path
  for (let links = 0; links < MOST_LINKS; links++) {
    const [, whose, descriptor] =
      /^\/(?:dev|proc\/(self|thread-self|\d+))\/fd\/(\d+)$/.exec(at) ?? []
    if (descriptor !== undefined && (!/^\d/.test(whose ?? '') || Number(whose) === process.pid))
      return { kind: 'descriptor', descriptor: Number(descriptor) }
    const stats = lstatSync(at, { throwIfNoEntry: false })
    if (stats === undefined || stats.isFile() || stats.isDirectory())
      return { kind: 'file', path: at }
    if (!stats.isSymbolicLink()) return { kind: 'device', path: at }
    at = resolve(realpathSync(dirname(at)), readlinkSync(at))
  }
  throw new Error('ELOOP: too many symbolic links encountered')
}

/** The files that a run is to write, with the options that name them. */
export function outputsOf(files: {
  readonly jsonFile: string | null
  readonly traceFile: string | null
}): NamedPath[] {
  return namedPaths({ '--json': files.jsonFile, '--trace': files.traceFile })
}

/** Paths by the names under which they were given. A path that was not given is left out. */
export function namedPaths(
  paths: Readonly<Record<string, string | null | undefined>>,
): NamedPath[] {
  return Object.entries(paths).flatMap(([name, path]) => (path == null ? [] : [{ name, path }]))
}

/**
 * Throws a UsageError if two outputs are one file, or if an output is a file that is read, or one
 * to which a standard stream goes.
 */
export function refuseOverwriting(
  outputs: readonly NamedPath[],
  inputs: readonly NamedPath[] = [],
): void {
  const written = new Map(standardFiles())
  for (const { name, path } of outputs) {
    const identity = identityOf(path)
    if (identity === null) continue
    const other = written.get(identity)
    const isItself = targetOf(path).kind === 'descriptor' && other?.startsWith('standard')
    if (other !== undefined && !isItself)
      throw new UsageError(`${other} and ${name} are the same file: ${path}`)
    written.set(identity, name)
  }
  for (const input of inputs) inputGuard(outputs)(input)
}

/**
 * Call the result for each file that is read: it throws a UsageError if that file is to be written.
 */
export function inputGuard(outputs: readonly NamedPath[]): (input: NamedPath) => void {
  const written = new Map(outputs.map(({ name, path }) => [identityOf(path), name]))
  written.delete(null)
  return ({ name, path }) => {
    const output = written.get(identityOf(path))
    if (output !== undefined) throw new UsageError(`${output} would overwrite ${name}: ${path}`)
  }
}

/**
 * The same text for two names of one file, links and hard links included. null for a device, to
 * which many may write, and where nothing can be found out.
 */
function identityOf(path: string): string | null {
  try {
    const target = targetOf(path)
    if (target.kind === 'descriptor') return inodeOf(fstatSync(target.descriptor, { bigint: true }))
    const stats = statSync(target.path, { bigint: true, throwIfNoEntry: false })
    return stats === undefined
      ? join(realpathSync(dirname(target.path)), basename(target.path))
      : inodeOf(stats)
  } catch {
    return null
  }
}

function inodeOf(stats: BigIntStats): string | null {
  return stats.isCharacterDevice() ? null : `${stats.dev}:${stats.ino}`
}

/** The files to which the shell has redirected this process's output, by identity. */
function standardFiles(): [string, string][] {
  return ([1, 2] as const).flatMap((descriptor): [string, string][] => {
    try {
      const stats = fstatSync(descriptor, { bigint: true })
      const name = descriptor === 1 ? 'standard output' : 'standard error'
      return stats.isFile() ? [[inodeOf(stats) as string, name]] : []
    } catch {
      return [] // The stream is closed.
    }
  })
}
