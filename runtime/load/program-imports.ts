// Where an import of a program leads. A relative import (or a file: URL) is a source file, which is
// copied with the program. Anything else becomes the URL of a module that Node can load as it is.
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { basename, extname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { moduleUrl } from './program-stack.ts'

/** What an import leads to. */
export type Target =
  /** A file of the program, source or JSON; `search` is the specifier's query and fragment. */
  | { readonly kind: 'file'; readonly path: string; readonly search: string }
  | { readonly kind: 'url'; readonly url: string }
  /** A specifier that means the same wherever it stands. */
  | { readonly kind: 'anywhere' }
  /** Nothing; `url` is where a file would be. */
  | { readonly kind: 'missing'; readonly why: string; readonly url: string | null }

/** The extensions of programs and of what they import. */
export const sourceExtensions: readonly string[] = ['.ts', '.mts', '.js', '.mjs']

/**
 * Finds what `specifier` in the file `from` leads to.
 *
 * @param own - the modules that Sawtooth itself provides: URL by specifier
 */
export function targetOf(
  specifier: string,
  from: string,
  own: ReadonlyMap<string, string>,
): Target {
  const provided = own.get(specifier)
  if (provided !== undefined) return { kind: 'url', url: provided }
  if (isBuiltin(specifier)) return { kind: 'anywhere' }
  if (/^(?:\.{0,2}\/|file:)/.test(specifier))
    return fileTarget(new URL(specifier, pathToFileURL(from)), specifier)
  if (/^(?:data|https?|node):/.test(specifier)) return { kind: 'anywhere' }
  return packageTarget(specifier, from)
}

function fileTarget(url: URL, specifier: string): Target {
  const search = (url.search + url.hash).replaceAll("'", '%27')
  url.search = ''
  url.hash = ''
  const asked = fileURLToPath(url)
  // TypeScript lets './a.js' mean './a.ts', and many programs write it so.
  const found = [asked, asked.replace(/\.(m?)js$/, '.$1ts')].find(path => existsSync(path))
  const missing = (what: string): Target => {
    return { kind: 'missing', why: `${what}${suggestion(asked)}`, url: moduleUrl(asked) + search }
  }
  if (found === undefined) return missing(`there is no file '${specifier}'`)
  const path = realpathSync(found) // Node tells modules apart by it, too.
  const extension = extname(path)
  if (extension !== '' && !statSync(path).isFile()) return missing(`'${specifier}' is no file`)
  if (extension === '.json' || sourceExtensions.includes(extension))
    return { kind: 'file', path, search }
  if (extension === '') return missing(`'${specifier}' needs a file's full name`)
  return { kind: 'url', url: moduleUrl(path) + search } // .cjs, .wasm: nothing to rewrite.
}

function suggestion(asked: string): string {
  const found = [...sourceExtensions, '/index.ts', '/index.js'].find(ending =>
    existsSync(asked + ending),
  )
  return found === undefined ? '' : `; did you mean '${basename(asked)}${found}'?`
}

function packageTarget(specifier: string, from: string): Target {
  const require = createRequire(from)
  try {
    return { kind: 'url', url: moduleUrl(require.resolve(specifier)) }
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    const path =
      code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' ? importOnly(specifier, require) : undefined
    if (path !== undefined) return { kind: 'url', url: moduleUrl(path) }
    if (code === 'MODULE_NOT_FOUND')
      return { kind: 'missing', why: `cannot find package '${specifier}'`, url: null }
    return { kind: 'missing', why: message.split('\n', 1)[0] as string, url: null }
  }
}

/**
 * A package that answers only to the condition `import`, which `require.resolve` does not try.
 * Patterns in its exports are not tried.
 */
function importOnly(specifier: string, require: NodeJS.Require): string | undefined {
  const [name = '', subpath = ''] = /^((?:@[^/]+\/)?[^/]+)\/?(.*)$/.exec(specifier)?.slice(1) ?? []
  for (const directory of require.resolve.paths(specifier) ?? []) {
    const manifest = join(directory, name, 'package.json')
    if (!existsSync(manifest)) continue
    const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports?: unknown }
    const key = subpath === '' ? '.' : `./${subpath}`
    const target = imported(hasSubpaths(exports) ? exports[key] : exports)
    return target === undefined ? undefined : join(directory, name, target)
  }
  return undefined
}

function hasSubpaths(exports: unknown): exports is Record<string, unknown> {
  return (
    typeof exports === 'object' &&
    exports !== null &&
    Object.keys(exports).some(key => key.startsWith('.'))
  )
}

/** The first of an export's conditions that Node applies to `import`. */
function imported(target: unknown): string | undefined {
  if (typeof target === 'string') return target
  if (typeof target !== 'object' || target === null) return undefined
  const conditions = Object.entries(target).filter(([name]) =>
    ['node', 'import', 'default'].includes(name),
  )
  return conditions.map(([, next]) => imported(next)).find(path => path !== undefined)
}
