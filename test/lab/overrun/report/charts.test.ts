import { expect, test } from 'vitest'
import { meanShares } from '../../../../lab/overrun/report/causes.ts'
import { steps } from '../../../../lab/overrun/report/distribution.ts'
import { seriesLabel, seriesStyles } from '../../../../lab/overrun/report/policies.ts'
import { joinedLanes } from '../../../../lab/overrun/report/timelines.ts'
import { someCase } from '../../../support/overrun-results.ts'

test('a distribution steps from 0 at its least value to 1, and on to the edge', () => {
  expect(steps([0, 0, 10, 40], 100).map(({ bytes, share }) => [bytes, share])).toEqual([
    [0, 0],
    [0, 0.5],
    [10, 0.75],
    [40, 1],
    [100, 1],
  ])
})

test('a distribution of many values is drawn with few points, none of which lies off it', () => {
  const values = Array.from({ length: 50_000 }, (_, index) => index * 3)
  const points = steps(values, 200_000)
  expect(points.length).toBeLessThan(500)
  for (const { bytes, share } of points.slice(1, -1))
    expect(share).toBeCloseTo((bytes / 3 + 1) / 50_000, 12)
  expect(points.at(-2)).toMatchObject({ bytes: 149_997, share: 1 })
})

test('the mean of a cause is over all cycles of the policy, those without it included', () => {
  const shares = meanShares([
    { ...someCase, cycles: 10, by: { credit: 1000, stall: 500 } },
    { ...someCase, cycles: 30, by: { credit: 200 } },
    { ...someCase, runtime: 'go', by: {} },
  ])
  expect(shares).toEqual([
    { policy: 'coordinator', cause: 'credit', bytes: 30 },
    { policy: 'coordinator', cause: 'stall', bytes: 12.5 },
  ])
})

test('neighbours that do the same are one slice where the gap is not seen', () => {
  const lane = (p: number, what: string, fromMs: number, toMs: number) => ({
    p,
    what,
    fromMs,
    toMs,
  })
  const lanes = [
    lane(0, 'goroutine', 2.01, 3),
    lane(0, 'goroutine', 0, 2),
    lane(1, 'goroutine', 3, 4),
    lane(0, 'assist', 0.5, 1),
    lane(0, 'goroutine', 3.5, 4),
  ]
  expect(joinedLanes(lanes, 0.02)).toEqual([
    lane(0, 'assist', 0.5, 1),
    lane(0, 'goroutine', 0, 3),
    lane(0, 'goroutine', 3.5, 4),
    lane(1, 'goroutine', 3, 4),
  ])
})

test('no two policies have both colour and dash in common, and those that all reports are about keep theirs', () => {
  const cases = (['coordinator', 'assist-takes-over', 'helping'] as const).flatMap(termination =>
    (['off', 'goal', 'hard'] as const).flatMap(gate =>
      (['go', 'capped'] as const).flatMap(credit =>
        (['sleep', 'yield'] as const).map(wait => ({
          ...someCase,
          termination,
          gate,
          credit,
          wait,
        })),
      ),
    ),
  )
  const styles = seriesStyles({ cases: [...cases].reverse(), costs: [] })
  expect(styles.size).toBe(cases.length)
  expect(new Set([...styles.values()].map(({ colour, dash }) => `${colour} ${dash}`)).size).toBe(
    cases.length,
  )
  const few = seriesStyles({ cases: [someCase], costs: [] })
  expect(few.get('coordinator')).toEqual(styles.get(seriesLabel(someCase)))
})

test('a policy says who scans stacks where it is not the owner', () => {
  expect(seriesLabel({ ...someCase, stackScans: 'owner' })).toBe('coordinator')
  expect(seriesLabel({ ...someCase, stackScans: 'any' })).toBe('coordinator + stacks by any P')
})
