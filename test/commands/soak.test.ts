// The soak in small. On a sound runtime it finds nothing, counts what it has done, and continues
// where it left off. A bug that was put in on purpose is found, written down and shrunk.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ENDING_NAMES } from '../soak/endings.ts'
import { LEFTOVERS, THROWN } from '../soak/grammar.ts'
import { HANG_MS } from '../support/hang.ts'
import { inScratch, runNode } from '../support/run-cli.ts'
import { isLong, longTest, sampled } from '../support/size.ts'

const seed = process.env.SEED ?? '1'
/** Runs the soak for as long as it takes: the number of programs is given, and not a time. */
const patience = ['--minutes', '600', '--limit', '600']
const soak = (args: readonly string[], scratch: string) =>
  runNode(
    ['dist/test/soak/main.js', '--seed', seed, ...patience, ...args],
    { limitMs: 5 * HANG_MS },
    scratch,
  )

test('random programs on random configurations agree with their models, and a tally goes on', async () => {
  await inScratch(async scratch => {
    const tally = join(scratch, 'tally.json')
    const told = () => JSON.parse(readFileSync(tally, 'utf8')) as Record<string, number>
    const first = await soak(['--programs', '1', '--tally', tally], scratch)
    expect(first.code, first.stdout + first.stderr).toBe(0)
    const { programs, objects, cycles } = told()
    expect(programs).toBe(1)
    expect(objects).toBeGreaterThan(100)
    expect(cycles).toBeGreaterThan(2)
    const second = await soak(['--programs', '1', '--tally', tally], scratch)
    expect(second.code, second.stdout + second.stderr).toBe(0)
    expect(told().programs).toBe(2)
    expect(told().objects).toBeGreaterThan(objects)
  })
})

/**
 * A failure file that holds a program with one script of these operations, and its configuration.
 */
function failureOf(operations: readonly object[], configuration: object = {}): string {
  const main = {
    locals: 2,
    table: 0,
    globals: 0,
    rounds: 1,
    operations,
    bequeaths: false,
    replies: 0,
  }
  const program = { scripts: [main], mailboxes: [1], bytes: 2 ** 16 }
  return JSON.stringify({
    program,
    configuration: { procs: 2, arena: 2 ** 22, ...configuration },
    shrunk: null,
  })
}

const pairs = { do: 'grow', shape: 'tree', size: 10, stamp: 1, to: 0 }
const make = { kind: 'wide', length: 3, stamp: 3, to: 1, from: [[0]] }
const print = { do: 'print', on: 'stdout', lines: 10, length: 20 }

const andShrunk = isLong ? ', and shrunk' : ''

test(`a link that is cut behind the back of the model is found, written down${andShrunk}`, async () => {
  await inScratch(async scratch => {
    const file = join(scratch, 'failure.json')
    const seconds = isLong ? '60' : '0'
    const run = await soak(
      ['--programs', '3', '--sabotage', 'cut', '--shrink', seconds, '--failure', file],
      scratch,
    )
    expect(run.code, run.stdout).toBe(1)
    const failure = JSON.parse(readFileSync(file, 'utf8'))
    expect(failure.seed).toBe(Number(seed))
    expect(failure.failure).toMatch(/^program: /)
    const size = (program: unknown): number => JSON.stringify(program).length
    if (isLong) expect(size(failure.shrunk.program)).toBeLessThan(size(failure.program))
  })
})

const attempted = (thrown: string, stamp: number): object[] => [
  {
    do: 'attempt',
    slots: 2,
    after: 2,
    thrown,
    stamp,
    guard: stamp % 2 === 0 ? 0 : null,
    operations: [pairs, { do: 'gc' }],
  },
  { do: 'verify' },
]
/** More tries than there are wrong arguments. */
const arguments_ = Array.from({ length: 60 }, (_, stamp) => attempted('argument', stamp)).flat()
const others = [...new Set(THROWN)].flatMap((thrown, stamp) => attempted(thrown, stamp))
const near = ['allocate', 'gc', 'statistics', 'percent', 'verify'].flatMap(what =>
  [0, 7, 40, 150, 500].map(left => ({
    do: 'overflow',
    left,
    operation: { ...make, do: what, percent: 50 },
  })),
)

