import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CONTROLLERS } from '../../../../lab/pacers/macro/controller.ts'
import { type MacroPacer, macroSimulation } from '../../../../lab/pacers/macro/engine.ts'
import { CYCLE_FIELDS } from '../../../../lab/pacers/macro/model.ts'
import { readScenario } from '../../../../lab/pacers/read-scenario.ts'
import type { Scenario } from '../../../../lab/pacers/scenario.ts'
import { rowsOf, rowsOfCsv } from '../simulated.ts'
import { type Input, newPacer, type Output, oldPacer, Wraps } from './reference.ts'

const data = new URL('pacer-model/', import.meta.url).pathname
const scenario = (name: string): Scenario => {
  const origin = `${data}scenarios/${name}.json`
  return { origin, ...readScenario(origin, () => CYCLE_FIELDS) }
}

/** Whole numbers to the last digit, others within 1e-12 of themselves. */
function expectSame(
  found: Readonly<Record<string, number>>[],
  wanted: Readonly<Record<string, number>>[],
  but: string[] = [],
): void {
  expect(found.length).toBe(wanted.length)
  wanted.forEach((row, at) => {
    for (const [name, value] of Object.entries(row)) {
      if (but.includes(`${at} ${name}`)) continue
      const same = found[at]?.[name] as number
      if (Number.isInteger(value)) expect(same, `cycle ${at}, ${name}`).toBe(value)
      else
        expect(
          Math.abs(same - value) <= 1e-12 * Math.abs(value),
          `cycle ${at}, ${name}: ${same}, ${value}`,
        ).toBe(true)
    }
  })
}

const tables = (folder: string): { file: string; name: string; pacer: MacroPacer }[] =>
  readdirSync(`${data}expected/${folder}`)
    .filter(file => file.endsWith('.csv'))
    .map(file => {
      const [name = '', pacer = ''] = file.split('.')
      return { file: `${data}expected/${folder}${file}`, name, pacer: pacer as MacroPacer }
    })

describe('the tables of pacer-model come out to the digit', () => {
  test.each(tables(''))('$name, $pacer', ({ file, name, pacer }) => {
    // Where the original wraps: its distance to the goal is 1.8e19 there.
    const wrapped =
      name === 'low-noise-high-heap-target' && pacer === 'old' ? ['48 r', '48 actual_u'] : []
    const simulation = macroSimulation(scenario(name), pacer)
    expectSame(rowsOf(simulation), rowsOfCsv(readFileSync(file, 'utf8')), wrapped)
    expect(simulation.remarks().length).toBe(wrapped.length === 0 ? 0 : 1)
  })

  test.each(tables('p-only-controller/'))('$name with the other controller', ({ file, name }) => {
    const simulation = macroSimulation(scenario(name), 'new', CONTROLLERS.old)
    expectSame(rowsOf(simulation), rowsOfCsv(readFileSync(file, 'utf8')))
  })
})

test('a distance that the original wraps is taken as 0, and told', () => {
  const simulation = macroSimulation(scenario('low-noise-high-heap-target'), 'old')
  const row = rowsOf(simulation)[48]
  expect(row).toMatchObject({ r: 0 })
  expect(row?.actual_u).toBeLessThan(1)
  expect(simulation.remarks()[0]).toMatch(
    /lies above the goal in 1 cycle \(48\); the distance is taken as 0/,
  )
})

const cycle = fc.record({
  alloc: fc.double({ min: 0.01, max: 100, noNaN: true }),
  scan: fc.double({ min: 1, max: 100, noNaN: true }),
  growth: fc.double({ min: 0.2, max: 3, noNaN: true }),
  fraction: fc.double({ min: 0, max: 1, noNaN: true }),
  stack: fc.integer({ min: 0, max: 2 ** 16 }).map(n => n * 2048),
  target: fc.oneof(fc.constant(-1), fc.integer({ min: 1, max: 2 ** 30 })),
})
const input: fc.Arbitrary<Input> = fc.record({
  gamma: fc.double({ min: 1.05, max: 20, noNaN: true }),
  globals: fc.integer({ min: 0, max: 2 ** 26 }),
  initialHeap: fc.integer({ min: 1, max: 2 ** 26 }),
  cycles: fc.array(cycle, { minLength: 1, maxLength: 30 }),
})
const controller = fc.record({
  gain: fc.double({ min: 0, max: 2, noNaN: true }),
  integralTime: fc.oneof(fc.constant(0), fc.double({ min: 0.5, max: 10, noNaN: true })),
  resetTime: fc.oneof(fc.constant(0), fc.double({ min: 1, max: 1000, noNaN: true })),
  period: fc.double({ min: 0.5, max: 2, noNaN: true }),
  // Narrow enough to be reached.
  min: fc.double({ min: -1, max: 0, noNaN: true }),
  max: fc.double({ min: 0, max: 1, noNaN: true }),
  // The recipe has neither.
  derivativeTime: fc.constant(0),
  positional: fc.constant(0),
})

