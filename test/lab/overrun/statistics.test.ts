import { expect, test } from 'vitest'
import { CAUSES } from '../../../lab/overrun/cases.ts'
import { criteriaOf } from '../../../lab/overrun/criteria.ts'
import { percentilesOf, Tally } from '../../../lab/overrun/statistics.ts'
import { warmOf } from '../../../lab/overrun/workload.ts'
import { MiB } from '../../../memory/units.ts'
import { coordinator, cycleWith, gated } from './cycles.ts'

test('percentiles lie between two values as linear interpolation says', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1)
  const { p50, p90, p99, max } = percentilesOf(values)
  // The place of p among n values is (n - 1) p.
  expect([p50, max]).toEqual([50.5, 100])
  expect(p90).toBeCloseTo(90.1, 9)
  expect(p99).toBeCloseTo(99.01, 9)
  expect(percentilesOf([])).toEqual({ p50: 0, p90: 0, p99: 0, max: 0 })
})

test('cycles count from 350 ms after the collection that the program asks for', () => {
  const cycles = [
    cycleWith({ n: 1, startMs: 500 }),
    cycleWith({ n: 2, startMs: 600, trigger: 'forced' }),
    cycleWith({ n: 3, startMs: 900 }),
    cycleWith({ n: 4, startMs: 951 }),
  ]
  expect(warmOf(cycles).map(({ n }) => n)).toEqual([4])
  expect(warmOf(cycles.slice(2))).toEqual([])
})

test('a row counts warm cycles, and looks at the bound in the cold ones too', () => {
  const tally = new Tally(gated)
  const [cold, warm] = [
    cycleWith({ n: 1, heapAtMarkEnd: 6 * MiB }),
    cycleWith({ n: 2, heapAtMarkEnd: 4 * MiB + 10 }),
  ]
  tally.add([cold, warm], [warm], 0)
  const row = tally.row(null)
  expect(row).toMatchObject({
    cycles: 1,
    overruns: [10],
    bound: 4 * MiB + 8192,
    held: false,
    rescues: 0,
  })
  expect(tally.breaches).toEqual([{ cycle: cold, beyond: 2 * MiB - 8192 }])
})

test('a heap that a goal has risen with is past the smallest goal of the case all the same', () => {
  const tally = new Tally(coordinator)
  const cycles = [
    cycleWith({ heapAtMarkEnd: 4 * MiB }),
    cycleWith({ goal: 10 * MiB, heapAtMarkEnd: 9 * MiB }),
  ]
  tally.add(cycles, cycles, 0)
  expect(tally.row(null).overrun.max).toBe(0)
  expect(tally.row(null).pastLeastGoal).toMatchObject({ p50: 2.5 * MiB, max: 5 * MiB })
})

test('causes are summed over cycles, and without a gate there is no bound', () => {
  const tally = new Tally(coordinator)
  const cycles = [
    cycleWith({ overrunBy: { credit: 3, stall: 1 } }),
    cycleWith({ overrunBy: { credit: 4 } }),
  ]
  tally.add(cycles, cycles, 0)
  expect(tally.row(null)).toMatchObject({ by: { credit: 7, stall: 1 }, bound: null, held: null })
})

test('the gaps of warm cycles add up, and those whose cause is not known stand apart', () => {
  const tally = new Tally(coordinator)
  const gap = { point: 'mark-termination/before-stop', ms: 4, offCpuMs: 3, v8Ms: 0.5 }
  const cut = { ...gap, ms: 2, offCpuMs: null, v8Ms: null }
  const [first, second, cold] = [[gap, cut], [gap], [gap]].map(gaps => cycleWith({ gaps }))
  if (first === undefined || second === undefined || cold === undefined) throw new Error()
  tally.add([cold, first, second], [first, second], 0)
  expect(tally.row(null).gaps).toEqual({ ms: 10, unknownMs: 2, offCpuMs: 6, v8Ms: 1 })
  const none = new Tally(coordinator)
  none.add([cycleWith({ gaps: [] })], [cycleWith({ gaps: [] })], 0)
  expect(none.row(null).gaps).toBeUndefined()
})

const tallied = (parameters: typeof gated, heapAtMarkEnd: number, rescues = 0): Tally => {
  const tally = new Tally(parameters)
  const cycles = [cycleWith({ heapAtMarkEnd })]
  tally.add(cycles, cycles, rescues)
  return tally
}
/** On 2 cores, so that 4 Ps have natural delays. */
const verdicts = (tallies: readonly Tally[], quickOn: number | null = 2): (boolean | null)[] =>
  criteriaOf(tallies, quickOn).map(({ holds }) => holds)

test('criteria: Go’s protocol overruns, a gate keeps its bound, nothing is rescued', () => {
  const overran = tallied(coordinator, 9 * MiB)
  const kept = tallied(gated, 4 * MiB)
  expect(verdicts([overran, kept])).toEqual([true, true, true])
  // Within what a gate would allow: nothing has been shown.
  expect(verdicts([tallied(coordinator, 4 * MiB + 8192), kept])).toEqual([false, true, true])
  expect(verdicts([overran, tallied(gated, 5 * MiB)])).toEqual([true, false, true])
  expect(verdicts([overran, tallied(gated, 4 * MiB, 1)])).toEqual([true, true, false])
  expect(verdicts([overran, new Tally(gated)]), 'no cycle was seen').toEqual([true, false, true])
  expect(
    verdicts([tallied(coordinator, 4 * MiB), kept], null),
    'a sweep shows what there is',
  ).toEqual([true, true])
})

test('where each P has a core, only a case with an injected stall must overrun', () => {
  const within = tallied(coordinator, 4 * MiB)
  const stalled = { ...coordinator, injected: CAUSES.vanish }
  expect(verdicts([within], 8)).toEqual([true])
  expect(verdicts([within, tallied(stalled, 4 * MiB)], 8)).toEqual([false, true])
  expect(verdicts([within, tallied(stalled, 9 * MiB)], 8)).toEqual([true, true])
  expect(
    verdicts([tallied({ ...stalled, procs: 1 }, 4 * MiB)], 8),
    'nobody else allocates',
  ).toEqual([true])
})

test('a criterion that fails names the case and the cycle', () => {
  const [criterion] = criteriaOf([tallied(gated, 5 * MiB)], null)
  expect(criterion?.says).toContain(
    'helping, gate goal, 4 P, goal 4 MiB: 1 beyond it, by 1016 KiB in cycle 1',
  )
})

test('the idle share of a row is that of all its runs together, and is not there before one ran', () => {
  const tally = new Tally(coordinator)
  expect(tally.row(null)).not.toHaveProperty('idle')
  tally.addCores({ idle: 100, all: 1000 })
  tally.addCores({ idle: 0, all: 3000 })
  expect(tally.row(null).idle).toBe(0.025)
})
