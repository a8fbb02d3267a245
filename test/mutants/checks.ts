/**
 * The suite as checks. A check runs in a tree and says whether it caught something. A check that
 * passes on the unmutated tree and fails on a mutant has caught the mutant.
 *
 * A mutant may hang any thread. So a check runs in processes of their own, as a group that can be
 * ended as a whole. A check that is not over after its limit has caught the mutant by hanging. The
 * runner sets the limit from the time that the unmutated tree took, so that a slow machine catches
 * nothing.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Exploration } from '../explore/explore.ts'
import type { Outcome, Plan, Planned } from './series.ts'

export interface Verdict {
  readonly caught: boolean
  /** What caught the mutant: `checkmark`, `model`, `test …`. Empty if nothing did. */
  readonly by: string
  /** How many tests, runs or schedules it took. */
  readonly runs: number
  readonly seconds: number
  /** One line: a message, and how to see it again. */
  readonly evidence: string
}

export interface CheckOptions {
  /** The root of the tree. */
  readonly directory: string
  readonly seed: number
  /**
   * How many programs are run on threads or under schedules if nothing is caught.
   *
   * @defaultValue the check's own number
   */
  readonly mostRuns?: number
  /** A check that takes longer than this hangs, in ms. */
  readonly limitMs: number
  /** Ends the check. Its verdict then means nothing. */
  readonly signal: AbortSignal
  /** A test file that is likely to catch the mutant. It runs before all the others. */
  readonly first?: string
}

export interface Check {
  readonly name: string
  readonly what: string
  run(options: CheckOptions): Promise<Verdict>
}

/**
 * How many programs are run if nothing is caught: about 12 s of each kind on a quiet machine with 2
 * cores. The limit is a number and not a time, so that a slow machine runs as many.
 */
const THREAD_RUNS = 12
const CONTROLLED_RUNS = 40
/** A run that takes longer than this hangs, in ms. A busy and slow machine takes a third of it. */
const RUN_LIMIT_MS = 60_000

const RACES = 'test/stress/programs/races.ts'
const GRAPH = 'test/stress/programs/random-graph.ts'
const SHAPES = 'test/stress/programs/shapes.ts'
const CONTENDED = 'test/stress/programs/contended.ts'
const STACKS = 'test/stress/programs/stacks.ts'

/** Go's protocol. Plans without it have the defaults. */
const GO = { termination: 'coordinator', gate: 'off' } as const

/** Runs on real threads. The programs' own models check them, and so do --check and checkmark. */
const threadRuns: readonly Planned[] = [
  {
    program: SHAPES,
    options: { ...GO, procs: 2, gogc: 10, arena: '64MiB', args: ['SEED', '300', '2'] },
  },
  {
    program: RACES,
    options: { procs: 3, check: true, zeal: '2,concurrent', args: ['SEED', '300', '3'] },
  },
  { program: GRAPH, options: { ...GO, procs: 4, gogc: 5, args: ['SEED', '6000', '4'] } },
  {
    program: SHAPES,
    options: { procs: 4, check: true, zeal: '20', arena: '64MiB', args: ['SEED', '40', '3'] },
  },
  {
    program: GRAPH,
    options: { ...GO, procs: 2, check: true, zeal: '3,concurrent', args: ['SEED', '1500', '3'] },
  },
  { program: STACKS, options: { procs: 4, check: true, zeal: '3,concurrent', args: ['300', '6'] } },
  {
    program: STACKS,
    options: {
      ...GO,
      procs: 3,
      check: true,
      zeal: '3,concurrent',
      stackScans: 'any',
      args: ['300', '6'],
    },
  },
  { program: CONTENDED, options: { ...GO, procs: 4, args: ['500', '4'] } },
  { program: RACES, options: { procs: 4, zeal: '1', args: ['SEED', '100', '3'] } },
  {
    program: SHAPES,
    options: { ...GO, procs: 1, gogc: 20, check: true, arena: '48MiB', args: ['SEED', '100', '1'] },
  },
]

/** Runs under a schedule. They are small, since each turn costs microseconds. */
const controlledRuns: readonly Planned[] = [
  {
    program: RACES,
    options: {
      ...GO,
      procs: 3,
      check: true,
      zeal: '5,concurrent',
      schedule: 'random',
      args: ['SEED', '30', '2'],
    },
  },
  {
    program: RACES,
    options: {
      ...GO,
      procs: 2,
      check: true,
      zeal: '5,concurrent',
      schedule: 'pct',
      args: ['SEED', '30', '2'],
    },
  },
  {
    program: STACKS,
    options: {
      ...GO,
      procs: 3,
      check: true,
      zeal: '4,concurrent',
      schedule: 'random',
      args: ['5', '2'],
    },
  },
  {
    program: RACES,
    options: {
      ...GO,
      procs: 3,
      check: true,
      zeal: '4,concurrent',
      stackScans: 'any',
      schedule: 'random',
      args: ['SEED', '30', '2'],
    },
  },
  { program: CONTENDED, options: { ...GO, procs: 3, schedule: 'random', args: ['5', '3'] } },
  {
    program: GRAPH,
    options: {
      ...GO,
      procs: 2,
      check: true,
      zeal: '5,concurrent',
      schedule: 'random',
      args: ['SEED', '60', '2'],
    },
  },
  {
    program: RACES,
    options: {
      procs: 3,
      check: true,
      zeal: '5,concurrent',
      schedule: 'random',
      args: ['SEED', '30', '2'],
    },
  },
  {
    program: RACES,
    options: { ...GO, procs: 4, zeal: '9', schedule: 'pct:changes=8', args: ['SEED', '8', '3'] },
  },
]

