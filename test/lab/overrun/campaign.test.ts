import { expect, test } from 'vitest'
import { failureOf, formatCampaign, isDone, type StepState } from '../../../lab/overrun/campaign.ts'
import { faultOf, stepsOf, TERMINATION_POINTS } from '../../../lab/overrun/campaign-steps.ts'
import { MiB } from '../../../memory/units.ts'
import { parseFault } from '../../../runtime/options/faults.ts'
import { cycleWith, gated } from './cycles.ts'

const steps = stepsOf()
const stepAt = (point: string, stallMs: number) => {
  const step = steps.find(one => one.point === point && one.stallMs === stallMs)
  if (step === undefined) throw new Error(`no step at ${point}`)
  return step
}
const seen: StepState = {
  runs: 1,
  seconds: 1,
  cycles: 700,
  counted: 500,
  strikes: 600,
  gateRaises: 4,
  limited: 0,
  overrun: 0,
}

test('10,000 cycles by natural delays, then four lengths of stalls at each point', () => {
  expect(steps[0]).toMatchObject({ point: null, wanted: 10_000 })
  expect(steps).toHaveLength(1 + 4 * TERMINATION_POINTS.length)
  expect(steps.slice(1, 5).map(({ stallMs, wanted }) => [stallMs, wanted])).toEqual([
    [1, 500],
    [3, 500],
    [10, 200],
    [100, 30],
  ])
})

test('the points are those of termination, of stops, of parking workers and of the gate', () => {
  for (const point of [
    'mark-termination/enter',
    'stop/raise',
    'drain/leave',
    'dedicated-worker/park',
    'mark-worker/parked',
    'gate/wait',
  ])
    expect(TERMINATION_POINTS).toContain(point)
  for (const point of ['mark-setup/stopped', 'refill', 'dedicated-worker/start'])
    expect(TERMINATION_POINTS).not.toContain(point)
})

test('a stall strikes about once in a cycle, however often Ps come to its point', () => {
  const step = stepAt('drain/leave', 3)
  expect(faultOf(step)).toBe('drain/leave:stall=3ms')
  expect(faultOf(step, 0.2)).toBe('drain/leave:stall=3ms')
  expect(faultOf(step, 8)).toBe('drain/leave:stall=3ms:p=0.1250')
  for (const each of steps.slice(1))
    for (const fault of faultOf(each, 1e6).split(' ')) parseFault(fault)
})

test('a step is done when enough cycles count, or when three runs have not come to its point', () => {
  const step = stepAt('stop/raise', 1)
  expect(isDone(step, undefined)).toBe(false)
  expect(isDone(step, { ...seen, counted: 499 })).toBe(false)
  expect(isDone(step, seen)).toBe(true)
  expect(isDone(step, { ...seen, counted: 0, runs: 2 })).toBe(false)
  expect(isDone(step, { ...seen, counted: 0, runs: 3 })).toBe(true)
  // Natural delays have no point to come to.
  expect(isDone(steps[0] as (typeof steps)[0], { ...seen, counted: 0, runs: 3 })).toBe(false)
})

test('a cycle beyond its bound is a failure that shows its record, a rescue is one too', () => {
  const step = stepAt('stop/raise', 1)
  const beyond = cycleWith({ n: 3, heapAtMarkEnd: 4 * MiB + 8192 + 1 })
  const atBound = cycleWith({ heapAtMarkEnd: 4 * MiB + 8192 })
  const run = { rescues: 0, seed: 9 }
  expect(failureOf(step, gated, [atBound], run)).toBe(null)
  expect(failureOf(step, gated, [atBound, beyond], run)).toBe(
    `stop/raise 1 ms (seed 9): cycle 3 lies 1 B beyond its bound: ${JSON.stringify(beyond)}`,
  )
  expect(failureOf(step, gated, [atBound], { ...run, rescues: 2 })).toContain(
    '2 waits were ended by their safety net',
  )
})

test('it says how far it is, what was never come to, and what ended it', () => {
  const state = {
    ...{
      schema: 1 as const,
      parameters: gated,
      seed: 7,
      seconds: 12,
      passesPerCycle: {},
      failure: null,
    },
    steps: {
      'stop/raise 1 ms': seen,
      'gate/wait 1 ms': { ...seen, runs: 3, counted: 0, strikes: 0 },
    },
  }
  const text = formatCampaign(steps, state)
  expect(text).toMatch(/stop\/raise 1 ms +500 +500 +600 +700 +4 +0 +0 B +done\n/)
  expect(text).toMatch(/gate\/wait 1 ms +500 +0 +0 +700 +4 +0 +0 B +no P came there\n/)
  expect(text).toContain(`2 of ${steps.length} steps are done, in 12 s (seed 7)`)
  expect(text).toContain(
    'ok      helping, gate goal, 4 P, goal 4 MiB: the bound is kept in each of 1,400 cycles',
  )
  expect(formatCampaign(steps, { ...state, failure: 'cycle 3 lies beyond' })).toContain(
    'FAILED  cycle 3 lies beyond\n',
  )
})
