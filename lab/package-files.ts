// Files as they stand in the two packages: programs, which the runtime prepares for each run, what another compiler
// reads, and what goes into a page. The lab's are found by its name, so that the sources and both builds agree on where.
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
