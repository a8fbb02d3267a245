/** Go's MemStats, from a snapshot of the counters (gc/record/statistics.ts). */
import { cacheBytes, collectorBytes, mappedBytes, SPAN_BYTES } from '../../gc/mapped.ts'
import { statisticsOf } from '../../gc/record/statistics.ts'
import type { Milliseconds } from '../../memory/kinds.ts'
import { PAGE_BYTES } from '../../memory/layout.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import { readAt } from '../read-at.ts'
import type { MemStats } from './record.ts'
import { wholeNs } from './units.ts'

/** The statistics at the newest snapshot. `activeMs`: since all Ps had started. */
export function memStatsOf(memory: Memory, activeMs: Milliseconds): MemStats {
  const { metaF64, layout } = memory
  const measure = (name: number): number => readAt(metaF64, memory.controlDouble(name))
  const statistics = statisticsOf(memory)
  const { allocatedBytes, allocatedObjects, freedBytes, freedObjects, cycles } = statistics
  const { pagesTouched, stackWordsTouched, workBuffersTouched } = statistics
  const heapAlloc = allocatedBytes - freedBytes
  const heapInuse = statistics.pagesInUse * PAGE_BYTES
  const heapSys = pagesTouched * PAGE_BYTES
  const stackInuse = statistics.stackWordsInUse * 4
  const stackSys = stackWordsTouched * 4
  const spanSys = pagesTouched * SPAN_BYTES
  const cacheSys = cacheBytes(layout.procs)
  return {
    Alloc: heapAlloc,
    TotalAlloc: allocatedBytes,
    Sys: mappedBytes(pagesTouched, stackWordsTouched, workBuffersTouched, layout.procs),
    Lookups: 0,
    Mallocs: allocatedObjects,
    Frees: freedObjects,
    HeapAlloc: heapAlloc,
    HeapSys: heapSys,
    HeapIdle: heapSys - heapInuse,
    HeapInuse: heapInuse,
    HeapReleased: 0,
    HeapObjects: allocatedObjects - freedObjects,
    StackInuse: stackInuse,
    StackSys: stackSys,
    MSpanInuse: statistics.pagesInUse * SPAN_BYTES,
    MSpanSys: spanSys,
    MCacheInuse: cacheSys,
    MCacheSys: cacheSys,
    BuckHashSys: 0,
    GCSys: collectorBytes(pagesTouched, workBuffersTouched),
    OtherSys: 0,
    NextGC: statistics.goal === control.NO_BYTES ? Number.MAX_SAFE_INTEGER : statistics.goal,
    LastGC: cycles === 0 ? 0 : wholeNs(performance.timeOrigin + measure(control.LAST_CYCLE_AT)),
    PauseTotalNs: wholeNs(measure(control.PAUSE_TOTAL_MS)),
    PauseNs: ring(memory, control.PAUSES),
    PauseEnd: ring(memory, control.PAUSE_ENDS),
    NumGC: cycles,
    NumForcedGC: statistics.cyclesForced,
    GCCPUFraction: activeMs > 0 ? measure(control.GC_CPU_MS) / (activeMs * layout.procs) : 0,
    EnableGC: true,
    DebugGC: false,
    BySize: [],
  }
}

function ring(memory: Memory, name: number): number[] {
  const beginDouble = memory.controlDouble(name)
  return Array.from(memory.metaF64.subarray(beginDouble, beginDouble + control.PAUSE_RING), value =>
    Math.round(value),
  )
}
