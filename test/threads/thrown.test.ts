import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HANG_MS } from '../support/hang.ts'
import { runProgram, threadsFile } from '../support/run-cli.ts'
import { runHost } from '../support/run-host.ts'
import { isLong, seed } from '../support/size.ts'

interface Outcome {
  readonly name: string
  readonly place: string
  readonly exit: number
  readonly kind: string
  readonly message: string
  readonly goroutine: string | null
  readonly stderr: string
}

const directory = mkdtempSync(join(tmpdir(), 'threads-'))
/** In the small size one of this many values is thrown in each place. The seed chooses which. */
const EVERY = 5
let outcomes: readonly Outcome[] = []

beforeAll(async () => {
  const options = { limitMs: HANG_MS }
  const args = [directory, ...(isLong ? [] : [String(EVERY), String(seed % EVERY)])]
  const { answer, code } = await runHost<Outcome[]>(
    threadsFile('programs/host-throws.ts'),
    args,
    options,
  )
  expect(code).toBe(0)
  outcomes = answer
})
afterAll(() => rmSync(directory, { recursive: true }))

const of = (place: string): readonly Outcome[] =>
  outcomes.filter(outcome => outcome.place === place)
const named = (name: string, place: string): Outcome =>
  of(place).find(outcome => outcome.name === name) as Outcome

describe('whatever is thrown', () => {
  test.each([
    ['main', 'main'],
    ['task', expect.stringContaining('thrower')],
    ['module', null],
  ])('in %s ends the run as the program’s error', (place, goroutine) => {
    expect(of(place).length).toBeGreaterThan(isLong ? 20 : 3)
    for (const { name, exit, kind, message, goroutine: found, stderr } of of(place)) {
      expect({ name, exit, kind, found }).toEqual({
        name,
        exit: 1,
        kind: 'program',
        found: goroutine,
      })
      expect(message, name).not.toBe('')
      expect(stderr, name).toMatch(/^panic: ./)
    }
  })

  test('in a hook of a pacer is the pacer’s', () => {
    expect(of('pacer').length).toBeGreaterThan(isLong ? 20 : 3)
    for (const { name, exit, kind, message } of of('pacer')) {
      expect({ name, exit, kind }).toEqual({ name, exit: 3, kind: 'pacer' })
      expect(message, name).toMatch(/^pacer thrower: goals threw ./)
    }
  })

  test('by onCycle, now or later, ends the run with a record', () => {
    expect(of('onCycle').length).toBeGreaterThan(isLong ? 15 : 3)
    for (const { name, exit, kind, message } of of('onCycle')) {
      expect({ name, exit, kind }).toEqual({ name, exit: 1, kind: 'program' })
      expect(message, name).toMatch(/^onCycle threw ./)
    }
    expect(named('a rejection', 'onCycle').message).toBe('onCycle threw Error: own, later')
  })

  test('leaves the Runtime as it was', () => {
    expect(named('nothing', 'last')).toMatchObject({ exit: 0, stderr: '' })
  })

  test('is told with its own words, and its frames, as far as it has any', () => {
    for (const place of ['main', 'task']) {
      for (const name of ['call sites', 'cause', 'aggregate', 'cyclic cause'])
        expect(named(name, place).stderr, name).toMatch(
          /^panic: (?:AggregateError: )?own\n\ngoroutine .*:\n {4}at .*\.js:\d+:\d+/,
        )
      expect(named('cause', place).stderr).toMatch(/^caused by TypeError: inner$/m)
      expect(named('huge', place).stderr).toMatch(/^panic: own\w*… \(\d+ more characters\)\n\n/)
      expect(named('symbol', place).stderr).toMatch(/^panic: thrown: Symbol\(s\)\n/)
    }
  })
})

test('no name and no message of a program controls the terminal, or forges a line of the runtime’s', () => {
  for (const { name, place, stderr } of outcomes) {
    expect(stderr.replaceAll(/[\n\t]/g, ''), `${name} in ${place}`).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(stderr.match(/^goroutine /gm)?.length ?? 0, `${name} in ${place}`).toBe(
      place === 'main' || place === 'task' ? 1 : 0,
    )
    expect(stderr.match(/^panic: /gm)?.length ?? 0).toBe(
      place === 'pacer' || place === 'last' ? 0 : 1,
    )
  }
  expect(named('many lines', 'main').stderr).toMatch(
    /^panic: own\n\tgoroutine 1 \(main\):\n\tpanic: forged\n\t {4}at forged/,
  )
  expect(named('undefined', 'task').stderr).toContain(
    'goroutine \\x1b[31mthrower\\n\\ngoroutine 9 (main):\n',
  )
})

describe('an error that takes its time to be described', () => {
  const slowly = threadsFile('programs/throws-slowly.ts')

  test('is reported once it is described, and not lost', async () => {
    // Longer than the wait for a P that ends without an error.
    const ms = isLong ? '900' : '600'
    const { record, code, stderr } = await runProgram([slowly, '--procs', '2', '--', ms])
    expect({ code, error: record.error }).toMatchObject({
      code: 1,
      error: { kind: 'program', message: 'computed', goroutine: 'main' },
    })
    expect(stderr).toMatch(/^panic: computed\n\ngoroutine main:\n {4}at .*throws-slowly\.ts:24:/)
  })

  test('is reported without its description where that does not end', async () => {
    const { record, code, elapsedMs } = await runProgram(
      [slowly, '--procs', '2', '--', 'endless'],
      {
        interruptWhen: (_, temporary) => temporary.includes('describing'),
      },
    )
    expect({ code, error: record.error }).toEqual({
      code: 1,
      error: {
        ...{ kind: 'program', message: 'an error that took too long to describe' },
        ...{ goroutine: 'main', stack: null },
      },
    })
    expect(elapsedMs).toBeLessThan(HANG_MS)
  })
})
