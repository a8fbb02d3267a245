// The import rule:
//   1. Arrows go down only: trust → lab → runtime → scheduler → gc → measure → verify → heap.
//   2. gc/pacer imports nothing outside gc/pacer.
//   3. heap, verify, measure, gc and scheduler import no package, of Node's or of others.
//   4. Atomics are used in heap/sync.ts and trust/controlled/ alone, and everybody else reaches them through '#sync'.
import { posix } from 'node:path'
import ts from 'typescript'
import type { SourceFile } from './files.ts'

/** The floors of the house, lowest first. */
export const floors = ['heap', 'verify', 'measure', 'gc', 'scheduler', 'runtime', 'lab', 'trust'] as const

const pureFloors: readonly string[] = ['heap', 'verify', 'measure', 'gc', 'scheduler']

/** Where package.json leads the names that the repository gives itself. */
const ownNames: Readonly<Record<string, string>> = {
  '#sync': 'heap/sync.ts',
  sawtooth: 'runtime/program.ts',
  'sawtooth/host': 'runtime/host.ts',
  'sawtooth/pacer': 'gc/pacer/pacer.ts',
}

const isSync = (path: string): boolean => path === 'heap/sync.ts' || path.startsWith('trust/controlled/')
const isPacer = (path: string): boolean => path.startsWith('gc/pacer/')
const floorOf = (path: string): number => floors.findIndex(floor => path.startsWith(`${floor}/`))

/** One line for each breach of the import rule, in the order of the files; none if all is well. */
export function importViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap(file => {
    const faults = specifiersIn(file).flatMap(specifier => {
      const fault = faultOf(file.path, specifier)
      return fault === undefined ? [] : [`${file.path}: '${specifier}': ${fault}`]
    })
    if (!isSync(file.path) && usesAtomics(file)) faults.push(`${file.path}: Atomics outside the sync modules`)
    return faults
  })
}

function faultOf(from: string, specifier: string): string | undefined {
  const relative = specifier.startsWith('.')
  const to = relative ? posix.join(posix.dirname(from), specifier) : ownNames[specifier]
  if (to === undefined) {
    if (isPacer(from)) return 'gc/pacer imports nothing outside gc/pacer'
    return pureFloors.includes(from.split('/', 1)[0] ?? '')
      ? 'heap, verify, measure, gc and scheduler import no package'
      : undefined
  }
  if (isPacer(from) && !isPacer(to)) return 'gc/pacer imports nothing outside gc/pacer'
  if (relative && to === 'heap/sync.ts' && !isSync(from)) return "import it as '#sync'"
  const floor = floorOf(to)
  if (floor < 0) return 'leads out of the house'
  return floor > floorOf(from) ? 'imports go down only' : undefined
}

/** Static, dynamic, type-only and re-exporting imports, and modules named by `new URL('./x.js', import.meta.url)`. */
function specifiersIn(file: SourceFile): string[] {
  const imported = ts.preProcessFile(file.text, true, true).importedFiles.map(found => found.fileName)
  const located = [...file.text.matchAll(/new URL\(\s*['"`](\.{1,2}\/[^'"`]+\.[cm]?[jt]s)['"`]/g)].map(
    match => match[1] ?? '',
  )
  return [...imported, ...located]
}

/** Whether the code, and not just a comment or a string, names Atomics as a value. */
function usesAtomics(file: SourceFile): boolean {
  if (!file.text.includes('Atomics')) return false
  const visit = (node: ts.Node): boolean =>
    (ts.isIdentifier(node) && node.text === 'Atomics') || (ts.forEachChild(node, visit) ?? false)
  return visit(ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2023))
}
