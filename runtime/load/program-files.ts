// A program's files, prepared for one run.
//
// 1. The entry is read, and so is every file that it reaches by relative imports, static or dynamic
//    with a literal.
// 2. Types are stripped; lines keep their numbers.
// 3. Each import is rewritten in its place: to one of Sawtooth's own modules, to the prepared copy
//    of a file, or to the URL of a package as seen from the original file. `import.meta.url` and
//    its kin keep naming the original.
// 4. The result is written into the run's own directory, under a number: an original's name may be
//    as long as the system allows. The copy tells when its evaluation begins and ends
//    (module-loading.ts).
//
// Each run has a directory of its own, since Node keeps a module for as long as its thread lives:
// only under a new path does a warm pool run a program's module code afresh. JSON is copied.
// Packages and .cjs files are loaded where they are, once in a thread's life. A dynamic import
// whose specifier is no literal is not rewritten, and finds packages only by luck.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
// Not the lexer's build of WebAssembly: that cannot run everywhere, as under a limit of address
// space, or without a compiler.
import { type Export, type Import, parse } from 'es-module-lexer/js'
import { UsageError } from '../errors/usage-error.ts'
import { writeScratch } from '../output/output-file.ts'
import type { NamedPath } from '../output/output-paths.ts'
import { marked } from './module-loading.ts'
import { ProgramError } from './program-error.ts'
import { sourceExtensions, type Target, targetOf } from './program-imports.ts'
import { moduleUrl, type Translation, translation } from './program-stack.ts'
import { looksIllFormed, stripTypes } from './strip-types.ts'
import { engineSyntaxError } from './syntax-check.ts'

/** A program (or a pacer) that threads can import. */
export interface PreparedProgram extends Translation {
  /** What each P imports. */
  readonly entryUrl: string
  /**
   * True if nothing else that it imports outlives the run: each module of its own is loaded afresh.
   */
  readonly isSelfContained: boolean
  /**
   * For an import that ended in a SyntaxError. The engine found what the parsers here do not look
   * for, such as a name declared twice, and does not tell the line. Starts a process for each file.
   *
   * @returns the error with file and line, or null if no file has one
   */
  findSyntaxError(): Promise<ProgramError | null>
  /**
   * For the engine's message that a module does not have an imported export: the place of that
   * import. null for other messages.
   */
  findMissingExport(message: string): ProgramError | null
}

/**
 * Prepares a program's entry and all files that it imports.
 *
 * @param entry - absolute path of the program, as given: .ts, .mts, .js or .mjs
 * @param runDirectory - an existing directory of this run only; its owner removes it
 * @param programModuleUrl - what 'sawtooth' means
 * @param pacerModuleUrl - what 'sawtooth/pacer' means
 * @param onInput - called with each file that is read here, or will be by the threads, before it is
 *   read; may throw
 * @throws UsageError if the entry is missing, unreadable or of another kind
 * @throws ProgramError for a syntax error, an import that leads nowhere, or no default export
 */
export async function prepareProgram(
  entry: string,
  runDirectory: string,
  programModuleUrl: string,
  pacerModuleUrl: string,
  onInput: (input: NamedPath) => void = () => {},
): Promise<PreparedProgram> {
  const files = new ModuleFiles(runDirectory, programModuleUrl, pacerModuleUrl, 'program', onInput)
  const { path, hasDefaultExport } = await files.prepare(entry)
  if (hasDefaultExport) return files.prepared(path)
  throw new ProgramError(
    path,
    null,
    'a program needs a default export: export default function* main(...args)',
  )
}

/**
 * As {@link prepareProgram}, for a module that is no program: a pacer given as a file. Its exports
 * are not looked at.
 */
export async function prepareModule(
  entry: string,
  runDirectory: string,
  programModuleUrl: string,
  pacerModuleUrl: string,
  onInput: (input: NamedPath) => void = () => {},
): Promise<PreparedProgram> {
  const files = new ModuleFiles(runDirectory, programModuleUrl, pacerModuleUrl, 'pacer', onInput)
  const { path } = await files.prepare(entry)
  return files.prepared(path)
}

/**
 * The one import from Node's modules with which a program keeps its threads: parseArgs. It has no
 * state, and is compared (realm.ts).
 */
