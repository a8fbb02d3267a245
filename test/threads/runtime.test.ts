import { describe, expect, test } from 'vitest'
import type { CycleRecord } from '../../runtime/report/record.ts'
import { HANG_MS } from '../support/hang.ts'
import { expectPrinted } from '../support/printed.ts'
import { runProgram, threadsFile } from '../support/run-cli.ts'
import { runHost } from '../support/run-host.ts'
import { isLong, longTest, sampled } from '../support/size.ts'
import { runProgramWarm } from '../support/warm-cli.ts'

const script = threadsFile('programs/host-runs.ts')
const programs = threadsFile('programs')

/** What takes a second at most on a quiet machine is over by then. */
const SOON_MS = HANG_MS / 6

interface Brief {
  readonly exit: number
  readonly error: { readonly kind: string; readonly message: string } | null
  readonly rescues: number
  readonly wallMs: number
  readonly cycles: number
}
interface Collected extends Brief {
  readonly stdout: string
  readonly stderr: string
  /** That were started for the run. */
  readonly newThreads: number
}

/** `what` is a scenario of the script, or several with commas. Then the answer has them by name. */
async function ask<T>(what: string, ...args: string[]): Promise<T> {
  const { answer, code, stderr } = await runHost<T>(script, [what, programs, ...args])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return answer
}

/** Scenarios that one process carries out: they do not depend on how the process began. */
const TOGETHER = [...(isLong ? ['serial'] : []), 'cycles', 'streams', 'closed', 'usage']
let together: Promise<Record<string, unknown>> | null = null

async function askTogether<T>(what: string): Promise<T> {
  together ??= ask(TOGETHER.join(), '2000000', '3000')
  return (await together)[what] as T
}

/** What churn.ts prints: the tree that stays has 2^15 − 1 nodes, each other 2^(depth + 1) − 1. */
const churned = (tasks: number, rounds: number, depth: number): string =>
  `${2 ** 15 - 1 + tasks * rounds * (2 ** (depth + 1) - 1)} nodes\n`

const sumOfSquares = (n: number): string => `sum ${((n - 1) * n * (2 * n - 1)) / 6}\n`

describe('one warm Runtime', () => {
  test('runs different programs, the first again, and goes on after a lost P and a failed program', async () => {
    const runs = await ask<Collected[]>('warm')
    expect(runs.map(({ rescues }) => rescues)).toEqual(runs.map(() => 0))
    const [first, other, again, lost, afterLost, afterLostOther, failed, smaller] = runs
    for (const run of [first, again, afterLost])
      expect(run).toMatchObject({ exit: 0, stdout: churned(3, 60, 9) })
    for (const run of [other, afterLostOther])
      expect(run).toMatchObject({ exit: 0, stdout: sumOfSquares(1000) })
    expect(lost).toMatchObject({
      exit: 3,
      error: { kind: 'lostP', message: expect.stringMatching(/^P 1 /) },
    })
    expect(failed).toMatchObject({
      exit: 1,
      error: { kind: 'program', message: 'the cupboard is bare' },
    })
    expect(smaller).toMatchObject({ exit: 0, stdout: sumOfSquares(10) })
    // The threads are there and warm.
    expect([first, other, again].map(({ newThreads }) => newThreads)).toEqual([3, 0, 0])
  })

  longTest('carries out concurrent run() calls one after the other', async () => {
    const { order, results } = await askTogether<{ order: string[]; results: Collected[] }>(
      'serial',
    )
    expect(order).toEqual(['first', 'first over', 'second', 'second over', 'third over'])
    for (const run of results.slice(0, 2))
      expect(run).toMatchObject({ exit: 0, stdout: churned(2, 60, 10) })
    expect(results[2].stdout).toBe(sumOfSquares(1000))
  })

  test('hands on each cycle as it ends, the same as in the record', async () => {
    const answer = await askTogether<
      Brief & { events: CycleRecord[]; record: CycleRecord[]; duringRun: number }
    >('cycles')
    expect(answer).toMatchObject({ exit: 0, rescues: 0 })
    expect(answer.events.length).toBeGreaterThan(3)
    expect(answer.events).toEqual(answer.record)
    expect(answer.events.map(({ n }) => n)).toEqual(answer.events.map((_, index) => index + 1))
    expect(answer.duringRun).toBeGreaterThan(2)
  })

  test('gives custom streams everything in order, also 2 MB printed in one call', async () => {
    const { once, lines } = await askTogether<{ once: Collected; lines: Collected }>('streams')
    const printed = once.stdout.split('\n')
    expect(printed[0]).toBe('module code of stdout')
    const wanted = Array.from({ length: 2_000_000 / 64 }, (_, line) =>
      String(line).padStart(63, 'ä'),
    )
    expect(printed.length).toBe(wanted.length + 4)
    expect(printed.slice(1, -3).every((line, index) => line === wanted[index])).toBe(true)
    expect(printed.slice(-3)).toEqual(['', 'after it', ''])
    expect(once.stderr).toMatch(/^module code of stderr\n/)
    expectPrinted(lines.stdout, lines.stderr, 3, 3000)
    expect([once.exit, lines.exit, once.rescues, lines.rescues]).toEqual([0, 0, 0, 0])
  })

  test('of the process itself can be closed, and is there again for the next run', async () => {
    const closed = await askTogether<{
      runs: { exit: number; stdout: string; threads: number }[]
      threadsAfter: number
    }>('closed')
    const run = { exit: 0, stdout: sumOfSquares(1000), threads: 2 }
    expect(closed).toEqual({ runs: [run, run], threadsAfter: 0 })
  })

  test('rejects with a UsageError before a start, and can be used after it', async () => {
    const { messages, exit } = await askTogether<{ messages: string[]; exit: number }>('usage')
    expect(messages).toEqual([
      '--procs must be a whole number from 1 to 64, not 0',
      '--procs must be a whole number from 1 to 64, not 65',
      "--gogc must be a percentage as whole number, or off, not 'banana'",
      expect.stringMatching(/^--arena must be .*, not '3MiB'$/),
      expect.stringMatching(/^--arena must be .*, not '2GiB'$/),
      expect.stringMatching(/^--pacer: .*go9\.99/),
      expect.stringMatching(/^--pacer: there is no file .*no-such-pacer\.ts$/),
      expect.stringMatching(/^there is no option speed; there is args, procs, /),
      'args must be an array of strings',
      '--fault refill@p9: there is no P 9, they count from 0 to 1',
      expect.stringMatching(/^--json: /),
      `program not found: ${programs}/no-such-program.ts`,
      `program is not a file: ${programs}`,
    ])
    expect(exit).toBe(0)
  })
})

