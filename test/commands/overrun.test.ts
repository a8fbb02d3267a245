// The overrun lab in small, with the terminator stalled for 3 ms each time. Natural delays depend
// on the machine, so no test relies on them.
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CampaignState } from '../../lab/overrun/campaign.ts'
import type { CaseParameters, OverrunResults } from '../../lab/overrun/results.ts'
import { HANG_MS } from '../support/hang.ts'
import { inScratch, runCli } from '../support/run-cli.ts'
import { longTest } from '../support/size.ts'
import { runCliWarm } from '../support/warm-cli.ts'

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
    // In 3 ms each P that has a CPU takes more than the gate lets all Ps take together.
    expect(without.overrun.max).toBeGreaterThan(4 * 8192)
    expect(gated.overrun.max).toBeLessThanOrEqual(4 * 8192)
    expect(without.worst?.overrun).toBe(without.overrun.max)
    expect(without.worst?.lanes.length).toBeGreaterThan(0)
    expect(without.worst?.lanes.some(({ what }) => what === 'goroutine')).toBe(true)
  })
})

// With one P no machine is short of cores, and nobody allocates while the terminator is away.
test('quick, with a core for each P: it ends well, and shows an injected overrun if there can be one', async () => {
  const quick = ['overrun', '--quick', '--seconds', '0.4', '--seed', process.env.SEED ?? '1']
  const alone = await runCliWarm([...quick, '--procs', '1'])
  expect(alone.code, alone.stdout + alone.stderr).toBe(0)
  expect(alone.stdout).not.toContain('injected stall')
  if (availableParallelism() < 2) return
  const two = await runCliWarm([...quick, '--procs', '2', '--termination', 'coordinator'])
  expect(two.code, two.stdout + two.stderr).toBe(0)
  expect(two.stdout).toContain('Each P has one of')
  expect(two.stdout).toMatch(/^ok {6}coordinator, 2 P, .*after-barrier.*: runs past its goal/m)
})

test('a memory limit of 64 and of 512 MiB: ours exceeds neither, and the criterion decides the exit', async () => {
  await inScratch(async scratch => {
    const [json, report] = [join(scratch, 'results.json'), join(scratch, 'report.html')]
    const seed = process.env.SEED ?? '1'
    const { code, stdout, stderr } = await runCli(
      ['overrun', 'limit', '--quick', '--seed', seed, '--json', json, '--report', report],
      { limitMs: 5 * HANG_MS },
    )
    const { experiments } = JSON.parse(readFileSync(json, 'utf8')) as OverrunResults
    const [limit] = experiments
    if (limit === undefined) throw new Error(`no experiment: ${stdout}${stderr}`)
    expect(code, stdout + stderr).toBe(limit.criterion.holds === false ? 1 : 0)
    const ours = limit.rows.filter(({ policy }) => policy === 'ours')
    expect(ours.map(row => [row['limit MiB'], row['runs over']])).toEqual([
      [64, 0],
      [64, 0],
      [512, 0],
      [512, 0],
    ])
    // How far the others go depends on the machine.
    for (const row of limit.rows) expect(row.cycles).toBeGreaterThan(0)
  })
})

test('the overrun against delay and rate: every case is measured, and ours keeps its goal', async () => {
  await inScratch(async scratch => {
    const [json, report] = [join(scratch, 'results.json'), join(scratch, 'report.html')]
    const seed = process.env.SEED ?? '1'
    const { code, stdout, stderr } = await runCli(
      ['overrun', 'rate', '--quick', '--seed', seed, '--json', json, '--report', report],
      { limitMs: 5 * HANG_MS },
    )
    const [rate] = (JSON.parse(readFileSync(json, 'utf8')) as OverrunResults).experiments
    if (rate === undefined) throw new Error(`no experiment: ${stdout}${stderr}`)
    expect(code, stdout + stderr).toBe(rate.criterion.holds === false ? 1 : 0)
    expect(rate.rows).toHaveLength(14)
    const ours = rate.rows.filter(({ policy }) => policy === 'ours')
    expect(ours.map(row => row['stall ms'])).toEqual([5, 20, 5, 20])
    // A request of each of two Ps, in MiB of two digits. How far Go's protocol goes, and whether a
    // line can be fitted, depends on the machine.
    for (const row of ours) expect(row['overrun max MiB']).toBeLessThanOrEqual(0.02)
  })
})

test('a run that fails is exit 1, and is named', async () => {
  const dies = [
    '--fault',
    'stop/acknowledge@p1:exit:nth=2',
    '--quick',
    '--termination',
    'coordinator',
  ]
  const { code, stdout, stderr } = await runCliWarm(['overrun', ...dies])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^sawtooth: overrun: coordinator, 4 P, .*: lostP: P 1 died/m)
})

test('what the runtime refuses is found before anything is measured', async () => {
  const { code, stdout, stderr } = await runCliWarm([
    ...['overrun', '--termination', 'coordinator', '--fault', 'refill@p9'],
  ])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^sawtooth: --fault refill@p9: there is no P 9/)
})

const parameters: CaseParameters = {
  ...{ runtime: 'sawtooth', termination: 'coordinator', gate: 'goal', credit: 'go', wait: 'sleep' },
  ...{ procs: 4, goal: 4 * 2 ** 20, noise: 0, injected: null },
}
const natural = {
  runs: 20,
  seconds: 30,
  cycles: 11_000,
  counted: 10_000,
  strikes: 0,
  gateRaises: 0,
  limited: 0,
  overrun: 0,
}
const stopped: CampaignState = {
  ...{ schema: 1, parameters, seed: 1, seconds: 40, passesPerCycle: {}, failure: null },
  steps: { 'natural delays': natural },
}

const campaignOf = (file: string): string[] => [
  'overrun',
  '--campaign',
  file,
  '--minutes',
  '0.001',
  '--termination',
]

longTest('a campaign goes on where it stopped, until its time is over', async () => {
  await inScratch(async scratch => {
    const file = join(scratch, 'campaign.json')
    writeFileSync(file, JSON.stringify(stopped))
    const first = await runCli([...campaignOf(file), 'coordinator'])
    expect(first.code, first.stdout + first.stderr).toBe(0)
    const { steps } = JSON.parse(readFileSync(file, 'utf8')) as CampaignState
    expect(Object.keys(steps)).toEqual(['natural delays', 'stop/raise 1 ms'])
    expect(steps['natural delays']).toEqual(natural)
    const struck = steps['stop/raise 1 ms']
    expect(struck?.counted).toBeGreaterThan(0)
    expect(struck?.counted).toBeLessThanOrEqual(struck?.strikes ?? 0)
  })
})

test('a campaign is of one policy, and has ended at a breach', async () => {
  await inScratch(async scratch => {
    const file = join(scratch, 'campaign.json')
    writeFileSync(file, JSON.stringify(stopped))
    const other = await runCliWarm([...campaignOf(file), 'assist-takes-over'])
    expect(other.code).toBe(2)
    expect(other.stderr).toContain(
      'is of coordinator, gate goal, 4 P, goal 4 MiB, not of assist-takes-over',
    )

    writeFileSync(file, JSON.stringify({ ...stopped, failure: 'cycle 3 lies beyond its bound' }))
    const broken = await runCliWarm([...campaignOf(file), 'coordinator'])
    expect(broken.code).toBe(1)
    expect(broken.stdout).toContain('FAILED  cycle 3 lies beyond its bound')
  })
})