function asScenario({ gamma, globals, initialHeap, cycles }: Input): Scenario {
  const column = (of: (one: Input['cycles'][number]) => number): Float64Array =>
    Float64Array.from(cycles, of)
  return {
    origin: 'drawn',
    header: { global: { gamma, globals_bytes: globals, init_live_heap: initialHeap } },
    columns: [
      ...[column(one => one.alloc), column(one => one.scan), column(one => one.growth)],
      ...[column(one => one.fraction), column(one => one.stack), column(one => one.target)],
    ],
    cycles: cycles.length,
  }
}

/**
 * The rows of the reference up to where the original wraps, or is no longer a number. From there on
 * nothing is promised.
 */
function sound(run: (cycles: Input['cycles']) => Output[], cycles: Input['cycles']): Output[] {
  for (let length = cycles.length; length > 0; length--) {
    try {
      const rows = run(cycles.slice(0, length))
      if (rows.every(row => Object.values(row).every(Number.isFinite))) return rows
    } catch (error) {
      if (!(error instanceof Wraps)) throw error
    }
  }
  return []
}

describe('any input gives what the recipe gives, computed in whole 64-bit numbers', () => {
  test('new', () => {
    let compared = 0
    fc.assert(
      fc.property(input, controller, (drawn, constants) => {
        const wanted = sound(cycles => newPacer({ ...drawn, cycles }, constants), drawn.cycles)
        compared += wanted.length
        const found = rowsOf(macroSimulation(asScenario(drawn), 'new', constants)).slice(
          0,
          wanted.length,
        )
        expectSame(found, wanted as unknown as Record<string, number>[])
      }),
      { numRuns: 300 },
    )
    expect(compared).toBeGreaterThan(1000)
  })

  test('old', () => {
    // Inputs that do not wrap and expect some work: GOGC 90 and more, a floor for the goal that
    // does not fall, and pointers.
    const calm = fc.record({
      gamma: fc.double({ min: 1.9, max: 20, noNaN: true }),
      globals: fc.integer({ min: 0, max: 2 ** 22 }),
      initialHeap: fc.integer({ min: 1, max: 2 ** 21 }),
      target: fc.oneof(fc.constant(-1), fc.integer({ min: 1, max: 2 ** 30 })),
      cycles: fc.array(cycle, { minLength: 1, maxLength: 30 }),
    })
    let compared = 0
    fc.assert(
      fc.property(calm, ({ target, ...given }) => {
        const drawn = {
          ...given,
          cycles: given.cycles.map(one => ({
            ...one,
            target,
            fraction: Math.max(one.fraction, 0.01),
          })),
        }
        const wanted = sound(cycles => oldPacer({ ...drawn, cycles }), drawn.cycles)
        compared += wanted.length
        const found = rowsOf(macroSimulation(asScenario(drawn), 'old')).slice(0, wanted.length)
        expectSame(found, wanted as unknown as Record<string, number>[])
      }),
      { numRuns: 300 },
    )
    expect(compared).toBeGreaterThan(1000)
  })
})

test('a heap beyond what a number holds is an error that names the cycle', () => {
  const one = scenario('steady')
  const columns = one.columns.map((column, index) =>
    index === 2 ? column.map(() => 1e200) : column,
  )
  for (const pacer of ['old', 'new'] as const)
    expect(() => rowsOf(macroSimulation({ ...one, columns }, pacer))).toThrow(
      /steady\.json: cycle \d: the heap grows beyond/,
    )
})

test('a run may be as long as it likes: blocks go on where the last one ended', () => {
  const one = scenario('steady')
  const cycles = 10_000
  const columns = one.columns.map(column =>
    Float64Array.from({ length: cycles }, (_, at) => column[Math.min(at, 49)]),
  )
  const rows = rowsOf(macroSimulation({ ...one, columns, cycles }, 'new'))
  expect(rows.length).toBe(cycles)
  expect(rows.map(row => row.cycle)).toEqual(Array.from({ length: cycles }, (_, at) => at))
  expect(rows.slice(0, 50)).toEqual(rowsOf(macroSimulation(one, 'new')))
  expect(rows.at(-1)?.actual_u).toBeCloseTo(0.25, 6)
})
