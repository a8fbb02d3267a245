// Files as they stand in the two packages: programs, which the runtime prepares for each run, what another compiler
// reads, and what goes into a page. Found by the packages' names, so that the sources and the build agree on where.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const inPackage = (name: string, path: string): string => join(dirname(require.resolve(`${name}/package.json`)), path)

export const labFile = (path: string): string => inPackage('sawtooth-lab', path)

/** One of the programs that come with the runtime. */
export const exampleFile = (name: string): string => inPackage('sawtooth', join('examples', name))
