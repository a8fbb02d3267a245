import { parseArgs } from 'node:util'
import { expect, test } from 'vitest'
import { readArguments } from '../../lab/read-arguments.ts'
import { UsageError } from '../../runtime/errors/usage-error.ts'

const options = { seed: { type: 'string' }, help: { type: 'boolean' } } as const

const read = (...args: string[]) =>
  readArguments('overrun walk', () => parseArgs({ args, options })).values

test('arguments are what parseArgs makes of them', () => {
  expect(read('--seed', '7', '--help')).toEqual({ seed: '7', help: true })
})

// Node's messages have one sentence, a second with advice, or several lines.
test.each([
  [['--banana'], "Unknown option '--banana'"],
  [['one'], "Unexpected argument 'one'"],
  [['--seed'], "Option '--seed <value>' argument missing"],
  [['--seed', '--help'], "Option '--seed' argument is ambiguous"],
  [['--help=yes'], "Option '--help' does not take an argument"],
])('%j is one line without advice, which names the command and its help', (args, complaint) => {
  expect(() => read(...args)).toThrow(UsageError)
  try {
    read(...args)
  } catch (error) {
    expect((error as Error).message).toMatch(/^overrun walk: .*; see sawtooth overrun walk --help$/)
    expect((error as Error).message).toContain(`: ${complaint}`)
    expect((error as Error).message).not.toMatch(/\n|To specify|Did you/)
  }
})

test('an error that is not of parseArgs is thrown as it is', () => {
  const mistake = new TypeError('a mistake of ours. It is not for the user')
  expect(() =>
    readArguments('overrun walk', () => {
      throw mistake
    }),
  ).toThrow(mistake)
})
