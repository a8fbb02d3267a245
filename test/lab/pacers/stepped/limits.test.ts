// What a scenario may ask of the stepped engine beside smooth cycles: a limit below what lives,
// GOGC off for a while, numbers out of all proportion.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { limitedTrigger } from '../../../../gc/pacer/cpu-bucket.ts'
import { pacerNamed } from '../../../../gc/pacer/registry.ts'
import { InputError } from '../../../../lab/pacers/input-error.ts'
import { noisySimulation } from '../../../../lab/pacers/noisy/engine.ts'
import { readScenario } from '../../../../lab/pacers/read-scenario.ts'
import type { Scenario } from '../../../../lab/pacers/scenario.ts'
import { drawn, library } from '../../../../lab/pacers/scenarios/library.ts'
import { CYCLE_FIELDS, steppedSimulation } from '../../../../lab/pacers/stepped/engine.ts'
import { MOST_PERIODS } from '../../../../lab/pacers/stepped/run.ts'
import { MiB } from '../../../../memory/units.ts'
import { inScratch } from '../../../support/run-cli.ts'
import { type Rows, rowsOf } from '../simulated.ts'

const go121 = pacerNamed('go1.21')
const CYCLE = {
  ...{ alloc_rate: 33, scan_rate: 1024, growth_rate: 1, scannable_frac: 1, stack_bytes: 8192 },
  ...{ gogc: Number.NaN, assist_follow: 0, idle_share: 0 },
}
const GLOBAL = {
  gogc: 100,
  memory_limit: null,
  cores: 8,
  globals_bytes: 32_768,
  initial_heap_bytes: 16 * MiB,
}

function scenario(cycles: readonly Partial<typeof CYCLE>[], global: object = {}): Scenario {
  const all = cycles.map((cycle): Readonly<Record<string, number>> => ({ ...CYCLE, ...cycle }))
  return {
    origin: 'x.json',
    header: { global: { ...GLOBAL, ...global } },
    columns: CYCLE_FIELDS.map(({ name }) => Float64Array.from(all, cycle => cycle[name] as number)),
    cycles: all.length,
  }
}
const same = (count: number, cycle: Partial<typeof CYCLE> = {}) =>
  Array.from({ length: count }, () => cycle)
const column = (rows: Rows, name: string): number[] => rows.map(row => row[name] as number)

/**
 * The collector's share of the CPU, from the rows only: a byte takes a fixed time to scan, and
 * another to allocate, and a mark has all of the CPU's time that the collector has.
 */
function collectorShare(rows: Rows): number {
  const scanning = (bytes: number): number => bytes / (CYCLE.scan_rate * 1024)
  const collectorMs = rows.map(row =>
    scanning((row.scannable as number) + CYCLE.stack_bytes + GLOBAL.globals_bytes),
  )
  const allMs = rows.map(({ trigger = 0, heap_live = 0, gc_utilization = 1 }, at) => {
    const before = Math.max(0, trigger - heap_live) / (CYCLE.alloc_rate * 1024)
    return before + (collectorMs[at] as number) / gc_utilization
  })
  const sum = (values: readonly number[]): number =>
    values.reduce((total, value) => total + value, 0)
  return sum(collectorMs) / sum(allMs)
}

describe('under a memory limit below what lives', () => {
  const below = scenario(same(150), {
    gogc: -1,
    memory_limit: 32 * MiB,
    initial_heap_bytes: 64 * MiB,
  })

  // Those that know a memory limit.
  test.each(['go1.19', 'go1.21', 'fixed', 'membalancer', 'zgc-like'])(
    'the collector has half of the CPU in the long run, and limited cycles pass their goal: %s',
    name => {
      const simulation = steppedSimulation(below, pacerNamed(name))
      const rows = rowsOf(simulation)
      const limited = rows.filter(row => row.limited === 1)
      expect(limited.length).toBeGreaterThan(rows.length / 10)
      for (const row of limited) expect(row.peak).toBeGreaterThan(row.goal as number)
      // The first and the last of a stretch are limited in part.
      const whollyLimited = limited.filter(row => row.gc_utilization === 0.25)
      expect(whollyLimited.length).toBeGreaterThanOrEqual(limited.length / 4)
      for (const { trigger = 0, heap_live = 0 } of whollyLimited)
        expect(trigger).toBe(Math.trunc(limitedTrigger(heap_live)))
      const from = rows.findIndex(row => row.limited === 1)
      const share = collectorShare(rows.slice(from))
      expect(share).toBeGreaterThan(0.4)
      expect(share).toBeLessThan(0.6)
      const [remark] = simulation.remarks()
      expect(remark).toBe(
        `x.json: the CPU limiter limits ${limited.length} of 150 cycles; from the first of them on, cycle ${from}, the collector has ${Math.round(share * 100)} % of the CPU`,
      )
    },
  )

  test('noisy runs are limited too: the share of them stands in the row', () => {
    const rows = rowsOf(noisySimulation(below, go121, 5, 1))
    const limited = column(rows, 'limited')
    expect(Math.max(...limited)).toBe(1)
    expect(Math.min(...limited)).toBe(0)
    for (const share of limited) expect(Number.isInteger(Math.round(share * 5e9) / 1e9)).toBe(true)
  })
})