/** The unit tests of the floors that are mutated. */
const UNIT_TESTS = ['test/memory', 'test/heap', 'test/gc', 'test/scheduler', 'test/runtime']
/** One run after another in one process: these find what a run leaves behind. */
const RUN_TESTS = ['test/threads/isolation.test.ts', 'test/threads/memory.test.ts']
/** What a stack overflow leaves half done, in the size of `npm test`. */
const OVERFLOW_TESTS = ['test/commands/stack-overflow.test.ts']
/**
 * Pacers are arithmetic, and are not mutated. A slow test catches nothing, so tests have no limit
 * of their own: the limit of the check ends a test that hangs.
 */
const TEST_OPTIONS = [
  '--bail',
  '1',
  '--maxWorkers',
  '2',
  '--exclude',
  'test/gc/pacer/**',
  '--testTimeout',
  '3600000',
]

export const checks: readonly Check[] = [
  {
    name: 'unit',
    what: 'the unit tests of heap, verify, gc, scheduler and runtime',
    run: runUnitTests,
  },
  {
    name: 'runs',
    what: 'tests of one run after another on the same threads, and of stack overflows',
    run: runRuns,
  },
  {
    name: 'explore',
    what: 'the small protocols with few preemptive switches',
    run: options => runExploration(options, ['--quick']),
  },
  {
    name: 'controlled',
    what: 'programs under one seeded schedule after another',
    run: options =>
      runSeries(options, controlledRuns, CONTROLLED_RUNS, ['--conditions=controlled']),
  },
  {
    name: 'stress',
    what: 'programs on threads, with --check and zeal',
    run: options => runSeries(options, threadRuns, THREAD_RUNS, []),
  },
  {
    name: 'explore-1',
    what: 'every schedule of all protocols with one preemptive switch',
    run: options => runExploration(options, ['--bound', '1']),
  },
  {
    name: 'explore-2',
    what: 'every schedule of some protocols with two preemptive switches',
    run: options =>
      runExploration(options, [
        '--bound',
        '2',
        '--protocol',
        'scan-request',
        '--protocol',
        'stealing',
        '--protocol',
        'wake-ups',
        '--protocol',
        'remote-scan-grow',
        '--protocol',
        'remote-scan-grow-begins',
      ]),
  },
]

/** The likely test first: most mutants are caught within seconds then. */
async function runUnitTests(options: CheckOptions): Promise<Verdict> {
  const { directory, first } = options
  const projects = ['unit', 'unit-apart']
  if (first !== undefined && existsSync(join(directory, first))) {
    const verdict = await runTests(options, projects, [first])
    if (verdict.caught) return verdict
  }
  return runTests(options, projects, UNIT_TESTS)
}

async function runRuns(options: CheckOptions): Promise<Verdict> {
  const first = await runTests(options, ['commands', 'long'], RUN_TESTS)
  if (first.caught) return first
  const second = await runTests(options, ['commands'], OVERFLOW_TESTS)
  return {
    ...second,
    runs: first.runs + second.runs,
    seconds: first.seconds + second.seconds,
  }
}

async function runTests(
  { directory, limitMs, signal }: CheckOptions,
  projects: readonly string[],
  paths: readonly string[],
): Promise<Verdict> {
  const report = join(directory, 'unit-report.json')
  const vitest = join(directory, 'node_modules/vitest/vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const args = [
    vitest,
    'run',
    ...projects.flatMap(project => ['--project', project]),
    ...TEST_OPTIONS,
    ...reporters,
    ...paths,
  ]
  const end = await runNode(directory, args, limitMs, signal)
  if (end.hung)
    return verdictOf(
      'hang',
      0,
      end,
      `tests are not over; the last lines: ${end.output.slice(-300)}`,
    )
  const results = readReport(report)
  if (end.code === 0 && !results?.numPassedTests)
    throw new Error(`there are no tests in ${paths.join(', ')}`)
  if (end.code === 0) return verdictOf('', results?.numPassedTests ?? 0, end, '')
  for (const file of results?.testResults ?? []) {
    const path = file.name.replace(`${directory}/`, '')
    const failed = file.assertionResults.find(({ status }) => status === 'failed')
    if (failed === undefined && file.status !== 'failed') continue
    const message = failed?.failureMessages[0] ?? file.message ?? ''
    const title = failed?.fullName ?? 'does not load'
    return verdictOf(
      `test ${path}`,
      results?.numTotalTests ?? 0,
      end,
      `${title}: ${message.split('\n')[0]}`,
    )
  }
  return verdictOf('tests', 0, end, end.output.slice(-300))
}

