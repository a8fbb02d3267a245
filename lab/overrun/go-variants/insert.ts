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

/** The source with the lines in their place. Throws PlaceNotFound, which says what is missing. */
export function insert(source: string, insertion: Insertion): string {
  const lines = source.split('\n')
  const { index, depth } = placeOf(lines, insertion)
  const own = insertion.lines.map(line => '\t'.repeat(depth) + line)
  return lines.toSpliced(index, 0, ...own).join('\n')
}

/** The line before which the new ones go, and how deep they are indented. */
function placeOf(
  lines: readonly string[],
  { file, inFunction, at }: Insertion,
): { readonly index: number; readonly depth: number } {
  const start = lines.findIndex(line => line.startsWith(`func ${inFunction}(`))
  const end = lines.indexOf('}', start)
  if (start < 0 || end < 0) throw new PlaceNotFound(`${file} has no function ${inFunction}`)
  if (at === 'start') return { index: start + 1, depth: 1 }
  const [shape] = Object.values(at) as [RegExp]
  const [found, ...more] = lines
    .slice(start, end)
    .flatMap((line, index) => (shape.test(line.trim()) ? [start + index] : []))
  if (found === undefined || more.length > 0)
    throw new PlaceNotFound(
      `${inFunction} in ${file} has ${more.length === 0 ? 'no line' : `${more.length + 1} lines`} of the shape ${shape.source}`,
    )
  const depth = /^\t*/.exec(lines[found] ?? '')?.[0].length ?? 0
  if ('before' in at) return { index: found, depth }
  if ('behind' in at) return { index: found + 1, depth }
  if ('atStartOf' in at) return { index: found + 1, depth: depth + 1 }
  return { index: lines.indexOf(`${'\t'.repeat(depth)}}`, found), depth: depth + 1 }
}
