/** Pacers for an experiment: a built-in pacer, of which one hook does something more. */
import { join } from 'node:path'
import { entries } from 'sawtooth/internal/gc/pacer/registry'
import { writeScratch } from 'sawtooth/internal/runtime/output/output-file'

/** True if the spec names a built-in pacer, and not a file. */
export function isBuiltIn(spec: string): boolean {
  return Object.hasOwn(entries, spec.split(':', 1)[0] ?? '')
}

/**
 * Writes a pacer's file into `folder`, and returns its path.
 *
 * @param hook - a method in TypeScript that takes the place of the pacer's own, and may call
 * `pacer`
 * @param imports - what it needs of Node
 */
export function derivedPacer(folder: string, spec: string, hook: string, imports = ''): string {
  const file = join(folder, 'derived-pacer.ts')
  const registry = import.meta.resolve('sawtooth/internal/gc/pacer/registry')
  writeScratch(
    file,
    `${imports}
import { pacerNamed } from ${JSON.stringify(registry)}
const pacer = pacerNamed(${JSON.stringify(spec)})
export default { ...pacer, ${hook} }
`,
  )
  return file
}