test('a limit that leaves room limits nothing: of the library two are limited, in which more lives', () => {
  const limited = /exceed-memory-limit/
  for (const one of library.filter(({ engine }) => engine === 'stepped')) {
    const simulation = steppedSimulation(drawn(one, 1), go121)
    const isLimited = limited.test(one.name)
    expect(column(rowsOf(simulation), 'limited').includes(1), one.name).toBe(isLimited)
    expect(simulation.remarks().length, one.name).toBe(isLimited ? 1 : 0)
  }
})

describe('with GOGC off for a while', () => {
  const steady = rowsOf(steppedSimulation(scenario(same(20)), go121))
  const [last] = steady.slice(-1) as [Rows[number]]

  test('no cycle starts, each entry allocates as much as up to the goal that was, and the next cycle starts at once', () => {
    const rows = rowsOf(
      steppedSimulation(
        scenario([...same(20), { gogc: -1 }, ...same(3), { gogc: 100 }, ...same(9)]),
        go121,
      ),
    )
    expect(rows.slice(0, 20)).toEqual(steady)
    const marked = rows[20]?.heap_live as number
    for (const [at, row] of rows.slice(20, 24).entries()) {
      expect(row).toMatchObject({
        cycle: 21 + at,
        trigger: Number.POSITIVE_INFINITY,
        goal: Number.POSITIVE_INFINITY,
      })
      expect(row).toMatchObject({
        heap_live: marked,
        gc_utilization: 0,
        limited: 0,
        peak: marked * (2 + at),
      })
    }
    const next = rows[24] as Rows[number]
    expect(next).toMatchObject({ heap_live: marked, trigger: marked * 5 })
    expect(next.peak).toBeGreaterThan(marked * 5)
    // What was allocated meanwhile is garbage, and some cycles later all is as before.
    expect(rows.at(-1)?.scannable).toBe(last.scannable)
    expect(rows.at(-1)?.peak).toBeCloseTo(last.peak as number, -3)
  })

  test('a heap that is not yet at its trigger goes on to it', () => {
    const rows = rowsOf(
      steppedSimulation(scenario([...same(20), { gogc: -1 }, { gogc: 400 }]), go121),
    )
    const [off, on] = rows.slice(20) as [Rows[number], Rows[number]]
    expect(on.trigger).toBeGreaterThan(off.peak as number)
    const direct = rowsOf(steppedSimulation(scenario([...same(20), { gogc: 400 }]), go121)).at(-1)
    expect(on.goal).toBe(direct?.goal)
  })

  test('what lives grows meanwhile', () => {
    const growing = { growth_rate: 2 }
    const rows = rowsOf(
      steppedSimulation(
        scenario([...same(20), { gogc: -1, ...growing }, growing, { gogc: 100, ...growing }, {}]),
        go121,
      ),
    )
    expect(rows.at(-1)?.scannable).toBe((last.scannable as number) * 8)
  })

  test('from the start, and to the end', () => {
    const rows = rowsOf(
      steppedSimulation(scenario([{}, { gogc: 100 }, {}, { gogc: -1 }], { gogc: -1 }), go121),
    )
    expect(column(rows, 'trigger').map(Number.isFinite)).toEqual([false, true, true, false])
  })

  test('a pacer that knows the memory limit starts its cycles by it, and one that does not starts none', () => {
    const limited = scenario([...same(9), { gogc: -1 }, ...same(9)], { memory_limit: 64 * MiB })
    const triggers = (name: string) =>
      column(rowsOf(steppedSimulation(limited, pacerNamed(name))), 'trigger')
    expect(triggers('go1.21').every(Number.isFinite)).toBe(true)
    expect(triggers('go1.14').filter(Number.isFinite).length).toBe(9)
  })

  test('and no cycle to the end is an error, whatever the pacer knows', () => {
    for (const [name, global] of [
      ['go1.21', { gogc: -1 }],
      ['go1.14', { gogc: -1, memory_limit: 64 * MiB }],
    ] as const)
      expect(() => rowsOf(steppedSimulation(scenario(same(5), global), pacerNamed(name)))).toThrow(
        'x.json: cycle 0: no cycle ever starts: GOGC is off, and no memory limit has a say',
      )
  })

  test('in the noisy engine an entry without a cycle is one in all runs', () => {
    const rows = rowsOf(
      noisySimulation(scenario([...same(3), { gogc: -1 }, { gogc: 100 }]), go121, 8, 1),
    )
    expect(rows[3]).toMatchObject({
      trigger_p50: Number.POSITIVE_INFINITY,
      goal_p50: Number.POSITIVE_INFINITY,
    })
    expect(rows[3]).toMatchObject({ peak_over_goal_max: 0, gc_utilization_max: 0, limited: 0 })
    expect(Number.isFinite(rows[4]?.trigger_p50)).toBe(true)
  })
})

