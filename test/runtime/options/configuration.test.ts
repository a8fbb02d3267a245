import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { UsageError } from '../../../runtime/errors/usage-error.ts'
import { type RunFlags, resolveConfiguration } from '../../../runtime/options/configuration.ts'

const directory = mkdtempSync(join(tmpdir(), 'sawtooth-configuration-'))
afterAll(() => rmSync(directory, { recursive: true }))

const pacerFile = join(directory, 'my-pacer.ts')
writeFileSync(pacerFile, 'export default {}\n')

const configured = (
  options: Record<string, unknown> = {},
  environment: Record<string, string> = {},
) => resolveConfiguration('program.ts', options as RunFlags, environment)

test('defaults', () => {
  const { seed, ...rest } = configured()
  expect(rest).toEqual({
    program: resolve('program.ts'),
    args: [],
    procs: Math.min(64, availableParallelism()),
    cpus: availableParallelism(),
    gcPercent: 100,
    memoryLimit: null,
    heapMinimum: null,
    arena: 2 ** 30,
    pacer: 'go1.21',
    termination: 'helping',
    gate: 'goal',
    credit: 'go',
    barrier: 'atomic',
    marks: 'plain',
    stackScans: 'owner',
    idleWorkers: 'on',
    barrierWait: 'sleep',
    gctrace: false,
    gcpacertrace: false,
    jsonFile: null,
    traceFile: null,
    keepCycles: 10_000,
    check: false,
    checkmark: false,
    zealEvery: 0,
    zealConcurrent: false,
    faults: [],
    dumpOn: null,
    schedule: null,
    stopTheWorld: 0,
    forceGcPeriodMs: 120_000,
  })
  expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true)
  expect(configured().seed).not.toBe(configured().seed) // equal once in 2³² runs of this test
})

test('everything can be given, and the result can be sent to a thread', () => {
  const configuration = configured({
    args: ['1', '--x'],
    procs: 64,
    gogc: 'off',
    memoryLimit: '64MiB',
    minimum: '1MiB',
    arena: '4MiB',
    pacer: 'fixed:trigger=0.5',
    termination: 'helping',
    gate: 'goal',
    credit: 'go',
    barrier: 'atomic',
    marks: 'plain',
    stackScans: 'owner',
    barrierWait: 'sleep',
    gctrace: true,
    gcpacertrace: true,
    json: join(directory, 'run.json'),
    trace: join(directory, 'trace.json'),
    check: true,
    zeal: '7,concurrent',
    seed: 2 ** 32 - 1,
    fault: ['refill@p63:once', 'refill:stall=3ms'],
    dumpOn: 'SIGUSR2',
    onCycle: () => {},
    signal: AbortSignal.abort(),
    stdout: process.stdout,
    stderr: process.stderr,
  })
  expect(structuredClone(configuration)).toEqual(configuration)
  expect(configuration).toMatchObject({
    args: ['1', '--x'],
    procs: 64,
    cpus: availableParallelism(),
    gcPercent: -1,
    memoryLimit: 64 * 2 ** 20,
    heapMinimum: 2 ** 20,
    arena: 4 * 2 ** 20,
    pacer: 'fixed:trigger=0.5',
    gctrace: true,
    gcpacertrace: true,
    jsonFile: join(directory, 'run.json'),
    traceFile: join(directory, 'trace.json'),
    check: true,
    checkmark: true,
    zealEvery: 7,
    zealConcurrent: true,
    seed: 2 ** 32 - 1,
    dumpOn: 'SIGUSR2',
  })
  expect(configuration.faults).toHaveLength(2)
})

