/** The pacer on the real heap: in a steady state cycles end near the goal, and marking takes its quarter. */
import { expect, test } from 'vitest'
import { runCli } from '../support/run-cli.ts'
import { steadyState } from '../support/warm-cycles.ts'

test.each([1, 2])('with 64 MiB live and GOGC 100 the heap settles at its goal on %i P', async procs => {
  const { cycles, ratio, share } = await steadyState(procs)
  expect(cycles).toBeGreaterThanOrEqual(5)
  expect(ratio).toBeGreaterThanOrEqual(0.9)
  expect(ratio).toBeLessThanOrEqual(1.1)
  expect(share).toBeGreaterThanOrEqual(0.2)
  expect(share).toBeLessThanOrEqual(0.3)
})

const MANY: Readonly<Record<string, readonly string[]>> = {
  sieve: ['100'],
  pipeline: ['--small', '--stages', '64'],
  'alloc-storm': ['--small', '--tasks', '64'],
}

test.each(Object.keys(MANY).flatMap(example => [2, 4].map(procs => [example, procs] as const)))(
  'goroutines are spread evenly: %s on %i Ps',
  async (example, procs) => {
    const { code, record, stderr } = await runCli([
      'run',
      `examples/${example}.ts`,
      '--procs',
      String(procs),
      '--',
      ...MANY[example],
    ])
    expect(code, stderr).toBe(0)
    const peaks = record?.goroutines.peakLivePerP ?? []
    const mean = peaks.reduce((sum, peak) => sum + peak, 0) / procs
    expect(mean).toBeGreaterThanOrEqual(16)
    expect(Math.max(...peaks) - Math.min(...peaks), `peaks ${peaks.join(', ')}`).toBeLessThanOrEqual(mean / 4)
  },
)
