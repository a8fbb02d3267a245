/** Goroutines are placed on the P that has the least to do. */
import { expect, test } from 'vitest'
import { sampled } from '../support/size.ts'
import { runCliWarm } from '../support/warm-cli.ts'

const MANY: Readonly<Record<string, readonly string[]>> = {
  sieve: ['100'],
  pipeline: ['--small', '--stages', '64'],
  'alloc-storm': ['--small', '--tasks', '64'],
}

const tried = Object.keys(MANY).flatMap(example => [2, 4].map(procs => [example, procs] as const))

test.each(sampled(tried, 3))(
  'goroutines are spread evenly: %s on %i Ps',
  async (example, procs) => {
    const { code, record, stderr } = await runCliWarm([
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
    expect(
      Math.max(...peaks) - Math.min(...peaks),
      `peaks ${peaks.join(', ')}`,
    ).toBeLessThanOrEqual(mean / 4)
  },
)