test.each<[Record<string, unknown>, Record<string, unknown>]>([
  [{ procs: '4' }, { procs: 4 }],
  [{ gogc: 0 }, { gcPercent: 0 }],
  [{ gogc: '50' }, { gcPercent: 50 }],
  [{ gogc: -5 }, { gcPercent: -1 }],
  [{ memoryLimit: 12345 }, { memoryLimit: 12345 }],
  [{ memoryLimit: 'off' }, { memoryLimit: null }],
  [{ arena: 2 ** 31 - 8192 }, { arena: 2 ** 31 - 8192 }],
  [{ arena: '8192KiB' }, { arena: 2 ** 23 }],
  [{ zeal: 3 }, { zealEvery: 3, zealConcurrent: false }],
  [{ zeal: '3' }, { zealEvery: 3, zealConcurrent: false }],
  [{ seed: '0' }, { seed: 0 }],
  [
    { fault: 'refill:yield' },
    { faults: [{ point: 'refill', p: null, action: { kind: 'yield' }, when: { kind: 'always' } }] },
  ],
  [{ pacer: pacerFile }, { pacer: pacerFile }],
  [{ procs: undefined, gctrace: undefined }, { gctrace: false }],
])('%j', (options, expected) => {
  expect(configured(options)).toMatchObject(expected)
})

describe('environment', () => {
  test.each<[Record<string, string>, Record<string, unknown>]>([
    [{ GOGC: '50' }, { gcPercent: 50 }],
    [{ GOGC: 'off' }, { gcPercent: -1 }],
    [{ GOGC: '-1' }, { gcPercent: -1 }],
    [{ GOGC: '' }, { gcPercent: 100 }],
    [{ GOMAXPROCS: '3' }, { procs: 3 }],
    [{ GOMEMLIMIT: '1TiB' }, { memoryLimit: 2 ** 40 }],
    [{ GOMEMLIMIT: '64MiB' }, { memoryLimit: 2 ** 26 }],
    [{ GOMEMLIMIT: '100' }, { memoryLimit: 100 }],
    [{ GOMEMLIMIT: 'off' }, { memoryLimit: null }],
    [{ GOMEMLIMIT: '9223372036854775807' }, { memoryLimit: null }],
    [{ GODEBUG: 'gctrace=1,gcpacertrace=1' }, { gctrace: true, gcpacertrace: true }],
    [{ GODEBUG: 'gctrace=2' }, { gctrace: true }],
    [{ GODEBUG: 'gctrace=1,gctrace=0' }, { gctrace: false }],
    [{ GODEBUG: 'gccheckmark=1' }, { check: false, checkmark: true }],
    [{ GODEBUG: 'gcstoptheworld=2' }, { stopTheWorld: 2 }],
    [{ GODEBUG: 'forcegcperiod=250' }, { forceGcPeriodMs: 250 }],
    [{ GODEBUG: 'asyncpreemptoff=1,toString=3,nonsense,,=,gctrace=1' }, { gctrace: true }],
  ])('%j', (environment, expected) => {
    expect(configured({}, environment)).toMatchObject(expected)
  })

  test.each<[Record<string, unknown>, Record<string, string>, Record<string, unknown>]>([
    [{ gogc: 20 }, { GOGC: '50' }, { gcPercent: 20 }],
    [{ gogc: 20 }, { GOGC: 'banana' }, { gcPercent: 20 }],
    [{ procs: 2 }, { GOMAXPROCS: '5' }, { procs: 2 }],
    [{ memoryLimit: 'off' }, { GOMEMLIMIT: '1MiB' }, { memoryLimit: null }],
    [{ gctrace: false }, { GODEBUG: 'gctrace=1' }, { gctrace: false }],
    [{ gcpacertrace: true }, { GODEBUG: 'gcpacertrace=0' }, { gcpacertrace: true }],
  ])('%j wins over %j', (options, environment, expected) => {
    expect(configured(options, environment)).toMatchObject(expected)
  })

  test.each<[Record<string, string>, string]>([
    [{ GOGC: 'banana' }, "GOGC must be a percentage as whole number, or off, not 'banana'"],
    [{ GOGC: '1.5' }, "GOGC must be a percentage as whole number, or off, not '1.5'"],
    [{ GOGC: '2147483648' }, "GOGC must be a percentage as whole number, or off, not '2147483648'"],
    [{ GOMAXPROCS: 'two' }, "GOMAXPROCS must be a whole number from 1 to 64, not 'two'"],
    [{ GOMAXPROCS: '0' }, "GOMAXPROCS must be a whole number from 1 to 64, not '0'"],
    [
      { GOMEMLIMIT: '1MB' },
      "GOMEMLIMIT must be a count of bytes, alone or with B, KiB, MiB, GiB or TiB, or off, not '1MB'",
    ],
    [
      { GODEBUG: 'gctrace=yes' },
      "GODEBUG gctrace must be a whole number from 0 to 2147483647, not 'yes'",
    ],
    [{ GODEBUG: 'gctrace' }, 'GODEBUG gctrace needs a value, as in gctrace=1'],
    [
      { GODEBUG: 'gcpacertrace=-1' },
      "GODEBUG gcpacertrace must be a whole number from 0 to 2147483647, not '-1'",
    ],
    [
      { GODEBUG: 'gccheckmark=2' },
      "GODEBUG gccheckmark must be a whole number from 0 to 1, not '2'",
    ],
    [
      { GODEBUG: 'gcstoptheworld=3' },
      "GODEBUG gcstoptheworld must be a whole number from 0 to 2, not '3'",
    ],
    [{ GODEBUG: 'gccheckmark=' }, "GODEBUG gccheckmark must be a whole number from 0 to 1, not ''"],
    [
      { GODEBUG: 'gctrace=1=1' },
      "GODEBUG gctrace must be a whole number from 0 to 2147483647, not '1=1'",
    ],
    [
      { GODEBUG: 'forcegcperiod=0' },
      "GODEBUG forcegcperiod must be a whole number from 1 to 2147483647, not '0'",
    ],
  ])('%j is refused', (environment, message) => {
    expect(() => configured({}, environment)).toThrow(new UsageError(message))
  })
})

