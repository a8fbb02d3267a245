/** What a program leaves on its threads, and the run after it in the same Runtime. */
import { expect, test } from 'vitest'
import { HANG_MS } from '../support/hang.ts'
import { runProgram, threadsFile } from '../support/run-cli.ts'
import { runHost } from '../support/run-host.ts'
import { isLong, longTest, sampled } from '../support/size.ts'
import { type Way, ways } from './ways-to-leave.ts'

interface Run {
  readonly exit: number
  readonly message: string | null
  readonly printed: string
}
interface Answer {
  readonly way: string
  readonly left: Run
  readonly followed: Run
  /** How many threads were started for the second run. */
  readonly newThreads: number
}

/** Against a hang. */
const LIMIT_MS = 4 * HANG_MS

async function ask(ways: readonly string[]): Promise<readonly Answer[]> {
  const { answer, stdout, stderr } = await runHost<Answer[]>(
    threadsFile('programs/host-leftovers.ts'),
    [threadsFile('programs'), ...ways],
    { limitMs: 2 * HANG_MS },
  )
  // What is left behind prints, too: neither into a run's stream nor into the host's.
  expect(stdout.trimEnd().split('\n').length).toBe(1)
  expect(stderr).toBe('')
  expect(answer.map(({ way }) => way)).toEqual(ways)
  return answer
}

const followed = { exit: 0, message: null, printed: 'lost 0\n' }

const LEFT: readonly string[] = [
  ...['a promise that starts a timer', 'a timer'],
  ...[
    'a timer that is not waited for',
    'an interval',
    'an immediate',
    'a port',
    'a signal with a timeout',
  ],
  ...['a finalization registry', 'an observer', 'a listener of process', 'a method of arrays'],
  ...['a global', 'a way to show errors', 'the environment'],
]

test(
  'a thread on which a program has left something ends with the run, and the next run finds nothing of it',
  async () => {
    for (const { way, left, ...next } of await ask(sampled(LEFT, 8))) {
      expect({ way, exit: left.exit, message: left.message }).toEqual({
        way,
        exit: 0,
        message: null,
      })
      expect({ way, ...next }).toEqual({ way, followed, newThreads: 1 })
    }
  },
  LIMIT_MS,
)

longTest(
  'a thread on which nothing is left serves the next run',
  async () => {
    const ways = [
      'nothing',
      'a promise that settles',
      'the clock, and the console',
      'another console',
    ]
    for (const { way, left, ...next } of await ask(sampled(ways, 2))) {
      expect(left, way).toEqual({ exit: 0, message: null, printed: '' })
      expect({ way, ...next }).toEqual({ way, followed, newThreads: 0 })
    }
  },
  LIMIT_MS,
)

interface Seen {
  readonly name: string
  readonly left: Pick<Run, 'exit' | 'message'>
  readonly looked: Pick<Run, 'exit' | 'message'>
  readonly newThreads: number
}

async function look(group: readonly Way[]): Promise<readonly Seen[]> {
  const { answer, stderr } = await runHost<Seen[]>(
    threadsFile('programs/host-ways.ts'),
    [JSON.stringify(group)],
    {
      limitMs: 4 * HANG_MS,
    },
  )
  expect(stderr).toBe('')
  return answer
}

test('there are at least 40 ways to leave something', () => {
  expect(ways.filter(({ isSeen }) => isSeen !== undefined).length).toBeGreaterThanOrEqual(40)
})

test.each(groupsOf(sampled(ways, 16), 12))(
  'nothing is seen on a thread that serves another run, and it serves none where that is not sure (from “%s”)',
  async (_, group) => {
    const seen = await look(group)
    for (const { name, ...rest } of seen) {
      const fine = { exit: 0, message: null }
      const { isHarmless = false } = group.find(way => way.name === name) as Way
      expect({ name, ...rest }).toEqual({
        name,
        left: fine,
        looked: fine,
        newThreads: isHarmless ? 0 : 1,
      })
    }
    expect(seen).toHaveLength(group.length)
  },
  LIMIT_MS,
)

/** Groups for a test each, with the name of the first. */
function groupsOf(all: readonly Way[], size: number): [string, readonly Way[]][] {
  const starts = [...all.keys()].filter(at => at % size === 0)
  return starts.map(at => [all[at].name, all.slice(at, at + size)])
}

test(
  'ordinary programs keep their threads',
  async () => {
    const { answer } = await runHost<{ program: string; exit: number; newThreads: number }[]>(
      threadsFile('programs/host-ordinary.ts'),
      [threadsFile('../../examples'), ...(isLong ? [] : ['--small'])],
      { limitMs: 4 * HANG_MS },
    )
    expect(answer.length).toBeGreaterThanOrEqual(4)
    for (const one of answer) expect(one).toEqual({ ...one, exit: 0, newThreads: 0 })
  },
  LIMIT_MS,
)

test.each(
  sampled(
    [
      'text',
      'null',
      'an object',
      'a forged result',
      'a forged report',
      'the port itself',
      'another then',
    ],
    7,
  ),
)(
  'what a program posts is not taken for its thread’s answer: %s',
  async how => {
    const { answer } = await runHost<{ exit: number; message: string }>(
      threadsFile('programs/host-posts.ts'),
      [threadsFile('programs/posts.ts'), how],
      { limitMs: 2 * HANG_MS },
    )
    expect(answer).toEqual({ exit: 1, message: 'its own' })
  },
  LIMIT_MS,
)

longTest(
  'a thousand goroutines start after one that has kept as many references as there is room for',
  async () => {
    const { code, stdout } = await runProgram(
      [threadsFile('programs/deep-then-many.ts'), '--procs', '2'],
      {
        limitMs: LIMIT_MS,
      },
    )
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'all stack memory was used\n1000 goroutines, sum 499500\n',
    })
  },
  LIMIT_MS,
)
