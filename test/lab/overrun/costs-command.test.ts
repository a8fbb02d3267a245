import { describe, expect, test, vi } from 'vitest'
import { costsCommand, criteriaOf } from '../../../lab/overrun/costs-command.ts'
import { costsTable } from '../../../lab/overrun/costs-table.ts'
import type { Cost } from '../../../lab/overrun/results.ts'
import { someCost } from '../../support/overrun-results.ts'

const { signal } = new AbortController()

test.each([
  [['--pairs', '5'], "--pairs must be a whole number from 6 to 10000, not '5'"],
  [['--procs', 'many'], "--procs must be a whole number from 1 to 64, not 'many'"],
  [['--policies', 'fast'], "must be coordinator, assist-takes-over, helping, not 'fast'"],
  [['--programs', 'hello'], "--programs must be some of alloc-storm, binary-trees, not 'hello'"],
  [['--quick'], "overrun costs: Unknown option '--quick'"],
  [['more'], "overrun costs: Unexpected argument 'more'"],
])('%j is refused before anything runs, with what is allowed', async (argv, message) => {
  await expect(costsCommand(argv, signal)).rejects.toThrow(message)
})

test('--help says what is measured, and how', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    expect(await costsCommand(['--help'], signal)).toBe(0)
    expect(String(write.mock.calls[0]?.[0])).toMatch(/--pairs N[\s\S]*--json FILE[\s\S]*Example:/)
  } finally {
    write.mockRestore()
  }
})

describe('the criterion', () => {
  const holds = (
    throughput: readonly [number, number],
    pause: readonly [number, number],
  ): (boolean | null)[] =>
    criteriaOf({
      ...someCost,
      throughput: { median: 1, low: throughput[0], high: throughput[1], pairs: 30 },
      pauseRatio: { median: 1, low: pause[0], high: pause[1] },
    }).map(criterion => criterion.holds)

  test('holds where the interval reaches 0.99 from above 0.97', () => {
    expect(holds([0.971, 0.99], [0.9, 1.1])).toEqual([true, true])
  })

  test('fails where throughput may be 3 % less, or is below 0.99', () => {
    expect(holds([0.97, 1.02], [0.9, 1.1])[0]).toBe(false)
    expect(holds([0.975, 0.989], [0.9, 1.1])[0]).toBe(false)
  })

  test('fails where the pauses are longer', () => {
    expect(holds([0.98, 1], [1.001, 1.2])[1]).toBe(false)
  })
})

test('the table has a block for each program and a line for each policy, and the verdicts at its end', () => {
  const other: Cost = { ...someCost, termination: 'helping', gate: 'goal' }
  const text = costsTable(
    [someCost, other, { ...other, program: 'binary-trees' }],
    [{ says: 'it is so', holds: false }],
  )
  expect(text).toMatch(
    /^alloc-storm: 2 P, 30 pairs[^\n]*MMU of 1, 10, 100 ms\n[\s\S]*coordinator\/off\/go +1\.001 \[0\.992, 1\.011\] [^\n]*0\.00 0\.31 0\.72 +300 KiB, 400 KiB\nhelping\/goal\/go [\s\S]*\nbinary-trees: [\s\S]*\nFAILS: it is so\n$/,
  )
})
