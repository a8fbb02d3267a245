import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeThrown, isA, textOf } from '../../../runtime/errors/thrown.ts'

const failing = (): never => {
  throw new Error('a trap')
}
const traps = new Proxy({}, { get: () => failing })
/** Each property of it, and its prototype, throws. */
const hostile = new Proxy(new Error('hidden'), traps as ProxyHandler<Error>)

function withProperty(name: string, value: PropertyDescriptor): Error {
  return Object.defineProperty(new Error('its own'), name, value)
}

test('whatever is thrown becomes text that can be sent to another thread', () => {
  fc.assert(
    fc.property(
      fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true }),
      thrown => {
        const described = describeThrown(thrown)
        expect(structuredClone(described)).toEqual(described)
        expect(typeof described.message).toBe('string')
      },
    ),
  )
})

describe('an error', () => {
  test.each<[string, unknown, RegExp, RegExp | null | undefined]>([
    ['undefined', undefined, /^thrown: undefined$/, null],
    ['a symbol', Symbol('s'), /^thrown: Symbol\(s\)$/, null],
    [
      'an object without toString',
      Object.create(null),
      /^thrown: \[Object: null prototype\] \{\}$/,
      null,
    ],
    [
      'an object whose toString throws',
      { toString: failing, code: 7 },
      /^thrown: \{.*code: 7.*\}$/,
      null,
    ],
    ['a proxy that only throws', hostile, /^thrown: a Proxy$/, null],
    [
      'a stack of call sites',
      withProperty('stack', { value: ['main (a.js:1:2)'] }),
      /^its own$/,
      /^ {4}at main \(a\.js:1:2\)$/m,
    ],
    ['a stack that is a number', withProperty('stack', { value: 7 }), /^its own$/, null],
    ['a stack that throws', withProperty('stack', { get: failing }), /^its own$/, null],
    [
      'a message that is a function',
      withProperty('message', { value: () => 1 }),
      /Function/,
      /^ {4}at /m,
    ],
    ['a message that throws', withProperty('message', { get: failing }), /^Error$/, undefined],
    [
      'a name that is a symbol',
      withProperty('name', { value: Symbol('n') }),
      /^its own$/,
      undefined,
    ],
    [
      'another realm',
      runInNewContext("new TypeError('abroad')"),
      /^TypeError: abroad$/,
      /^TypeError: abroad/,
    ],
    [
      'a cause',
      new Error('outer', { cause: new TypeError('inner') }),
      /^outer$/,
      /^caused by TypeError: inner$/m,
    ],
    [
      'a cause that is no error',
      new Error('outer', { cause: null }),
      /^outer$/,
      /^caused by null$/m,
    ],
    [
      'many errors',
      new AggregateError([new Error('a'), 'b'], 'all'),
      /^AggregateError: all$/,
      /^with Error: a\nwith b$/m,
    ],
  ])('with %s', (_, thrown, message, stack) => {
    const described = describeThrown(thrown)
    expect(described.message).toMatch(message)
    if (stack === null) expect(described.stack).toBeNull()
    // Undefined: Node makes the head of a stack from name and message, and may fail.
    else if (stack !== undefined) expect(described.stack).toMatch(stack)
  })

  test('that is its own cause is told once', () => {
    const error = new Error('round')
    error.cause = error
    expect(describeThrown(error).stack).not.toContain('caused by')
  })

  test('of a huge message keeps its frames', () => {
    const { message, stack } = describeThrown(new Error('x'.repeat(1e7)))
    expect(message.length).toBeLessThan(1e5)
    expect(message).toMatch(/x… \(\d+ more characters\)$/)
    expect(stack).toMatch(/^ {4}at .*thrown\.test\.ts/m)
    expect((stack as string).length).toBeLessThan(2e5)
  })

  test('cannot make its message look like a frame', () => {
    const { stack } = describeThrown(new Error('a\n    at forged (b.js:1:1)'))
    expect(stack?.split('\n').filter(line => line.includes('forged'))).toEqual([
      expect.stringMatching(/^\t/),
    ])
  })
})

test('a value is asked for its class without its help', () => {
  expect(isA(new TypeError(''), TypeError)).toBe(true)
  expect(isA(hostile, TypeError)).toBe(false)
  expect(isA(undefined, TypeError)).toBe(false)
})

test('a function, a class and a long array are told in few words', () => {
  expect(textOf(class A {})).toBe('[class A]')
  expect(textOf(Array.from({ length: 1e5 }, (_, at) => at)).length).toBeLessThan(2000)
})
