/** Makes copies of Go in which a variant's lines stand. What is installed is only read. */
import { realpathSync } from 'node:fs'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { labFile } from '../../package-files.ts'
import { FailedRun } from '../../run.ts'
import { type Goroot, patched } from './goroot.ts'
import type { Variant } from './variants.ts'

/** What `go` gets to build from a copy. */
export interface CopyEnvironment extends NodeJS.ProcessEnv {
  /** The copy. */
  readonly GOROOT: string
}

/** `runtime`: the tests of package runtime, and the programs that they build. */
export type CopiedTests = 'none' | 'runtime'

/**
 * Makes a folder of Go in which the variant's lines stand, with all that a build needs: sources,
 * headers for the assembler, and links to the commands and tools, which are not changed. Returns
 * the environment with which `go` builds from it. Throws a FailedRun if the disk is full.
 */
export async function copyGo(
  goroot: Goroot,
  variant: Variant,
  parent: string,
  signal: AbortSignal,
  tests: CopiedTests = 'none',
): Promise<CopyEnvironment> {
  const tree = join(parent, variant.name)
  // A link may stand for a whole folder, as Debian's do for src and for pkg/include.
  const from = (path: string): string => realpathSync(join(goroot.directory, path))
  const commands = join(from('src'), 'cmd')
  const own = join(from('src'), 'runtime/')
  const isNeeded = (path: string): boolean => {
    signal.throwIfAborted()
    if (path === commands) return false
    if (tests === 'runtime' && path.startsWith(own)) return true
    return !path.endsWith('_test.go') && basename(path) !== 'testdata'
  }
  try {
    for (const folder of ['src', 'pkg/include'])
      await cp(from(folder), join(tree, folder), {
        recursive: true,
        dereference: true,
        filter: isNeeded,
      })
    for (const folder of ['bin', 'pkg/tool']) await symlink(from(folder), join(tree, folder))
    await cp(from('VERSION'), join(tree, 'VERSION'))
    const runtime = join(tree, 'src/runtime')
    for (const [file, text] of patched(goroot, variant)) await writeFile(join(runtime, file), text)
    for (const file of variant.files)
      await cp(
        labFile(`overrun/go-variants/${file}`),
        join(runtime, `sawtooth_${file.replaceAll('-', '_')}`),
      )
    const folders = {
      GOTMPDIR: join(tree, 'tmp'),
      GOCACHE: join(tree, 'cache'),
      GOPATH: join(tree, 'path'),
    }
    await mkdir(folders.GOTMPDIR)
    return { ...folders, GOROOT: tree, ...PLAIN }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    throw new FailedRun(`there is no room in ${parent} for a copy of ${goroot.directory}: TMPDIR`)
  }
}

/** What a user has set for builds is not for these. */
const PLAIN = {
  GO111MODULE: 'off',
  GOFLAGS: '',
  GOENV: 'off',
  GOEXPERIMENT: '',
  GOTOOLCHAIN: 'local',
  CGO_ENABLED: '0',
} as const
