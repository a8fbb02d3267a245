// The house: its rooms, and which may import which. `npm run house` draws it.
//
//   1. Arrows go down only: from a floor to one below it, and on one floor to a room below.
//   2. There is no circle: neither between files, nor between the rooms and files of one folder.
//   3. A closed room imports what its line below says, and nothing else.
//   4. The core imports no package, of Node's or of others.
//   5. Atomics are used in memory/sync.ts and memory/controlled/ only. Everybody else reaches them
//      through '#sync'.
//
// Types count as imports do: what a file must know to be read is its floor.
import { posix } from 'node:path'
import ts from 'typescript'
import type { SourceFile } from './files.ts'

/** The floors, lowest first. Tests may import all of them. */
export const floors = ['memory', 'heap', 'gc', 'scheduler', 'runtime', 'lab'] as const

/** What could run in a browser's workers. */
const core: readonly string[] = ['memory', 'heap', 'gc', 'scheduler']

/**
 * The rooms of a floor, lowest first. Rooms that are not listed may not import upwards either: rule
 * 2 finds it.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  memory: ['words', 'controlled'],
  gc: ['pacer', 'record', 'verify', 'mark', 'termination', 'work'],
  runtime: ['errors', 'output', 'report', 'options', 'program', 'load', 'isolation', 'host'],
}

/** Closed rooms: what a file in one may import besides its own room; folders end with a slash. */
const closed: Readonly<Record<string, readonly string[]>> = {
  'gc/pacer/': [],
  'gc/record/': ['memory/', 'heap/', 'gc/listener.ts'],
  'gc/verify/': ['memory/', 'heap/'],
}

/** Where package.json leads the names that the repository gives itself. */
const ownNames: Readonly<Record<string, string>> = {
  '#sync': 'memory/sync.ts',
  sawtooth: 'runtime/program/program.ts',
  'sawtooth/host': 'runtime/host/host.ts',
  'sawtooth/pacer': 'gc/pacer/pacer.ts',
}

/** And any module, for the lab, which is a package of its own. */
const INTERNAL = 'sawtooth/internal/'

interface Arrow {
  readonly from: string
  readonly specifier: string
  /** Undefined for a package. */
  readonly to: string | undefined
}

const isSync = (path: string): boolean =>
  path === 'memory/sync.ts' || path.startsWith('memory/controlled/')
const floorOf = (path: string): string => path.split('/', 1)[0] ?? ''
const closedRoomOf = (path: string): string | undefined =>
  Object.keys(closed).find(room => path.startsWith(room))

/** One line for each breach of rules 1, 3, 4 and 5, in the order of the files. */
export function importViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap(file => {
    const faults = arrowsOf(file).flatMap(arrow => {
      const fault = faultOf(arrow)
      return fault === undefined ? [] : [`${file.path}: '${arrow.specifier}': ${fault}`]
    })
    if (!isSync(file.path) && usesAtomics(file))
      faults.push(`${file.path}: Atomics outside the sync modules`)
    return faults
  })
}

function faultOf({ from, specifier, to }: Arrow): string | undefined {
  const room = closedRoomOf(from)
  if (room !== undefined) {
    const mayImport = [room, ...(closed[room] ?? [])]
    if (to === undefined || !mayImport.some(allowed => to.startsWith(allowed)))
      return `${room} is closed: it imports ${closed[room]?.join(' and ') || 'nothing'}`
  }
  if (to === undefined)
    return core.includes(floorOf(from)) ? 'the core imports no package' : undefined
  if (specifier.startsWith('.') && to === 'memory/sync.ts' && !isSync(from))
    return "import it as '#sync'"
  const floor = (floors as readonly string[]).indexOf(floorOf(to))
  if (floor < 0) return 'leads out of the house'
  const own = (floors as readonly string[]).indexOf(floorOf(from))
  return floor > own || (floor === own && rankOf(to) > rankOf(from))
    ? 'imports go down only'
    : undefined
}

/**
 * The height of a file's room on its floor. A file on the floor itself may import all rooms, and
 * all rooms may import it.
 */
function rankOf(path: string): number {
  const [floor = '', room = '', ...rest] = path.split('/')
  return rest.length === 0 ? Number.NaN : (rooms[floor] ?? []).indexOf(room)
}

