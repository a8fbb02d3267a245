import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

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
