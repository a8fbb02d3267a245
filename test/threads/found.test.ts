/** What reviewers found, each a program that once hung, died or printed something else. */
import { expect, test } from 'vitest'
import { runCli } from '../support/run-cli.ts'

const FOUND: readonly (readonly [string, readonly string[], readonly string[], string])[] = [
  [
    'a mark whose last grey objects one P keeps to itself ends',
    ['mark-ends', '--procs', '2', '--gogc', '25'],
    ['150'],
    'ok\n',
  ],
  [
    'an arena full of garbage is not out of memory',
    ['small-arena', '--procs', '8', '--arena', '4MiB', '--gogc', 'off'],
    [],
    'ok\n',
  ],
  [
    'large objects that nobody keeps are not out of memory',
    ['large-objects', '--procs', '8', '--arena', '4MiB', '--gogc', 'off'],
    [],
    'ok\n',
  ],
  [
    'a full arena is told after one collection in a stop',
    ['full-arena', '--procs', '2', '--arena', '16MiB'],
    [],
    'told\ntold\n',
  ],
  ['a goroutine placed on a busy P wakes an idle one', ['wakes-an-idle-p', '--procs', '3'], [], 'ok\n'],
  [
    'yield without a star does as with one, and an operation is waited for once',
    ['yields-without-star', '--procs', '2'],
    [],
    'a mutex.lock is waited for twice: make another operation\nok\n',
  ],
  ['promises and timers of a program do not end the host', ['promises', '--procs', '2'], [], 'ok\n'],
  ['fields may have the names of the runtime inside', ['field-names', '--procs', '2', '--check'], [], '42 7 43 3\n'],
]

test.each(FOUND)('%s', async (_, [program, ...options], args, stdout) => {
  const result = await runCli(['run', `test/threads/programs/found/${program}.ts`, ...options, '--', ...args], {
    limitMs: 60_000,
  })
  expect(result.stdout, result.stderr).toBe(stdout)
  expect(result.code).toBe(0)
})
