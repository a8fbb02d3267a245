// TypeScript to JavaScript by erasure: every line keeps its number, and nothing is checked. Node's
// own stripping is used where it is stable, and sucrase elsewhere. Sucrase is made to refuse what
// Node refuses: syntax that would need code (enum, namespace, parameter property, import =) is an
// error, and an import that is used only as a type but is not marked so stays.
import * as module from 'node:module'
import { getFormattedTokens, type Transform, transform } from 'sucrase'
import { ProgramError } from './program-error.ts'

type Strip = (code: string, options?: { mode?: 'strip' }) => string

/** Node's own stripping: missing before 22.13, and not to be relied on before 22.18. */
const nodeStrip: Strip | undefined = stableSince(process.versions.node, 22, 18)
  ? (module as { stripTypeScriptTypes?: Strip }).stripTypeScriptTypes
  : undefined

/**
 * The JavaScript of a TypeScript source, line for line.
 *
 * @param file - the source's path, for messages
 * @throws ProgramError for a syntax error, or syntax that cannot be erased
 */
export function stripTypes(source: string, file: string): string {
  return (nodeStrip && stripWithNode(nodeStrip, source, file)) ?? stripWithSucrase(source, file)
}

/**
 * Whether JavaScript looks ill-formed. Treat it as a hint: sucrase does not know the newest syntax,
 * and does not look for names declared twice.
 */
export function looksIllFormed(source: string): boolean {
  try {
    sucrase(source, '', [])
    return false
  } catch {
    return true
  }
}

/** Exported for its test, which runs on every version of Node. */
export function stripWithSucrase(source: string, file: string): string {
  const code = sucrase(source, file, ['typescript'])
  refuseUnerasable(source, file)
  return code
}

function sucrase(source: string, file: string, transforms: Transform[]): string {
  try {
    return transform(source, { transforms, disableESTransforms: true, keepUnusedImports: true })
      .code
  } catch (error) {
    const { message, loc } = error as Error & { loc?: { line: number } }
    const what = message.replace(/ \(\d+:\d+\)$/, '')
    throw new ProgramError(file, loc?.line ?? null, `SyntaxError: ${what}`)
  }
}

/**
 * null if it fails for a reason other than the source: it is WebAssembly, which cannot run
 * everywhere.
 */
function stripWithNode(strip: Strip, source: string, file: string): string | null {
  const { emitWarning } = process
  process.emitWarning = () => {} // it calls itself experimental, once
  try {
    return strip(source, { mode: 'strip' })
  } catch (error) {
    const { message, stack = '', code = '' } = error as NodeJS.ErrnoException
    if (!code.endsWith('_TYPESCRIPT_SYNTAX')) return null
    const line = /^[^\n]*:(\d+)\n/.exec(stack)?.[1]
    throw new ProgramError(
      file,
      line === undefined ? null : Number(line),
      `SyntaxError: ${message}`,
    )
  } finally {
    process.emitWarning = emitWarning
  }
}

interface Token {
  readonly line: number
  readonly kind: string
  readonly text: string
  readonly isType: boolean
}

const unerasable =
  /\b(?:enum|namespace|module|public|private|protected|readonly|override)\b|\b(?:import\s+\w+|export)\s*=/

const modifiers: readonly string[] = ['public', 'private', 'protected', 'readonly', 'override']

/**
 * Sucrase translates these or, worse, drops a namespace silently. Few files match the first
 * pattern.
 */
function refuseUnerasable(source: string, file: string): void {
  if (!unerasable.test(source)) return
  const tokens = tokensOf(source)
  tokens.forEach((token, at) => {
    const what = unerasableAt(token, tokens[at - 1], tokens[at + 1], tokens[at + 2])
    if (what === null) return
    throw new ProgramError(
      file,
      token.line,
      `SyntaxError: ${what} cannot be erased; only erasable TypeScript runs`,
    )
  })
}

function unerasableAt(token: Token, before?: Token, after?: Token, second?: Token): string | null {
  if (token.kind === 'enum' && !token.isType) return 'a TypeScript enum'
  if (
    modifiers.includes(token.kind) &&
    !token.isType &&
    (before?.kind === '(' || before?.kind === ',')
  ) {
    return 'a TypeScript parameter property'
  }
  if (token.kind === 'import' && after?.kind === 'name' && second?.kind === '=')
    return 'a TypeScript import ='
  if (token.kind === 'export' && after?.kind === '=') return 'a TypeScript export ='
  const opensNamespace =
    token.kind === 'name' && (token.text === 'namespace' || token.text === 'module')
  const isBlock = after?.kind === 'name' && (second?.kind === '{' || second?.kind === '.')
  if (opensNamespace && isBlock && token.isType && before?.kind !== 'declare')
    return 'a TypeScript namespace'
  return null
}

/**
 * Sucrase's tokens. The one public way to them is a table as text: `6:23-6:30 private private 28 1
 * isType …`.
 */
function tokensOf(source: string): Token[] {
  const table = getFormattedTokens(source, {
    transforms: ['typescript'],
    disableESTransforms: true,
  })
  return table.split('\n').flatMap(row => {
    const [, line, kind = '', text = ''] = /^(\d+):\S+ +(\S+) +(\S*)/.exec(row) ?? []
    return line === undefined
      ? []
      : [{ line: Number(line), kind, text, isType: / isType /.test(row) }]
  })
}

function stableSince(version: string, major: number, minor: number): boolean {
  const [actualMajor = 0, actualMinor = 0] = version.split('.').map(Number)
  return actualMajor > major || (actualMajor === major && actualMinor >= minor)
}
