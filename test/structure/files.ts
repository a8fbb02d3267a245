import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** A file of the repository: its path from the root, with forward slashes, and what it says. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every file that is tracked, or would be after `git add .`. */
export function repositoryFiles(): SourceFile[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  return listed
    .split('\0')
    .filter(path => path !== '' && existsSync(join(root, path)))
    .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/** The TypeScript files in the given top-level folders. */
export function typeScriptIn(
  files: readonly SourceFile[],
  folders: readonly string[],
): SourceFile[] {
  return files.filter(
    file => file.path.endsWith('.ts') && folders.includes(file.path.split('/', 1)[0] ?? ''),
  )
}

/** Begin and end of each comment of a source, in their order. */
export function commentRanges({ path, text }: SourceFile): [begin: number, end: number][] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
  const ranges = new Map<number, number>()
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(source)
    for (const child of children) visit(child)
    if (children.length > 0) return
    for (const found of ts.getLeadingCommentRanges(text, node.pos) ?? [])
      ranges.set(found.pos, found.end)
    for (const found of ts.getTrailingCommentRanges(text, node.end) ?? [])
      ranges.set(found.pos, found.end)
  }
  visit(source)
  return [...ranges].sort(([a], [b]) => a - b)
}
