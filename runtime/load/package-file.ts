import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** A file of this package as it stands there, such as an example. The same for the sources and the build. */
export function packageFile(path: string): string {
  return join(dirname(createRequire(import.meta.url).resolve('sawtooth/package.json')), path)
}
