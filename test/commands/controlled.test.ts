// Runs under a schedule: one P at a time, in an order that a seed decides. The processes are
// started with the condition `controlled`.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RunRecord } from '../../runtime/report/record.ts'
import { HANG_MS } from '../support/hang.ts'
import { type CommandResult, inScratch, recordIn, runNode } from '../support/run-cli.ts'
import { isLong, longTest } from '../support/size.ts'
import { runCliWarm } from '../support/warm-cli.ts'

const RACES = 'test/stress/programs/races.ts'

async function runControlled(
  options: readonly string[],
  program: readonly string[] = [RACES],
  args: readonly string[] = ['1', '8', '2'],
): Promise<CommandResult> {
  return inScratch(async scratch => {
    const json = join(scratch, 'record.json')
    const cli = [
      '--conditions=controlled',
      'bin/sawtooth.js',
      'run',
      ...program,
      ...options,
      '--json',
      json,
      '--',
      ...args,
    ]
    const result = await runNode(cli, {}, scratch)
    return { ...result, record: recordIn(json) }
  })
}

/** As runControlled, in a process that stays. */
const runControlledWarm: typeof runControlled = (
  options,
  program = [RACES],
  args = ['1', '8', '2'],
) => runCliWarm(['run', ...program, ...options, '--', ...args], {}, ['--conditions=controlled'])

/** The part of the record that must be the same each time. */
function told(run: { readonly record: RunRecord | null; readonly stdout: string }): unknown {
  const { record } = run
  if (record === null) throw new Error('no record')
  return [
    run.stdout,
    record.exit,
    record.schedule?.turns,
    record.schedule?.order,
    record.cycles,
    record.allocations,
  ]
}

test.each(isLong ? ['random', 'pct:changes=5', 'round-robin:switches=20'] : ['random'])(
  '%s: the same seed gives the same order, cycle for cycle; another seed another one; a recorded order is replayed',
  async schedule => {
    const options = ['--procs', '3', '--check', '--zeal', '5,concurrent', '--schedule', schedule]
    const first = await runControlled([...options, '--seed', '7'])
    expect(first.code, first.stderr).toBe(0)
    expect(first.record?.schedule?.strategy).toBe(schedule.split(':')[0])
    expect(told(await runControlledWarm([...options, '--seed', '7']))).toEqual(told(first))
    expect(
      (await runControlledWarm([...options, '--seed', '8'])).record?.schedule?.order,
    ).not.toEqual(first.record?.schedule?.order)
    await inScratch(async scratch => {
      const file = join(scratch, 'order.json')
      writeFileSync(file, JSON.stringify(first.record))
      const replayed = await runControlledWarm([
        ...options.slice(0, -1),
        `replay:${file}`,
        '--seed',
        '7',
      ])
      expect(told(replayed)).toEqual(told(first))
    })
  },
)

const others = ['pct:changes=5', 'round-robin:switches=20']

test.each(isLong ? others : [])('%s: the same seed gives the same order', async schedule => {
  const options = [
    '--procs',
    '2',
    '--check',
    '--zeal',
    '5,concurrent',
    '--schedule',
    schedule,
    '--seed',
    '7',
  ]
  const first = await runControlled(options)
  expect(first.code, first.stderr).toBe(0)
  expect(first.record?.schedule?.strategy).toBe(schedule.split(':')[0])
  expect(told(await runControlled(options))).toEqual(told(first))
})

test('time is a count of turns: a microsecond each, and pauses are whole numbers of them', async () => {
  const run = await runControlledWarm([
    '--procs',
    '2',
    '--zeal',
    '20',
    '--schedule',
    'round-robin',
    '--seed',
    '3',
  ])
  expect(run.code, run.stderr).toBe(0)
  const { cycles, schedule } = run.record as RunRecord
  expect(cycles.length).toBeGreaterThan(3)
  for (const { stwSetupUs, stwTerminationUs } of cycles) {
    expect(stwSetupUs).toBeCloseTo(Math.round(stwSetupUs), 6)
    expect(stwTerminationUs).toBeCloseTo(Math.round(stwTerminationUs), 6)
  }
  const pauses = cycles.reduce(
    (sum, { stwSetupUs, stwTerminationUs }) => sum + stwSetupUs + stwTerminationUs,
    0,
  )
  expect(pauses).toBeLessThan(schedule?.turns ?? 0)
})

test('a deadlock under a schedule is reported as without one', async () => {
  const run = await runControlledWarm(
    ['--procs', '2', '--schedule', 'random', '--seed', '1'],
    ['test/threads/programs/deadlock.ts'],
    [],
  )
  expect(run.code).toBe(2)
  expect(run.stderr).toContain('all goroutines are asleep - deadlock!')
})

test('a P that dies under a schedule does not keep the others waiting for their turn', async () => {
  const fault = ['--fault', 'refill@p1:exit:nth=2']
  const run = await runControlledWarm([
    '--procs',
    '3',
    '--schedule',
    'random',
    '--seed',
    '1',
    ...fault,
  ])
  expect(run.code).toBe(3)
  expect(run.stderr).toContain('P 1 died')
})

test.each([
  [
    'sideways',
    "--schedule must be random, pct[:changes=N,turns=N], round-robin[:switches=N,turns=N] or replay:FILE, not 'sideways'",
  ],
  [
    'pct:changes=0',
    "--schedule pct:changes=0: 'changes=0' must be NAME=N with a whole number N from 1",
  ],
  ['random:changes=2', '--schedule random:changes=2: random has no setting changes'],
  ['replay:nowhere.json', '--schedule replay:nowhere.json: ENOENT'],
  ['replay:README.md', '--schedule replay:README.md: '],
  ['replay:package.json', '--schedule replay:package.json: there is no order in it'],
])('--schedule %s is a usage error', async (schedule, message) => {
  const run = await runControlledWarm(['--schedule', schedule])
  expect([run.code, run.record]).toEqual([2, null])
  expect(run.stderr).toContain(message)
  expect(run.stderr.trimEnd()).not.toContain('\n')
})

test('without the condition there is no schedule to be had', async () => {
  await inScratch(async scratch => {
    const run = await runNode(
      ['bin/sawtooth.js', 'run', RACES, '--schedule', 'random'],
      {},
      scratch,
    )
    expect(run.code).toBe(2)
    expect(run.stderr).toContain(
      '--schedule random needs controlled threads: node --conditions=controlled',
    )
  })
})

/** The protocols that are explored: all of them only in the large size. */
const EXPLORED = ['stop-the-world']

longTest('all schedules of protocols within a small bound are sound', async () => {
  const { protocols } = await import('../explore/protocols.ts')
  const explored = protocols.filter(({ name }) => isLong || EXPLORED.includes(name))
  await inScratch(async scratch => {
    const run = await runNode(
      [
        ...['--conditions=controlled', 'dist/test/explore/main.js', '--quick', '--minutes', '60'],
        ...explored.flatMap(({ name }) => ['--protocol', name]),
      ],
      { limitMs: 5 * HANG_MS },
      scratch,
    )
    console.log(run.stdout)
    expect(run.code, run.stdout).toBe(0)
    const counted = [
      ...run.stdout.matchAll(/^([\w-]+): \d Ps, bound (\d): (\d+) schedules, all sound/gm),
    ]
    expect(counted.map(([, name]) => name)).toEqual(
      explored.flatMap(({ name, configurations }) => configurations.map(() => name)),
    )
    for (const [line, , bound, schedules] of counted)
      expect(Number(schedules), line).toBeGreaterThan(Number(bound) === 0 ? 0 : 50)
  })
})