describe('a mark without an end is refused after so many steps, and the number to blame is named', () => {
  const TIB = 2 ** 40
  test.each([
    ['growth_rate', [{}, {}, { growth_rate: 100_000 }], {}, 2],
    ['stack_bytes', [{}, { stack_bytes: TIB }], {}, 1],
    ['scan_rate', [{}, { scan_rate: 0.02 }], {}, 1],
    ['globals_bytes', [{}], { globals_bytes: TIB }, 0],
    ['initial_heap_bytes', [{}], { initial_heap_bytes: TIB }, 0],
  ])('%s', (field, cycles, global, cycle) => {
    for (const simulation of [
      steppedSimulation(scenario(cycles, global), go121),
      noisySimulation(scenario(cycles, global), go121, 3, 1),
    ])
      expect(() => rowsOf(simulation)).toThrow(
        new RegExp(
          `^x\\.json: cycle ${cycle}: the mark does not end within ${MOST_PERIODS} steps of 500 µs: ${field} is too (?:low|high)`,
        ),
      )
  })

  test('a heap of the size of a large machine’s is simulated', () => {
    const rows = rowsOf(
      steppedSimulation(scenario(same(3), { initial_heap_bytes: 64 * 2 ** 30 }), go121),
    )
    expect(rows.at(-1)?.scannable).toBe(64 * 2 ** 30)
  })

  test('a heap beyond what a number holds is refused, though nothing of it has pointers', () => {
    const grown = scenario(same(4, { growth_rate: 1e9, scannable_frac: 0 }))
    expect(() => rowsOf(steppedSimulation(grown, go121))).toThrow(
      'x.json: cycle 1: growth_rate: the heap grows beyond what a number holds',
    )
  })
})

test('a long simulation says how far it is, whenever its steps have doubled', () => {
  const said: string[] = []
  // Each mark takes some tens of thousands of steps.
  const long = scenario(same(70, { scan_rate: 0.1, alloc_rate: 0.01 }), {
    cores: 1,
    initial_heap_bytes: MiB,
  })
  rowsOf(steppedSimulation(long, go121, text => said.push(text)))
  const counts = said.map(text =>
    /^simulating cycle (\d+) of 70, (\d+) steps so far$/.exec(text)?.slice(1).map(Number),
  )
  expect(counts.length).toBeGreaterThan(1)
  for (const [at, [cycle = 0, steps = 0] = []] of counts.entries()) {
    expect(steps).toBeGreaterThanOrEqual(2 ** (20 + at))
    expect(steps).toBeLessThan(2 ** (20 + at) + MOST_PERIODS)
    expect(cycle).toBeGreaterThan(counts[at - 1]?.[0] ?? 0)
  }
})

describe('a number, however extreme, is refused in a line, or simulated in rows that are numbers', () => {
  const extremes = [
    -1,
    0,
    5e-324,
    1e-4,
    0.5,
    1e3,
    1e9,
    2 ** 31,
    2 ** 53 - 1,
    1e20,
    Number.MAX_VALUE,
  ]
  test.each([
    ...Object.keys(GLOBAL),
    ...Object.keys(CYCLE),
    'assist_credit',
    'noise_burst',
    'noise_late_ms',
    'noise_away_ms',
  ])('%s', async name => {
    await inScratch(async scratch => {
      const file = join(scratch, 'in.json')
      for (const value of extremes) {
        const { gogc, ...cycle } = CYCLE
        const isGlobal = !Object.hasOwn(cycle, name)
        const global = isGlobal ? { ...GLOBAL, [name]: value } : GLOBAL
        const cycles = same(4, cycle).map((one, at) =>
          at === 2 && !isGlobal ? { ...one, [name]: value } : one,
        )
        writeFileSync(file, JSON.stringify({ global, cycles }))
        const simulate = (): Rows[] => {
          const read = { origin: file, ...readScenario(file, () => CYCLE_FIELDS) }
          return [steppedSimulation(read, go121), noisySimulation(read, go121, 2, 1)].map(rowsOf)
        }
        let rows: Rows
        try {
          rows = simulate().flat()
        } catch (error) {
          expect(error).toBeInstanceOf(InputError)
          expect((error as Error).message).toMatch(
            new RegExp(`^[^\n]*in\\.json: (?:global|cycle \\d): [^\n]*${name}`, 'i'),
          )
          continue
        }
        for (const row of rows)
          expect(Object.values(row).every(Number.isFinite), JSON.stringify(row)).toBe(true)
      }
    })
  })
})
