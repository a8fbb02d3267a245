// The rule of width for pages: no line of prose is wider than 100 columns, and no row of a table is
// wider than 140.
//
//   1. Blocks of code are left out: they are commands, programs and what these print.
//   2. A line that holds one word, or one link or picture, cannot be broken, and is left out.
//   3. A row of a table cannot be broken either, but it has a bound: a row beyond it holds
//      sentences, and these belong in a list. 140 columns are three phrases of 40 columns with
//      their borders. A wider row is scrolled in a browser and wrapped in an editor.
import type { SourceFile } from './files.ts'

export const MOST_PROSE_COLUMNS = 100
export const MOST_TABLE_COLUMNS = 140

/** Pages that the rule does not hold for, each with the reason. */
export const PAGES_LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ['docs/mutants.md', 'test/mutants/table.ts writes it'],
])

/**
 * A list's mark or a quote's, then one word, or one link or picture, and what stands close to it.
 */
const UNBREAKABLE = /^[\s>]*(?:[-*] |\d+\. )?(?:\S+|\S*!?\[[^\]]*\]\([^)\s]*\)\S*)$/

/** One line for each line of a page that is too wide. */
export function wideLines({ path, text }: SourceFile): string[] {
  let fence = ''
  return text.split('\n').flatMap((line, index) => {
    const mark = /^[\s>]*(?:[-*] |\d+\. )?(`{3,}|~{3,})/.exec(line)?.[1] ?? ''
    if (fence !== '') {
      if (mark.startsWith(fence)) fence = ''
      return []
    }
    if (mark !== '') {
      fence = mark
      return []
    }
    const isRow = /^\s*\|/.test(line)
    const most = isRow ? MOST_TABLE_COLUMNS : MOST_PROSE_COLUMNS
    if (line.length <= most || (!isRow && UNBREAKABLE.test(line))) return []
    const what = isRow ? 'a row' : 'prose'
    return [`${path}:${index + 1}: ${what} of ${line.length} columns, at most ${most}`]
  })
}
