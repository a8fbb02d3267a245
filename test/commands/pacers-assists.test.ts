// Assists inside a cycle, from the command line, and the charts in a browser.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { chromium, open, otherwise, WINDOW_WIDTH } from '../support/browser.ts'
import { inScratch } from '../support/run-cli.ts'
import { runCliWarm } from '../support/warm-cli.ts'

test('assists has a row for each pacer, simulated and real', async () => {
  const args = ['--scenario', 'stepped/step-alloc', '--pacers', 'go1.5']
  const { code, stdout, stderr } = await runCliWarm(['pacers', 'assists', ...args])
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/^go1\.5 +stepped +\d+\.\d %( +\d+\.\d %){10}$/m)
  expect(stdout).toMatch(/^go1\.5 +real +\d+\.\d %( +\d+\.\d %){10}$/m)
})

test.each([
  [['--scenario', 'model/steady'], 'model/steady is of the macro engine'],
  [['--pacers', 'go9'], "no pacer 'go9'"],
  [['--engines', 'noisy'], "--engines must be of stepped, real, not 'noisy'"],
])('assists %j is a usage error', async (args, message) => {
  const { code, stderr } = await runCliWarm(['pacers', 'assists', ...args])
  expect(code).toBe(2)
  expect(stderr).toContain(message)
})

test.skipIf(chromium === null)(
  `the report draws a chart for each pacer, without an error or a request${otherwise}`,
  async () => {
    await inScratch(async scratch => {
      const report = join(scratch, 'assists.html')
      const args = ['--engines', 'stepped', '--report', report]
      expect((await runCliWarm(['pacers', 'assists', ...args])).code).toBe(0)
      const seen = await open(readFileSync(report, 'utf8'), 'canvas')
      expect(seen.console).toEqual([])
      expect(seen.requests).toEqual([])
      expect(seen.pageWidth).toBe(WINDOW_WIDTH)
      expect(seen.pictures).toHaveLength(4)
    })
  },
)
