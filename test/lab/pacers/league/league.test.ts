import { describe, expect, test } from 'vitest'
import { pacerNamed } from '../../../../gc/pacer/registry.ts'
import { evolutionSection, zeroCurve } from '../../../../lab/pacers/league/evolution.ts'
import { type LeagueOptions, shardOf, tasksOf } from '../../../../lab/pacers/league/league.ts'
import {
  combined,
  type Metrics,
  metricsOf,
  type Series,
} from '../../../../lab/pacers/league/metrics.ts'
import { play } from '../../../../lab/pacers/league/play.ts'
import type { Played } from '../../../../lab/pacers/league/results.ts'
import { simulatorErrors, standingsOf } from '../../../../lab/pacers/league/standings.ts'

const CYCLES = 40
const list = (of: (cycle: number) => number): number[] =>
  Array.from({ length: CYCLES }, (_, cycle) => of(cycle))
const still: Series = {
  heapLive: list(() => 100),
  trigger: list(() => 180),
  peak: list(() => 200),
  goal: list(() => 200),
  work: list(() => 100),
  utilization: list(() => 0.25),
  assists: list(() => 0),
  r: [],
}

describe('a run is judged by', () => {
  test('nothing, where it is at its goal at a quarter of the CPU', () => {
    expect(metricsOf(still, 0)).toEqual({
      ...{
        missMedian: 0,
        overshootWorst: 0,
        cpuOverTarget: 0,
        assistWorst: 0,
        settling: 0,
        oscillation: 0,
      },
      cyclesPerGiB: 2 ** 30 / 100,
    })
  })

  test('how far it is from its goal, early or late, and by its worst cycle', () => {
    expect(metricsOf({ ...still, peak: list(() => 180) }, 0)).toMatchObject({
      missMedian: expect.closeTo(0.1, 9),
    })
    const peak = list(cycle => (cycle === 25 ? 300 : 200))
    expect(metricsOf({ ...still, peak }, 0)).toMatchObject({ missMedian: 0, overshootWorst: 0.5 })
  })

  test('the CPU above a quarter, in the mean and at its worst, once it has had ten cycles to learn', () => {
    const utilization = list(cycle => (cycle < 10 ? 1 : cycle === 20 ? 0.55 : 0.25))
    const assists = utilization.map(share => share - 0.25)
    const { cpuOverTarget, assistWorst } = metricsOf({ ...still, utilization, assists }, 0)
    expect(cpuOverTarget).toBeCloseTo(0.01, 9)
    expect(assistWorst).toBeCloseTo(0.3, 9)
  })

  test('the cycles from a step until it stays near its end', () => {
    const utilization = list(cycle => (cycle >= 20 && cycle < 28 ? 0.4 : 0.25))
    // From the sixth on, most of five cycles are settled.
    expect(metricsOf({ ...still, utilization }, 20).settling).toBe(6)
    expect(metricsOf({ ...still, utilization }, 28).settling).toBe(0)
  })

  test('not by how long it is restless, if it is so to its end, nor by single cycles', () => {
    const restless = list(cycle => 0.25 + (cycle % 7) * 0.05)
    expect(metricsOf({ ...still, utilization: restless }, 0).settling).toBe(0)
    const struck = list(cycle => (cycle % 11 === 0 ? 0.8 : 0.25))
    expect(metricsOf({ ...still, utilization: struck }, 20).settling).toBe(0)
  })

  test('how far its trigger moves', () => {
    const trigger = list(cycle => (cycle % 2 === 0 ? 160 : 180))
    expect(metricsOf({ ...still, trigger }, 0).oscillation).toBeCloseTo(0.2, 9)
  })

  test('several runs: by their medians, and the worst of the worst', () => {
    const one = metricsOf(still, 0)
    const runs: Metrics[] = [0.1, 0.2, 0.9].map(value => ({
      ...one,
      missMedian: value,
      overshootWorst: value,
    }))
    expect(combined(runs)).toMatchObject({ missMedian: 0.2, overshootWorst: 0.9 })
  })
})

const options: LeagueOptions = {
  pacers: ['a', 'b', 'c'],
  scenarios: ['s', 't'],
  engines: ['stepped', 'noisy'],
  shard: { k: 1, n: 1 },
  seed: 1,
  procs: 2,
}

test('shards have every task once, and each scenario under all pacers', () => {
  const tasks = tasksOf(options)
  expect(tasks.length).toBe(12)
  const shards = [1, 2, 3].map(k => shardOf(tasks, { k, n: 3 }))
  expect(shards.map(shard => shard.length)).toEqual([6, 3, 3])
  expect(new Set(shards.flat())).toEqual(new Set(tasks))
  for (const shard of shards) expect(new Set(shard.map(({ pacer }) => pacer)).size).toBe(3)
})

const played = (pacer: string, metrics: Partial<Metrics>, more: Partial<Played> = {}): Played => ({
  ...{ pacer, scenario: 's', engine: 'stepped', series: still, ...more },
  metrics: { ...metricsOf(still, 0), ...metrics },
})

