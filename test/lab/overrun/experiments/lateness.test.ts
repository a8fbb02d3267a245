// Samples have a median of 0.07 ms and a long tail, as those of docs/relatives.md at P = 2.
import { describe, expect, test } from 'vitest'
import { criterionOf as fullUse } from '../../../../lab/overrun/experiments/full-use.ts'
import { latenessOf } from '../../../../lab/overrun/experiments/lateness.ts'
import { criterionOf as restarts } from '../../../../lab/overrun/experiments/restarts.ts'
import { Random } from '../../../../lab/random.ts'

const SEED = 5
const CYCLES = 600

/** Times in ms, drawn from a seed. One of ten is that of a thread that was off the CPU. */
function times(seed: number, factor = 1): number[] {
  const random = new Random(seed)
  return Array.from({ length: CYCLES }, () => {
    const spread = 0.05 + 0.04 * random.share()
    return factor * (random.chance(0.1) ? spread + 3 * random.share() : spread)
  })
}
const at2 = (factor: number) => [{ procs: 2, go: times(SEED), ours: times(SEED + 1, factor) }]
const retried = [1, 2, 1, 2]

describe('full-use', () => {
  test(`equal times hold: seed ${SEED}`, () => {
    expect(fullUse(at2(1)).holds).toBe(true)
  })

  test('36 % more does not, though that is far below the 90th percentile of the other policy', () => {
    const { holds, says } = fullUse(at2(1.36))
    expect(holds).toBe(false)
    expect(says).toMatch(/0\.09\d* to 0\.1 against 0\.07 to 0\.07\d* ms at P = 2/)
  })

  test('one slow P count among several is enough', () => {
    const [slow] = at2(1.36)
    expect(fullUse([...at2(1), ...(slow === undefined ? [] : [{ ...slow, procs: 4 }])]).holds).toBe(
      false,
    )
  })

  test('too few cycles tell nothing', () => {
    const [go, ours] = [times(SEED).slice(0, 5), times(SEED + 1).slice(0, 5)]
    expect(fullUse([{ procs: 1, go, ours }])).toMatchObject({
      holds: null,
      says: expect.stringContaining('too few cycles to tell at P = 1'),
    })
    const slow = { procs: 2, go: times(SEED), ours: times(SEED + 1, 1.36) }
    expect(fullUse([{ procs: 1, go, ours }, slow]).holds).toBe(false)
  })
})

describe('restarts', () => {
  test('equal times hold, and a longer tail does not', () => {
    expect(restarts(retried, at2(1)).holds).toBe(true)
    // A millisecond more in each cycle, as by a coordinator that sleeps once more.
    const later = at2(1).map(one => ({ ...one, ours: one.ours.map(ms => ms + 1) }))
    expect(restarts(retried, later).holds).toBe(false)
  })

  test('the effect itself must show: no failed attempts do not hold, and no cycles tell nothing', () => {
    expect(restarts([1, 1, 1, 1], at2(1)).holds).toBe(false)
    expect(restarts([], at2(1)).holds).toBe(null)
  })
})

test('what is shorter is not later, and wide intervals tell nothing', () => {
  expect(latenessOf(times(SEED, 0.5), times(SEED + 1), 0.5)?.isLater).toBe(false)
  expect(latenessOf([1, 1, 1, 1, 1, 9], [0.1, 1, 1, 1, 1, 1], 0.5)?.isLater).toBe(false)
})
