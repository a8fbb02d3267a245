import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fixed } from '../../../../gc/pacer/fixed.ts'
import { go121 } from '../../../../gc/pacer/go1.21.ts'
import type { Pacer } from '../../../../gc/pacer/pacer.ts'
import { builtInPacers, pacerNamed } from '../../../../gc/pacer/registry.ts'
import { readScenario } from '../../../../lab/pacers/read-scenario.ts'
import type { Scenario } from '../../../../lab/pacers/scenario.ts'
import { CYCLE_FIELDS, steppedSimulation } from '../../../../lab/pacers/stepped/engine.ts'
import { rowsOf as rowsIn } from '../simulated.ts'

interface Row {
  readonly cycle: number
  readonly heapLive: number
  readonly trigger: number
  readonly peak: number
  readonly goal: number
  readonly scannable: number
  readonly gcUtilization: number
}

const rowsOf = (pacer: Pacer, name: string): Row[] => {
  const origin = new URL(`scenarios/${name}.json`, import.meta.url).pathname
  return namedRows(pacer, { origin, ...readScenario(origin, () => CYCLE_FIELDS) })
}

function namedRows(pacer: Pacer, scenario: Scenario): Row[] {
  return rowsIn(steppedSimulation(scenario, pacer)).map(row => ({
    cycle: row.cycle as number,
    heapLive: row.heap_live as number,
    trigger: row.trigger as number,
    peak: row.peak as number,
    goal: row.goal as number,
    scannable: row.scannable as number,
    gcUtilization: row.gc_utilization as number,
  }))
}

/** Rows from cycle `first` on, each with the one before. */
const pairsFrom = (rows: readonly Row[], first: number): [Row, Row][] =>
  rows.filter(row => row.cycle >= first).map(row => [row, rows[row.cycle - 2] as Row])

const between = (value: number, low: number, high: number): void => {
  expect(value).toBeGreaterThanOrEqual(low)
  expect(value).toBeLessThanOrEqual(high)
}

const settled = ([row, before]: [Row, Row]): void => {
  between(row.gcUtilization - before.gcUtilization, -0.005, 0.005)
  between(row.peak / row.goal, 0.95, 1.05)
}

// The bounds of Go's own tests, which its PI controller and what came after it both meet.
describe.each(['go1.19', 'go1.21'])('%s in the stepped engine', name => {
  const pacer = pacerNamed(name)

  test('is at the goal and at 25 % of the CPU after 25 cycles of a steady heap', () => {
    const rows = rowsOf(pacer, 'steady')
    for (const pair of pairsFrom(rows, 25)) {
      between(pair[0].gcUtilization, 0.245, 0.255)
      settled(pair)
    }
  })

  test('settles again after the allocation rate doubled', () => {
    for (const pair of pairsFrom(rowsOf(pacer, 'step-alloc'), 25))
      if (pair[0].cycle < 50 || pair[0].cycle >= 75) settled(pair)
  })

  test('keeps a GOGC of 1500 near the goal', () => {
    for (const [row, before] of pairsFrom(rowsOf(pacer, 'high-gogc'), 13)) {
      between(row.peak / row.goal, 0.9, row.cycle === 26 ? 15 : 1.05)
      between(row.gcUtilization, 0, 0.25 + 0.28)
      between(row.gcUtilization - before.gcUtilization, -0.03, 0.03)
    }
  })

  test('starts late in a small heap that allocates slowly', () => {
    const rows = rowsOf(pacer, 'small-heap-slow-alloc')
    for (const row of rows.slice(4)) {
      between(row.peak / row.goal, 0.925, 1.025)
      between((row.trigger - row.heapLive) / (row.goal - row.heapLive), 0.925, 0.975)
      if (row.cycle > 25) between(row.gcUtilization, 0.245, 0.255)
    }
  })

  test('never comes near a memory limit of 512 MiB', () => {
    const rows = rowsOf(pacer, 'steady-memory-limit')
    for (const row of rows) expect(row.peak).toBeLessThan(520_764_785)
    for (const pair of pairsFrom(rows, 25)) {
      between(pair[0].gcUtilization, 0.245, 0.255)
      settled(pair)
    }
  })
})

test('go1.21 reproduces the last row that Go gives for a steady heap', () => {
  const last = rowsOf(go121, 'steady').at(-1) as Row
  expect(last.gcUtilization).toBeCloseTo(0.25, 4)
  between(last.heapLive - 20_886_438, -4, 4)
  between(last.trigger - 39_968_953, -4, 4)
  between(last.peak - 41_813_835, -4, 4)
  between(last.goal - 41_813_836, -4, 4)
})

test('fixed starts each cycle at its share of the way', () => {
  for (const row of rowsOf(fixed(0.8), 'steady').slice(1)) {
    // The sweeper's 1 MiB moves the trigger of small heaps up.
    if (row.goal - row.heapLive > 8 * 1024 * 1024)
      between((row.trigger - row.heapLive) / (row.goal - row.heapLive), 0.799, 0.801)
    expect(row.peak).toBeLessThanOrEqual(1.1 * row.goal)
  }
})

