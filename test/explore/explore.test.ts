// The search against a model: threads that only count. Their interleavings can be listed by other
// means.
import { expect, test } from 'vitest'
import type { Choice } from '../../memory/controlled/schedule.ts'
import type { Order } from '../../memory/controlled/strategy.ts'
import { explore } from './explore.ts'
import type { Outcome } from './stage.ts'

interface Model {
  /** How many turns each thread has. */
  readonly turns: readonly number[]
  /** [thread, turn, other, count]: before that turn the thread waits for the other's `count`. */
  readonly waits: readonly (readonly [number, number, number, number])[]
}

/** The threads that can take a turn. */
function enabledIn({ turns, waits }: Model, taken: readonly number[]): number[] {
  return turns.flatMap((all, index) => {
    const waitsFor = waits.find(([who, turn]) => who === index && turn === taken[index])
    const must = waitsFor !== undefined && taken[waitsFor[2]] < waitsFor[3]
    return taken[index] < all && !must ? [index] : []
  })
}

/** All interleavings, as strings of thread numbers, each with its preemptive switches. */
function interleavings(model: Model): Map<string, number> {
  const found = new Map<string, number>()
  const go = (taken: readonly number[], last: number, path: string, cost: number): void => {
    const enabled = enabledIn(model, taken)
    if (enabled.length === 0) {
      found.set(path, cost)
      return
    }
    for (const next of enabled) {
      const price = last !== next && enabled.includes(last) ? 1 : 0
      go(
        taken.map((count, index) => (index === next ? count + 1 : count)),
        next,
        path + next,
        cost + price,
      )
    }
  }
  go(
    model.turns.map(() => 0),
    0,
    '',
    0,
  )
  return found
}

/**
 * Carries out a schedule as memory/controlled/schedule.ts does: before each of its turns, a thread
 * chooses which has the next one.
 */
function play(model: Model, order: Order, seen: (path: string) => void): Outcome {
  const taken = model.turns.map(() => 0)
  const own = model.turns.map(() => 0)
  const choices: Choice[] = []
  let me = 0
  let path = ''
  for (
    let enabled = enabledIn(model, taken);
    enabled.length > 0;
    enabled = enabledIn(model, taken)
  ) {
    own[me]++
    const usual = enabled.includes(me)
      ? me
      : ([1, 2, 3]
          .map(offset => (me + offset) % model.turns.length)
          .find(other => enabled.includes(other)) as number)
    const wanted = order.find(([p, turn]) => p === me && turn === own[me])?.[2]
    const chosen = wanted ?? usual
    choices.push({
      me,
      chosen,
      usual,
      enabled: enabled.reduce((mask, index) => mask | (1 << index), 0),
    })
    me = chosen
    taken[me]++
    path += me
  }
  seen(path)
  return { complaint: null, choices }
}

test.each([
  [{ turns: [3, 3], waits: [] }, 1],
  [{ turns: [4, 3], waits: [] }, 2],
  [{ turns: [3, 2, 2], waits: [] }, 2],
  [{ turns: [3, 3, 3], waits: [] }, 1],
  [{ turns: [4, 4], waits: [[0, 2, 1, 3]] }, 2],
  [
    {
      turns: [3, 3, 3],
      waits: [
        [1, 1, 2, 2],
        [0, 2, 1, 1],
      ],
    },
    2,
  ],
] satisfies [Model, number][])(
  '%j with bound %i: each schedule within the bound, once',
  (model, bound) => {
    const paths: string[] = []
    const { schedules, complete } = explore(order => play(model, order, path => paths.push(path)), {
      bound,
    })
    const expected = [...interleavings(model)].flatMap(([path, cost]) =>
      cost <= bound ? [path] : [],
    )
    expect(complete).toBe(true)
    expect(paths.toSorted()).toEqual(expected.toSorted())
    expect(schedules).toBe(expected.length)
  },
)

test('a failure ends the search, with the order that led to it', () => {
  const model: Model = { turns: [3, 3], waits: [] }
  let path = ''
  const { failure } = explore(
    order => {
      const outcome = play(model, order, played => {
        path = played
      })
      return { ...outcome, complaint: path.startsWith('01') ? 'found' : null }
    },
    { bound: 2 },
  )
  expect(failure?.complaint).toBe('found')
  expect(failure?.order[0]).toEqual([0, 2, 1])
})
