// The overrun lab in small, with the terminator stalled for 3 ms each time: what natural delays do is the machine's, and no test's.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CampaignState } from '../../lab/overrun/campaign.ts'
import type { OverrunResults } from '../../lab/overrun/results.ts'
import { inScratch, runCli } from '../support/run-cli.ts'

const stalled = [
  '--fault',
  'mark-termination/before-stop:stall=3ms',
  '--seconds',
  '0.6',
  '--seed',
  process.env.SEED ?? '1',
]

test('the terminator vanishes for 3 ms: the coordinator overruns, a gate at the goal keeps its bound', async () => {
  await inScratch(async scratch => {
    const json = join(scratch, 'results.json')
    const args = [
      'overrun',
      '--quick',
      '--termination',
      'coordinator',
      '--gate',
      'off,goal',
      ...stalled,
      '--json',
      json,
    ]
    const { code, stdout, stderr } = await runCli(args)
    expect(code, stdout + stderr).toBe(0)
    expect(stdout).toMatch(/^ok {6}coordinator, 4 P, goal 4 MiB, .*: runs past its goal/m)
    expect(stdout).toMatch(/^ok {6}coordinator, gate goal, 4 P, .*: the bound is kept/m)
    const { cases, criteria } = JSON.parse(readFileSync(json, 'utf8')) as OverrunResults
    expect(criteria.map(({ holds }) => holds)).toEqual([true, true, true])
    const [without, gated] = cases
    if (without === undefined || gated === undefined) throw new Error('two cases were asked for')
    for (const one of [without, gated]) {
      expect(one.cycles).toBe(one.overruns.length)
      expect(one.cycles).toBeGreaterThan(5)
      expect(one.injected).toBe('mark-termination/before-stop:stall=3ms')
      expect(one.rescues).toBe(0)
    }
    expect(without).toMatchObject({ bound: null, held: null })
    expect(gated.held).toBe(true)
    // Each P takes more in 3 ms than the gate lets all of them take together.
    expect(without.overrun.p50).toBeGreaterThan(4 * 8192)
    expect(gated.overrun.max).toBeLessThanOrEqual(4 * 8192)
    expect(without.worst?.lanes.length).toBeGreaterThan(0)
    expect(without.worst?.lanes.some(({ what }) => what === 'goroutine')).toBe(true)
  })
})

test('a criterion that does not hold is exit 1: with a gate the coordinator has nothing to show', async () => {
  const { code, stdout } = await runCli([
    'overrun',
    '--quick',
    '--credit',
    'go',
    '--gate',
    'off',
    '--procs',
    '1',
    '--seconds',
    '0.3',
  ])
  expect(stdout).toMatch(/^FAILED {2}coordinator, 1 P, goal 4 MiB: runs past its goal/m)
  expect(code).toBe(1)
})

test.each([
  [['--procs', '0'], "--procs must be a whole number from 1 to 64, not '0'"],
  [
    ['--termination', 'banana'],
    "--termination must be a list of coordinator, assist-takes-over, helping, not 'banana'",
  ],
  [
    ['--fault', 'refill@p9', '--procs', '4', '--termination', 'coordinator'],
    '--fault refill@p9: there is no P 9, they count from 0 to 3',
  ],
])('overrun %j is a usage error', async (args, message) => {
  const { code, stdout, stderr } = await runCli(['overrun', ...args])
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `sawtooth: ${message}\n` })
})

test('a campaign ends when its time is over, and goes on where it stopped', async () => {
  await inScratch(async scratch => {
    const file = join(scratch, 'campaign.json')
    const campaign = ['overrun', '--campaign', file, '--termination', 'coordinator', '--minutes', '0.01']
    const stateOf = (): CampaignState => JSON.parse(readFileSync(file, 'utf8')) as CampaignState
    const first = await runCli(campaign)
    expect(first.code, first.stdout + first.stderr).toBe(0)
    const before = stateOf().steps['natural delays']
    expect(before?.cycles).toBeGreaterThan(0)
    // As if its first step were done: then comes the first stall.
    writeFileSync(file, JSON.stringify({ ...stateOf(), steps: { 'natural delays': { ...before, counted: 10_000 } } }))
    const second = await runCli(campaign)
    expect(second.code, second.stdout + second.stderr).toBe(0)
    const { steps } = stateOf()
    expect(Object.keys(steps)).toEqual(['natural delays', 'stop/raise 1 ms'])
    const struck = steps['stop/raise 1 ms']
    expect(struck?.counted).toBeGreaterThan(0)
    expect(struck?.counted).toBeLessThanOrEqual(struck?.strikes ?? 0)
    const other = await runCli(['overrun', '--campaign', file, '--termination', 'assist-takes-over'])
    expect(other.code).toBe(2)
    expect(other.stderr).toContain('is of coordinator, gate goal, 4 P, goal 4 MiB, not of assist-takes-over')
    writeFileSync(file, JSON.stringify({ ...stateOf(), failure: 'cycle 3 lies beyond its bound' }))
    const broken = await runCli(campaign)
    expect(broken.code).toBe(1)
    expect(broken.stdout).toContain('FAILED  cycle 3 lies beyond its bound')
  })
})
