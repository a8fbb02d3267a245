// The macro engine's pacers side by side, from the command line, and the plots in a browser.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { chromium, open, otherwise, WINDOW_WIDTH } from '../support/browser.ts'
import { inScratch } from '../support/run-cli.ts'
import { runCliWarm } from '../support/warm-cli.ts'

const two = ['pacers', 'macro', '--scenarios', 'model/steady,model/high-GOGC']

test('macro prints a row for each scenario and pacer, and writes the runs', async () => {
  await inScratch(async scratch => {
    const json = join(scratch, 'macro.json')
    const { code, stdout, stderr } = await runCliWarm([...two, '--json', json])
    expect(code, stderr).toBe(0)
    expect(stdout.trim().split('\n')).toHaveLength(5)
    const { compared } = JSON.parse(readFileSync(json, 'utf8')) as {
      compared: { runs: Record<string, { columns: Record<string, number[]> }> }[]
    }
    expect(compared.map(({ runs }) => runs.old?.columns.peak?.length)).toEqual([50, 50])
  })
})

test.each([
  [['--scenarios', 'stepped/steady'], 'stepped/steady is of the stepped engine, not of macro'],
  [['--controller', 'older'], '--controller must be new, old, shipped, direct or a file'],
  [['--seed', 'x'], '--seed must be a whole number'],
])('macro %j is a usage error', async (args, message) => {
  const { code, stderr } = await runCliWarm(['pacers', 'macro', ...args])
  expect(code).toBe(2)
  expect(stderr).toContain(message)
})

test.skipIf(chromium === null)(
  `the report draws eight plots for a scenario, without an error or a request${otherwise}`,
  async () => {
    await inScratch(async scratch => {
      const report = join(scratch, 'macro.html')
      expect((await runCliWarm([...two, '--report', report])).code).toBe(0)
      // What is drawn for print is all of it.
      // uPlot lays a chart out in a microtask of its own.
      const all = "dispatchEvent(new Event('beforeprint')); await null"
      const seen = await open(readFileSync(report, 'utf8'), 'canvas', all)
      expect(seen.console).toEqual([])
      expect(seen.requests).toEqual([])
      expect(seen.pageWidth).toBe(WINDOW_WIDTH)
      expect(seen.pictures).toHaveLength(16)
      for (const { width, height } of seen.pictures) {
        expect(width).toBeGreaterThan(300)
        expect(height).toBeGreaterThan(150)
      }
    })
  },
)
