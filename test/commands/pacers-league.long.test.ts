// The league from its command line, and its report in a browser.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { LeagueResults } from '../../lab/pacers/league/results.ts'
import { chromium, open, otherwise, WINDOW_WIDTH } from '../support/browser.ts'
import { inScratch, runCli } from '../support/run-cli.ts'
import { runCliWarm } from '../support/warm-cli.ts'

const league = [
  ...['pacers', 'league', '--pacers', 'go1.14;fixed:trigger=0.7'],
  ...['--scenarios', 'stepped/steady,ours/spike-train'],
]
const resultsIn = (file: string): LeagueResults =>
  JSON.parse(readFileSync(file, 'utf8')) as LeagueResults
const byTask = ({ played }: LeagueResults): Map<string, unknown> =>
  new Map(
    played.map(({ pacer, scenario, engine, ...rest }) => [`${pacer} ${scenario} ${engine}`, rest]),
  )

test('shards that are merged are the whole league', async () => {
  await inScratch(async scratch => {
    const [whole, one, two, merged] = ['whole', 'one', 'two', 'merged'].map(name =>
      join(scratch, `${name}.json`),
    ) as [...[string, string, string, string]]
    const first = await runCliWarm([...league, '--json', whole])
    expect(first, first.stderr).toMatchObject({ code: 0 })
    for (const [shard, file] of [['1/2', one] as const, ['2/2', two] as const]) {
      const { stdout, code } = await runCliWarm([...league, '--shard', shard, '--json', file])
      expect(code).toBe(0)
      expect(stdout).toContain('played: 4 of 8')
    }
    const all = await runCliWarm(['pacers', 'merge', one, two, '--json', merged])
    expect(all.code).toBe(0)
    expect(all.stdout).toBe(first.stdout)
    expect(byTask(resultsIn(merged))).toEqual(byTask(resultsIn(whole)))
    expect(resultsIn(whole).played.length).toBe(8)
    const twice = await runCliWarm(['pacers', 'merge', one, one])
    expect(twice).toMatchObject({
      code: 2,
      stderr: `sawtooth: go1.14 on stepped/steady, stepped is in ${one} and in ${one}\n`,
    })
    const whose = join(scratch, 'other.json')
    writeFileSync(whose, '{"schema":1,"played":[]}')
    const other = await runCliWarm(['pacers', 'merge', whose])
    expect(other).toMatchObject({
      code: 2,
      stderr: `sawtooth: ${whose}: machines is missing; it must be a list\n`,
    })
  })
})

test('a real heap plays too, and the simulator is compared with it', async () => {
  const played = ['--pacers', 'go1.21', '--scenarios', 'stepped/small-heap-slow-alloc']
  const args = ['pacers', 'league', ...played, '--engines', 'stepped,real']
  const { code, stdout, stderr } = await runCliWarm(args)
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/real: medians over 1 scenario;.*\npacer .*\ngo1\.21 /)
  expect(stdout).toMatch(
    /the simulator against the real heap, medians over 1 pair: peak over goal \d/,
  )
})

test('an interrupt leaves what was played until then', async () => {
  await inScratch(async scratch => {
    const json = join(scratch, 'some.json')
    const args = ['--pacers', 'go1.21;go1.14', '--scenarios', 'stepped/steady,proposal/high-gogc']
    // The first match is a simulation, or one of four runs on the real heap, which take some thirty
    // seconds.
    const { code, stdout } = await runCli(
      ['pacers', 'league', ...args, '--engines', 'stepped,real', '--json', json],
      {
        interruptWhen: stderr => / of 8/.test(stderr),
      },
    )
    expect(code).toBe(130)
    const { played, failed, tasks } = resultsIn(json)
    expect(failed).toEqual([])
    expect(tasks.length).toBe(8)
    expect(played.length).toBeLessThan(8)
    expect(played.length).toBeGreaterThan(0)
    expect(stdout).toContain(`played: ${played.length} of 8`)
  })
})

test('a pacer of your own plays against those that are built in', async () => {
  await inScratch(async scratch => {
    const own = join(scratch, 'own.ts')
    writeFileSync(own, (await runCliWarm(['pacers', 'new'])).stdout)
    const { code, stdout, stderr } = await runCliWarm([
      ...['pacers', 'league', '--pacers', `${own};fixed`, '--scenarios', 'stepped/steady'],
    ])
    expect(code, stderr).toBe(0)
    expect(stdout).toContain(own)
  })
})

test.each([
  [['--pacers', 'go9'], "no pacer 'go9'"],
  [
    ['--scenarios', 'model/steady'],
    'model/steady is of the macro engine, which has two pacers of its own',
  ],
  [['--engines', 'macro'], "--engines must be of stepped, noisy, real, not 'macro'"],
  [['--shard', '3/2'], "--shard must be K/N, with K from 1 to N, not '3/2'"],
])('%j is a usage error', async (args, message) => {
  const { code, stderr } = await runCliWarm(['pacers', 'league', ...args])
  expect(code).toBe(2)
  expect(stderr).toContain(message)
})

test.skipIf(chromium === null)(
  `the report draws its charts, and others for another pacer, without an error or a request${otherwise}`,
  async () => {
    await inScratch(async scratch => {
      const report = join(scratch, 'league.html')
      expect((await runCliWarm([...league, '--report', report])).code).toBe(0)
      const page = readFileSync(report, 'utf8')
      const first = await open(page, 'canvas')
      expect(first.console).toEqual([])
      expect(first.requests).toEqual([])
      expect(first.pageWidth).toBe(WINDOW_WIDTH)
      expect(first.pictures).toHaveLength(6)
      for (const { width, height } of first.pictures) {
        expect(width).toBeGreaterThan(500)
        expect(height).toBeGreaterThan(150)
      }
      const choose = `
        const select = document.getElementById('pacer')
        select.value = 'fixed:trigger=0.7'
        select.dispatchEvent(new Event('change'))
        if (!document.querySelector('#charts h3').textContent.includes('fixed:trigger=0.7')) console.error('it is not drawn')`
      const other = await open(page, 'canvas', choose)
      expect(other.console).toEqual([])
      expect(other.pictures).toHaveLength(6)
    })
  },
)

test('names in a file of results are text on its report, whatever they look like', async () => {
  await inScratch(async scratch => {
    const [file, report] = [join(scratch, 'league.json'), join(scratch, 'league.html')]
    expect((await runCli([...league, '--json', file])).code).toBe(0)
    const hostile = "</script><img src=x onerror=console.error('run')>$&"
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replaceAll('fixed:trigger=0.7', () => hostile),
    )
    const { code, stdout, stderr } = await runCli(['pacers', 'merge', file, '--report', report])
    expect(code, stderr).toBe(0)
    expect(stdout).toContain(hostile)
    const page = readFileSync(report, 'utf8')
    expect(page).not.toContain('<img')
    expect(page).toContain(
      '&lt;/script&gt;&lt;img src=x onerror=console.error(&#39;run&#39;)&gt;$&amp;',
    )
    if (chromium === null) return
    const { console, requests, pictures } = await open(page, 'canvas')
    expect({ console, requests }).toEqual({ console: [], requests: [] })
    expect(pictures).toHaveLength(6)
  })
})
