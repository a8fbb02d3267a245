// The diagram rule: what stands both in a comment of a source and in a page is the same in both.
//
//   1. A block of code of a page that stands below `<!-- from PATH -->` stands line for line in a
//      comment of that file. The comment may be indented further.
//   2. A block without that mark does not repeat a comment of a source: no two of its lines, nor
//      its only line, are lines of one source's comments. Blanks do not count, nor do lines of
//      fewer than 12 letters, which may be equal by chance.
import type { SourceFile } from './files.ts'

const FEWEST_LETTERS = 12

/** One line for each block that breaks the rule. */
export function brokenDiagrams(
  pages: readonly SourceFile[],
  sources: readonly SourceFile[],
): string[] {
  const comments = new Map(sources.map(({ path, text }) => [path, commentLines(text)]))
  return pages.flatMap(page =>
    blocksOf(page.text).flatMap(({ line, lines, from }) => {
      const place = `${page.path}:${line}`
      if (from === undefined) {
        const repeated = [...comments].find(([, comment]) => repeats(lines, comment))
        return repeated === undefined ? [] : [`${place}: is in ${repeated[0]} too, and not marked`]
      }
      const comment = comments.get(from)
      if (comment === undefined) return [`${place}: ${from} is no source`]
      return standsIn(lines, comment) ? [] : [`${place}: is not in ${from}, line for line`]
    }),
  )
}

interface Block {
  readonly line: number
  readonly lines: readonly string[]
  /** The file that the mark above it names. */
  readonly from: string | undefined
}

function blocksOf(text: string): Block[] {
  const found = text.matchAll(/(?:^<!-- from (\S+) -->\n+)?^```\w*\n(.*?)\n```$/gms)
  return [...found].map(({ 0: all, 1: from, 2: code = '', index }) => ({
    line: text.slice(0, index + all.indexOf('```')).split('\n').length,
    lines: code.split('\n'),
    from,
  }))
}

/** The lines of all comments, without stars and slashes. Other lines stand as undefined. */
function commentLines(text: string): (string | undefined)[] {
  return text.split('\n').map(line => /^\s*(?:\*|\/\/)(.*)$/.exec(line)?.[1]?.trimEnd())
}

function standsIn(lines: readonly string[], comment: readonly (string | undefined)[]): boolean {
  const first = lines[0] ?? ''
  return comment.some((line, begin) => {
    const indent = line?.endsWith(first) ? line.slice(0, line.length - first.length) : 'none'
    if (indent.trim() !== '') return false
    return lines.every((each, at) => comment[begin + at] === (each === '' ? '' : indent + each))
  })
}

function repeats(lines: readonly string[], comment: readonly (string | undefined)[]): boolean {
  const known = new Set(comment.map(line => plain(line ?? '')))
  const telling = lines.map(plain).filter(line => line.length >= FEWEST_LETTERS)
  const shared = telling.filter(line => known.has(line)).length
  return shared >= 2 || (shared === 1 && telling.length === 1)
}

const plain = (line: string): string => line.replaceAll(/\s+/g, ' ').trim()