describe('an AbortSignal', () => {
  test('ends a run with exit 130, whatever its program does', async () => {
    const ways = sampled(['polls', 'allocates', 'sleeps', 'never'], 4)
    const results = await ask<(Brief & { way: string; stdout: string; afterAbortMs: number })[]>(
      'abort',
      ...ways,
    )
    for (const result of results.slice(0, -1)) {
      expect(result, result.way).toMatchObject({
        exit: 130,
        error: { kind: 'interrupted' },
        rescues: 0,
      })
      // A loop without a safepoint is waited for half a second, then its thread is ended.
      if (result.way !== 'before') expect(result.afterAbortMs, result.way).toBeLessThan(SOON_MS)
    }
    expect(results.slice(0, ways.length).map(({ stdout }) => stdout)).toEqual(
      ways.map(() => 'looping\n'),
    )
    expect(results.at(-1)).toMatchObject({ way: 'after', exit: 0, stdout: sumOfSquares(1000) })
  })

  // signals.test.ts has them in its small size too.
  test.each(isLong ? ['polls', 'never'] : [])(
    'of the command line is SIGINT, while the program %s',
    async way => {
      const { code, record, stderr } = await runProgram(
        [threadsFile('programs/loops.ts'), '--procs', '2', '--', way],
        {
          signalOnOutput: 'SIGINT',
        },
      )
      expect({ code, error: record.error?.kind }).toEqual({ code: 130, error: 'interrupted' })
      expect(stderr).toMatch(/^interrupted$/m)
    },
  )
})

test('main returns, and the run ends, whatever other goroutines still do', async () => {
  for (const way of sampled(['polls', 'sleeps', 'never'], 3)) {
    // A process of its own ends too, though a thread of its is in a loop without an end.
    const runs = way === 'never' ? runProgram : runProgramWarm
    const { code, record, stdout } = await runs([
      threadsFile('programs/returns.ts'),
      '--procs',
      '3',
      '--',
      way,
    ])
    expect({ code, error: record.error, stdout }).toEqual({
      code: 0,
      error: null,
      stdout: 'main returns\n',
    })
  }
})

test.each(sampled(['off', 'goal'], 2))(
  'with --gate %s, assistMs is some of the time of an allocation, and never more than it',
  async gate => {
    const flags = ['--procs', '2', '--gogc', '20', '--gate', gate, '--termination', 'coordinator']
    const { code, stdout } = await runProgramWarm([
      threadsFile('programs/assist-time.ts'),
      ...flags,
    ])
    expect(code).toBe(0)
    const { assisted, wall, worst } = JSON.parse(stdout) as {
      assisted: number
      wall: number
      worst: number
    }
    expect(assisted).toBeGreaterThan(0)
    expect(assisted).toBeLessThan(wall)
    // Two readings of the clock apart.
    expect(worst).toBeLessThan(0.05)
  },
)

describe('a P whose thread dies', () => {
  const others: readonly (readonly [string, readonly string[]])[] = [
    ['allocate', ['--procs', '3', '--', 'allocates']],
    ['are in a loop without a safepoint', ['--procs', '3', '--gogc', 'off', '--', 'never']],
  ]
  test.each(sampled(others, 2))(
    'ends the run soon with an error that names it, while others %s',
    async (_, args) => {
      let lastSign = 0
      const began = Date.now()
      const { code, record, stderr } = await runProgram(
        [threadsFile('programs/dies.ts'), '--fault', 'refill@p1:exit:nth=1000', ...args],
        {
          onOutput: (stream, text) => {
            const stamps = text.trim().split('\n').map(Number)
            if (stream === 'stdout') lastSign = Math.max(lastSign, ...stamps)
          },
        },
      )
      const over = Date.now()
      expect(record.error).toMatchObject({
        kind: 'lostP',
        message: expect.stringMatching(/^P 1 died/),
      })
      expect({ code, exit: record.exit }).toEqual({ code: 3, exit: 3 })
      expect(stderr).toMatch(/^P 1 died in the middle of the run/m)
      expect(lastSign).toBeGreaterThan(began)
      expect(over - lastSign).toBeLessThan(SOON_MS)
    },
  )
})
