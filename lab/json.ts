/**
 * Reads JSON that others wrote; nothing else in the lab does. A complaint is one line that names
 * the file and, where there is one, the place in it.
 */
import { constants } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import type { Shape } from './shape.ts'

/** Throws a UsageError for a file that cannot be read, is no JSON, or is not of the shape. */
export function readAs<T>(file: string, shape: Shape<T>): T {
  const value = parsedJson(textOf(file), file)
  const complaint = shape(value, '')
  if (complaint !== null) throw new UsageError(`${file}: ${complaint.replace(/^\./, '')}`)
  return value as T
}

/** The text of a file. Throws a UsageError. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ERR_STRING_TOO_LONG' || code === 'ERR_FS_FILE_TOO_LARGE')
      throw new UsageError(
        `${file} is too large: at most ${constants.MAX_STRING_LENGTH} characters can be read`,
      )
    throw new UsageError(`${file} cannot be read: ${code}`)
  }
}

/** A text without the byte order mark at its start, which JSON.parse does not accept. */
export function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

/** The value of a text, which may begin with a byte order mark. Throws a UsageError. */
export function parsedJson(text: string, origin: string): unknown {
  try {
    return JSON.parse(withoutMark(text))
  } catch (error) {
    throw new UsageError(`${origin}: the file: is no JSON: ${oneLine((error as Error).message)}`)
  }
}

/** Parses what one of our own programs printed. */
export function ownJson<T>(text: string): T {
  return JSON.parse(text) as T
}

/** A message in one line. Some messages quote a text with its line ends. */
export function oneLine(message: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be shown
  return message.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
}
