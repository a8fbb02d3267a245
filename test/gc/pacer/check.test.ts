import { expect, test } from 'vitest'
import {
  checkGoals,
  checkPlan,
  checkRatio,
  checkShape,
  checkState,
} from '../../../gc/pacer/check.ts'
import { fixed } from '../../../gc/pacer/fixed.ts'
import type { Goals } from '../../../gc/pacer/pacer.ts'

const pacer = fixed(0.8)
const none = Number.POSITIVE_INFINITY

test('sound answers pass', () => {
  for (const ratio of [0, 1e-14, 3, 2 ** 31]) expect(checkRatio(pacer, ratio)).toBeNull()
  const goals = { trigger: 3, goal: 4, hardGoal: 5, committedGoal: 4, sweepDistance: 1 }
  expect(checkGoals(pacer, goals)).toBeNull()
  expect(checkGoals(pacer, { ...goals, trigger: 4 })).toBeNull()
  expect(
    checkGoals(pacer, { ...goals, goal: none, hardGoal: none, committedGoal: none }),
  ).toBeNull()
  expect(checkPlan(pacer, { dedicatedWorkers: 4, fractionalGoal: 0.25 }, 4)).toBeNull()
  expect(checkState(pacer, 'commit', Float64Array.of(0, none))).toBeNull()
  expect(checkShape(pacer, 'mine.ts')).toBeNull()
})

test.each([Number.NaN, -1, none, 2 ** 41, undefined, null, '1', 1n])(
  'an assist ratio of %s does not',
  ratio => {
    expect(checkRatio(pacer, ratio as number)).toBe(
      `pacer fixed:trigger=0.8: revise answered the assist ratio = ${ratio}; it must be from 0 to 2^40 bytes of work per byte`,
    )
  },
)

test.each<[Partial<Record<keyof Goals, unknown>>, string]>([
  [{ goal: Number.NaN }, 'goal = NaN; it must be a size in bytes, or Infinity'],
  [{ goal: undefined }, 'goal = undefined'],
  [{ goal: 2 ** 60 }, 'goal = 1152921504606847000'],
  [{ trigger: -1 }, 'trigger = -1'],
  [{ trigger: 5 }, 'trigger = 5; it must be at most the goal, 4'],
  [{ hardGoal: 3 }, 'hardGoal = 3; it must be at least the goal, 4'],
  [{ hardGoal: Number.NaN }, 'hardGoal = NaN'],
  [{ committedGoal: 5 }, 'committedGoal = 5; it must be at most the goal, 4'],
  [{ committedGoal: -2 }, 'committedGoal = -2'],
  [{ sweepDistance: none }, 'sweepDistance = Infinity; it must be a size in bytes'],
])('goals with %o do not', (wrong, message) => {
  const goals = {
    trigger: 3,
    goal: 4,
    hardGoal: 5,
    committedGoal: 4,
    sweepDistance: 1,
    ...wrong,
  } as Goals
  expect(checkGoals(pacer, goals)).toContain(`pacer fixed:trigger=0.8: goals answered ${message}`)
})

test.each([
  [
    { dedicatedWorkers: 5, fractionalGoal: 0 },
    'dedicatedWorkers = 5; it must be a whole number from 0 to 4',
  ],
  [{ dedicatedWorkers: 0.5, fractionalGoal: 0 }, 'dedicatedWorkers = 0.5'],
  [{ dedicatedWorkers: 0, fractionalGoal: 1.5 }, 'fractionalGoal = 1.5; it must be from 0 to 1'],
])('a plan of %o does not', (plan, message) => {
  expect(checkPlan(pacer, plan, 4)).toContain(`startCycle answered ${message}`)
})

test('state that is not a number does not', () => {
  expect(checkState(pacer, 'endCycle', Float64Array.of(0, Number.NaN))).toContain(
    'endCycle answered state.sweepMinTrigger = NaN',
  )
})

test.each([
  [undefined, 'mine.ts: its default export is not a pacer'],
  [null, 'mine.ts: its default export is not a pacer'],
  [() => 1, 'mine.ts: its default export is not a pacer'],
  [{ ...pacer, name: 3 }, 'mine.ts: name is not a string'],
  [{ ...pacer, revise: undefined }, 'mine.ts: revise is not a function'],
  [{ ...pacer, stateNames: 'abc' }, 'mine.ts: stateNames is not a list of at most 64 names'],
  [
    { ...pacer, stateNames: Array(65).fill('x') },
    'mine.ts: stateNames is not a list of at most 64 names',
  ],
])('a module with another export does not: %#', (value, message) => {
  expect(checkShape(value, 'mine.ts')).toBe(message)
})
