import { expect, test } from 'vitest'
import { limitedIn } from '../../../../lab/overrun/experiments/limited-cycles.ts'

const cycle = (n: number, gcCpuLimited = false) => ({ n, gcCpuLimited })

test('a cycle that was limited, and the one that follows it, are set apart', () => {
  const all = [cycle(1), cycle(2, true), cycle(3), cycle(4), cycle(5, true), cycle(6, true)]
  expect([...limitedIn(all)]).toEqual([2, 3, 5, 6, 7])
  expect(limitedIn([cycle(1), cycle(2)]).size).toBe(0)
})
