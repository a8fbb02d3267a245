// The relations that Go's documentation of MemStats states, and what a program does to each field.

import { beforeEach, describe, expect, test } from 'vitest'
import { SPAN_BYTES } from '../../../gc/mapped.ts'
import { takeStatistics } from '../../../gc/record/statistics.ts'
import type { Addr, Milliseconds } from '../../../memory/kinds.ts'
import { PAGE_BYTES, WORK_BUFFER_WORDS } from '../../../memory/layout.ts'
import { MiB } from '../../../memory/units.ts'
import * as control from '../../../memory/words/control.ts'
import * as gWords from '../../../memory/words/goroutine.ts'
import { memStatsOf } from '../../../runtime/report/mem-stats.ts'
import type { MemStats } from '../../../runtime/report/record.ts'
import { useHandClock } from '../../support/hand-clock.ts'
import { type HandP, HandWorld } from '../../support/hand-world.ts'

useHandClock()

const OBJECT_BYTES = 32
const OBJECTS = 2000

let world: HandWorld
let p: HandP

beforeEach(() => {
  world = new HandWorld({ procs: 2, arenaBytes: 16 * MiB })
  p = world.ps[0] as HandP
  p.spawn()
})

function stats(of = world): MemStats {
  takeStatistics(
    of.memory,
    of.ps.map(({ collector }) => collector.cache),
  )
  return memStatsOf(of.memory, 1000 as Milliseconds)
}

/** Objects that nothing refers to. */
function allocate(objects = OBJECTS): void {
  const Cell = world.type(0, OBJECT_BYTES)
  for (let count = 0; count < objects; count++) p.make(Cell)
}

/** A cycle, and its sweep. */
function collect(): void {
  world.startMark(p)
  world.finishMark(p)
  for (const { collector } of world.ps) collector.sweeper.finish()
}

/** The statistics of a new world, of one with garbage, and of the same when that is swept. */
function moments(): readonly [fresh: MemStats, full: MemStats, swept: MemStats] {
  const fresh = stats()
  allocate()
  const full = stats()
  collect()
  return [fresh, full, stats()]
}

test('Sys is the sum of all that came from the system', () => {
  for (const m of moments()) {
    const { HeapSys, StackSys, MSpanSys, MCacheSys, BuckHashSys, GCSys, OtherSys } = m
    expect(m.Sys).toBe(HeapSys + StackSys + MSpanSys + MCacheSys + BuckHashSys + GCSys + OtherSys)
  }
})

describe('the heap', () => {
  test('HeapSys is HeapInuse and HeapIdle: spans that are freed go from one to the other', () => {
    const [, full, swept] = moments()
    for (const { HeapSys, HeapInuse, HeapIdle } of [full, swept])
      expect(HeapSys).toBe(HeapInuse + HeapIdle)
    expect(full.HeapInuse).toBeGreaterThanOrEqual(OBJECTS * OBJECT_BYTES)
    expect(swept.HeapInuse).toBeLessThan(full.HeapInuse)
    expect(swept.HeapSys).toBe(full.HeapSys)
  })

  test('HeapInuse counts whole spans: one object takes a page', () => {
    const before = stats()
    allocate(1)
    const after = stats()
    expect(after.HeapAlloc - before.HeapAlloc).toBe(OBJECT_BYTES)
    expect(after.HeapInuse - before.HeapInuse).toBe(PAGE_BYTES)
  })

  test('HeapAlloc falls by what is swept, and TotalAlloc never does', () => {
    const [fresh, full, swept] = moments()
    expect(full.HeapAlloc - fresh.HeapAlloc).toBe(OBJECTS * OBJECT_BYTES)
    expect(full.TotalAlloc - fresh.TotalAlloc).toBe(OBJECTS * OBJECT_BYTES)
    expect(swept.HeapAlloc).toBe(fresh.HeapAlloc)
    expect(swept.TotalAlloc).toBe(full.TotalAlloc)
    for (const { Alloc, HeapAlloc } of [fresh, full, swept]) expect(Alloc).toBe(HeapAlloc)
  })

  test('HeapObjects is Mallocs less Frees', () => {
    const [fresh, full, swept] = moments()
    expect(full.Mallocs - fresh.Mallocs).toBe(OBJECTS)
    expect([full.Frees, swept.Frees]).toEqual([fresh.Frees, fresh.Frees + OBJECTS])
    for (const { HeapObjects, Mallocs, Frees } of [fresh, full, swept])
      expect(HeapObjects).toBe(Mallocs - Frees)
  })
})

