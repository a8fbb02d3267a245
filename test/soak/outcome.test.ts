import { expect, test } from 'vitest'
import type { RunError, RunRecord } from '../../runtime/report/record.ts'
import { HANG_MS } from '../support/hang.ts'
import { ENDING_NAMES, EXITS } from './endings.ts'
import type { Operation } from './grammar.ts'
import { type Facts, failureOf } from './outcome.ts'
import type { Totals } from './totals.ts'

const totals: Totals = {
  ...{
    goroutines: 1,
    objects: 1,
    operations: 1,
    refused: 0,
    censuses: 1,
    caught: 0,
    overflowed: 0,
    changes: 0,
    left: 0,
  },
  ...{ printedOut: 0, printedErr: 0 },
}
const heard = (text: string) => ({ text, isWhole: true, isClosed: false })
const whole = heard(`${JSON.stringify(totals)}\n`)
const errorOf = (kind: string, message = 'so it is'): RunError => ({
  kind,
  message,
  goroutine: null,
  stack: null,
})
const recordOf = (error: RunError | null, change: Partial<RunRecord> = {}): RunRecord =>
  ({
    error,
    exit: error === null ? 0 : EXITS[error.kind],
    rescues: 0,
    unwritten: [],
    ...change,
  }) as unknown as RunRecord

/** What is wrong with a run that is as it must be, except for the given facts. */
function failure(facts: Partial<Facts>, operations: readonly Operation[] = []): string | null {
  const script = {
    locals: 1,
    table: 0,
    globals: 0,
    rounds: 1,
    operations,
    bequeaths: false,
    replies: 0,
  }
  return failureOf({
    ...{
      record: recordOf(null),
      program: { scripts: [script], mailboxes: [], bytes: 1 },
      limitMs: HANG_MS,
      stood: null,
    },
    ...{
      configuration: { arena: 2 ** 25 },
      isAborted: false,
      out: whole,
      err: heard(''),
      unwritten: [],
      uncaught: [],
    },
    ...facts,
  })
}

test('a run that ends well and says what it compared is no failure, and one that says nothing is', () => {
  expect(failure({})).toBe(null)
  expect(failure({ out: heard('') })).toMatch(/^silent: /)
  expect(failure({ out: heard(`${whole.text}{"late":true}\n`) })).toMatch(/^silent: /)
  expect(failure({ record: recordOf(null, { rescues: 1 }) })).toMatch(/^rescues: 1 /)
  expect(failure({ record: recordOf(null, { exit: 3 }) })).toMatch(/^exit: 3, after no error/)
  expect(failure({ stood: ['P 0 runs'] })).toMatch(/^hang: /)
  expect(failure({ uncaught: ['Error: lost'] })).toBe('host: Error: lost')
})

const end = (how: (typeof ENDING_NAMES)[number]): Operation => ({ do: 'end', how, stamp: 7 })

test('an error is expected only if the program was drawn to end with it, with this kind and message', () => {
  const thrown = {
    record: recordOf(errorOf('program', 'the soak ends 7')),
    out: heard('ends: error\n'),
  }
  expect(failure(thrown, [end('error')])).toBe(null)
  expect(failure(thrown)).toBe('program: the soak ends 7')
  expect(failure(thrown, [end('text')])).toBe('program: the soak ends 7')
  expect(
    failure({ ...thrown, record: recordOf(errorOf('program', 'the soak ends 8')) }, [end('error')]),
  ).not.toBe(null)
  expect(failure({ ...thrown, record: recordOf(errorOf('internal')) }, [end('error')])).not.toBe(
    null,
  )
  expect(failure({ record: recordOf(errorOf('deadlock')) }, [end('deadlock')])).toBe(null)
  expect(failure({ record: recordOf(errorOf('deadlock')) }, [end('memory')])).not.toBe(null)
  expect(failure({ record: recordOf(errorOf('lostP'), { exit: 1 }) }, [end('exit')])).toMatch(
    /^exit: 1, /,
  )
})

test('an end that was announced must come, and one that was drawn need not have been reached', () => {
  for (const how of ENDING_NAMES) {
    expect(failure({}, [end(how)])).toBe(null)
    expect(failure({ out: heard(`ends: ${how}\n${whole.text}`) }, [end(how)])).toMatch(/^end: /)
  }
})

test('a run is interrupted only if it was aborted, or nobody reads its output', () => {
  const record = recordOf(errorOf('interrupted'))
  expect(failure({ record })).toBe('interrupted: so it is')
  expect(failure({ record, isAborted: true })).toBe(null)
  expect(failure({ record, out: { ...whole, isClosed: true, isWhole: false } })).toBe(null)
})

test('what could not be written is in the record, and nothing else, whatever ended the run', () => {
  const unwritten = [{ file: '/dev/full', why: 'no space left' }]
  const record = recordOf(errorOf('output'), { unwritten })
  expect(failure({ record, unwritten: ['/dev/full'] })).toBe(null)
  expect(failure({ record })).toMatch(/^output: /)
  expect(failure({ record, unwritten: ['/dev/full', 'standard output'] })).toMatch(
    /must be .*standard output/,
  )
  expect(failure({ record: recordOf(null), unwritten: ['/dev/full'] })).toMatch(/says of nothing/)
  const ended = recordOf(errorOf('program', 'the soak ends 7'), { unwritten })
  expect(failure({ record: ended, unwritten: ['/dev/full'] }, [end('error')])).toBe(null)
  expect(
    failure({ record: { ...ended, unwritten: [] }, unwritten: ['/dev/full'] }, [end('error')]),
  ).not.toBe(null)
})

test('all that a program prints comes out, unless its stream was to fail', () => {
  const said = { ...totals, printedOut: 6, printedErr: 2 }
  const out = heard(`xxx\nxxx\n${JSON.stringify(said)}\n`)
  const err = heard('gc 1 @0.1s\nxx\n')
  expect(failure({ out, err })).toBe(null)
  expect(failure({ out: { ...out, text: out.text.slice(4) }, err })).toMatch(
    /^print: 3 characters came out of 6/,
  )
  expect(failure({ out, err: heard('') })).toMatch(/of 2 on stderr/)
  expect(failure({ out, err: { ...heard(''), isWhole: false } })).toBe(null)
})

test('what another P has printed before may come after what main says last', () => {
  expect(failure({ out: heard(`${JSON.stringify({ ...totals, printedOut: 3 })}\nxxx\n`) })).toBe(
    null,
  )
})

test('an allocation may be refused in a small arena only', () => {
  const out = heard(JSON.stringify({ ...totals, refused: 3 }))
  expect(failure({ out })).toMatch(/^memory: 3 /)
  expect(failure({ out, configuration: { arena: 2 ** 22 } })).toBe(null)
})
