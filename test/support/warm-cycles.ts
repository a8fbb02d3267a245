// A program with 64 MiB live at GOGC 100, once its heap has grown to its size: where its cycles
// end, and the share of the time for which a cycle marks.
import { expect } from 'vitest'
import type { CycleRecord } from '../../runtime/report/record.ts'
import { HANG_MS } from './hang.ts'
import { runCli } from './run-cli.ts'

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
    // With more Ps the program's cache is full later.
    procs === 1 ? '16' : '40',
  ]
  const { code, record, stderr } = await runCli(args, { limitMs: 5 * HANG_MS })
  expect(code, stderr).toBe(0)
  return (record?.cycles ?? []).filter(cycle => cycle.heapMarked > 55 * MIB).slice(1)
}

function shareOf({ cpuMs, markMs }: CycleRecord, procs: number): number {
  return (cpuMs.dedicated + cpuMs.fractional) / (markMs * procs)
}

/** Describes a steady state by medians over its cycles, and prints them. */
export async function steadyState(
  procs: number,
): Promise<{ cycles: number; ratio: number; share: number }> {
  const cycles = await warmCycles(procs)
  const ratio = median(cycles.map(cycle => cycle.heapAtMarkEnd / (cycle.goal ?? Number.NaN)))
  const share = median(cycles.map(cycle => shareOf(cycle, procs)))
  console.log(
    `P = ${procs}: ${cycles.length} warm cycles, heap at mark end / goal ${ratio.toFixed(3)}, background share ${share.toFixed(3)}`,
  )
  return { cycles: cycles.length, ratio, share }
}
