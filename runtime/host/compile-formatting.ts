/**
 * Compiles the regular expressions of formatting. V8 ends the process when it compiles one near the
 * end of the native stack. So a thread once formats, before any program, everything that goes
 * through Node's formatting and the runtime's own descriptions. A program may format at any depth:
 * by `util.inspect`, or where a probe has found stack enough for the first levels of an object, and
 * the object has thousands.
 */
import { Console, type ConsoleConstructorOptions } from 'node:console'
import { EventEmitter } from 'node:events'
import { inspect } from 'node:util'
import { printable, printableLines, printableName, withoutControls } from '../errors/printable.ts'
import { describeThrown, textOf } from '../errors/thrown.ts'

/**
 * V8 interprets a regular expression at first, and makes machine code of it later. It does both
 * separately for texts of one byte a character and of two.
 */
const TIMES = 3
const TEXTS = [`it's "a" \`b\`\n\x1b[1m`, `it's "a" \`Ω\`\n\x1b[1m\ud800`]

class Named {}

export function compileFormatting(): void {
  const silent = Object.assign(new EventEmitter(), { write: () => {} })
  const formatter = new Console({
    stdout: silent,
    stderr: silent,
  } as unknown as ConsoleConstructorOptions)
  for (let time = 0; time < TIMES; time++)
    for (const text of TEXTS) {
      const sample = sampleOf(text)
      formatter.group(text)
      formatter.log('%s %o %j %d', text, sample, text, text)
      formatter.groupEnd()
      formatter.table([{ [text]: text }])
      inspect(sample, { colors: true, compact: false, showProxy: true, numericSeparator: true })
      describeThrown(sample.error)
      for (const told of [printable, printableLines, printableName, textOf, withoutControls])
        told(text)
    }
}

/** Something of each kind that formatting treats in a way of its own. */
function sampleOf(text: string) {
  const error = Object.assign(new TypeError(text, { cause: new Error('a cause') }), {
    code: 'CODE',
    name: text,
  })
  return {
    ...{
      [text]: text,
      [Symbol(text)]: text,
      key: 12345.678,
      proxy: new Proxy({}, {}),
      regExp: /a/u,
    },
    error,
    many: Array.from({ length: 8 }, (_, at) => text + at),
    sparse: Object.assign(new Array(3), { 1: text, [text]: 1 }),
    entries: new Map([[text, new Set([1])]]).entries(),
    classes: [Named, class extends Named {}, new Named(), () => text],
  }
}
