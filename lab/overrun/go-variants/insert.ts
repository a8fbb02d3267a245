/**
 * Puts lines into a Go source at a place that is found by function and shape. Nothing of Go's text
 * is kept here: a place is the name of a function, and a pattern for one of its lines.
 */

export interface Insertion {
  /** A file of src/runtime. */
  readonly file: string
  /** A function at the top level of the file, without a receiver. */
  readonly inFunction: string
  readonly at: Place
  /** What is put in. Its first line gets the indentation of the place. */
  readonly lines: readonly string[]
}

/**
 * Where in the function. `start`: before its first statement. `before` and `behind`: beside the
 * only line of that shape. `atStartOf` and `atEndOf`: in the only block whose first line is of that
 * shape. A shape matches a whole line without its indentation.
 */
export type Place =
  | 'start'
  | { readonly before: RegExp }
  | { readonly behind: RegExp }
  | { readonly atStartOf: RegExp }
  | { readonly atEndOf: RegExp }

/** A source has not the place that an insertion needs. */
export class PlaceNotFound extends Error {
  override readonly name = 'PlaceNotFound'
}

/** Lines that are left out of a source. */
export interface Omission {
  readonly file: string
  /** A function at the top level of the file, without a receiver. */
  readonly inFunction: string
  /**
   * `block`: the only block whose first line is of that shape. `behind`: the line behind the only
   * one of that shape, such as a comment that says why it is there.
   */
  readonly at: { readonly block: RegExp } | { readonly behind: RegExp }
}

/** The source with the lines in their place. Throws PlaceNotFound, which says what is missing. */
export function insert(source: string, insertion: Insertion): string {
  const lines = source.split('\n')
  const { index, depth } = placeOf(lines, insertion)
  const own = insertion.lines.map(line => '\t'.repeat(depth) + line)
  return lines.toSpliced(index, 0, ...own).join('\n')
}

/** The source without those lines. Throws PlaceNotFound, which says what is missing. */
export function leaveOut(source: string, { file, inFunction, at }: Omission): string {
  const lines = source.split('\n')
  const body = bodyOf(lines, file, inFunction)
  const isBlock = 'block' in at
  const first = onlyLine(lines, body, isBlock ? at.block : at.behind)
  if (!isBlock) return lines.toSpliced(first + 1, 1).join('\n')
  return lines.toSpliced(first, endOfBlock(lines, first) - first + 1).join('\n')
}

/** The line before which the new ones go, and how deep they are indented. */
function placeOf(
  lines: readonly string[],
  { file, inFunction, at }: Insertion,
): { readonly index: number; readonly depth: number } {
  const body = bodyOf(lines, file, inFunction)
  if (at === 'start') return { index: body.start + 1, depth: 1 }
  const [shape] = Object.values(at) as [RegExp]
  const found = onlyLine(lines, body, shape)
  const depth = depthOf(lines, found)
  if ('before' in at) return { index: found, depth }
  if ('behind' in at) return { index: found + 1, depth }
  if ('atStartOf' in at) return { index: found + 1, depth: depth + 1 }
  return { index: endOfBlock(lines, found), depth: depth + 1 }
}

/** Lines of a function: the first is its head, and `end` is its closing brace. */
interface Body {
  readonly name: string
  readonly start: number
  readonly end: number
}

function bodyOf(lines: readonly string[], file: string, inFunction: string): Body {
  const start = lines.findIndex(line => line.startsWith(`func ${inFunction}(`))
  const end = lines.indexOf('}', start)
  if (start < 0 || end < 0) throw new PlaceNotFound(`${file} has no function ${inFunction}`)
  return { name: `${inFunction} in ${file}`, start, end }
}

function onlyLine(lines: readonly string[], { name, start, end }: Body, shape: RegExp): number {
  const [found, ...more] = lines
    .slice(start, end)
    .flatMap((line, index) => (shape.test(line.trim()) ? [start + index] : []))
  if (found !== undefined && more.length === 0) return found
  throw new PlaceNotFound(
    `${name} has ${found === undefined ? 'no line' : `${more.length + 1} lines`} of the shape ${shape.source}`,
  )
}

function depthOf(lines: readonly string[], index: number): number {
  return /^\t*/.exec(lines[index] ?? '')?.[0].length ?? 0
}

function endOfBlock(lines: readonly string[], first: number): number {
  return lines.indexOf(`${'\t'.repeat(depthOf(lines, first))}}`, first)
}
