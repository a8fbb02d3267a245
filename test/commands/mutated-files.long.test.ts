// Every kind of file that a command of the lab reads, written by the lab itself and then changed in
// one place. test/stress has more of them.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  expectEach,
  expectSound,
  GARBAGE,
  outcomeOf,
  overrun,
  pacers,
} from '../support/mutated-files.ts'
import { inScratch, runCli } from '../support/run-cli.ts'

test('results of the overrun lab, for overrun report', async () => {
  await inScratch(async scratch => {
    const [file, page] = [join(scratch, 'sweep.json'), join(scratch, 'report.html')]
    const args = [
      '--quick',
      '--procs',
      '2',
      '--termination',
      'coordinator',
      '--cycles',
      '4',
      '--seed',
      '7',
    ]
    const { code, stderr } = await runCli(['overrun', ...args, '--json', file])
    expect([0, 1], stderr).toContain(code) // whether its criteria hold is no matter here
    const report = ['report', file, '--report', page]
    expect(await outcomeOf(overrun, report)).toEqual({ code: 0, said: `${page}\n` })
    await expectEach(file, 80, overrun, report, (_, what) =>
      expectSound(readFileSync(page, 'utf8'), what),
    )
  })
})

test('the state of a campaign, for overrun --campaign', async () => {
  await inScratch(async scratch => {
    const file = join(scratch, 'campaign.json')
    const begun = ['--campaign', file, '--seed', '7', '--minutes']
    const { code, stderr } = await runCli(['overrun', ...begun, '0.002'])
    expect(code, stderr).toBe(0)
    // No time is left, so that the command reports where it stands and does no more.
    const resumed = [...begun, '0.0000001']
    expect((await outcomeOf(overrun, resumed)).code).toBe(0)
    await expectEach(file, 300, overrun, resumed, (said, what) =>
      expect(said, what).not.toMatch(GARBAGE),
    )
  })
})

test('results of a league, for pacers merge', async () => {
  await inScratch(async scratch => {
    const [file, page] = [join(scratch, 'league.json'), join(scratch, 'league.html')]
    const played = [
      '--pacers',
      'go1.21;fixed',
      '--scenarios',
      'stepped/steady,ours/spike-train',
      '--json',
      file,
    ]
    const { code, stderr } = await runCli(['pacers', 'league', ...played])
    expect(code, stderr).toBe(0)
    const merge = ['merge', file, '--json', join(scratch, 'again.json'), '--report', page]
    expect((await outcomeOf(pacers, merge)).code).toBe(0)
    await expectEach(file, 300, pacers, merge, (said, what) => {
      expect(said, what).not.toMatch(GARBAGE)
      expectSound(readFileSync(page, 'utf8'), what)
    })
  })
})

test.each([
  ['stepped/steady', []],
  ['model/steady', []],
])('a scenario, for pacers sim: %s %j', async (name, args) => {
  await inScratch(async scratch => {
    const [file, csv] = [join(scratch, 'scenario.json'), join(scratch, 'rows.csv')]
    const { stdout } = await runCli(['pacers', 'show', name])
    writeFileSync(file, stdout)
    const sim = ['sim', '--input', file, ...args, '--csv', csv]
    expect(await outcomeOf(pacers, sim)).toEqual({ code: 0, said: '' })
    await expectEach(file, 200, pacers, sim, (_, what) =>
      expect(readFileSync(csv, 'utf8'), what).not.toMatch(/NaN|undef/),
    )
  })
})

test('constants of a controller, for pacers sim', async () => {
  await inScratch(async scratch => {
    const file = join(scratch, 'controller.json')
    writeFileSync(
      file,
      JSON.stringify({ k_p: 0.9, t_i: 1.6, t_t: 1000, period: 1, min: -2, max: 2 }),
    )
    const csv = join(scratch, 'rows.csv')
    const sim = ['sim', '--scenario', 'model/steady', '--controller', file, '--csv', csv]
    expect((await outcomeOf(pacers, sim)).code).toBe(0)
    await expectEach(file, 200, pacers, sim, (_, what) =>
      expect(readFileSync(csv, 'utf8'), what).not.toMatch(/NaN|undef/),
    )
  })
})
