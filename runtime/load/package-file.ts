import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The built modules 'sawtooth' and 'sawtooth/pacer'. */
export const PROGRAM_URL = new URL('../program/program.js', import.meta.url).href
export const PACER_URL = new URL('../../gc/pacer/pacer.js', import.meta.url).href

/**
 * A file of this package, such as an example, in its place. It is the same for the sources and the
 * build.
 */
export function packageFile(path: string): string {
  return join(dirname(createRequire(import.meta.url).resolve('sawtooth/package.json')), path)
}
