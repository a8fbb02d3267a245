// `sawtooth overrun kernel` in small, beside the kernel's own account of waits.
import { getEventListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PerfRecord } from '../../lab/overrun/kernel/perf.ts'
import type { OverrunResults } from '../../lab/overrun/results.ts'
import { UsageError } from '../../runtime/errors/usage-error.ts'
import { inScratch, runCli } from '../support/run-cli.ts'
import { seed } from '../support/size.ts'

async function whyNot(): Promise<string | null> {
  return await inScratch(async scratch => {
    try {
      await using perf = await PerfRecord.open(join(scratch, 'perf.data'), undefined)
      await perf.stop()
      return null
    } catch (error) {
      if (error instanceof UsageError) return error.message
      throw error
    }
  })
}
const orSkipped = (await whyNot()) === null ? '' : ' (skipped: perf may not record here)'

test.skipIf(orSkipped !== '')(`the kernel says who had the CPU${orSkipped}`, async () => {
  await inScratch(async scratch => {
    const json = join(scratch, 'kernel.json')
    const args = ['kernel', '--quick', '--seed', String(seed), '--json', json]
    const { code, stdout, stderr } = await runCli(['overrun', ...args])
    // The machine decides whether a P waits.
    expect([0, 1], stderr).toContain(code)
    const { experiments } = JSON.parse(readFileSync(json, 'utf8')) as OverrunResults
    const [{ rows = [], criterion } = {}] = experiments
    expect(rows.length).toBe(3)
    for (const row of rows) {
      expect(row.cycles).toBeGreaterThan(0)
      if (Number(row['waits %']) === 0) continue
      // Somebody or nobody had the CPU at each moment of a wait. Each part is rounded to 0.1.
      const parts = Object.entries(row).filter(
        ([name]) => / %$/.test(name) && !/^(waits|else)/.test(name),
      )
      expect(parts.length).toBe(7)
      expect(parts.reduce((sum, [, part]) => sum + Number(part), 0)).toBeCloseTo(100, 0)
    }
    const [, ratio] =
      /agree on how long Ps waited in all \((.*)\)$/.exec(criterion?.says ?? '') ?? []
    expect(Number(ratio), stdout).toBeGreaterThan(0.9)
    expect(Number(ratio), stdout).toBeLessThan(1.1)
  })
})

test.skipIf(orSkipped !== '')(`nothing is left at the signal${orSkipped}`, async () => {
  await inScratch(async scratch => {
    const { signal } = new AbortController()
    await using perf = await PerfRecord.open(join(scratch, 'perf.data'), signal)
    await perf.stop()
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

test('without perf it says what to install, and ends with 2', async () => {
  const { code, stdout, stderr } = await runCli(['overrun', 'kernel', '--quick'], {
    env: { PATH: '/nonexistent' },
  })
  expect(stdout).toBe('')
  expect(stderr).toContain(
    'sawtooth: perf is needed, and it is not on the PATH: install it (Debian: linux-perf)\n',
  )
  expect(code).toBe(2)
})
