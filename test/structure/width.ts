// The rule of width: no line of a comment ends beyond column 100.
//
// The formatter breaks code at column 100 and leaves comments alone. A comment that stands behind
// code counts where it ends.
import ts from 'typescript'
import type { SourceFile } from './files.ts'

export const MOST_COLUMNS = 100

/** What cannot be broken: an address of the web that is a line of its own. */
const UNBREAKABLE = /^\W*https?:\/\/\S+$/

/** One line for each line of a comment that is too wide. */
export function wideComments({ path, text }: SourceFile): string[] {
  const starts = lineStarts(text)
  return commentRanges(path, text).flatMap(([begin, end]) => {
    const first = starts.findLastIndex(start => start <= begin)
    return text
      .slice(starts[first], end)
      .split('\n')
      .flatMap((line, index) => {
        if (line.length <= MOST_COLUMNS || UNBREAKABLE.test(line)) return []
        return [
          `${path}:${first + index + 1}: a comment of ${line.length} columns, at most ${MOST_COLUMNS}`,
        ]
      })
  })
}

function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
}

/** Begin and end of each comment, in their order. */
function commentRanges(path: string, text: string): [number, number][] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
  const ranges = new Map<number, number>()
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(source)
    for (const child of children) visit(child)
    if (children.length > 0) return
    for (const found of ts.getLeadingCommentRanges(text, node.pos) ?? [])
      ranges.set(found.pos, found.end)
    for (const found of ts.getTrailingCommentRanges(text, node.end) ?? [])
      ranges.set(found.pos, found.end)
  }
  visit(source)
  return [...ranges].sort(([a], [b]) => a - b)
}
