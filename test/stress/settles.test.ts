import { expect, test } from 'vitest'
import { steadyState } from '../support/warm-cycles.ts'

test('on 4 Ps where the heap settles is reported, not asserted: the Ps outnumber the cores', async () => {
  expect((await steadyState(4)).cycles).toBeGreaterThan(0)
})
