import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  printable,
  printableLines,
  printableName,
  withoutControls,
} from '../../../runtime/errors/printable.ts'

/** What a terminal obeys or hides, what turns a line round, what ends one. */
const harmful = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '\x1b',
      ']',
      '0',
      ';',
      '\x07',
      '\n',
      '\r',
      '\t',
      '\u202e',
      '\u2028',
      '\ud800',
      'a',
      'é',
    ),
  }),
)

test('nothing in a printable text moves a cursor or ends a line, and doing it twice changes nothing', () => {
  fc.assert(
    fc.property(text, given => {
      for (const shown of [printable(given), printableName(given)]) {
        expect(shown).not.toMatch(harmful)
        expect(printable(shown)).toBe(shown)
      }
    }),
  )
})

test('a message keeps its lines, and only the first begins where those of the runtime do', () => {
  fc.assert(
    fc.property(text, given => {
      const [first, ...later] = printableLines(given).split('\n')
      expect(later.length).toBe(given.split('\n').length - 1)
      expect(first).not.toMatch(harmful)
      for (const line of later) expect(line).toMatch(/^\t\P{Cc}*$/u)
    }),
  )
})

test('lines of the runtime keep their ends', () => {
  fc.assert(
    fc.property(text, given => {
      const shown = withoutControls(given)
      expect(shown.split('\n').length).toBe(given.split('\n').length)
      expect(shown.replaceAll(/[\n\t]/g, '')).not.toMatch(harmful)
    }),
  )
})

test.each([
  ['\x1b]0;title\x07', '\\x1b]0;title\\x07'],
  ['a\nb\tc\r', 'a\\nb\\tc\\r'],
  ['\u202egnp.exe', '\\u{202e}gnp.exe'],
  ['Käse, 日本, 🧀', 'Käse, 日本, 🧀'],
])('%j is shown as %s', (given, shown) => {
  expect(printable(given)).toBe(shown)
})

test('a long name is cut', () => {
  expect(printableName('x'.repeat(1000))).toBe(`${'x'.repeat(200)}…`)
})
