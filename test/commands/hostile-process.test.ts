import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../../runtime/report/record.ts'
import { HANG_MS } from '../support/hang.ts'
import { inScratch, recordIn, runCli, runNode, threadsFile } from '../support/run-cli.ts'
import { runHost } from '../support/run-host.ts'
import { longTest, sampled } from '../support/size.ts'
import { runCliWarm } from '../support/warm-cli.ts'

const cli = fileURLToPath(new URL('../../bin/sawtooth.js', import.meta.url))
const hello = fileURLToPath(new URL('../../examples/hello.ts', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly stderr: string
  readonly record: RunRecord | null
}

/** Runs hello under what a shell puts before it: limits, another directory. */
function underShell(
  scratch: string,
  before: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Ended {
  const json = join(scratch, 'record.json')
  const script = `${before}\nexec "$@"`
  const run = [process.execPath, cli, 'run', hello, '--json', json, ...args]
  const { status, stderr } = spawnSync('/bin/sh', ['-c', script, 'sh', ...run], {
    cwd: scratch,
    env: { ...process.env, NODE_OPTIONS: '', TMPDIR: scratch, ...env },
    encoding: 'utf8',
    timeout: HANG_MS,
  })
  return { code: status, stderr, record: recordIn(json) }
}

describe('threads that cannot start are told in a line that says what the system refused', () => {
  test('open files: the run ends with its record', async () => {
    await inScratch(async scratch => {
      const { code, stderr, record } = underShell(scratch, 'ulimit -n 150', ['--procs', '64'])
      expect({ code, kind: record?.error?.kind }).toEqual({ code: 3, kind: 'lostP' })
      expect(stderr).toMatch(/^the threads of 64 Ps cannot start: .*EMFILE.*ulimit -n\)\n$/)
    })
  })

  test.each(sampled([20, 30, 40, 50, 64], 5))(
    'open files, %i of them: one line, whoever runs out of them',
    async limit => {
      await inScratch(async scratch => {
        const { code, stderr } = underShell(scratch, `ulimit -n ${limit}`, ['--procs', '8'])
        expect({ code, stderr }).toEqual({
          code: 3,
          stderr: expect.stringMatching(/^[^\n]*EMFILE.*ulimit -n\)?\n$/),
        })
      })
    },
  )

  test('open files that a host has used up: each run has a record, or is refused with an error of ours', async () => {
    interface Ended {
      readonly free: number
      readonly how: string
    }
    const script = threadsFile('programs/host-without-files.ts')
    const { answer, code } = await runHost<Ended[]>(script, [hello])
    expect(code).toBe(0)
    for (const { free, how } of answer)
      expect(how, `${free} files`).toMatch(
        /^(?:(?:UsageError|OutputError): .*EMFILE|record: 3 lostP .*EMFILE)/,
      )
  })

  // A limit that does not count for the superuser: somebody else must be able to read the command.
  const somebody = ['setpriv', '--reuid=64123', '--clear-groups']
  const asSomebody = (...args: string[]) =>
    spawnSync(somebody[0] as string, [...somebody.slice(1), ...args])
  const canLimit =
    process.getuid?.() === 0 && asSomebody('prlimit', '--nproc=20', 'test', '-r', cli).status === 0

  test.runIf(canLimit)('threads of a user: the run ends with its record', async () => {
    await inScratch(async scratch => {
      chmodSync(scratch, 0o777)
      const limited = `set -- ${somebody.join(' ')} prlimit --nproc=20 "$@"`
      const { code, stderr, record } = underShell(scratch, limited, ['--procs', '16'])
      expect({ code, kind: record?.error?.kind }).toEqual({ code: 3, kind: 'lostP' })
      expect(stderr).toMatch(
        /^the threads of 16 Ps cannot start: EAGAIN \(too many threads: ulimit -u, .*\)\n$/,
      )
    })
  })

  test('address space: nothing is started', async () => {
    await inScratch(async scratch => {
      const { code, stderr, record } = underShell(scratch, 'ulimit -v 4000000', [
        '--procs',
        '64',
        '--arena',
        '8MiB',
      ])
      expect({ code, record }).toEqual({ code: 2, record: null })
      expect(stderr).toMatch(
        /^sawtooth: threads for 64 more Ps need some \d+ bytes of address space, .*\(ulimit -v\)\n$/,
      )
    })
  })

  longTest('code that NODE_OPTIONS runs in each of them', async () => {
    await inScratch(async scratch => {
      const broken = join(scratch, 'broken.cjs')
      const ends = [
        ["throw new Error('not in my thread')", 'not in my thread'],
        ['process.exit(7)', 'its thread exited with code 7'],
      ] as const
      for (const [text, why] of sampled(ends, 2)) {
        writeFileSync(broken, `if (!require('node:worker_threads').isMainThread) ${text}`)
        const { code, record } = await runCli(['run', hello, '--procs', '3'], {
          env: { NODE_OPTIONS: `--require ${broken}` },
        })
        expect({ code, error: record?.error }).toEqual({
          code: 3,
          error: {
            kind: 'lostP',
            message: `the threads of 3 Ps cannot start: ${why}`,
            goroutine: null,
            stack: null,
          },
        })
      }
    })
  })

  longTest('and leave a host and its Runtime as they were', async () => {
    interface Brief {
      readonly exit: number
      readonly kind: string | null
    }
    const { answer, code } = await runHost<{ refused: Brief; after: Brief }>(
      threadsFile('programs/host-refused.ts'),
      [hello],
    )
    expect({ code, answer }).toEqual({
      code: 0,
      answer: { refused: { exit: 3, kind: 'lostP' }, after: { exit: 0, kind: null } },
    })
  })
})

