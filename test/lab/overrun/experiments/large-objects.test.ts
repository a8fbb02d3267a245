import { expect, test } from 'vitest'
import { GO_LIKE, OURS } from '../../../../lab/overrun/experiments/configurations.ts'
import { type Measured, resultOf } from '../../../../lab/overrun/experiments/large-objects.ts'
import { MiB } from '../../../../memory/units.ts'

const cycle = (overrun: number) => ({ overrun, largestRefill: 8 * MiB })

const measured = (
  policy: Measured['policy'],
  cycles: readonly number[],
  limited: readonly number[] = [],
): Measured => ({
  ...{ policy, procs: 4, fault: null },
  cycles: cycles.map(cycle),
  limited: limited.map(cycle),
})

const goLike = measured(GO_LIKE, [9 * MiB, 0], [40 * MiB])

test('cycles that were limited are no part of the criterion, and are told of beside it', () => {
  const { criterion, found, rows } = resultOf(1, [
    goLike,
    measured(OURS, [8 * MiB, 0, 0], [30 * MiB, 0]),
  ])
  expect(criterion).toMatchObject({
    holds: true,
    says: expect.stringContaining('and none of ours (0 of 3)'),
  })
  expect(found).toContain(
    'under ours 1 of 2 by more than one request, the worst by 30 MiB; Go-like 1 of 1 by more than one request, the worst by 40 MiB.',
  )
  expect(rows.map(row => [row.cycles, row.limited, row['limited max MiB']])).toEqual([
    [2, 1, 40],
    [3, 2, 30],
  ])
})

test('a cycle of ours that was not limited, and passes its goal by more than a request, fails', () => {
  expect(resultOf(1, [goLike, measured(OURS, [8 * MiB + 16, 0])]).criterion.holds).toBe(false)
})

test('cycles that were all limited show nothing of ours', () => {
  expect(resultOf(1, [goLike, measured(OURS, [], [0, 0])]).criterion.holds).toBe(null)
})

test('where the limiter did not limit, it says so', () => {
  const { found } = resultOf(1, [measured(GO_LIKE, [9 * MiB]), measured(OURS, [0])])
  expect(found).toContain('The CPU limiter limited in no cycle')
})