const expected: readonly (readonly [string, readonly object[], object])[] = [
  ['all errors that are thrown and caught on purpose', [...arguments_, ...others], {}],
  ['wrong arguments under --check', [...arguments_, ...others], { check: true }],
  ['operations near the end of the stack', near, {}],
  [
    'an output that fails at a byte',
    [print, { do: 'sleep', ms: 20 }, print],
    { outputs: ['stdout:destroyed@300', 'json:full'] },
  ],
  [
    'a limit below what lives',
    [pairs, { do: 'churn', kind: 'wide', length: 1, count: 2000 }],
    { memoryLimit: 1, gogc: 'off' },
  ],
  ...ENDING_NAMES.map(
    how => [`a run that ends by ${how}`, [{ do: 'end', how, stamp: 7 }], {}] as const,
  ),
  ['leftovers, and the runs after them', LEFTOVERS.map(how => ({ do: 'leave', how })), {}],
]

test.each(sampled(expected, expected.length))(
  'the soak expects %s',
  async (_, operations, configuration) => {
    await inScratch(async scratch => {
      const file = join(scratch, 'failure.json')
      writeFileSync(file, failureOf([pairs, ...operations], configuration))
      const { code, stdout, stderr } = await soak(['--replay', file, '--runs', '2'], scratch)
      expect({ code, stdout, stderr }).toEqual({
        code: 0,
        stdout: 'failed 0 times of 2\n',
        stderr: '',
      })
    })
  },
)

longTest(
  'the soak finds what is broken in an attempt, and after a run that left something',
  async () => {
    await inScratch(async scratch => {
      const file = join(scratch, 'failure.json')
      const broken = {
        ...attempted('error', 1)[0],
        operations: [{ do: 'gc' }, { do: 'sabotage', how: 'cut' }],
      }
      const before = [JSON.parse(failureOf([pairs, { do: 'leave', how: 'promise' }]))]
      writeFileSync(
        file,
        JSON.stringify({ ...JSON.parse(failureOf([pairs, broken, { do: 'verify' }])), before }),
      )
      const { code, stdout } = await soak(['--replay', file, '--runs', '2'], scratch)
      expect(code).toBe(1)
      expect(stdout).toMatch(
        /^failed 2 times of 2\nprogram: reference \d of the pair at \d+ is nil, must be a pair\n/,
      )
    })
  },
)

const sabotaged = [
  [
    'a reference that is nil in the heap',
    'cut',
    'program: reference 0 of the pair at 0 is nil, must be a pair',
  ],
  ['a number that is another one', 'number', 'program: pair at 0: number 0 is 0, must be 0'],
  [
    'an object that was hidden from the collector',
    'hide',
    'program: pair at 0: number 0 is 0, must be 0',
  ],
  [
    'an object that the model does not know',
    'leak',
    'program: census: HeapAlloc is 0, 0 bytes are reachable',
  ],
  ['a goroutine that goes on for ever', 'hang', 'hang: not over after 0 ms'],
] as const

test.each(sampled(sabotaged, 5))('the soak finds %s', async (_, how, message) => {
  await inScratch(async scratch => {
    const file = join(scratch, 'failure.json')
    writeFileSync(file, failureOf([pairs, { do: 'gc' }, { do: 'sabotage', how }]))
    const { code, stdout } = await soak(
      ['--replay', file, '--runs', '1', ...(how === 'hang' ? ['--limit', '2'] : [])],
      scratch,
    )
    expect(code).toBe(1)
    const [rate, failure, ...rest] = stdout.trimEnd().split('\n')
    expect(rate).toBe('failed 1 times of 1')
    expect(failure.replaceAll(/-?\d+/g, '0')).toBe(message.replaceAll(/\d+/g, '0'))
    // What each P and goroutine does when a run does not end.
    if (how === 'hang') expect(rest.filter(line => line.startsWith('P ')).length).toBe(2)
  })
})