const KEEPS_NOTHING = /^import\s*\{\s*parseArgs\s*\}\s*from\s*(['"])(?:node:)?util\1$/

/** A change to a text, by positions in the unchanged text. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** What was found in one file. */
interface FoundFile {
  readonly path: string
  /** The files that it imports. */
  readonly imports: readonly string[]
  readonly hasDefaultExport: boolean
}

/** The walk over one entry's files. */
class ModuleFiles {
  readonly #runDirectory: string
  readonly #own: ReadonlyMap<string, string>
  /** The package's directory: the built module 'sawtooth' is three folders below it. */
  readonly #packageUrl: string
  /** Source path by written path. */
  readonly #sources = new Map<string, string>()
  /** Written path by source path, of every file that was met. */
  readonly #written = new Map<string, string>()
  readonly #kind: 'program' | 'pacer'
  readonly #onInput: (input: NamedPath) => void
  #isSelfContained = true

  constructor(
    runDirectory: string,
    programModuleUrl: string,
    pacerModuleUrl: string,
    kind: 'program' | 'pacer',
    onInput: (input: NamedPath) => void,
  ) {
    this.#kind = kind
    this.#onInput = onInput
    // Node names a module by its real path, so the map of stacks must, too.
    this.#runDirectory = realpathSync(runDirectory)
    this.#packageUrl = new URL('../../..', programModuleUrl).href
    this.#own = new Map([
      ['sawtooth', programModuleUrl],
      ['sawtooth/pacer', pacerModuleUrl],
    ])
  }

  /** Prepares the entry and what it reaches, each file once: so cycles of imports end. */
  async prepare(entry: string): Promise<FoundFile> {
    this.#onInput({ name: `the ${this.#kind}`, path: entry })
    const source = await readEntry(entry, this.#kind)
    const found = await this.#prepareSource(realpathSync(entry), source)
    const waiting = [...found.imports]
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (!this.#sources.has(this.#writtenFor(path)))
        waiting.push(...(await this.#prepareImported(path)))
    }
    return found
  }

  prepared(path: string): PreparedProgram {
    return {
      entryUrl: moduleUrl(this.#writtenFor(path)),
      isSelfContained: this.#isSelfContained,
      ...translation(this.#sources, this.#own, this.#packageUrl),
      findSyntaxError: () => this.#findSyntaxError(),
      findMissingExport: message => this.#findMissingExport(message),
    }
  }

  #writtenFor(path: string): string {
    const extension = extname(path) === '.json' ? 'json' : 'mjs'
    const written =
      this.#written.get(path) ??
      join(this.#runDirectory, `${this.#kind}-${this.#written.size}.${extension}`)
    this.#written.set(path, written)
    return written
  }

  async #write(path: string, text: string): Promise<string> {
    const written = this.#writtenFor(path)
    this.#sources.set(written, path)
    writeScratch(written, text)
    return written
  }

  /** A file that another file imports. It exists, but may be unreadable. */
  async #prepareImported(path: string): Promise<readonly string[]> {
    this.#onInput({ name: 'a file that is imported', path })
    const text = await readText(path).catch((error: Error) => {
      throw new ProgramError(path, null, `cannot be read: ${error.message}`)
    })
    if (extname(path) !== '.json') return (await this.#prepareSource(path, text)).imports
    await this.#write(path, text)
    return []
  }

  async #prepareSource(path: string, source: string): Promise<FoundFile> {
    const code = await this.#javaScript(path, source)
    const [found, exported] = await this.#parse(path, code)
    const imports: string[] = []
    const edits = found.flatMap(one => {
      if (one.type === 'import-meta') {
        const edits = metaEdit(one, code, path)
        // It is `import.meta.resolve`, or `import.meta` itself.
        if (edits.length === 0) this.#isSelfContained = false
        return edits
      }
      if (one.specifier === undefined || (one.type === 'dynamic' && one.glob)) {
        this.#isSelfContained = false
        return []
      }
      const target = targetOf(one.specifier, path, this.#own)
      this.#note(one, target, code)
      // A dynamic import may be meant to fail. An import that can only fail is told with its place.
      if (target.kind === 'missing' && one.type !== 'dynamic')
        throw new ProgramError(path, lineAt(code, one.start), target.why)
      this.#noteInput(target)
      if (target.kind === 'file') imports.push(target.path)
      const url = this.#urlOf(target)
      return url === null ? [] : [importEdit(one, url)]
    })
    await this.#write(path, marked(applied(edits, code)))
    return { path, imports, hasDefaultExport: exported.some(isDefault) }
  }

  #noteInput(target: Target): void {
    const path =
      target.kind === 'file' ? target.path : target.kind === 'url' ? pathIn(target.url) : null
    if (path !== null) this.#onInput({ name: 'a file that is imported', path })
  }

  /**
   * Notes what outlives the run. Packages, .cjs files and the like are loaded once in a thread's
   * life, and so are Node's own modules. An import that fails at run time, as a dynamic one may,
   * gives the program an error object of Node's.
   */
  #note({ type, specifier, importStart, importEnd }: Import, target: Target, code: string): void {
    const isOwn = target.kind === 'file' || this.#own.has(specifier ?? '')
    if (isOwn ? type === 'dynamic' : !KEEPS_NOTHING.test(code.slice(importStart, importEnd)))
      this.#isSelfContained = false
  }

  async #javaScript(path: string, source: string): Promise<string> {
    if (/\.m?ts$/.test(path)) return stripTypes(source, path)
    const fault = looksIllFormed(source) ? await this.#engineFault(path, source) : null
    if (fault !== null) throw fault
    return source
  }

  async #parse(path: string, code: string): Promise<ReturnType<typeof parse>> {
    try {
      return lexed(code, path)
    } catch (error) {
      // Only an error with a place in the text is a fault of the text.
      const { idx } = error as { idx?: unknown }
      if (typeof idx !== 'number') throw error
      const fault = await this.#engineFault(path, code)
      throw fault ?? new ProgramError(path, lineAt(code, idx), 'SyntaxError: cannot be parsed')
    }
  }

  async #engineFault(path: string, code: string): Promise<ProgramError | null> {
    return engineSyntaxError(await this.#write(path, code), path)
  }

  /** The URL that an import is rewritten to; null: the import stays. */
  #urlOf(target: Target): string | null {
    if (target.kind === 'file') return moduleUrl(this.#writtenFor(target.path)) + target.search
    return target.kind === 'anywhere' ? null : target.url
  }

  #findMissingExport(message: string): ProgramError | null {
    const [, url, name] =
      /^(?:SyntaxError: )?The requested module '(.*)' does not provide an export named '(.*)'$/.exec(
        message,
      ) ?? []
    if (url === undefined || name === undefined) return null
    for (const [written, path] of this.#sources) {
      if (extname(written) !== '.mjs') continue
      const code = readFileSync(written, 'utf8')
      const at = importOf(code, path, url, name)
      if (at === null) continue
      const module = this.#sourceOf(url)
      const from = [...this.#own].find(([, own]) => own === url)?.[0] ?? module ?? url
      const isType = isTypeIn(module ?? typesOf(url), name)
      const what = isType
        ? `${name} is a type: import { type ${name} }`
        : `'${from}' has no export ${name}`
      return new ProgramError(path, lineAt(code, at), `SyntaxError: ${what}`)
    }
    return null
  }

  /** The source of a prepared file. */
  #sourceOf(url: string): string | null {
    const path = pathIn(url)
    return path === null ? null : (this.#sources.get(path) ?? null)
  }

  async #findSyntaxError(): Promise<ProgramError | null> {
    for (const [written, path] of this.#sources) {
      const fault = extname(written) === '.mjs' ? await engineSyntaxError(written, path) : null
      if (fault !== null) return fault
    }
    return null
  }
}

