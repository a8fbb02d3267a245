/**
 * Scratch trees: a copy of the package (sources, tests, built files) with one mutant put in. Only
 * the patched sources are compiled again, each as tsc would compile it. The suite's commands run in
 * the tree as they do in the repository.
 */
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from '../../runtime/output/temporary-folder.ts'
import type { Edit, Mutant } from './catalogue.ts'

/** What a tree copies of the repository. It has a link to the repository's packages. */
const PARTS = [
  'bin',
  'dist',
  'examples',
  'gc',
  'heap',
  'lab',
  'memory',
  'runtime',
  'scheduler',
  'test',
  'package.json',
  'tsconfig.json',
  'tsconfig.test.json',
  'vitest.config.ts',
]

/** A tree on disk; disposing of it deletes it. */
export interface Tree extends Disposable {
  readonly directory: string
}

/**
 * Makes a tree of a built repository. With `mutant` null the tree is as the repository is. Throws
 * an Error if the mutant does not apply.
 */
export function buildTree(repository: string, mutant: Mutant | null): Tree {
  const directory = makeTemporaryFolder()
  const tree = { directory, [Symbol.dispose]: () => removeTemporaryFolder(directory) }
  try {
    for (const part of PARTS) {
      const from = join(repository, part)
      if (existsSync(from))
        cpSync(from, join(directory, part), { recursive: true, filter: isNeeded })
    }
    symlinkSync(join(repository, 'node_modules'), join(directory, 'node_modules'))
    for (const [file, text] of patched(mutant?.edits ?? [], path =>
      readFileSync(join(directory, path), 'utf8'),
    )) {
      writeFileSync(join(directory, file), text)
      writeFileSync(join(directory, 'dist', file.replace(/\.ts$/, '.js')), transpile(file, text))
    }
    return tree
  } catch (error) {
    tree[Symbol.dispose]()
    throw error
  }
}

function isNeeded(path: string): boolean {
  return !/\.(map|d\.ts)$/.test(path)
}

/**
 * The new text of every file that the edits touch. Throws an Error for an edit that does not apply:
 * the text that it replaces must occur exactly once.
 */
export function patched(
  edits: readonly Edit[],
  read: (file: string) => string,
): Map<string, string> {
  const texts = new Map<string, string>()
  for (const { file, from, to } of edits) {
    const text = texts.get(file) ?? read(file)
    const occurs = text.split(from).length - 1
    if (occurs !== 1)
      throw new Error(`${file} must contain this once, and does ${occurs} times: ${from}`)
    // A function, since `$` has a meaning in a replacement string.
    texts.set(
      file,
      text.replace(from, () => to),
    )
  }
  return texts
}

/**
 * A source as JavaScript, by those settings of tsconfig.json that change what is emitted. Throws a
 * SyntaxError if the source does not parse.
 */
export function transpile(file: string, text: string): string {
  const { outputText, diagnostics } = ts.transpileModule(text, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      useDefineForClassFields: false,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  })
  const [fault] = diagnostics ?? []
  if (fault !== undefined)
    throw new SyntaxError(`${file}: ${ts.flattenDiagnosticMessageText(fault.messageText, ' ')}`)
  return outputText
}
