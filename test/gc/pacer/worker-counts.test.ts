import { expect, test } from 'vitest'
import { maxIdleWorkers, workerCounts } from '../../../gc/pacer/worker-counts.ts'

// Go's table: Ps, dedicated workers, fractional share of each P, idle workers at a heap trigger,
// idle workers in a periodic cycle.
test.each([
  [1, 0, 0.25, 1, 1],
  [2, 0, 0.25, 2, 1],
  [3, 0, 0.25, 3, 1],
  [4, 1, 0, 3, 0],
  [5, 1, 0, 4, 0],
  [6, 1, 1 / 12, 5, 0],
  [7, 2, 0, 5, 0],
  [8, 2, 0, 6, 0],
  [9, 2, 0, 7, 0],
  [10, 3, 0, 7, 0],
  [12, 3, 0, 9, 0],
  [64, 16, 0, 48, 0],
])(
  '%i Ps: %i dedicated, %f fractional, %i idle',
  (procs, dedicated, fractional, idle, idlePeriodic) => {
    const plan = { dedicatedWorkers: -1, fractionalGoal: -1 }
    workerCounts(procs, plan)
    expect(plan.dedicatedWorkers).toBe(dedicated)
    expect(plan.fractionalGoal).toBeCloseTo(fractional, 12)
    expect(maxIdleWorkers(procs, dedicated, false)).toBe(idle)
    expect(maxIdleWorkers(procs, dedicated, true)).toBe(idlePeriodic)
    // A run without idle workers has as many as a periodic cycle.
    expect(maxIdleWorkers(procs, dedicated, false, 'off')).toBe(idlePeriodic)
  },
)

test('no P count is more than 30 % off a quarter, fractional workers included', () => {
  for (let procs = 1; procs <= 64; procs++) {
    const plan = { dedicatedWorkers: 0, fractionalGoal: 0 }
    workerCounts(procs, plan)
    const share = plan.dedicatedWorkers / procs + plan.fractionalGoal
    expect(Math.abs(share / 0.25 - 1)).toBeLessThanOrEqual(0.3)
  }
})