/** White space and line ends of the language that the lexer does not know. */
const UNKNOWN_SPACE = /[\u1680\u2000-\u200a\u202f\u205f\u3000\ufeff]/g
const UNKNOWN_LINE_END = /[\u2028\u2029]/g

/**
 * What the lexer finds in a copy of the same length, in which all white space is known to it.
 * Throws as the lexer does.
 */
function lexed(code: string, path: string): ReturnType<typeof parse> {
  // Outside a string they end a line, and a comment; inside a string they are characters.
  for (const lineEnd of ['\n', ' ']) {
    const copy = code.replace(UNKNOWN_SPACE, ' ').replace(UNKNOWN_LINE_END, lineEnd)
    try {
      const [imports, ...rest] = parse(copy, path)
      return [imports.map(one => withSpecifierOf(one, code, copy)), ...rest]
    } catch {
      // Another copy may do. If no copy does, the error is one of the text itself.
    }
  }
  return parse(code, path)
}

/** Gives an import its specifier as the text has it: the name of a file may hold any character. */
function withSpecifierOf(found: Import, code: string, copy: string): Import {
  const [written, read] = [code.slice(found.start, found.end), copy.slice(found.start, found.end)]
  if (written === read || found.specifier === undefined) return found
  const [own, bare] =
    found.type === 'dynamic' ? [written.slice(1, -1), read.slice(1, -1)] : [written, read]
  return found.specifier === bare ? { ...found, specifier: own } : found
}

