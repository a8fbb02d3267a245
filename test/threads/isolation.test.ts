/** What a program leaves on its threads, and the run after it in the same Runtime. */
import { expect, test } from 'vitest'
import { HANG_MS } from '../support/hang.ts'
import { runProgram, threadsFile } from '../support/run-cli.ts'
import { runHost } from '../support/run-host.ts'

interface Run {
  readonly exit: number
  readonly message: string | null
  readonly printed: string
}
interface Answer {
  readonly way: string
  readonly left: Run
  readonly followed: Run
  /** Threads that were started for the second run. */
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
  ...['a promise', 'an asynchronous function', 'a promise that starts a timer', 'a timer'],
  ...['a timer that is not waited for', 'an interval', 'an immediate', 'a port', 'a signal with a timeout'],
  ...['a finalization registry', 'an observer', 'a listener of process', 'a method of arrays'],
  ...['a global', 'a way to show errors', 'another console', 'a function of Node’s', 'the environment'],
]

test(
  'a thread on which a program has left something ends with the run, and the next run finds nothing of it',
  async () => {
    for (const { way, left, ...next } of await ask(LEFT)) {
      expect({ way, exit: left.exit, message: left.message }).toEqual({ way, exit: 0, message: null })
      expect({ way, ...next }).toEqual({ way, followed, newThreads: 1 })
    }
  },
  LIMIT_MS,
)

test(
  'a thread on which nothing is left serves the next run',
  async () => {
    const ways = ['nothing', 'reads a file at once', 'a promise that settles', 'marks of performance']
    for (const { way, left, ...next } of await ask(ways)) {
      expect(left, way).toEqual({ exit: 0, message: null, printed: '' })
      expect({ way, ...next }).toEqual({ way, followed, newThreads: 0 })
    }
  },
  LIMIT_MS,
)

test(
  'a thousand goroutines start after one that has kept as many references as there is room for',
  async () => {
    const { code, stdout } = await runProgram([threadsFile('programs/deep-then-many.ts'), '--procs', '2'], {
      limitMs: LIMIT_MS,
    })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'all stack memory was used\n1000 goroutines, sum 499500\n' })
  },
  LIMIT_MS,
)
