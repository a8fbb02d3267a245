/**
 * What a program threw, as strings. It may be anything: undefined, an object whose properties
 * throw, an error whose stack is an array of call sites. So each look at it is guarded, and only
 * strings leave this file.
 */
import { inspect, types } from 'node:util'
import { printable } from './printable.ts'

/** Longer messages and stacks are cut: they must go through a message, a record and a terminal. */
const LONGEST = 65_536
/**
 * How many causes, and errors of an AggregateError, are told with an error; and how much of each.
 */
const MOST_RELATED = 5
const MOST_FRAMES = 50
const LONGEST_RELATED = 500

const WITHOUT_ITS_CODE = {
  depth: 1,
  customInspect: false,
  getters: false,
  showProxy: true,
  compact: true,
  breakLength: Number.POSITIVE_INFINITY,
} as const

export interface Thrown {
  /**
   * An error's message, after its name unless that is `Error`; `thrown: …` for what is no error.
   */
  readonly message: string
  /**
   * The stack that V8 made, and a line for each cause; null if it is no error, or its stack is no
   * text.
   */
  readonly stack: string | null
}

/** Never throws. */
export function describeThrown(thrown: unknown): Thrown {
  if (!isError(thrown)) return { message: `thrown: ${textOf(thrown)}`, stack: null }
  const message = read(thrown, 'name') === 'Error' ? ownMessage(thrown) : ''
  return { message: message || withName(thrown), stack: stackOf(thrown) }
}

/** `instanceof`, for values whose prototype may be a trap. */
export function isA<T>(thrown: unknown, kind: abstract new (...args: never[]) => T): thrown is T {
  return guarded(() => thrown instanceof kind) ?? false
}

/**
 * Any value in a few words: an error as its own toString shows it, an object with what it holds.
 */
export function textOf(value: unknown): string {
  if (isError(value)) return withName(value)
  if (types.isProxy(value)) return 'a Proxy'
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  const shown = guarded(() => (isObject ? inspect(value, WITHOUT_ITS_CODE) : String(value)))
  return cut(shown ?? 'an object that cannot be shown', LONGEST)
}

function isError(thrown: unknown): thrown is object {
  return types.isNativeError(thrown) || isA(thrown, Error)
}

function withName(error: object): string {
  const name = read(error, 'name')
  const message = ownMessage(error)
  if (typeof name !== 'string' || name === '') return message === '' ? 'Error' : message
  return message === '' ? cut(name, LONGEST) : cut(`${name}: ${message}`, LONGEST)
}

/** An error's message, without its name. */
export function ownMessage(error: object): string {
  const message = read(error, 'message')
  return message === undefined
    ? ''
    : typeof message === 'string'
      ? cut(message, LONGEST)
      : textOf(message)
}

function stackOf(error: object): string | null {
  const stack = read(error, 'stack')
  const text =
    typeof stack === 'string' ? withHeadMarked(stack, read(error, 'message')) : framesOf(stack)
  return text === null ? null : [text, ...related(error)].join('\n')
}

/** The stack of a package that sets Error.prepareStackTrace to return the call sites themselves. */
function framesOf(sites: unknown): string | null {
  if (guarded(() => Array.isArray(sites)) !== true) return null
  const count = Math.min(Number(read(sites as object, 'length')) || 0, MOST_FRAMES)
  const frames = Array.from({ length: count }, (_, at) => {
    const frame = guarded(() => String(read(sites as object, String(at))))
    return frame === undefined ? '' : `    at ${cut(printable(frame), LONGEST_RELATED)}`
  })
  return ['Error', ...frames].join('\n')
}

/**
 * Makes the lines of the message as `printableLines` does, so that none is taken for a frame. A
 * long message is cut; the frames are kept.
 */
function withHeadMarked(stack: string, message: unknown): string {
  const at = typeof message === 'string' && message !== '' ? stack.indexOf(message) : -1
  const isHead = at >= 0 && !stack.slice(0, at).includes('\n')
  const end = isHead ? at + (message as string).length : 0
  return cut(stack.slice(0, end), LONGEST).replaceAll('\n', '\n\t') + cut(stack.slice(end), LONGEST)
}

/** A line for each cause, and for each error of an AggregateError. */
function related(error: object): string[] {
  const lines: string[] = []
  const tell = (how: string, other: unknown): unknown =>
    lines.push(`${how} ${printable(cut(textOf(other), LONGEST_RELATED))}`)
  const errors = isA(error, AggregateError) ? read(error, 'errors') : undefined
  const count = typeof errors === 'object' && errors !== null ? Number(read(errors, 'length')) : 0
  for (let at = 0; at < Math.min(count || 0, MOST_RELATED); at++)
    tell('with', read(errors as object, String(at)))
  const told = new Set<unknown>([error])
  for (
    let cause = read(error, 'cause');
    cause !== undefined && !told.has(cause) && told.size <= MOST_RELATED;
  ) {
    told.add(cause)
    tell('caused by', cause)
    cause = typeof cause === 'object' && cause !== null ? read(cause, 'cause') : undefined
  }
  return lines
}

function read(object: object, name: string): unknown {
  return guarded(() => (object as Record<string, unknown>)[name])
}

function guarded<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined // Whatever it is: it is the program's, and says nothing more.
  }
}

function cut(text: string, longest: number): string {
  return text.length <= longest
    ? text
    : `${text.slice(0, longest)}… (${text.length - longest} more characters)`
}
