import { describe, expect, test } from 'vitest'
import { criterionOf, fittedTo, type Stalled } from '../../../../lab/overrun/experiments/rate.ts'
import { Random } from '../../../../lab/random.ts'
import { MiB } from '../../../../memory/units.ts'

const SEED = 3
const REQUEST = 8192

const stalled = (taken: number, overrun: number): Stalled => ({
  gapMs: 5,
  taken,
  overrun,
  allowed: REQUEST,
})

/**
 * Cycles in which 1 to 2 MiB are taken. Their overrun is 1 MiB and that share of what is taken,
 * with an error of up to `error` MiB.
 */
function cycles(count: number, share: number, error: number): Stalled[] {
  const random = new Random(SEED)
  return Array.from({ length: count }, (_, n) => {
    const taken = (1 + n / count) * MiB
    return stalled(taken, MiB + share * taken + (2 * random.share() - 1) * error * MiB)
  })
}

const verdict = (goLike: readonly Stalled[], ours: readonly Stalled[]) =>
  criterionOf(fittedTo(goLike, SEED), ours)

const kept = [stalled(MiB, 0), stalled(MiB, REQUEST)]
const grown = cycles(40, 1, 0.05)

describe(`the criterion of rate, seed ${SEED}`, () => {
  test('holds where the overrun grows with what is taken, and ours is within a request', () => {
    expect(verdict(grown, kept)).toMatchObject({
      holds: true,
      says: expect.stringMatching(/slope (?:0\.9\d*|1(?:\.0\d*)?) \(95 %.*, its interval above 0/),
    })
  })

  test('fails where the overrun does not grow, or shrinks', () => {
    expect(verdict(cycles(40, 0, 0.05), kept).holds).toBe(false)
    expect(verdict(cycles(40, -0.3, 0.05), kept).holds).toBe(false)
  })

  test('fails where ours passes its goal by more than a request, whatever the line', () => {
    const broken = [...kept, stalled(MiB, REQUEST + 16)]
    for (const goLike of [grown, cycles(9, 1, 0), []])
      expect(verdict(goLike, broken).holds).toBe(false)
  })

  test('is not told by too few cycles past their goal, and says how many there are', () => {
    const few = [...cycles(9, 1, 0), ...Array.from({ length: 20 }, () => stalled(MiB, 0))]
    expect(verdict(few, kept)).toMatchObject({
      holds: null,
      says: expect.stringContaining('slope 9 cycles are too few for a line, which does not tell'),
    })
    expect(
      verdict(
        Array.from({ length: 20 }, () => stalled(0, MiB)),
        kept,
      ).holds,
    ).toBe(null)
  })

  test('is not told by an interval that has both 0 and 1', () => {
    // By turns 0.8 MiB above and below a line.
    const spread = cycles(12, 0.5, 0).map((one, n) => ({
      ...one,
      overrun: one.overrun + (n % 2 === 0 ? 0.8 : -0.8) * MiB,
    }))
    const wide = verdict(spread, kept)
    expect(wide).toMatchObject({ holds: null, says: expect.stringContaining('does not tell') })
  })

  test('is not told if no cycle of ours is one of which the gate promises anything', () => {
    expect(verdict(grown, []).holds).toBe(null)
    expect(verdict(grown, [{ ...stalled(MiB, MiB), allowed: null }]).holds).toBe(null)
    expect(verdict(cycles(40, 0, 0.05), []).holds).toBe(false)
  })
})
