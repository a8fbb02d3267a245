/**
 * Foreign text in lines of the runtime's own. Names, messages and arguments come from programs and
 * files. A character is shown as an escape if it could move a terminal's cursor, colour, hide or
 * reverse text, or end a line and begin one that looks like the runtime's. What a program itself
 * prints is never touched.
 */

/**
 * Controls, separators of lines and paragraphs, invisible and bidirectional formatting, and halves
 * of characters.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{Cs}]/gu
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
/** A longer name is cut: the rest would say nothing more. */
const LONGEST_NAME = 200

/** For one line: the whole text, with escapes. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escapeOf)
}

/** As `printable`, for a name: a long one is cut. */
export function printableName(name: string): string {
  return printable(name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name)
}

/**
 * As `printable`, for a message that may have several lines. Each line after the first begins with
 * a tab, as in Go since 1.23, so it cannot be taken for a line of the runtime.
 */
export function printableLines(message: string): string {
  return message.split('\n').map(printable).join('\n\t')
}

/**
 * For text that consists of the runtime's own lines: their ends stay. The last net, under the three
 * functions above.
 */
export function withoutControls(lines: string): string {
  return lines.replace(UNPRINTABLE, character =>
    character === '\n' || character === '\t' ? character : escapeOf(character),
  )
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) as number
  const hex = code.toString(16)
  return SHORT[character] ?? (code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`)
}