/** Each circle once, as `a → b → a`: between files, and between the children of each folder. */
export function circles(files: readonly SourceFile[]): string[] {
  const arrows = files.flatMap(arrowsOf).filter(({ to }) => to !== undefined) as (Arrow & {
    to: string
  })[]
  const folders = new Set(files.flatMap(({ path }) => foldersOf(path)))
  const found = circlesIn(arrows.map(({ from, to }) => [from, to]))
  for (const folder of folders) {
    const inside = arrows.filter(({ from, to }) => from.startsWith(folder) && to.startsWith(folder))
    found.push(
      ...circlesIn(inside.map(({ from, to }) => [childOf(folder, from), childOf(folder, to)])),
    )
  }
  return [...new Set(found)]
}

function foldersOf(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, index) =>
    parts
      .slice(0, index)
      .map(part => `${part}/`)
      .join(''),
  )
}

/** The file or folder, directly in `folder`, that a path leads to or through. */
function childOf(folder: string, path: string): string {
  return folder + (path.slice(folder.length).split('/', 1)[0] ?? '')
}

/** Circles of a graph: one through each arrow that closes one on a walk from the first node on. */
function circlesIn(arrows: readonly (readonly [from: string, to: string])[]): string[] {
  const next = new Map<string, Set<string>>()
  for (const [from, to] of arrows)
    if (from !== to) next.set(from, (next.get(from) ?? new Set()).add(to))
  const found: string[] = []
  const done = new Set<string>()
  const walk = (node: string, path: readonly string[]): void => {
    const seen = path.indexOf(node)
    if (seen >= 0) found.push([...path.slice(seen), node].join(' → '))
    if (seen >= 0 || done.has(node)) return
    for (const to of next.get(node) ?? []) walk(to, [...path, node])
    done.add(node)
  }
  for (const node of next.keys()) walk(node, [])
  return found
}

/**
 * The rooms with what each imports and how often, floor by floor from the roof down:
 * `gc/work → gc/mark 3, heap 2`.
 */
export function drawing(files: readonly SourceFile[]): string {
  const imports = new Map<string, Map<string, number>>()
  const sizes = new Map<string, number>()
  for (const file of files) {
    const room = posix.dirname(file.path)
    sizes.set(room, (sizes.get(room) ?? 0) + 1)
    const counts = imports.get(room) ?? imports.set(room, new Map()).get(room)
    for (const { to } of arrowsOf(file)) {
      const other = to === undefined ? room : posix.dirname(to)
      if (other !== room) counts?.set(other, (counts.get(other) ?? 0) + 1)
    }
  }
  const height = (room: string): number =>
    (floors as readonly string[]).indexOf(floorOf(room)) * 100 +
    (room.includes('/') ? (rooms[floorOf(room)] ?? []).indexOf(room.split('/')[1] ?? '') : 99)
  const order = [...imports.keys()].sort((a, b) => height(b) - height(a) || a.localeCompare(b))
  const width = Math.max(...order.map(room => room.length))
  return order
    .map(room => {
      const others = [...(imports.get(room) ?? [])].sort(
        ([a], [b]) => height(b) - height(a) || a.localeCompare(b),
      )
      const listed = others.map(([other, count]) => `${other} ${count}`).join(', ')
      return `${room.padEnd(width)}  ${String(sizes.get(room)).padStart(3)} files${listed === '' ? '' : ` → ${listed}`}\n`
    })
    .join('')
}

/**
 * All imports: static, dynamic, type-only and re-exporting ones, and modules named by
 * `new URL('./x.js', import.meta.url)`.
 */
function arrowsOf(file: SourceFile): Arrow[] {
  const imported = ts
    .preProcessFile(file.text, true, true)
    .importedFiles.map(found => found.fileName)
  const located = [
    ...file.text.matchAll(/new URL\(\s*['"`](\.{1,2}\/[^'"`]+\.[cm]?[jt]s)['"`]/g),
  ].map(match => match[1] ?? '')
  return [...imported, ...located].map(specifier => ({
    from: file.path,
    specifier,
    to: targetOf(specifier, file.path),
  }))
}

function targetOf(specifier: string, from: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier)
  if (specifier.startsWith(INTERNAL)) return `${specifier.slice(INTERNAL.length)}.ts`
  return ownNames[specifier]
}

/** True if the code, and not only a comment or a string, names Atomics as a value. */
function usesAtomics(file: SourceFile): boolean {
  if (!file.text.includes('Atomics')) return false
  const visit = (node: ts.Node): boolean =>
    (ts.isIdentifier(node) && node.text === 'Atomics') || (ts.forEachChild(node, visit) ?? false)
  return visit(ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2023))
}
