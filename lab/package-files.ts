// Finds files of the two packages: programs that the runtime prepares for each run, sources for
// another compiler, and what goes into a page. The lab is found by its package name, so the sources
// and both builds agree on where its files are.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { packageFile } from 'sawtooth/internal/runtime/load/package-file'

const LAB = dirname(createRequire(import.meta.url).resolve('sawtooth-lab/package.json'))

export function labFile(path: string): string {
  return join(LAB, path)
}

/** One of the programs that come with the runtime. */
export function exampleFile(name: string): string {
  return packageFile(join('examples', name))
}
