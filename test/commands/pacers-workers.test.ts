// Idle and fractional workers, from the command line, and the charts in a browser.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { WorkersResults } from '../../lab/pacers/workers/results.ts'
import { chromium, open, otherwise, WINDOW_WIDTH } from '../support/browser.ts'
import { inScratch } from '../support/run-cli.ts'
import { runCliWarm } from '../support/warm-cli.ts'

/**
 * A heap of 16 MiB for six cycles. A mark is some 30 ms of work, longer than a slice of the
 * system's. So other Ps get the CPU in it on a busy machine, too.
 */
const small = {
  engine: 'stepped',
  global: {
    ...{ gogc: 100, memory_limit: null, cores: 4 },
    ...{ globals_bytes: 32_768, initial_heap_bytes: 16_777_216 },
  },
  cycles: Array.from({ length: 6 }, () => ({
    ...{ alloc_rate: 330, scan_rate: 1024, growth_rate: 1, scannable_frac: 1, stack_bytes: 8192 },
  })),
}

test(`workers runs a pacer under both settings of each question${otherwise}`, async () => {
  await inScratch(async scratch => {
    const [json, report] = [join(scratch, 'workers.json'), join(scratch, 'workers.html')]
    const scenario = join(scratch, 'small.json')
    writeFileSync(scenario, JSON.stringify(small))
    const args = [
      ...['--scenario', scenario, '--pacers', 'go1.21', '--rounds', '1'],
      ...['--json', json, '--report', report],
    ]
    const { code, stdout, stderr } = await runCliWarm(['pacers', 'workers', ...args])
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/^go1\.21 +on \/ off /m)
    expect(stdout).toMatch(/^go1\.21 +fractional \/ dedicated /m)
    const { rows } = JSON.parse(readFileSync(json, 'utf8')) as WorkersResults
    expect(rows.map(({ question, setting }) => `${question} ${setting}`)).toEqual([
      ...['idle on', 'idle off', 'fractional fractional', 'fractional dedicated'],
    ])
    // Without idle workers none marks. With them some do: three of four Ps have nothing else.
    const idle = (setting: string) =>
      rows.find(row => row.setting === setting)?.rounds[0]?.['idle workers']
    expect(idle('off')).toBe(0)
    expect(idle('on')).toBeGreaterThan(0)
    if (chromium === null) return
    const seen = await open(readFileSync(report, 'utf8'))
    expect(seen.console).toEqual([])
    expect(seen.requests).toEqual([])
    expect(seen.pageWidth).toBe(WINDOW_WIDTH)
    expect(seen.pictures).toHaveLength(16)
  })
})

test.each([
  [['--questions', 'busy'], "--questions must be of idle, fractional, not 'busy'"],
  [['--scenario', 'model/steady'], 'model/steady is of the macro engine'],
  [['--pacers', 'go9'], "no pacer 'go9'"],
  [['--procs', '2'], "--procs must be a whole number from 4 to 64, not '2'"],
])('workers %j is a usage error', async (args, message) => {
  const { code, stderr } = await runCliWarm(['pacers', 'workers', ...args])
  expect(code).toBe(2)
  expect(stderr).toContain(message)
})
