import { describe, expect, test } from 'vitest'
import { HANG_MS } from '../support/hang.ts'
import { runProgram, threadsFile } from '../support/run-cli.ts'
import { runHost } from '../support/run-host.ts'
import { isLong, longTest } from '../support/size.ts'

const overflows = threadsFile('programs/stack-overflow.ts')

describe('a stack overflow in or about an allocation', () => {
  test('is a RangeError with exit 1, at whatever depth it strikes', async () => {
    const times = isLong ? 300 : 8
    const { answer, code } = await runHost<
      { exit: number; error: string; goroutine: string; rescues: number }[]
    >(threadsFile('programs/host-overflows.ts'), [overflows, String(times), isLong ? '3' : '116'], {
      limitMs: isLong ? 5 * HANG_MS : HANG_MS,
    })
    expect(code).toBe(0)
    expect(answer.length).toBe(times)
    for (const run of answer) {
      const error = 'RangeError: Maximum call stack size exceeded'
      expect(run).toEqual({ exit: 1, error, goroutine: 'main', rescues: 0 })
    }
  })

  test('strikes in no stop, also where the first collection of all is met with little stack left', async () => {
    const depths = Array.from({ length: isLong ? 24 : 3 }, (_, index) =>
      String(20 + (isLong ? 15 : 172) * index),
    )
    const { answer, code } = await runHost<object[]>(threadsFile('programs/host-first-stops.ts'), [
      threadsFile('programs/first-stop-near-the-end.ts'),
      ...depths,
    ])
    expect(code).toBe(0)
    expect(answer).toEqual(depths.map(depth => ({ depth, exit: 0, error: null, rescues: 0 })))
  })

  longTest(
    'leaves a sound heap behind where it is caught, many times at different depths',
    async () => {
      const times = isLong ? 300 : 15
      const args = [overflows, '--procs', '2', '--arena', '64MiB', '--', String(times)]
      const { code, stdout, record } = await runProgram(args, {
        env: { GODEBUG: 'gccheckmark=1' },
        limitMs: isLong ? 5 * HANG_MS : HANG_MS,
      })
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: `${times} overflows, heap sound after each\n`,
      })
      // Each gc() is a cycle that began after the call; another P's trigger may have begun it.
      expect(record.cycles.length).toBeGreaterThanOrEqual(times)
    },
  )
})

test('a stack overflow in any operation strikes before it or in no part of it, at many depths', async () => {
  const depths = isLong ? '300' : '100'
  const { stdout, code } = await runProgram(
    [threadsFile('programs/overflow-in-operations.ts'), '--procs', '2', '--', depths],
    { limitMs: 2 * HANG_MS },
  )
  const line = (operations: number): string =>
    `${depths} depths; each of ${operations} operations was done at some, and failed at others: true\n`
  // Those that need not wait, the same as another P asks for stops, and those that wait.
  expect(stdout.replaceAll('a line\n', '')).toBe(line(23) + line(23) + line(6))
  expect(code).toBe(0)
})

test('a stack overflow in what prints an object ends no process, at many depths', async () => {
  const depths = isLong ? '300' : '40'
  const { stdout, code } = await runProgram(
    [threadsFile('programs/overflow-in-console.ts'), '--procs', '2', '--', depths],
    { limitMs: 2 * HANG_MS },
  )
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(
    `${depths} depths; each of 13 ways printed at some, and failed at others: true`,
  )
  expect(code).toBe(0)
})
