// The pros and cons that golang/go#44167 gives of itself, in the stepped engine. The figures:
// docs/pacer-lab.md.
import { median } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import { pacerNamed } from '../../../../gc/pacer/registry.ts'
import { drawn, scenarioNamed } from '../../../../lab/pacers/scenarios/library.ts'
import { newOutcome, simulatedRun } from '../../../../lab/pacers/stepped/engine.ts'
import { smooth } from '../../../../lab/pacers/stepped/nature.ts'

/** The middle of the last twenty cycles. */
function settled(pacer: string, scenario: string) {
  const input = drawn(scenarioNamed(scenario), 1)
  const run = simulatedRun(input, pacerNamed(pacer), smooth)
  const cycles = Array.from({ length: input.cycles }, (_, cycle) => {
    const out = newOutcome()
    run(cycle, out)
    return out
  }).slice(-20)
  const middle = (of: (cycle: (typeof cycles)[number]) => number): number => median(cycles.map(of))
  return {
    cpu: middle(({ utilization }) => utilization),
    assists: middle(({ assists }) => assists),
    r: middle(({ r }) => r),
    work: middle(({ work }) => work),
    goalOverLive: middle(({ goal, heapLive }) => goal / heapLive),
    allocated: middle(({ peak, heapLive }) => peak - heapLive),
  }
}

/** The same rates; the roots are nothing, 32 MiB of stacks, and 128 MiB of stacks or globals. */
const OF_ONE_RATE = [
  'proposal/big-stacks',
  'stepped/steady-big-stacks',
  'stepped/steady-big-globals',
]

describe('pro: the steady state does not depend on how much there is to mark', () => {
  test('r is three times the rate of allocation over that of scanning, whatever the roots', () => {
    for (const scenario of OF_ONE_RATE) {
      const { r, cpu } = settled('redesign', scenario)
      expect(r, scenario).toBeCloseTo((3 * 132) / 1024, 2)
      expect(cpu, scenario).toBeCloseTo(0.25, 2)
    }
    const [small, large] = OF_ONE_RATE.map(scenario => settled('redesign', scenario).work)
    expect(large).toBeGreaterThan(2.5 * (small ?? 0))
  })

  test('the old pacer takes the more of the CPU the more there is to mark', () => {
    const [small, large] = OF_ONE_RATE.map(scenario => settled('go1.14', scenario).cpu)
    expect(large).toBeGreaterThan((small ?? 1) + 0.2)
  })
})

test('pro: assists drop to zero in a steady heap that does not allocate too heavily', () => {
  for (const scenario of ['stepped/steady', 'stepped/step-alloc']) {
    expect(settled('redesign', scenario).assists, scenario).toBeLessThan(0.001)
    expect(settled('go1.14', scenario).assists, scenario).toBeGreaterThan(0.05)
  }
  // Too heavily is a third of the rate of scanning: the trigger is at its lower bound.
  expect(settled('redesign', 'soft-goal/fast-gogc-100').assists).toBeGreaterThan(0.05)
})

test('pro: what is not heap is in the bargain of GOGC: a cycle costs as much for each byte allocated', () => {
  const cost = (pacer: string, scenario: string): number => {
    const { work, allocated } = settled(pacer, scenario)
    return work / allocated
  }
  // A byte scanned for each byte allocated is what a GOGC of 100 means. What is allocated black is
  // in the goal, and is not scanned, so it is a tenth less.
  const steady = cost('redesign', 'stepped/steady')
  expect(steady).toBeGreaterThan(0.85)
  expect(steady).toBeLessThan(1)
  // The pacer as shipped. docs/pacer-lab.md has the proposed one in the same scenario.
  expect(cost('go1.18', 'stepped/steady-big-stacks')).toBeLessThan(1)
  expect(cost('go1.14', 'stepped/steady-big-stacks')).toBeGreaterThan(4)
})

test('pro: no offset error: the quarter that is meant is met, where the old pacer missed its 0.3', () => {
  expect(settled('redesign', 'stepped/steady').cpu).toBeCloseTo(0.25, 3)
  expect(settled('go1.14', 'stepped/steady').cpu - 0.3).toBeGreaterThan(0.005)
  expect(settled('go1.14', 'stepped/step-alloc').cpu - 0.3).toBeGreaterThan(0.02)
})

test('con: the goal is higher, by stacks and globals times GOGC: a little, unless they are large', () => {
  const { goalOverLive } = settled('redesign', 'stepped/steady')
  expect(goalOverLive).toBeGreaterThan(2)
  expect(goalOverLive).toBeLessThan(2.01)
  expect(settled('go1.14', 'stepped/steady').goalOverLive).toBeCloseTo(2, 4)
  expect(settled('redesign', 'proposal/big-stacks').goalOverLive).toBeGreaterThan(3)
})

test('con: r is no share of anything: it has no bound, and follows a rate', () => {
  expect(settled('redesign', 'stepped/steady').r).toBeCloseTo(0.097, 2)
  expect(settled('redesign', 'stepped/heavy-step-alloc').r).toBeGreaterThan(1)
})