const arenaMustBe =
  '--arena must be whole 8 KiB pages, from 4MiB to below 2GiB, in bytes or with B, KiB, MiB or GiB'
const limitMustBe =
  '--memory-limit must be a count of bytes, alone or with B, KiB, MiB or GiB, or off'

test.each([undefined, null, '', 7, {}])('program %j is refused', program => {
  expect(() => resolveConfiguration(program as unknown as string)).toThrow(UsageError)
})

test.each([null, 7, 'fast'])('options %j are refused', options => {
  expect(() => resolveConfiguration('program.ts', options as unknown as RunFlags)).toThrow(
    UsageError,
  )
})

test.each<[Record<string, unknown>, string | RegExp]>([
  [{ procs: 0 }, '--procs must be a whole number from 1 to 64, not 0'],
  [{ procs: 65 }, '--procs must be a whole number from 1 to 64, not 65'],
  [{ procs: 1.5 }, '--procs must be a whole number from 1 to 64, not 1.5'],
  [{ procs: 'all' }, "--procs must be a whole number from 1 to 64, not 'all'"],
  [{ procs: Number.NaN }, '--procs must be a whole number from 1 to 64, not NaN'],
  [{ gogc: 'on' }, "--gogc must be a percentage as whole number, or off, not 'on'"],
  [{ gogc: '' }, "--gogc must be a percentage as whole number, or off, not ''"],
  [{ memoryLimit: '1TiB' }, `${limitMustBe}, not '1TiB'`],
  [{ memoryLimit: -1 }, `${limitMustBe}, not -1`],
  [
    { minimum: 0 },
    `--minimum must be from 64KiB to below 2GiB, in bytes or with B, KiB, MiB or GiB, not 0`,
  ],
  [{ arena: '4095KiB' }, `${arenaMustBe}, not '4095KiB'`],
  [{ arena: '2GiB' }, `${arenaMustBe}, not '2GiB'`],
  [{ arena: 4 * 2 ** 20 + 4096 }, `${arenaMustBe}, not 4198400`],
  [{ arena: 'big' }, `${arenaMustBe}, not 'big'`],
  [{ pacer: '' }, "--pacer must be NAME[:key=value,…] or a file, not ''"],
  [{ pacer: 'go9' }, /^--pacer: no pacer 'go9': there is /],
  [{ pacer: 'fixed:trigger=2' }, /^--pacer: pacer fixed: 'trigger=2' is ill-formed/],
  [
    { pacer: join(directory, 'nothing.ts') },
    `--pacer: there is no file ${join(directory, 'nothing.ts')}`,
  ],
  [{ pacer: 'nothing.mjs' }, `--pacer: there is no file ${resolve('nothing.mjs')}`],
  [{ pacer: directory }, `--pacer: ${directory} is not a file`],
  [
    { termination: 'never' },
    "--termination must be helping, coordinator, assist-takes-over, not 'never'",
  ],
  [{ gate: 'open' }, "--gate must be goal, hard, off, not 'open'"],
  [{ gate: true }, '--gate must be goal, hard, off, not true'],
  [{ barrier: 'none' }, "--barrier must be atomic, plain, not 'none'"],
  [{ idleWorkers: 'none' }, "--idle-workers must be on, off, not 'none'"],
  [{ marks: 'none' }, "--marks must be plain, atomic, not 'none'"],
  [{ credit: 'none' }, "--credit must be go, capped, not 'none'"],
  [{ gctrace: 1 }, '--gctrace must be true or false, not 1'],
  [{ check: 'yes' }, "--check must be true or false, not 'yes'"],
  [{ json: '' }, "--json must be the name of a file, not ''"],
  [{ json: directory }, `--json must be a file: ${directory} is a directory`],
  [
    { trace: join(directory, 'no', 'trace.json') },
    `--trace: ${join(directory, 'no', 'trace.json')} cannot be made: its directory is missing or cannot be written`,
  ],
  ...['SIGKILL', 'SIGSTOP', 'SIGINT', 'SIGSEGV', 'SIGCHLD', 'USR2', 'SIGBANANA', 12].map(
    (dumpOn): [Record<string, unknown>, RegExp] => [
      { dumpOn },
      /^--dump-on must be (?:one of .*SIGUSR2.*|the name of a signal, as SIGUSR2), not '?\w+'?$/,
    ],
  ),
  [{ signal: {} }, 'signal must be an AbortSignal, not {}'],
  [
    { signal: { aborted: false, addEventListener() {} } },
    'signal must be an AbortSignal, not { aborted: false, addEventListener: [Function: addEventListener] }',
  ],
  [{ signal: null }, 'signal must be an AbortSignal, not null'],
  [{ stdout: {} }, 'stdout must be a stream to write to, not {}'],
  [{ stderr: 2 }, 'stderr must be a stream to write to, not 2'],
  [{ onCycle: true }, 'onCycle must be a function, not true'],
  [{ procs: Symbol('p') }, '--procs must be a whole number from 1 to 64, not Symbol(p)'],
  [{ zeal: Object.create(null) }, /^--zeal must be .*, not \[Object: null prototype\] \{\}$/],
  [{ schedule: null }, /^--schedule must be /],
  [{ gate: '\x1b[2J\n' }, "--gate must be goal, hard, off, not '\\x1b[2J\\n'"],
  [{ zeal: 0 }, '--zeal must be N or N,concurrent with a whole number N from 1, not 0'],
  [
    { zeal: '1,often' },
    "--zeal must be N or N,concurrent with a whole number N from 1, not '1,often'",
  ],
  [{ seed: -1 }, '--seed must be a whole number from 0 to 4294967295, not -1'],
  [{ seed: 2 ** 32 }, '--seed must be a whole number from 0 to 4294967295, not 4294967296'],
  [{ fault: 'banana' }, "--fault has no point 'banana'; run --fault list prints them"],
  [
    { fault: [3] },
    '--fault must be POINT[@pN][:stall=DURATION|yield|fail|exit][:p=F|once|nth=N], not 3',
  ],
  [{ procs: 2, fault: 'refill@p2' }, '--fault refill@p2: there is no P 2, they count from 0 to 1'],
  [{ args: 'x' }, 'args must be an array of strings'],
  [{ args: [1] }, 'args must be an array of strings'],
  [{ gogcc: 50 }, /^there is no option gogcc; there is args, procs, gogc, /],
])('%j is refused', (options, message) => {
  expect(() => configured(options)).toThrow(
    typeof message === 'string' ? new UsageError(message) : message,
  )
  expect(() => configured(options)).toThrow(UsageError)
})
