// The tuner from the command line, and its charts in a browser.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { chromium, open, otherwise, WINDOW_WIDTH } from '../support/browser.ts'
import { inScratch } from '../support/run-cli.ts'
import { runCliWarm } from '../support/warm-cli.ts'

test('tune prints the ultimate gains and what the constants do', async () => {
  const { code, stdout, stderr } = await runCliWarm(['pacers', 'tune'])
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/^incremental {2}2\.\d{3} {2}2\.\d\d/m)
  expect(stdout).toMatch(/^Ziegler-Nichols PI .*\n/m)
})

test('tune refuses a scenario without a step', async () => {
  const { code, stderr } = await runCliWarm(['pacers', 'tune', '--scenario', 'model/steady'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/--scenario must be model\/step-alloc, .*, not 'model\/steady'/)
})

test.skipIf(chromium === null)(
  `the report draws the search and the responses, without an error or a request${otherwise}`,
  async () => {
    await inScratch(async scratch => {
      const report = join(scratch, 'tune.html')
      expect((await runCliWarm(['pacers', 'tune', '--report', report])).code).toBe(0)
      const seen = await open(readFileSync(report, 'utf8'), 'canvas')
      expect(seen.console).toEqual([])
      expect(seen.requests).toEqual([])
      expect(seen.pageWidth).toBe(WINDOW_WIDTH)
      // Two of each search, and one for each of eleven controllers.
      expect(seen.pictures).toHaveLength(15)
      for (const { width } of seen.pictures) expect(width).toBeGreaterThan(500)
    })
  },
)
