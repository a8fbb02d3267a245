/** What reviews found: each is a program that once hung, died or printed something else. */
import { expect, test } from 'vitest'
import { isLong } from '../support/size.ts'
import { runCliWarm } from '../support/warm-cli.ts'

const FOUND: readonly (readonly [string, readonly string[], readonly string[], string])[] = [
  [
    'a mark whose last grey objects one P keeps to itself ends',
    ['mark-ends', '--procs', '2', '--gogc', '25'],
    [isLong ? '150' : '20'],
    'ok\n',
  ],
  [
    'an arena full of garbage is not out of memory',
    ['small-arena', '--procs', '8', '--arena', '4MiB', '--gogc', 'off'],
    ['8', isLong ? '3000000' : '200000'],
    'ok\n',
  ],
  [
    'large objects that nobody keeps are not out of memory',
    ['large-objects', '--procs', '8', '--arena', '4MiB', '--gogc', 'off'],
    ['8', isLong ? '200' : '60'],
    'ok\n',
  ],
  [
    'a full arena is told after one collection in a stop',
    ['full-arena', '--procs', '2', '--arena', '16MiB'],
    [],
    'told\ntold\n',
  ],
  [
    'a goroutine placed on a busy P wakes an idle one',
    ['wakes-an-idle-p', '--procs', '3'],
    [],
    'ok\n',
  ],
  [
    'yield without a star does as with one, and an operation is waited for once',
    ['yields-without-star', '--procs', '2'],
    [],
    'a mutex.lock is waited for twice: make another operation\nok\n',
  ],
  [
    'what converts a value may allocate and throw',
    ['converts-values', '--procs', '2'],
    [],
    'true 77 88 true\n0\n',
  ],
  [
    'a cycle that begins while a stored value is converted loses nothing',
    ['converts-at-the-barrier', '--procs', '2'],
    [],
    'field: 0 lost\narray: 0 lost\nglobal: 0 lost\n',
  ],
  [
    'what keeps a reference while it is converted to one loses none',
    ['keeps-while-kept', '--procs', '2'],
    [],
    'ok\n',
  ],
  ['a case of nil is never possible', ['merges-with-nil', '--procs', '2'], [], 'merged 20\n'],
  ['each setGCPercent is told what it replaced', ['swaps-gc-percent', '--procs', '4'], [], 'ok\n'],
  [
    'what is no count, channel, time or case is refused',
    ['refuses-what-is-none', '--procs', '2'],
    [],
    '1 1\n',
  ],
  [
    'promises and timers of a program do not end the host',
    ['promises', '--procs', '2'],
    [],
    'ok\n',
  ],
  [
    'fields may have the names of the runtime inside',
    ['field-names', '--procs', '2', '--check'],
    [],
    '42 7 43 3\n',
  ],
]

test.each(FOUND)('%s', async (_, [program, ...options], args, stdout) => {
  const result = await runCliWarm([
    'run',
    `test/threads/programs/found/${program}.ts`,
    ...options,
    '--',
    ...args,
  ])
  expect(result.stdout, result.stderr).toBe(stdout)
  expect(result.code).toBe(0)
})
