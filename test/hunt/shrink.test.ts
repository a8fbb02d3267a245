import { assert, asyncProperty, integer, uniqueArray } from 'fast-check'
import { expect, test } from 'vitest'
import type { Order, Switch } from '../../memory/controlled/strategy.ts'
import { shrink } from './shrink.ts'

const orderOf = (turns: readonly number[]): Order => turns.map((turn): Switch => [0, turn, 1])

test('an order shrinks to exactly the switches that its failure needs', async () => {
  const someTurns = uniqueArray(integer({ min: 0, max: 200 }), { maxLength: 60 })
  await assert(
    asyncProperty(
      someTurns,
      uniqueArray(integer({ min: 0, max: 59 }), { maxLength: 4 }),
      async (turns, picks) => {
        const order = orderOf(turns)
        const needed = picks.filter(pick => pick < order.length).map(pick => order[pick])
        const fails = async (tried: Order): Promise<boolean> =>
          needed.every(one => tried.includes(one))
        const { order: shrunk, minimal } = await shrink(order, fails)
        expect(minimal).toBe(true)
        expect(shrunk).toEqual(order.filter(one => needed.includes(one)))
      },
    ),
  )
})

test('what a failure needs in alternatives shrinks to one of them', async () => {
  const order = orderOf(Array.from({ length: 64 }, (_, turn) => turn))
  const fails = async (tried: Order): Promise<boolean> =>
    [3, 60].every(turn => tried.includes(order[turn])) ||
    [10, 11].every(turn => tried.includes(order[turn]))
  expect((await shrink(order, fails)).order).toHaveLength(2)
})

test('shrinking gives up when its time is over, with what it has', async () => {
  const order = orderOf([1, 2, 3, 4])
  expect(await shrink(order, async () => true, 0)).toEqual({ order, tries: 0, minimal: false })
})
