// What a run reports, from a run by hand: the record that is written while it runs, the record that
// the host gets, and the totals of the summary.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { Memory } from '../../../memory/memory.ts'
import { RunOutputs } from '../../../runtime/host/run-outputs.ts'
import { Session } from '../../../runtime/host/session.ts'
import { resolveConfiguration } from '../../../runtime/options/configuration.ts'
import { CycleTotals } from '../../../runtime/report/cycle-totals.ts'
import { KeptCycles } from '../../../runtime/report/kept-cycles.ts'
import type { CycleRecord, RunRecord } from '../../../runtime/report/record.ts'
import { aHandRun } from '../../support/hand-run.ts'

const { record, json } = await aHandRun()

test('the file holds the record that the host gets, with every cycle', () => {
  expect(JSON.parse(json)).toEqual(record)
  expect(record.cycles.length).toBeGreaterThan(1)
  expect(record.cycleCount).toBe(record.cycles.length)
  expect(record.cycles.map(({ n }) => n)).toEqual(record.cycles.map((_, index) => index + 1))
})

test('the host’s record has the newest cycles, and says how many there were', () => {
  const cycles = Array.from(
    { length: 25 },
    (_, index) => ({ ...record.cycles[0], n: index + 1 }) as CycleRecord,
  )
  for (const most of [0, 1, 7, 24, 25, 26, Number.POSITIVE_INFINITY]) {
    const kept = new KeptCycles(most)
    for (const cycle of cycles) kept.add(cycle)
    expect(kept.count).toBe(25)
    expect(kept.newest()).toEqual(most === 0 ? [] : cycles.slice(-most))
  }
})

test('the record of a run that never started has nothing in it but what is so', async () => {
  const memory = Memory.reserve({ arenaBytes: 4 * 2 ** 20, procs: 2 })
  const session = new Session(
    memory,
    resolveConfiguration('none.ts', { procs: 2, arena: '4MiB' }, {}),
    {},
    false,
  )
  const { memStats, cycles, cycleCount, allocations, goroutines, rescues, exit } =
    await session.finish(null)
  const { MCacheInuse, MCacheSys, Sys, EnableGC, DebugGC, BySize, ...rest } = memStats
  // The caches of its Ps, which are there.
  expect([MCacheInuse, Sys]).toEqual([MCacheSys, MCacheSys])
  expect(MCacheSys).toBeGreaterThan(0)
  expect({ EnableGC, DebugGC, BySize }).toEqual({ EnableGC: true, DebugGC: false, BySize: [] })
  for (const [name, value] of Object.entries(rest))
    expect(
      [value].flat().every(one => one === 0),
      name,
    ).toBe(true)
  expect({ cycles, cycleCount, allocations, rescues, exit }).toEqual({
    ...{ cycles: [], cycleCount: 0, allocations: { objects: 0, bytes: 0 }, rescues: 0, exit: 0 },
  })
  expect(goroutines).toEqual({ started: 0, finished: 0, peakLivePerP: [0, 0] })
})

describe('a run of very many cycles', () => {
  const MANY = 30_000
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void

  const heapUsed = (): number => {
    collect()
    return process.memoryUsage().heapUsed
  }

  /** The cycles of a run, again and again, as they come. */
  const cycleAt = (index: number): CycleRecord =>
    ({ ...record.cycles[index % record.cycles.length], n: index + 1 }) as CycleRecord

  test('needs no more memory than a short one, whatever is asked of it, and its record is whole', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'record-test-'))
    try {
      const files = { json: join(directory, 'record.json'), trace: join(directory, 'trace.json') }
      const outputs = new RunOutputs(() => {})
      outputs.open(resolveConfiguration('many.ts', files, {}), { schema: 1, program: 'many.ts' })
      const [kept, totals] = [new KeptCycles(1000), new CycleTotals()]
      const drive = (from: number, to: number): void => {
        for (let index = from; index < to; index++) {
          const cycle = cycleAt(index)
          for (const sink of [kept, totals]) sink.add(cycle)
          outputs.cycle(cycle)
        }
      }
      drive(0, 5000)
      const before = heapUsed()
      drive(5000, MANY)
      // Kept, they would need some 25 MB.
      expect(heapUsed() - before).toBeLessThan(5e6)
      await outputs.closeTrace()
      await outputs.closeRecord({ ...record, cycleCount: kept.count })
      expect(outputs.failures).toEqual([])
      const written = JSON.parse(readFileSync(files.json, 'utf8')) as RunRecord
      expect(written.cycles.length).toBe(MANY)
      expect(written).toMatchObject({ program: 'many.ts', cycleCount: MANY, exit: 0 })
      expect(written.cycles.at(-1)).toEqual(cycleAt(MANY - 1))
      expect(totals.count).toBe(MANY)
      expect(totals.overran).toBe(written.cycles.filter(({ overrun }) => overrun > 0).length)
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})
