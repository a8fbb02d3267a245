import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  dictionary,
  either,
  flag,
  list,
  name,
  number,
  object,
  oneOf,
  optional,
  orNull,
  type Shape,
  suchThat,
  text,
  tree,
  whole,
} from '../../lab/shape.ts'

describe('a value that is not of its shape is told with its place and with what it must be', () => {
  test.each<[string, Shape<unknown>, unknown, string]>([
    ['a number', number(0, 9), '1', '.x = "1"; it must be a number from 0 to 9'],
    ['a whole number', whole(0, 9), 1.5, '.x = 1.5; it must be a whole number from 0 to 9'],
    [
      'what no number holds',
      number(0, 9),
      Number.POSITIVE_INFINITY,
      '.x = Infinity; it must be a number from 0 to 9',
    ],
    ['no number', number(0, 9), Number.NaN, '.x = NaN; it must be a number from 0 to 9'],
    ['a missing field', text, undefined, '.x is missing; it must be a text'],
    [
      'a name',
      name,
      'a\u001b[2J',
      '.x = "a\\u001b[2J"; it must be a text without control characters',
    ],
    ['true or false', flag, 1, '.x = 1; it must be true or false'],
    ['one of some', oneOf('a', 'b', 'c'), 'd', '.x = "d"; it must be a, b or c'],
    ['a list', list(text), {}, '.x = an object; it must be a list'],
    ['an item', list(text), ['a', 2], '.x[1] = 2; it must be a text'],
    ['too short a list', list(text, 1), [], '.x has 0 items; it must have 1 at least'],
    ['an object', object({ y: text }), [], '.x = a list; it must be an object'],
    ['a field', object({ y: text }), { y: null }, '.x.y = null; it must be a text'],
    [
      'a field of everything that is',
      object({ y: text }),
      {},
      '.x.y is missing; it must be a text',
    ],
    ['a value by its name', dictionary(text), { 'a b': 1 }, '.x["a b"] = 1; it must be a text'],
    ['one that may be null', orNull(text), 1, '.x = 1; it must be a text, or null'],
    [
      'one below what may be null',
      orNull(object({ y: text })),
      { y: 1 },
      '.x.y = 1; it must be a text',
    ],
    ['one that may be missing', optional(text), null, '.x = null; it must be a text'],
    [
      'either of two',
      either('a text or a number', text, number(0, 9)),
      null,
      '.x = null; it must be a text or a number',
    ],
    [
      'one with a condition',
      suchThat(list(number(0, 9)), 'must rise', ([a = 0, b = 0]) => a < b),
      [2, 1],
      '.x must rise',
    ],
    [
      'a long text',
      number(0, 9),
      'x'.repeat(99),
      `.x = "${'x'.repeat(40)}"; it must be a number from 0 to 9`,
    ],
  ])('%s', (_, shape, value, complaint) => {
    expect(shape(value, '.x')).toBe(complaint)
  })
})

test('the names of everything that is are no fields', () => {
  expect(object({ toString: text } as never)({}, '')).toBe(
    '.toString is missing; it must be a text',
  )
})

test('fields that no shape knows are passed over, and what may be missing or null is', () => {
  const shape = object({ a: text, b: optional(flag), c: orNull(flag) })
  expect(shape({ a: 'x', c: null, d: {} }, '')).toBe(null)
  expect(shape({ a: 'x', b: true, c: false }, '')).toBe(null)
})

test('a tree has names that are known alone, and an end', () => {
  const shape = tree({
    words: new Set(['a', 'b']),
    leaf: either('a text or a number', text, number(0, 9)),
    apart: { c: list(flag) },
  })
  expect(shape({ a: { b: [1, 'x', { a: 2 }] }, c: [true] }, '')).toBe(null)
  expect(shape({ a: { href: 'x' } }, '')).toBe('.a["href"] has no place here')
  expect(shape({ a: null }, '')).toBe('.a = null; it must be a text or a number')
  expect(shape({ c: [1] }, '')).toBe('.c[0] = 1; it must be true or false')
  expect(shape([], '')).toBe('the file must hold an object, not a list')
  let deep: unknown = 1
  for (let depth = 0; depth < 100_000; depth++) deep = [deep]
  expect(shape({ a: deep }, '')).toMatch(/^\.a(?:\[0\])+ is too deep$/)
})

test('whatever a value is, a complaint is one line', () => {
  const shape = object({ a: list(object({ b: number(0, 1) })), c: name })
  fc.assert(
    fc.property(
      fc.oneof(
        fc.jsonValue(),
        fc.record({ a: fc.array(fc.jsonValue()), c: fc.string({ unit: 'binary' }) }),
      ),
      value => {
        expect(shape(value, '') ?? '').not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      },
    ),
  )
})
