// The rule of width: no line of a comment ends beyond column 100.
//
// The formatter breaks code at column 100 and leaves comments alone. A comment that stands behind
// code counts where it ends.
import { commentRanges, type SourceFile } from './files.ts'

export const MOST_COLUMNS = 100

/** What cannot be broken: an address of the web that is a line of its own. */
const UNBREAKABLE = /^\W*https?:\/\/\S+$/

/** One line for each line of a comment that is too wide. */
export function wideComments({ path, text }: SourceFile): string[] {
  const starts = lineStarts(text)
  return commentRanges({ path, text }).flatMap(([begin, end]) => {
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
