/**
 * Errors that end a run on purpose: what a program throws and nobody catches, and what the run's
 * record must then say. They follow the documents (docs/command-line.md, docs/programming.md).
 */

interface Expected {
  readonly kind: string
  /** The message that the record must hold. Null if any message will do. */
  readonly message: ((stamp: number) => string) | null
}

const of = (kind: string, message: Expected['message'] = null): Expected => ({ kind, message })

const ENDINGS = {
  error: of('program', stamp => `the soak ends ${stamp}`),
  typed: of('program', stamp => `TypeError: the soak ends ${stamp}`),
  text: of('program', stamp => `thrown: the soak ends ${stamp}`),
  nothing: of('program', () => 'thrown: undefined'),
  object: of('program', stamp => `thrown: { stamp: ${stamp} }`),
  proxy: of('program', () => 'thrown: a Proxy'),
  overflow: of('program', () => 'RangeError: Maximum call stack size exceeded'),
  misuse: of('program'),
  memory: of('outOfMemory'),
  deadlock: of('deadlock'),
  exit: of('lostP'),
} as const satisfies Readonly<Record<string, Expected>>

export type Ending = keyof typeof ENDINGS

export const ENDING_NAMES = Object.keys(ENDINGS) as Ending[]

/** What a program prints before it ends the run, at the beginning of a line. */
export const ANNOUNCEMENT = 'ends: '

/** True if a run's error is this ending. */
export function isEnding(
  how: Ending,
  stamp: number,
  error: { readonly kind: string; readonly message: string },
): boolean {
  const { kind, message }: Expected = ENDINGS[how]
  return error.kind === kind && (message === null || error.message === message(stamp))
}

/** The exit code of a run, by the kind of its error. */
export const EXITS: Readonly<Record<string, number>> = {
  program: 1,
  deadlock: 2,
  outOfMemory: 2,
  lostP: 3,
  output: 4,
  interrupted: 130,
}