describe('the last row of a steady heap is that of', () => {
  // Within 0.01 %.
  test.each([
    ['go1.19', { heapLive: 20_884_992, goal: 41_810_944 }],
    ['go1.21', { heapLive: 20_886_438, trigger: 39_968_953, peak: 41_813_835, goal: 41_813_836 }],
  ])('%s', (name, wanted) => {
    const last = rowsOf(pacerNamed(name), 'steady').at(-1) as Row
    for (const [key, value] of Object.entries(wanted))
      expect(last[key as keyof Row] / value).toBeCloseTo(1, 4)
    between(last.gcUtilization, 0.25, 0.2502)
  })

  test('1.14 to 1.17, which settle near 31 % of the CPU', () => {
    const last = rowsOf(pacerNamed('go1.14'), 'steady').at(-1) as Row
    expect(last.gcUtilization).toBeCloseTo(0.3092, 4)
    expect(last.peak / last.goal).toBeCloseTo(0.999, 4)
  })

  test('1.9, which settles near half of the CPU, below its goal', () => {
    const last = rowsOf(pacerNamed('go1.5'), 'steady').at(-1) as Row
    expect(last.gcUtilization).toBeCloseTo(0.496, 4)
    expect(last.peak / last.goal).toBeCloseTo(0.9844, 4)
  })
})

test('go1.19 settles as go1.21 does, and rings after a step, which go1.21 does not', () => {
  for (const pair of pairsFrom(rowsOf(pacerNamed('go1.19'), 'steady'), 25)) settled(pair)
  const swings = (name: string): number => {
    const triggers = rowsOf(pacerNamed(name), 'step-alloc').slice(51, 70)
    const shares = triggers.map(row => (row.goal - row.trigger) / row.goal)
    return shares.filter(
      (share, at) => at > 1 && (share - shares[at - 1]) * (shares[at - 1] - shares[at - 2]) < 0,
    ).length
  }
  expect(swings('go1.19')).toBeGreaterThan(swings('go1.21'))
})

describe('seed scenarios of our own', () => {
  const cycle = fc.tuple(
    fc.double({ min: 0.0001, max: 5000, noNaN: true }),
    fc.double({ min: 50, max: 5000, noNaN: true }),
    fc.double({ min: 0.0001, max: 3, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 0, max: 2 ** 26 }),
    fc.integer({ min: 0, max: 2000 }),
    fc.double({ min: 0, max: 5, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  )
  const drawn = fc.record({
    cycles: fc.array(cycle, { minLength: 1, maxLength: 12 }),
    gogc: fc.integer({ min: 1, max: 2000 }),
    memory_limit: fc.oneof(fc.constant(null), fc.integer({ min: 2 ** 22, max: 2 ** 30 })),
    cores: fc.integer({ min: 1, max: 16 }),
    assist_credit: fc.constantFrom(0, 1),
    globals_bytes: fc.integer({ min: 0, max: 2 ** 24 }),
    initial_heap_bytes: fc.integer({ min: 0, max: 2 ** 24 }),
  })
  const variants = [
    'go1.5:curve=1',
    'go1.10:hard=1.05,background=0.2,target=0.25,assist=2',
    'go1.14:floating=1,credit=1,idle=1',
  ]

  test.each([...builtInPacers().map(({ name }) => name), ...variants])(
    'any input gets sound answers of %s: the engine checks each of them',
    name => {
      fc.assert(
        fc.property(drawn, ({ cycles, ...global }) => {
          const columns = CYCLE_FIELDS.map((_, at) =>
            Float64Array.from(cycles, one => one[at] as number),
          )
          const scenario = { origin: 'drawn', header: { global }, columns, cycles: cycles.length }
          const rows = namedRows(pacerNamed(name), scenario)
          expect(rows.length).toBe(cycles.length)
          for (const row of rows) {
            expect(row.peak).toBeGreaterThanOrEqual(row.trigger)
            expect(Object.values(row).every(Number.isFinite)).toBe(true)
          }
        }),
        { numRuns: 40 },
      )
    },
  )
})

describe('what cannot be simulated is one line with its place', () => {
  const scenario = (global: object, cycles: readonly number[][]): Scenario => ({
    origin: 'x.json',
    header: {
      global: {
        gogc: 100,
        memory_limit: null,
        cores: 4,
        globals_bytes: 0,
        initial_heap_bytes: 1,
        ...global,
      },
    },
    columns: CYCLE_FIELDS.map((_, at) => Float64Array.from(cycles, one => one[at] as number)),
    cycles: cycles.length,
  })
  const one = [33, 1024, 1, 1, 8192, Number.NaN, 0, 0]

  test('a pacer that throws, and one that answers nonsense', () => {
    const broken: Pacer = {
      ...go121,
      name: 'broken',
      endCycle: () => {
        throw new Error('so it is')
      },
    }
    expect(() => rowsIn(steppedSimulation(scenario({}, [one]), broken))).toThrow(
      'x.json: cycle 0: pacer broken: endCycle threw Error: so it is',
    )
    const early: Pacer = {
      ...go121,
      name: 'early',
      commit: () => {
        throw new Error('at once')
      },
    }
    expect(() => rowsIn(steppedSimulation(scenario({}, [one]), early))).toThrow(
      'x.json: cycle 0: pacer early: commit threw Error: at once',
    )
    const absurd: Pacer = { ...go121, name: 'absurd', revise: () => Number.NaN }
    expect(() => rowsIn(steppedSimulation(scenario({}, [one]), absurd))).toThrow(
      'x.json: cycle 0: pacer absurd: revise answered the assist ratio = NaN',
    )
  })

  test('a run in which no cycle starts', () => {
    const never = scenario({ gogc: -1 }, [[33, 1024, 1, 1, 8192, -1, 0, 0]])
    expect(() => rowsIn(steppedSimulation(never, go121))).toThrow(
      'x.json: cycle 0: no cycle ever starts: GOGC is off',
    )
  })
})
