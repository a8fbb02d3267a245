import { expect, test } from 'vitest'
import { checkGoals, checkShape } from '../../../gc/pacer/check.ts'
import { definePacer } from '../../../gc/pacer/pacer.ts'
import { drive, MiB } from './driver.ts'

/** As a user would write it: twice the marked heap and 8 MiB, with the longest cycle remembered. */
const mine = definePacer({
  name: 'mine',
  describe: 'an example',
  state: { base: 8 * MiB, longestNs: 1 },
  commit(state, facts) {
    state.base = 8 * MiB + facts.heapMarked
  },
  endCycle(state, facts) {
    state.longestNs = Math.max(state.longestNs, facts.markDurationNs)
  },
  revise: (_state, facts) => facts.heapScannable / (8 * MiB),
  goals(state, facts, out) {
    out.goal = state.base + facts.heapMarked
    out.trigger = state.base
  },
})

test('a defined pacer keeps its state by name in the slots it is given', () => {
  expect(mine.stateNames).toEqual(['base', 'longestNs'])
  expect(checkShape(mine, 'mine.ts')).toBeNull()
  const one = drive(mine)
  const other = drive(mine)
  one.start(8 * MiB)
  one.end({ markDurationNs: 7, bytesMarked: 2 * MiB })
  expect([...one.state]).toEqual([10 * MiB, 7])
  expect([...other.state]).toEqual([8 * MiB, 1])
})

test('what its goals leave out is filled in', () => {
  const goals = drive(mine).commit({ heapMarked: 2 * MiB })
  expect(goals).toEqual({
    trigger: 10 * MiB,
    goal: 12 * MiB,
    hardGoal: Math.trunc(13.2 * MiB),
    committedGoal: 12 * MiB,
    sweepDistance: MiB,
  })
  expect(checkGoals(mine, goals)).toBeNull()
})

test('its workers are those of Go', () => {
  const plan = { dedicatedWorkers: 0, fractionalGoal: 0 }
  const { state, facts } = drive(mine, { procs: 8 })
  mine.startCycle(state, facts, plan)
  expect(plan).toEqual({ dedicatedWorkers: 2, fractionalGoal: 0 })
})

test('a goal that it forgets, or a name that it mistypes, is an error', () => {
  const broken = definePacer({
    name: 'broken',
    describe: '',
    state: { base: 0 },
    revise: () => 0,
    goals: (_state, _facts, out) => {
      out.trigger = 1
    },
    commit: state => void Object.assign(state, { bsae: 1 }),
  })
  const out = { trigger: 1, goal: 2, hardGoal: 2, committedGoal: 2, sweepDistance: 2 }
  expect(() => drive(broken)).toThrow(/bsae/)
  broken.goals(new Float64Array(1), drive(mine).facts, out)
  expect(checkGoals(broken, out)).toContain('goal = NaN')
})

test('a definition without revise or goals is refused where it is made', () => {
  const whole = { name: 'mine', describe: '', state: {}, revise: () => 0, goals: () => {} }
  expect(() => definePacer(whole)).not.toThrow()
  for (const hook of ['revise', 'goals'] as const)
    expect(() => definePacer({ ...whole, [hook]: undefined } as never)).toThrow(
      `definePacer: ${hook} is missing`,
    )
})
