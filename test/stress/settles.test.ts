/**
 * The pacer on the real heap: in a steady state cycles end near the goal, and marks take their
 * quarter of the CPU. It needs a quiet machine.
 */
import { expect, test } from 'vitest'
import { steadyState } from '../support/warm-cycles.ts'

test.each([1, 2])(
  'with 64 MiB live and GOGC 100 the heap settles at its goal on %i P',
  async procs => {
    const { cycles, ratio, share } = await steadyState(procs)
    expect(cycles).toBeGreaterThanOrEqual(5)
    expect(ratio).toBeGreaterThanOrEqual(0.9)
    expect(ratio).toBeLessThanOrEqual(1.1)
    expect(share).toBeGreaterThanOrEqual(0.2)
    expect(share).toBeLessThanOrEqual(0.3)
  },
)

test('on 4 Ps where the heap settles is reported, not asserted: the Ps outnumber the cores', async () => {
  expect((await steadyState(4)).cycles).toBeGreaterThan(0)
})
