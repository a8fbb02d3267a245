import { describe, expect, test } from 'vitest'
import { fixed } from '../../../../gc/pacer/fixed.ts'
import { memberOf, scenarioOf, tellingOf } from '../../../../lab/pacers/search/family.ts'
import { hurt, MEASURES, type MeasureName } from '../../../../lab/pacers/search/hurt.ts'
import { search } from '../../../../lab/pacers/search/search.ts'
import { pacerNamed } from '../../../../runtime/pacer-registry.ts'

const options = { cores: 8, seed: 7, tries: 1500, progress: () => {} }

describe.each(['go1.14', 'redesign', 'go1.21'])('%s', name => {
  const pacer = pacerNamed(name)

  test('misses its goal by a fifth on a scenario of a few numbers', () => {
    const found = search(pacer, { ...options, by: 'overshoot' })
    expect(found?.hurt).toBeGreaterThan(0.2)
    expect(Object.keys(found?.numbers ?? {}).length).toBeLessThanOrEqual(5)
  })

  test('assists for half of the CPU on a scenario of a few numbers', () => {
    const found = search(pacer, { ...options, by: 'assists' })
    expect(found?.hurt).toBeGreaterThan(0.5)
    expect(Object.keys(found?.numbers ?? {}).length).toBeLessThanOrEqual(5)
  })
})

test('the same seed finds the same, and what is found hurts as much when it is simulated again', () => {
  const pacer = pacerNamed('go1.19')
  const [one, other] = [1, 2].map(() => search(pacer, { ...options, by: 'oscillation' }))
  expect(one).toEqual(other)
  expect(one?.worst).toBeGreaterThanOrEqual(one?.hurt as number)
  const again = scenarioOf(memberOf(one?.numbers as Record<string, number>), options.cores)
  expect(again).toEqual(one?.scenario)
  expect(hurt(again, pacer, 'oscillation')).toBe(one?.hurt)
})

test('nothing is found where nothing hurts: a trigger at a fixed share of the way hardly moves', () => {
  expect(search(fixed(0.5), { ...options, tries: 300, by: 'oscillation' })).toBeNull()
})

test('a member of which nothing is out of the ordinary hurts nobody', () => {
  const calm = scenarioOf(memberOf({}), 8)
  expect(tellingOf(memberOf({}))).toEqual({})
  for (const name of ['go1.21', 'redesign', 'go1.19'])
    for (const by of Object.keys(MEASURES) as MeasureName[])
      expect(hurt(calm, pacerNamed(name), by), `${name}, ${by}`).toBeLessThan(MEASURES[by].threshold / 2)
})
