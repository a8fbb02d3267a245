import { expect, test } from 'vitest'
import { MiB } from '../../memory/units.ts'
import type { CycleRecord } from '../../runtime/report/record.ts'
import { threadsFile } from '../support/run-cli.ts'
import { runProgramWarm } from '../support/warm-cli.ts'

/** The last cycles of a run that keeps some KiB alive: it has built up by then. */
async function cyclesOf(
  options: readonly string[],
  liveKib: number,
  garbageMib: number,
): Promise<readonly CycleRecord[]> {
  const program = [threadsFile('programs/keeps.ts'), '--procs', '1', ...options]
  const args = [String(liveKib), String(garbageMib)]
  const { code, record } = await runProgramWarm([...program, '--', ...args])
  expect(code).toBe(0)
  // The cycle after the first that marked all of what is kept has the goal of that.
  const full = record.cycles.findIndex(({ heapMarked }) => heapMarked >= liveKib * 1024)
  const cycles = record.cycles.slice(full + 1)
  expect(full).toBeGreaterThanOrEqual(0)
  expect(cycles.length).toBeGreaterThan(1)
  return cycles
}

const goalOf = ({ goal }: CycleRecord): number => goal ?? Number.POSITIVE_INFINITY

// The example of "Garbage Collection In Go": the last cycle left 2 MB, so the next is at 4 MB.
test('a heap of 2 MiB has its next cycle at 4 MiB, because twice as much may live and not because of a minimum', async () => {
  for (const cycle of await cyclesOf(['--minimum', '64KiB'], 2048, 40)) {
    expect(cycle.heapMarked / MiB).toBeCloseTo(2, 1)
    expect(goalOf(cycle) / MiB).toBeCloseTo(4, 1)
    expect(cycle.triggerBytes).toBeLessThan(goalOf(cycle))
  }
})

test('a heap below 4 MiB grows by GOGC only under a small minimum', async () => {
  for (const cycle of await cyclesOf([], 1024, 40)) expect(goalOf(cycle)).toBe(4 * MiB)
  for (const cycle of await cyclesOf(['--minimum', '64KiB'], 1024, 40)) {
    expect(goalOf(cycle) / MiB).toBeCloseTo(2.05, 1)
  }
})

test('a small heap under a large minimum has that goal, without a ballast', async () => {
  for (const cycle of await cyclesOf(['--minimum', '16MiB'], 1024, 80))
    expect(goalOf(cycle)).toBe(16 * MiB)
})

// 64 KiB live are 32 MiB of goal; Go's own minimum would be 2 GiB.
test('under a GOGC of 51100 a small heap has cycles at 512 times its size', async () => {
  for (const cycle of await cyclesOf(['--gogc', '51100', '--minimum', '64KiB'], 64, 200))
    expect(goalOf(cycle) / cycle.heapMarked).toBeGreaterThan(400)
})
