/** The pacer on the real heap: in a steady state cycles end near the goal, and marking takes its quarter. */
import { expect, test } from 'vitest'
import type { CycleRecord } from '../../runtime/record.ts'
import { runCli } from '../support/run-cli.ts'

const MIB = 2 ** 20

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Cycles of a full cache: the heap has grown to its size, and every P has compiled its code. */
async function warmCycles(procs: number): Promise<readonly CycleRecord[]> {
  const args = [
    'run',
    'examples/lru-cache.ts',
    '--procs',
    String(procs),
    '--gogc',
    '100',
    '--',
    '--live',
    '64MiB',
    '--rounds',
    '45',
  ]
  const { code, record, stderr } = await runCli(args, { limitMs: 110_000 })
  expect(code, stderr).toBe(0)
  return (record?.cycles ?? []).filter(cycle => cycle.heapMarked > 55 * MIB).slice(1)
}

function shareOf({ cpuMs, markMs }: CycleRecord, procs: number): number {
  return (cpuMs.dedicated + cpuMs.fractional) / (markMs * procs)
}

test.each([1, 2])('with 64 MiB live and GOGC 100 the heap settles at its goal on %i P', async procs => {
  const cycles = await warmCycles(procs)
  expect(cycles.length).toBeGreaterThanOrEqual(5)
  const ratio = median(cycles.map(cycle => cycle.heapAtMarkEnd / (cycle.goal ?? Number.NaN)))
  const share = median(cycles.map(cycle => shareOf(cycle, procs)))
  console.log(
    `P = ${procs}: ${cycles.length} warm cycles, heap at mark end / goal ${ratio.toFixed(3)}, background share ${share.toFixed(3)}`,
  )
  expect(ratio).toBeGreaterThanOrEqual(0.9)
  expect(ratio).toBeLessThanOrEqual(1.1)
  expect(share).toBeGreaterThanOrEqual(0.2)
  expect(share).toBeLessThanOrEqual(0.3)
})

test('on 4 Ps it is reported, not asserted: the Ps outnumber the cores', async () => {
  const cycles = await warmCycles(4)
  const ratio = median(cycles.map(cycle => cycle.heapAtMarkEnd / (cycle.goal ?? Number.NaN)))
  const share = median(cycles.map(cycle => shareOf(cycle, 4)))
  console.log(
    `P = 4: ${cycles.length} warm cycles, heap at mark end / goal ${ratio.toFixed(3)}, background share ${share.toFixed(3)}`,
  )
  expect(cycles.length).toBeGreaterThan(0)
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
