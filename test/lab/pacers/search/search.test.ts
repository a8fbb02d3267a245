import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { fixed } from '../../../../gc/pacer/fixed.ts'
import type { Pacer } from '../../../../gc/pacer/pacer.ts'
import { pacerNamed } from '../../../../gc/pacer/registry.ts'
import { memberOf, scenarioOf, tellingOf } from '../../../../lab/pacers/search/family.ts'
import { hurt, MEASURES, type MeasureName } from '../../../../lab/pacers/search/hurt.ts'
import {
  type Part,
  partsOf,
  type Worst,
  worseOf,
  worstOf,
} from '../../../../lab/pacers/search/part.ts'
import { type Outcome, type SearchOptions, search } from '../../../../lab/pacers/search/search.ts'
import { Random } from '../../../support/random.ts'

const options = {
  ...{ cores: 8, seed: 7, tries: 1500, lanes: 1, progress: () => {} },
  signal: new AbortController().signal,
}

/** In this thread. */
const here = (pacer: Pacer, wanted: SearchOptions): Promise<Outcome> =>
  search(pacer, wanted, async part => worstOf(part, pacer, wanted))

describe.each(['go1.14', 'redesign', 'go1.21'])('%s', name => {
  const pacer = pacerNamed(name)

  test('misses its goal by a fifth on a scenario of a few numbers', async () => {
    const { found } = await here(pacer, { ...options, by: 'overshoot' })
    expect(found?.hurt).toBeGreaterThan(0.2)
    expect(Object.keys(found?.numbers ?? {}).length).toBeLessThanOrEqual(5)
  })

  test('assists for half of the CPU on a scenario of a few numbers', async () => {
    const { found } = await here(pacer, { ...options, by: 'assists' })
    expect(found?.hurt).toBeGreaterThan(0.5)
    expect(Object.keys(found?.numbers ?? {}).length).toBeLessThanOrEqual(5)
  })
})

test('what is found hurts as much when it is simulated again, and shrinking leaves nine tenths', async () => {
  const pacer = pacerNamed('go1.19')
  const { tried, found } = await here(pacer, { ...options, by: 'oscillation' })
  expect(tried).toBe(options.tries)
  expect(found?.worst).toBeGreaterThanOrEqual(found?.hurt as number)
  expect(found?.hurt).toBeGreaterThan((found?.worst as number) * 0.9)
  const again = scenarioOf(memberOf(found?.numbers as Record<string, number>), options.cores)
  expect(again).toEqual(found?.scenario)
  expect(hurt(again, pacer, 'oscillation')).toBe(found?.hurt)
})

test('the same is found however many parts are searched at a time, and whichever ends first', async () => {
  const pacer = pacerNamed('go1.19')
  const wanted: SearchOptions = { ...options, tries: 1600, by: 'overshoot' }
  const inTurn = await here(pacer, wanted)
  expect(inTurn.found).not.toBeNull()
  for (const seed of [1, 2]) {
    const random = new Random(seed)
    const ended: number[] = []
    const late = async (part: Part): Promise<Worst | null> => {
      await sleep(random.below(30))
      ended.push(part.index)
      return worstOf(part, pacer, wanted)
    }
    expect(await search(pacer, { ...wanted, lanes: 7 }, late), `order ${ended}`).toEqual(inTurn)
  }
})

test('parts make up all tries, and each draws from a seed of its own', () => {
  const parts = [...partsOf(3200, 1)]
  expect(parts.reduce((sum, { tries }) => sum + tries, 0)).toBe(3200)
  expect(new Set(parts.map(({ seed }) => seed)).size).toBe(parts.length)
  expect([...partsOf(10_000, 1)].slice(0, 6)).toEqual(parts.slice(0, 6))
})

test('of two that hurt as much the earlier part’s is kept', () => {
  const [early, late] = [3, 5].map(part => ({ part, member: memberOf({}), hurt: 1 })) as [
    Worst,
    Worst,
  ]
  expect(worseOf(late, early)).toBe(early)
  expect(worseOf(early, late)).toBe(early)
  expect(worseOf(early, { ...late, hurt: 2 })).toMatchObject({ part: 5 })
  expect(worseOf(null, late)).toBe(late)
})

test('an interrupt begins no part more, and those that have begun count', async () => {
  const interrupt = new AbortController()
  const pacer = pacerNamed('go1.14')
  const wanted: SearchOptions = {
    ...options,
    by: 'overshoot',
    tries: 1e8,
    lanes: 2,
    signal: interrupt.signal,
  }
  const { tried, found } = await here(pacer, { ...wanted, progress: () => interrupt.abort() })
  const first = await here(pacer, { ...options, by: 'overshoot', tries: tried })
  expect(tried).toBeLessThan(5000)
  expect(found).toEqual(first.found)
})

test('where parts fail it is the first of them that is reported, whichever fails first', async () => {
  const failing = async ({ index }: Part): Promise<null> => {
    await sleep(30 - index * 10)
    if (index >= 1) throw new Error(`part ${index}`)
    return null
  }
  await expect(
    search(fixed(0.5), { ...options, by: 'overshoot', lanes: 3 }, failing),
  ).rejects.toThrow('part 1')
})

test('nothing is found where nothing hurts: a trigger at a fixed share of the way hardly moves', async () => {
  expect(await here(fixed(0.5), { ...options, tries: 300, by: 'oscillation' })).toEqual({
    tried: 300,
    found: null,
  })
})

test('a member of which nothing is out of the ordinary hurts nobody', () => {
  const calm = scenarioOf(memberOf({}), 8)
  expect(tellingOf(memberOf({}))).toEqual({})
  for (const name of ['go1.21', 'redesign', 'go1.19'])
    for (const by of Object.keys(MEASURES) as MeasureName[])
      expect(hurt(calm, pacerNamed(name), by), `${name}, ${by}`).toBeLessThan(
        MEASURES[by].threshold / 2,
      )
})
