import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { UsageError } from '../../../runtime/errors/usage-error.ts'
import { main, type Start } from '../../../runtime/host/command-line.ts'

let stdout = ''
let stderr = ''

beforeEach(() => {
  stdout = ''
  stderr = ''
  vi.spyOn(process.stdout, 'write').mockImplementation(chunk => {
    stdout += String(chunk)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation(chunk => {
    stderr += String(chunk)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

const mustNotStart: Start = () => {
  throw new Error('a run was started')
}

/** What `run` hands to the host. */
async function started(
  ...argv: string[]
): Promise<{ program: string; options: Record<string, unknown> }> {
  let call: { program: string; options: Record<string, unknown> } | undefined
  const code = await main(['run', ...argv], async (program, { signal, ...options }) => {
    expect(signal).toBeInstanceOf(AbortSignal)
    call = { program, options }
    return { exit: 0 }
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return call as NonNullable<typeof call>
}

describe('run hands over', () => {
  test('the program alone', async () => {
    expect(await started('a.ts')).toEqual({ program: 'a.ts', options: { fault: [], args: [] } })
  })

  test('every option, in the host’s names', async () => {
    const { program, options } = await started(
      ...[
        '--procs',
        '4',
        'a.ts',
        '--gogc=-1',
        '--memory-limit',
        '1GiB',
        '--arena',
        '64MiB',
        '--pacer',
        'fixed',
      ],
      ...[
        '--termination',
        'helping',
        '--gate',
        'goal',
        '--credit',
        'capped',
        '--gctrace',
        '--gcpacertrace',
      ],
      ...[
        '--json',
        'a.json',
        '--trace',
        't.json',
        '--check',
        '--zeal',
        '1,concurrent',
        '--seed',
        '7',
      ],
      ...[
        '--dump-on',
        'SIGUSR2',
        '--fault',
        'refill',
        '--fault',
        'refill:once',
        '--',
        '--procs',
        'x',
        '--',
        'y',
      ],
    )
    expect(program).toBe('a.ts')
    expect(options).toEqual({
      procs: '4',
      gogc: '-1',
      memoryLimit: '1GiB',
      arena: '64MiB',
      pacer: 'fixed',
      termination: 'helping',
      gate: 'goal',
      credit: 'capped',
      gctrace: true,
      gcpacertrace: true,
      json: 'a.json',
      trace: 't.json',
      check: true,
      zeal: '1,concurrent',
      seed: '7',
      dumpOn: 'SIGUSR2',
      fault: ['refill', 'refill:once'],
      args: ['--procs', 'x', '--', 'y'],
    })
  })

  test('the last of an option that is given twice, and a value that begins with a dash', async () => {
    const { options } = await started('a.ts', '--gogc', '50', '--gogc', '-1')
    expect(options.gogc).toBe('-1')
  })
})

test('the exit code is the record’s', async () => {
  expect(await main(['run', 'a.ts'], async () => ({ exit: 3 }))).toBe(3)
})

test('a usage error of the host is one line and 2', async () => {
  const refusing: Start = async () => {
    throw new UsageError('--procs must be less')
  }
  expect(await main(['run', 'a.ts'], refusing)).toBe(2)
  expect(stderr).toBe('sawtooth: --procs must be less\n')
})

test('any other failure of the host is an internal error and 3', async () => {
  const broken: Start = async () => {
    throw new TypeError('oops')
  }
  expect(await main(['run', 'a.ts'], broken)).toBe(3)
  expect(stderr).toMatch(/^sawtooth: internal error: TypeError: oops\n/)
})

const atTop = 'there is run, overrun, pacers, --help, --version'

test.each<[string[], string]>([
  [[], 'a command is needed: run, overrun, pacers; see sawtooth --help'],
  [['walk'], `there is no command walk; ${atTop}`],
  [['toString'], `there is no command toString; ${atTop}`],
  [['--verbose'], `there is no option --verbose; ${atTop}`],
  [['pacers'], `there is no command pacers; ${atTop}`], // it is the lab's, and handed in
  [['run'], 'run needs a PROGRAM; see sawtooth run --help'],
  [['run', '--', 'a.ts'], 'run needs a PROGRAM; see sawtooth run --help'],
  [
    ['run', 'a.ts', 'b.ts'],
    "run takes one PROGRAM, 'b.ts' is a second; its arguments come after --",
  ],
  [['run', 'a.ts', '--banana'], 'run has no option --banana; see sawtooth run --help'],
  [['run', 'a.ts', '--banana=3'], 'run has no option --banana; see sawtooth run --help'],
  [['run', 'a.ts', '--toString'], 'run has no option --toString; see sawtooth run --help'],
  [['run', 'a.ts', '-x'], 'run has no option -x; see sawtooth run --help'],
  [['run', 'a.ts', '--no-check'], 'run has no option --no-check; see sawtooth run --help'],
  [['run', 'a.ts', '--gctrace=yes'], "--gctrace takes no value, not 'yes'"],
  [['run', 'a.ts', '--procs'], '--procs needs a value: 1 to 64'],
  [['run', 'a.ts', '--fault'], '--fault needs a value: a SPEC or list'],
])('%j is a usage error', async (argv, message) => {
  expect(await main(argv, mustNotStart)).toBe(2)
  expect({ stdout, stderr }).toEqual({ stdout: '', stderr: `sawtooth: ${message}\n` })
})

test.each([[['--help']], [['-h']], [['run', '--help']], [['run', '-h']]])(
  '%j prints a text with an example',
  async argv => {
    expect(await main(argv, mustNotStart)).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/Examples?:\n {2}sawtooth /)
  },
)

test('the help of run names every option and the environment', async () => {
  await main(['run', '--help'], mustNotStart)
  const { options } = await started('a.ts', '--seed', '1')
  expect(options.seed).toBe('1')
  for (const name of [
    'procs',
    'gogc',
    'memory-limit',
    'arena',
    'pacer',
    'termination',
    'gate',
    'credit',
    'gctrace',
  ])
    expect(stdout).toContain(`--${name} `)
  for (const name of ['gcpacertrace', 'json', 'trace', 'check', 'zeal', 'seed', 'fault', 'dump-on'])
    expect(stdout).toContain(`--${name} `)
  for (const name of ['GOGC', 'GOMEMLIMIT', 'GOMAXPROCS', 'GODEBUG']) expect(stdout).toContain(name)
})

test('a further command gets its arguments, and answers with the exit code or a usage error', async () => {
  const asked: unknown[] = []
  const overrun = async (argv: readonly string[]): Promise<number> => {
    asked.push(argv)
    if (argv.length === 0) throw new UsageError('too little')
    return 7
  }
  expect(await main(['overrun', 'sweep', '--help'], mustNotStart, { overrun })).toBe(7)
  expect(await main(['overrun'], mustNotStart, { overrun })).toBe(2)
  expect(asked).toEqual([['sweep', '--help'], []])
  expect(stderr).toBe('sawtooth: too little\n')
})

test('--version prints the package’s', async () => {
  expect(await main(['--version'], mustNotStart)).toBe(0)
  expect(stdout).toMatch(/^sawtooth \d+\.\d+\.\d+\n$/)
})

test('--fault list prints the points and needs no program', async () => {
  expect(await main(['run', '--fault', 'list'], mustNotStart)).toBe(0)
  expect(stdout).toMatch(/^refill +\S/)
})

test('signals have listeners while a run is on', async () => {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
  const counts = (): number[] => signals.map(signal => process.listenerCount(signal))
  const before = counts()
  await main(['run', 'a.ts'], async () => {
    expect(counts()).toEqual(before.map(count => count + 1))
    return { exit: 0 }
  })
  expect(counts()).toEqual(before)
})
