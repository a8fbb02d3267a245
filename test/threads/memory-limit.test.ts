import { expect, test } from 'vitest'
import { runProgram } from '../support/run-cli.ts'

const MiB = 2 ** 20

test('with GOGC off a memory limit is the goal: what is mapped stays below it', async () => {
  const limit = 48 * MiB
  const { code, record } = await runProgram([
    'examples/gcbench.ts',
    '--procs',
    '2',
    '--gogc',
    'off',
    '--memory-limit',
    '48MiB',
  ])
  expect(code).toBe(0)
  // The goal leaves 3 % of headroom, and room for what is no heap.
  for (const { goal } of record.cycles) expect(goal).toBeLessThan(0.97 * limit)
  expect(record.memStats.Sys).toBeLessThanOrEqual(limit)
})

test('a limit below what lives: cycle upon cycle, until the CPU limiter lets the heap pass it', async () => {
  const churn = ['test/threads/programs/churn.ts', '--procs', '2', '--gogc', 'off', '--memory-limit', '1MiB']
  const args = [...churn, '--', '2', '20', '13']
  const { code, record } = await runProgram(args)
  expect(code).toBe(0)
  expect(record.memStats.Sys).toBeGreaterThan(MiB)
  expect(record.cycles.length).toBeGreaterThan(10)
})
