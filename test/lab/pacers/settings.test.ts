// A setting that an engine does not model would be tuned in it for nothing.
import { describe, expect, test } from 'vitest'
import type { Pacer } from '../../../gc/pacer/pacer.ts'
import { entries, pacerNamed } from '../../../gc/pacer/registry.ts'
import { noisySimulation } from '../../../lab/pacers/noisy/engine.ts'
import type { Scenario } from '../../../lab/pacers/scenario.ts'
import { drawn, library } from '../../../lab/pacers/scenarios/library.ts'
import { steppedSimulation } from '../../../lab/pacers/stepped/engine.ts'
import { rowsOf } from './simulated.ts'

const SEED = 1
const ENGINES = {
  stepped: (scenario: Scenario, pacer: Pacer) => rowsOf(steppedSimulation(scenario, pacer)),
  noisy: (scenario: Scenario, pacer: Pacer) => rowsOf(noisySimulation(scenario, pacer, 2, SEED)),
}
// With GOGC off, a pacer that knows no memory limit never starts a cycle, which is refused.
const scenarios = library
  .filter(({ engine, name }) => engine === 'stepped' && !name.endsWith('no-gc-percent'))
  .map(scenario => drawn(scenario, SEED))
const settings = Object.entries(entries).flatMap(([pacer, entry]) =>
  Object.entries(entry.settings).map(([key, { defaultValue, min, max }]) => {
    const others = [min, 1, max].filter(
      value => value !== defaultValue && value >= min && value <= max,
    )
    return { pacer, key, specs: others.map(value => `${pacer}:${key}=${value}`) }
  }),
)

describe.each(Object.keys(ENGINES) as (keyof typeof ENGINES)[])('in the %s engine', engine => {
  const rows = ENGINES[engine]

  test.each(settings)('$key of $pacer changes what some scenario does', ({ pacer, specs }) => {
    const isFelt = (scenario: Scenario): boolean => {
      const by = JSON.stringify(rows(scenario, pacerNamed(pacer)))
      return specs.some(spec => JSON.stringify(rows(scenario, pacerNamed(spec))) !== by)
    }
    expect(scenarios.some(isFelt)).toBe(true)
  })
})

test('a setting that a pacer does not have is refused, with those that it has', () => {
  expect(() => pacerNamed('go1.5:credit=1')).toThrow(
    "pacer go1.5 has no setting 'credit': curve=0 or 1",
  )
})
