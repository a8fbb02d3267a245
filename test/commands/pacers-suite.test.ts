// The suite from its command line, its program, and its report in a browser.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { suiteHtml } from '../../lab/pacers/suite/report.ts'
import type { SuiteResults } from '../../lab/pacers/suite/results.ts'
import { chromium, open, otherwise, WINDOW_WIDTH } from '../support/browser.ts'
import { inScratch, threadsFile } from '../support/run-cli.ts'
import { longTest } from '../support/size.ts'
import { suiteResults } from '../support/suite-results.ts'
import { runCliWarm, runProgramWarm } from '../support/warm-cli.ts'

const garbage = threadsFile('../../lab/pacers/programs/garbage.ts')

test.each([
  ['--gogc', '20'],
  ['--pacer', 'go1.5'],
])('garbage computes the same under any pace: %s %s', async (name, value) => {
  const run = (...options: string[]): ReturnType<typeof runProgramWarm> =>
    runProgramWarm([garbage, '--procs', '2', ...options, '--', '8', '80'])
  const [plain, other] = [await run('--gogc', 'off'), await run(name, value)]
  expect(other.stdout).toMatch(/^320 parses, checksum -?\d+\n$/)
  expect(other.stdout).toBe(plain.stdout)
  expect(other.record.cycles.length).toBeGreaterThan(0)
})

test.each([
  [['--rounds', '5'], "--rounds must be a whole number from 6 to 1000, not '5'"],
  [['--programs', 'walk'], '--programs must be of alloc-storm, binary-trees, garbage'],
  [['--gogc', 'off'], '--gogc must be a whole number from 1 to 100000'],
  [['--pacers', 'go2'], "'go2'"],
])('what the suite refuses: %j', async (args, said) => {
  const { code, stderr } = await runCliWarm(['pacers', 'suite', ...args])
  expect(stderr).toContain(said)
  expect(code).toBe(2)
})

longTest('each pacer has a row for each program, with figures of its own runs', async () => {
  await inScratch(async scratch => {
    const [json, report] = [join(scratch, 'suite.json'), join(scratch, 'suite.html')]
    const { code, stdout, stderr } = await runCliWarm([
      ...['pacers', 'suite', '--quick', '--pacers', 'go1.21;fixed:trigger=0.7', '--procs', '2'],
      ...['--programs', 'garbage,binary-trees', '--gogc', '50,400', '--seed', '3'],
      ...['--json', json, '--report', report],
    ])
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('Over all programs:')
    const { rows, means, gogc, latencies } = JSON.parse(readFileSync(json, 'utf8')) as SuiteResults
    expect(rows.map(({ program, pacer }) => `${program} ${pacer}`)).toEqual([
      'garbage go1.21',
      'garbage fixed:trigger=0.7',
      'binary-trees go1.21',
      'binary-trees fixed:trigger=0.7',
    ])
    for (const row of rows) {
      expect(row.cycles).toBeGreaterThan(0)
      expect(row.peakHeap).toBeGreaterThan(2 ** 20)
      expect(row.barrierShare).toBeGreaterThan(0)
      expect(row.barrierShare).toBeLessThan(1)
      expect(row.speed.low).toBeLessThanOrEqual(row.speed.high)
      // A longer window holds shorter ones, so the worst of it is no worse.
      const { 1: short, 50: long } = row.mutatorUtilization
      if (short === undefined || long === undefined) throw new Error('windows of 1 and 50 ms')
      expect(long.least).toBeGreaterThanOrEqual(short.least)
      expect(short.p1).toBeGreaterThanOrEqual(short.least)
      expect(short.p50).toBeGreaterThanOrEqual(short.p1)
    }
    expect(means.map(({ pacer }) => pacer)).toEqual(['go1.21', 'fixed:trigger=0.7'])
    // More memory, fewer cycles: of the same pacer on the same program.
    expect(gogc.rows[0]?.cycles).toBeGreaterThan(gogc.rows[1]?.cycles as number)
    expect(latencies.map(({ what, pacer }) => `${what} ${pacer}`)).toEqual(
      ['allocation', 'timer', 'request'].flatMap(what =>
        ['go1.21', 'fixed:trigger=0.7'].map(pacer => `${what} ${pacer}`),
      ),
    )
    for (const { count, us, deviationsUs } of latencies) {
      expect(count).toBeGreaterThan(0)
      expect(us.p50).toBeLessThanOrEqual(us.max)
      expect(deviationsUs).toHaveLength(3)
      for (const deviation of deviationsUs) expect(deviation).toBeLessThanOrEqual(us.max)
    }
    expect(readFileSync(report, 'utf8')).toContain('</html>')
  })
})

test.skipIf(chromium === null)(
  `the report of the suite opens without an error or a request, and nothing is wider than the window${otherwise}`,
  async () => {
    const { pictures, pageWidth, requests, console } = await open(await suiteHtml(suiteResults))
    expect(console).toEqual([])
    expect(requests).toEqual([])
    // Speed, utilization, and two charts of GOGC.
    expect(pictures).toHaveLength(4)
    for (const { width, height } of pictures) {
      expect(width).toBeGreaterThan(200)
      expect(height).toBeGreaterThan(80)
    }
    expect(pageWidth).toBe(WINDOW_WIDTH)
  },
)
