import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { pacerNamed } from '../../../../gc/pacer/registry.ts'
import { macroSimulation } from '../../../../lab/pacers/macro/engine.ts'
import {
  asJson,
  drawn,
  fieldsOf,
  library,
  scenarioNamed,
} from '../../../../lab/pacers/scenarios/library.ts'
import { steppedSimulation } from '../../../../lab/pacers/stepped/engine.ts'
import { rowsOf } from '../simulated.ts'

interface File {
  readonly global: Readonly<Record<string, unknown>>
  readonly cycles: readonly Readonly<Record<string, number>>[]
}

const fileOf = (path: string): File =>
  JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as unknown as File

describe('a scenario without noise is the published one, to the digit', () => {
  test.each(['steady', 'step-alloc', 'heavy-step-alloc', 'osc-alloc', 'big-stacks', 'big-globals'])(
    'model/%s',
    name => {
      const wanted = fileOf(`../macro/pacer-model/scenarios/${name}.json`)
      const found = asJson(
        drawn(scenarioNamed(`model/${name}`), 1),
        fieldsOf.macro,
      ) as unknown as File
      expect(found.global).toEqual(wanted.global)
      expect(found.cycles).toEqual(wanted.cycles)
    },
  )

  test.each(['steady', 'step-alloc', 'small-heap-slow-alloc', 'steady-memory-limit'])(
    'stepped/%s',
    name => {
      const wanted = fileOf(`../stepped/scenarios/${name}.json`)
      const found = asJson(
        drawn(scenarioNamed(`stepped/${name}`), 1),
        fieldsOf.stepped,
      ) as unknown as File
      expect(found.global).toEqual(wanted.global)
      const published = Object.keys(wanted.cycles[0] as object)
      expect(found.cycles.map(cycle => published.map(field => cycle[field]))).toEqual(
        wanted.cycles.map(cycle => published.map(field => cycle[field])),
      )
    },
  )
})

describe('a scenario with noise is the published one but for what was drawn', () => {
  const amplitudes: Readonly<Record<string, Readonly<Record<string, number>>>> = {
    'jitter-alloc': { alloc_rate: 0.4, growth_rate: 0.01 },
    'high-GOGC': { alloc_rate: 0.2, growth_rate: 0.01 },
    'low-heap-target': { alloc_rate: 0.1, growth_rate: 0.01 },
    'step-heap-target': { alloc_rate: 0.1, growth_rate: 0.01 },
    'low-noise-high-heap-target': { alloc_rate: 0.2, growth_rate: 0.01, heap_target: 64 * 2 ** 20 },
  }
  test.each(Object.entries(amplitudes))('model/%s', (name, amplitude) => {
    const wanted = fileOf(`../macro/pacer-model/scenarios/${name}.json`)
    const found = asJson(
      drawn(scenarioNamed(`model/${name}`), 7),
      fieldsOf.macro,
    ) as unknown as File
    expect(found.global).toEqual(wanted.global)
    expect(found.cycles.length).toBe(wanted.cycles.length)
    wanted.cycles.forEach((cycle, at) => {
      for (const [field, value] of Object.entries(cycle)) {
        // Both were drawn.
        const apart = Math.abs((found.cycles[at]?.[field] as number) - value)
        expect(apart, `cycle ${at}, ${field}`).toBeLessThanOrEqual(2 * (amplitude[field] ?? 0))
      }
    })
  })

  test('and the same for the same seed', () => {
    const noisy = scenarioNamed('ours/noisy-all')
    expect(drawn(noisy, 5)).toEqual(drawn(noisy, 5))
    expect(drawn(noisy, 5)).not.toEqual(drawn(noisy, 6))
  })
})

test('under a GOGC of 51100 assists of the old pacer rise when all is live, and the redesign lets the heap go on', () => {
  const worst = (pacer: string): { u: number; over: number } => {
    const rows = rowsOf(
      steppedSimulation(drawn(scenarioNamed('proposal/gogc-51100'), 1), pacerNamed(pacer)),
    )
    const row = rows[25] as Readonly<Record<string, number>>
    return {
      u: row.gc_utilization as number,
      over: (row.peak as number) / (row.goal as number) - 1,
    }
  }
  expect(worst('go1.14').u).toBeGreaterThan(0.45)
  expect(worst('redesign').u).toBeLessThan(0.26)
  // Up to the goal of the next cycle, 511 times more, would be allowed.
  expect(worst('redesign').over).toBeGreaterThan(worst('go1.14').over)
})

test.each(library.map(({ name }) => name))('%s can be simulated', name => {
  const found = scenarioNamed(name)
  const scenario = drawn(found, 1)
  const simulation =
    found.engine === 'macro'
      ? macroSimulation(scenario, 'new')
      : steppedSimulation(scenario, pacerNamed('go1.21'))
  expect(rowsOf(simulation).length).toBe(found.cycles)
})

test('there are the 18 of pacer-model, the 19 of Go’s pacer tests, and at least ten of our own', () => {
  const count = (prefix: string): number =>
    library.filter(({ name }) => name.startsWith(prefix)).length
  expect([count('model/'), count('stepped/')]).toEqual([18, 19])
  expect(count('ours/')).toBeGreaterThanOrEqual(10)
  expect(new Set(library.map(({ name }) => name)).size).toBe(library.length)
})