/** Where a text imports a name from a module, the name being the module's; null: it does not. */
function importOf(code: string, path: string, url: string, name: string): number | null {
  const [found] = lexed(code, path)
  for (const { type, specifier, importStart, importEnd, start } of found) {
    if (type !== 'static' || specifier !== url) continue
    const names = code.slice(importStart, Math.max(start, importStart))
    const at = new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`).exec(names)?.index
    if (at !== undefined && importEnd > 0) return importStart + at
    if (name === 'default' && /^import\s+[\w$]/.test(names)) return importStart
  }
  return null
}

/** The file with the types of a module of Sawtooth's own. */
function typesOf(url: string): string | null {
  const path = pathIn(url.replace(/\?.*$/, '').replace('run-program.js', 'program.js'))
  return path?.replace(/\.js$/, '.d.ts') ?? null
}

/** Whether a file exports a type of that name. */
function isTypeIn(file: string | null, name: string): boolean {
  if (file === null || !/\.m?ts$/.test(file) || !/^\w+$/.test(name) || !existsSync(file))
    return false
  const text = readFileSync(file, 'utf8')
  const isListed = [...text.matchAll(/^export (type )?\{([^}]*)\}/gm)].some(([, all, list = '']) =>
    list
      .split(',')
      .some(one => one.trim() === `type ${name}` || (all !== undefined && one.trim() === name)),
  )
  return (
    isListed || new RegExp(`^export (?:declare )?(?:interface|type) ${name}\\b`, 'm').test(text)
  )
}

/** null for a URL that is not of a file. */
function pathIn(url: string): string | null {
  return url.startsWith('file:') ? fileURLToPath(url) : null
}

async function readEntry(entry: string, kind: 'program' | 'pacer'): Promise<string> {
  if (!existsSync(entry)) throw new UsageError(`${kind} not found: ${entry}`)
  if (!(await stat(entry)).isFile()) throw new UsageError(`${kind} is not a file: ${entry}`)
  if (!sourceExtensions.includes(extname(entry))) {
    throw new UsageError(`${kind} must be a ${sourceExtensions.join(', ')} file: ${entry}`)
  }
  try {
    return await readText(entry)
  } catch (error) {
    throw new UsageError(`${kind} cannot be read: ${(error as Error).message}`)
  }
}

/**
 * A file's text without its byte order mark: the parsers would take the mark for a part of the
 * first word.
 */
async function readText(path: string): Promise<string> {
  return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
}

function isDefault(found: Export): boolean {
  return found.type !== 'reexport-all' && found.name === 'default'
}

/**
 * The place of a static import's specifier is inside its quotes; that of a dynamic one includes
 * them.
 */
function importEdit(found: Import, url: string): Edit {
  return { start: found.start, end: found.end, text: found.type === 'dynamic' ? `'${url}'` : url }
}

/**
 * `import.meta.url`, `.filename` and `.dirname` name the source: a program may keep its data beside
 * it.
 */
function metaEdit(found: Import, code: string, path: string): Edit[] {
  const property = /^\.(url|filename|dirname)\b/.exec(code.slice(found.end, found.end + 20))?.[1]
  if (property === undefined) return []
  const value =
    property === 'url' ? pathToFileURL(path).href : property === 'filename' ? path : dirname(path)
  return [{ start: found.start, end: found.end + 1 + property.length, text: JSON.stringify(value) }]
}

function applied(edits: readonly Edit[], code: string): string {
  const backwards = [...edits].sort((a, b) => b.start - a.start)
  return backwards.reduce(
    (text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end),
    code,
  )
}

function lineAt(code: string, position: number): number {
  return code.slice(0, position).split('\n').length
}
