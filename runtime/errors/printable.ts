/**
 * Text of others in lines of the runtime's own. Names, messages and arguments come from programs and files; what could move a
 * terminal's cursor, colour, hide or reverse what is written, or end a line and begin one that looks like the runtime's, is shown as an
 * escape. What a program itself prints is never touched.
 */

/** Controls, line and paragraph separators, invisible and bidirectional formatting, halves of characters. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{Cs}]/gu
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
/** Longer names say no more. */
const LONGEST_NAME = 200

/** For one line: all of the text, with escapes. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escapeOf)
}

/** As printable, for a name: a long one is cut. */
export function printableName(name: string): string {
  return printable(name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name)
}

/** As printable, for a message that may have lines: each after the first begins with a tab, as since Go 1.23, and so can be no line of the runtime's. */
export function printableLines(message: string): string {
  return message.split('\n').map(printable).join('\n\t')
}

/** For lines that are the runtime's, ends of lines included: a last net under the three above. */
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