describe('a process that cannot run anything says why, in one line', () => {
  const unable: [string, string, readonly string[], Record<string, string>, RegExp][] = [
    [
      'no TMPDIR',
      ':',
      [],
      { TMPDIR: '/nonexistent' },
      /TMPDIR: no temporary folder can be made in \/nonexistent: ENOENT/,
    ],
    [
      'a TMPDIR that is a file',
      'touch file',
      [],
      { TMPDIR: 'file' },
      /TMPDIR: no temporary folder can be made in file: ENOTDIR/,
    ],
    [
      'no working directory',
      'mkdir gone; cd gone; rmdir ../gone',
      [],
      {},
      /the working directory does not exist any more/,
    ],
    [
      'no room for the arena',
      'ulimit -v 2000000',
      ['--arena', '2040MiB'],
      {},
      /--arena: \d+ bytes .* cannot be reserved/,
    ],
  ]
  test.each(sampled(unable, 4))('%s', async (_, before, args, env, message) => {
    await inScratch(async scratch => {
      const { code, stderr, record } = underShell(scratch, before, args, env)
      expect({ code, record }).toEqual({ code: 2, record: null })
      expect(stderr).toMatch(new RegExp(`^sawtooth: ${message.source}.*\\n$`))
    })
  })

  test('no code from strings', async () => {
    await inScratch(async scratch => {
      const args = ['--disallow-code-generation-from-strings', cli, 'run', hello]
      const { code, stderr } = await runNode(args, {}, scratch)
      expect(code).toBe(2)
      expect(stderr).toMatch(/^sawtooth: code from strings is forbidden in this process .*\n$/)
    })
  })

  test('no WebAssembly, and no compiler: that is enough', async () => {
    await inScratch(async scratch => {
      const { code, stdout } = await runNode(['--jitless', cli, 'run', hello], {}, scratch)
      expect(code).toBe(0)
      expect(stdout).not.toBe('')
    })
  })
})

test('what a terminal would obey is escaped in complaints', async () => {
  const evil = '\x1b]0;t\x07\n\x9b2J\u202e'
  for (const args of [
    ['run', hello, '--procs', evil],
    ['run', evil],
    [evil],
    ['pacers', evil],
    ['overrun', `--goal=${evil}`],
    ['run', hello, evil],
    ['run', hello, `--${evil}`],
    ['run', hello, '--fault', evil],
  ]) {
    const { code, stderr } = await runCliWarm(args)
    expect(code, args.join(' ')).toBe(2)
    expect(stderr.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(stderr).toMatch(/\n$/)
  }
})

longTest('no folder is left behind by what cannot run', async () => {
  await inScratch(async scratch => {
    const temporary = join(scratch, 'temporary')
    mkdirSync(temporary)
    underShell(scratch, 'ulimit -n 64', ['--procs', '64'], { TMPDIR: temporary })
    expect(readdirSync(temporary)).toEqual([])
  })
})

test('a signal and a reason of the host’s own making abort a run as others do', async () => {
  const { answer, code } = await runHost<object>(threadsFile('programs/host-odd-signals.ts'), [
    threadsFile('programs/loops.ts'),
  ])
  expect({ code, answer }).toEqual({ code: 0, answer: { exits: [130, 130, 130], uncaught: 0 } })
})

/** Its name since Node 23.5, and the one before. */
const permission = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission'
const forbidden: readonly (readonly [string, RegExp])[] = [
  [
    '--frozen-intrinsics',
    /^sawtooth: the language's own objects are frozen in this process \(--frozen-intrinsics\), /,
  ],
  [
    `${permission} --allow-fs-read=* --allow-fs-write=*`,
    /^sawtooth: worker threads are forbidden in this process: start Node with --allow-worker\n/,
  ],
]

test.each(sampled(forbidden, 2))('%s: exit 2, one line', async (flags, message) => {
  await inScratch(async scratch => {
    const { code, stdout, stderr } = await runNode(
      ['--no-warnings', ...flags.split(' '), cli, 'run', hello],
      {},
      scratch,
    )
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr.split('\n').length).toBe(2)
  })
})