/** The part of vitest's JSON report that is read here. */
interface UnitReport {
  readonly numPassedTests: number
  readonly numTotalTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message?: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

/** Null if vitest ended before it wrote the report. */
function readReport(path: string): UnitReport | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as UnitReport
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function runExploration(
  { directory, limitMs, signal }: CheckOptions,
  which: readonly string[],
): Promise<Verdict> {
  const report = join(directory, 'explore-report.json')
  rmSync(report, { force: true })
  const main = join(directory, 'dist/test/explore/main.js')
  const args = ['--conditions=controlled', main, ...which, '--bail', '--json', report]
  const end = await runNode(directory, args, limitMs, signal)
  if (end.hung)
    return verdictOf('hang', 0, end, `the exploration is not over: ${lastLine(end.output)}`)
  // A thread that hangs where no schedule controls it ends the exploration without a report.
  if (!existsSync(report))
    return verdictOf(
      end.output.includes('a schedule hangs') ? 'hang' : 'crash',
      0,
      end,
      end.output.slice(-300),
    )
  const found = JSON.parse(readFileSync(report, 'utf8')) as readonly (Exploration & {
    readonly protocol: string
  })[]
  const schedules = found.reduce((sum, exploration) => sum + exploration.schedules, 0)
  const failed = found.find(({ failure }) => failure !== null)
  if (failed === undefined) return verdictOf(end.code === 0 ? '' : 'unfinished', schedules, end, '')
  const { complaint = '', order = [] } = failed.failure ?? {}
  const evidence = `${complaint.split('\n')[0]} (order ${JSON.stringify(order)})`
  return verdictOf(`protocol ${failed.protocol}`, failed.schedules, end, evidence)
}

async function runSeries(
  options: CheckOptions,
  runs: readonly Planned[],
  usual: number,
  flags: readonly string[],
): Promise<Verdict> {
  const { directory, seed, mostRuns: most = usual, limitMs, signal } = options
  const plan: Plan = { repository: directory, runs, firstSeed: seed, most, limitMs: RUN_LIMIT_MS }
  const main = join(directory, 'dist/test/mutants/series.js')
  const end = await runNode(directory, [...flags, main, JSON.stringify(plan)], limitMs, signal)
  if (end.hung) return verdictOf('hang', 0, end, 'the process is not over')
  const outcome = outcomeIn(end.output)
  if (outcome === null) return verdictOf('crash', 0, end, end.output.slice(-300))
  return verdictOf(outcome.failure?.by ?? '', outcome.runs, end, outcome.failure?.evidence ?? '')
}

/** Null if the process ended before it printed its outcome. */
function outcomeIn(output: string): Outcome | null {
  const last = lastLine(output)
  return last.startsWith('{"runs"') ? (JSON.parse(last) as Outcome) : null
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}

function verdictOf(by: string, runs: number, end: End, evidence: string): Verdict {
  return {
    caught: by !== '',
    by,
    runs,
    seconds: end.seconds,
    evidence: evidence.replaceAll('\n', ' ').slice(0, 600),
  }
}

/** How a process ended. */
interface End {
  readonly code: number | null
  readonly hung: boolean
  readonly seconds: number
  /** The text of both streams, in the order of arrival. */
  readonly output: string
}

/** The beginnings of variables that would change what a run does. */
const OURS = [
  'GOGC',
  'GOMEMLIMIT',
  'GOMAXPROCS',
  'NODE_OPTIONS',
  'NODE_ENV',
  'FORCE_COLOR',
  'VITEST',
]

function runNode(
  cwd: string,
  args: readonly string[],
  limitMs: number,
  signal: AbortSignal,
): Promise<End> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !OURS.some(ours => name.startsWith(ours)),
  )
  const env = {
    ...Object.fromEntries(inherited),
    GODEBUG: 'gccheckmark=1',
    NO_COLOR: '1',
    TMPDIR: cwd,
  }
  const began = performance.now()
  const child = spawn(process.execPath, args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve, reject) => {
    let hung = false
    const limit = setTimeout(() => {
      hung = true
      kill()
    }, limitMs)
    const kill = (): void => {
      if (child.pid === undefined || child.exitCode !== null) return
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
      }
    }
    signal.addEventListener('abort', kill)
    child.on('error', reject)
    child.on('close', code => {
      clearTimeout(limit)
      signal.removeEventListener('abort', kill)
      resolve({ code, hung, seconds: (performance.now() - began) / 1000, output })
    })
  })
}