describe('what is not heap', () => {
  test('a stack is in use until its goroutine is over, and stays mapped', () => {
    const before = stats()
    const id = p.goroutines.create(-1, 0)
    const during = stats()
    expect(during.StackInuse).toBeGreaterThan(before.StackInuse)
    p.goroutines.startRunning(id)
    p.goroutines.tryStopRunning(id, gWords.G_DEAD)
    p.goroutines.release(id)
    const after = stats()
    expect(after.StackInuse).toBe(before.StackInuse)
    expect(after.StackSys).toBe(during.StackSys)
  })

  test('a span record for each page in use, and for each page', () => {
    const [, full, swept] = moments()
    for (const { MSpanInuse, MSpanSys, HeapInuse, HeapSys } of [full, swept]) {
      expect(MSpanInuse).toBe((HeapInuse / PAGE_BYTES) * SPAN_BYTES)
      expect(MSpanSys).toBe((HeapSys / PAGE_BYTES) * SPAN_BYTES)
    }
  })

  test('a cache for each P', () => {
    const [two, four] = [stats(), stats(new HandWorld({ procs: 4 }))]
    expect(two.MCacheInuse).toBeGreaterThan(0)
    expect([four.MCacheInuse, four.MCacheSys]).toEqual([2 * two.MCacheInuse, 2 * two.MCacheSys])
  })

  test('GCSys is a mark byte for each 16 bytes of heap, and work buffers once a cycle needs them', () => {
    allocate()
    const before = stats()
    p.keep(p.make(world.type(1), [0 as Addr]))
    collect()
    const { GCSys, HeapSys } = stats()
    expect(before.GCSys).toBe(before.HeapSys / 16)
    const buffers = (GCSys - HeapSys / 16) / (WORK_BUFFER_WORDS * 4)
    expect(buffers).toBeGreaterThan(0)
    expect(Number.isInteger(buffers)).toBe(true)
  })
})

describe('cycles', () => {
  test('NumGC and NumForcedGC count them, and LastGC is the time of the last', () => {
    const before = stats()
    expect(before).toMatchObject({ NumGC: 0, NumForcedGC: 0, LastGC: 0 })
    const beganNs = (performance.timeOrigin + performance.now()) * 1e6
    collect()
    const { NumGC, NumForcedGC, LastGC } = stats()
    expect([NumGC, NumForcedGC]).toEqual([1, 1])
    expect(LastGC).toBeGreaterThanOrEqual(Math.floor(beganNs))
    expect(LastGC).toBeLessThanOrEqual((performance.timeOrigin + performance.now()) * 1e6 + 1)
  })

  test('NextGC is the goal', () => {
    expect(stats().NextGC).toBe(4 * MiB)
    world.meta[control.GOAL] = control.NO_BYTES
    expect(stats().NextGC).toBe(Number.MAX_SAFE_INTEGER)
  })

  test('pauses are in rings of 256, the newest at (NumGC + 255) % 256', () => {
    collect()
    collect()
    const { PauseNs, PauseEnd, PauseTotalNs } = stats()
    expect([PauseNs.length, PauseEnd.length]).toEqual([256, 256])
    const [first = 0, second = 0, ...rest] = PauseNs
    expect(Math.min(first, second)).toBeGreaterThan(0)
    expect(new Set(rest)).toEqual(new Set([0]))
    // Each is rounded by itself.
    expect(Math.abs(first + second - PauseTotalNs)).toBeLessThanOrEqual(2)
    expect(PauseEnd[1]).toBeGreaterThan(PauseEnd[0] ?? 0)
  })

  test('the ring begins again after 256 of them', () => {
    for (let cycle = 1; cycle <= 257; cycle++) {
      world.stops = 0 // There is a limit for what loops.
      collect()
    }
    const { NumGC, PauseEnd } = stats()
    expect(NumGC).toBe(257)
    expect(PauseEnd[0]).toBeGreaterThan(PauseEnd[255] ?? 0)
    expect(PauseEnd[255]).toBeGreaterThan(PauseEnd[254] ?? 0)
    expect(PauseEnd[1]).toBeLessThan(PauseEnd[2] ?? 0)
  })
})