test('the standings are by the mean of the ranks, and equals share a place', () => {
  const all = [
    played('good', { missMedian: 0.1 }),
    played('equal', { missMedian: 0.1 }),
    played('bad', { missMedian: 0.2, settling: 3 }),
    played('elsewhere', {}, { engine: 'real' }),
  ]
  const { rows: standings, scenarios } = standingsOf(all, 'stepped')
  expect(scenarios).toEqual(['s'])
  expect(standings.map(({ pacer }) => pacer)).toEqual(['good', 'equal', 'bad'])
  // Two of seven metrics tell the pacers apart, with ranks 1.5, 1.5 and 3. In the other five all
  // share the places 1 to 3.
  expect(standings.map(({ rank }) => rank)).toEqual([13 / 7, 13 / 7, 16 / 7])
})

test('only scenarios that all have played are compared', () => {
  const all = [
    played('a', { missMedian: 0.1 }),
    played('b', { missMedian: 0.2 }),
    played('a', { missMedian: 0.9 }, { scenario: 'u' }),
  ]
  const { rows, scenarios } = standingsOf(all, 'stepped')
  expect(scenarios).toEqual(['s'])
  expect(rows.map(({ metrics }) => metrics.missMedian)).toEqual([0.1, 0.2])
  expect(standingsOf([...all, played('c', {}, { scenario: 'u' })], 'stepped')).toEqual({
    rows: [],
    scenarios: [],
  })
})

test("on a real heap the simulator's error is one more rank", () => {
  const apart = { ...still, peak: list(() => 220) }
  const all = [
    played('near', {}),
    played('far', {}),
    played('near', {}, { engine: 'real' }),
    played('far', {}, { engine: 'real', series: apart }),
  ]
  const { rows } = standingsOf(all, 'real')
  expect(rows.map(({ pacer, simulatorError }) => [pacer, simulatorError])).toEqual([
    ['near', 0],
    ['far', expect.closeTo(0.1, 9)],
  ])
  // Seven metrics in which they are equal, and one in which they are not.
  expect(rows.map(({ rank }) => rank)).toEqual([(7 * 1.5 + 1) / 8, (7 * 1.5 + 2) / 8])
})

test('the simulator is as far from the real heap as their runs are apart', () => {
  const real = { ...still, peak: list(() => 220), utilization: list(() => 0.3) }
  const [error] = simulatorErrors([
    played('a', {}),
    played('a', {}, { engine: 'real', series: real }),
  ])
  expect(error).toMatchObject({
    pacer: 'a',
    scenario: 's',
    peak: expect.closeTo(0.1, 9),
    cpu: expect.closeTo(0.05, 9),
  })
  expect(simulatorErrors([played('a', {}, { engine: 'real' })])).toEqual([])
})

test('the controller’s r is what the rates are, where the pacer has one', () => {
  const rOf = (pacer: string): number | null | undefined =>
    play(
      { pacer, scenario: 'stepped/steady', engine: 'stepped' },
      pacerNamed(pacer),
      1,
    ).series.r.at(-1)
  // In the time of one core 33 bytes are allocated, or 1024 scanned, and three cores of four
  // allocate.
  for (const pacer of ['redesign', 'go1.18', 'go1.19', 'go1.21'])
    expect(rOf(pacer), pacer).toBeCloseTo((33 / 1024) * 3, 2)
  expect(rOf('go1.14')).toBe(null)
})

test('a task is played the same each time, and noise makes it worse', () => {
  const task = { pacer: 'go1.21', scenario: 'stepped/steady', engine: 'stepped' } as const
  const pacer = pacerNamed(task.pacer)
  const smooth = play(task, pacer, 3)
  expect(play(task, pacer, 3)).toEqual(smooth)
  expect(smooth.series.peak.length).toBe(50)
  const noisy = play({ ...task, engine: 'noisy' }, pacer, 3)
  expect(noisy.metrics.overshootWorst).toBeGreaterThan(smooth.metrics.overshootWorst)
  expect(noisy.metrics.assistWorst).toBeGreaterThan(smooth.metrics.assistWorst)
})

describe('the pictures of golang/go#14951', () => {
  test.each([
    ['go1.5', 0.5],
    ['go1.5:curve=1', 0.25],
    ['go1.10', 0.6],
    ['go1.14:floating=1', 0.6],
    ['go1.10:hard=1.05,background=0.2,target=0.25', 0.5],
  ])('the controller of %s is content at half of the CPU with %d of the way', (pacer, h) => {
    expect(zeroCurve(pacer)(0.5)).toBeCloseTo(h, 12)
  })

  test('a cycle beyond the axes is drawn at the edge, and the caption counts it', async () => {
    const section = async (peaks: number): Promise<string> => {
      const peak = list(cycle => (cycle < peaks ? 400 : 200))
      const one = played('go1.10', {}, { scenario: 'stepped/steady', series: { ...still, peak } })
      return String((await evolutionSection([one]))?.text)
    }
    const beyond = await section(3)
    expect(beyond).toContain('3 of 40 cycles are beyond the axes')
    expect(beyond.match(/aria-roledescription="point"/g)).toHaveLength(CYCLES)
    expect(await section(0)).not.toContain('beyond the axes')
  })
})
