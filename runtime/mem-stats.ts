/** Go's MemStats, computed in a stopped world, or after the run. */
import { load, now } from '#sync'
import { Cache } from '../heap/cache.ts'
import { Central } from '../heap/central.ts'
import * as control from '../heap/layout/control.ts'
import { PAGE_BYTES } from '../heap/layout/layout.ts'
import * as p from '../heap/layout/p.ts'
import * as span from '../heap/layout/span.ts'
import type { Memory } from '../heap/memory.ts'
import { PageHeap } from '../heap/page-heap.ts'
import { Spans } from '../heap/span.ts'
import type { MemStats } from './record.ts'

/** Sums over all Ps, exact while the world is stopped. */
export function totalsOf(memory: Memory): {
  bytes: number
  objects: number
  freedBytes: number
  freedObjects: number
  stores: number
  flushes: number
} {
  const { doubles, layout } = memory
  const totals = { bytes: 0, objects: 0, freedBytes: 0, freedObjects: 0, stores: 0, flushes: 0 }
  const spans = new Spans(memory)
  const pages = new PageHeap(memory)
  const central = new Central(memory, spans, pages)
  for (let index = 0; index < layout.procs; index++) {
    const base = memory.pMeasure(index, 0)
    const current = new Cache(memory, spans, central, pages, index, false).unretired()
    totals.bytes += doubles[base + p.ALLOCATED_BYTES] + current.bytes
    totals.objects += doubles[base + p.ALLOCATED_OBJECTS] + current.objects
    totals.freedBytes += doubles[base + p.FREED_BYTES]
    totals.freedObjects += doubles[base + p.FREED_OBJECTS]
    totals.stores += doubles[base + p.BARRIER_STORES]
    totals.flushes += doubles[base + p.BARRIER_FLUSHES]
  }
  return totals
}

/** The statistics as they are now. */
export function memStatsOf(memory: Memory): MemStats {
  const { words, doubles, layout } = memory
  const measure = (name: number): number => doubles[memory.measure(name)]
  const totals = totalsOf(memory)
  const heapAlloc = totals.bytes - totals.freedBytes
  const heapInuse = words[control.PAGES_IN_USE] * PAGE_BYTES
  const heapSys = (words[control.PAGES_END] - 1) * PAGE_BYTES
  const stackInuse = load(words, control.STACK_WORDS_IN_USE) * 4
  const stackSys = words[control.STACK_NEXT] * 4
  const spanBytes = span.WORDS * 4
  const cacheBytes = layout.procs * p.SPAN_CLASSES * p.CACHE_WORDS * 4
  const gcSys = (heapSys >>> 4) + words[control.WORK_POOL_NEXT] * 1024
  const spanSys = (heapSys / PAGE_BYTES) * spanBytes
  const cycles = words[control.CYCLES_MARKED]
  const elapsedMs = now() - measure(control.RUN_STARTED_AT)
  const gcMs =
    measure(control.TOTAL_ASSIST_MS) +
    measure(control.TOTAL_DEDICATED_MS) +
    measure(control.TOTAL_FRACTIONAL_MS) +
    measure(control.TOTAL_STOPPED_MS)
  return {
    Alloc: heapAlloc,
    TotalAlloc: totals.bytes,
    Sys: heapSys + stackSys + spanSys + cacheBytes + gcSys,
    Lookups: 0,
    Mallocs: totals.objects,
    Frees: totals.freedObjects,
    HeapAlloc: heapAlloc,
    HeapSys: heapSys,
    HeapIdle: heapSys - heapInuse,
    HeapInuse: heapInuse,
    HeapReleased: 0,
    HeapObjects: totals.objects - totals.freedObjects,
    StackInuse: stackInuse,
    StackSys: stackSys,
    MSpanInuse: words[control.PAGES_IN_USE] * spanBytes,
    MSpanSys: spanSys,
    MCacheInuse: cacheBytes,
    MCacheSys: cacheBytes,
    BuckHashSys: 0,
    GCSys: gcSys,
    OtherSys: 0,
    NextGC: words[control.GOAL] === control.NO_BYTES ? Number.MAX_SAFE_INTEGER : words[control.GOAL],
    LastGC: cycles === 0 ? 0 : Math.round((performance.timeOrigin + measure(control.LAST_CYCLE_AT)) * 1e6),
    PauseTotalNs: Math.round(measure(control.PAUSE_TOTAL_MS) * 1e6),
    PauseNs: ring(memory, control.PAUSES),
    PauseEnd: ring(memory, control.PAUSE_ENDS),
    NumGC: cycles,
    NumForcedGC: words[control.CYCLES_FORCED],
    GCCPUFraction: elapsedMs > 0 ? gcMs / (elapsedMs * layout.procs) : 0,
    EnableGC: true,
    DebugGC: false,
    BySize: [],
  }
}

function ring(memory: Memory, name: number): number[] {
  const begin = memory.measure(name)
  return Array.from(memory.doubles.subarray(begin, begin + control.PAUSE_RING), value => Math.round(value))
}
