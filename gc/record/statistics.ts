/**
 * A snapshot of the counters. It is taken in a stopped world (STOP_STATISTICS), or by the host when
 * no P runs any more. So sums over all Ps are exact, and agree with each other.
 */
import { load } from '#sync'
import type { Cache } from '../../heap/cache.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'

/**
 * What is counted, in the order of the doubles at STATISTICS: bytes, pages, words or plain numbers,
 * as the names say.
 */
export const STATISTIC_NAMES = [
  'allocatedBytes',
  'allocatedObjects',
  'freedBytes',
  'freedObjects',
  'barrierStores',
  'barrierFlushes',
  'pagesInUse',
  'pagesTouched',
  'stackWordsInUse',
  'stackWordsTouched',
  'workBuffersTouched',
  'goal',
  'cycles',
  'cyclesForced',
] as const
export type Statistics = Record<(typeof STATISTIC_NAMES)[number], number>

/** Takes the snapshot. `caches` are those of all Ps. */
export function takeStatistics(memory: Memory, caches: readonly Cache[]): void {
  const { meta, metaF64 } = memory
  // What the current runs have handed out is not in the sums of the Ps yet.
  const current = caches.map(cache => cache.unretired())
  const statistics: Statistics = {
    allocatedBytes:
      memory.sumOfPs(pWords.ALLOCATED_BYTES) + current.reduce((sum, { bytes }) => sum + bytes, 0),
    allocatedObjects:
      memory.sumOfPs(pWords.ALLOCATED_OBJECTS) +
      current.reduce((sum, { objects }) => sum + objects, 0),
    freedBytes: memory.sumOfPs(pWords.FREED_BYTES),
    freedObjects: memory.sumOfPs(pWords.FREED_OBJECTS),
    barrierStores: memory.sumOfPs(pWords.BARRIER_STORES),
    barrierFlushes: memory.sumOfPs(pWords.BARRIER_FLUSHES),
    pagesInUse: meta[control.PAGES_IN_USE],
    // PAGES_END counts page 0 too. It is 0 before the first P has made the heap.
    pagesTouched: Math.max(0, meta[control.PAGES_END] - 1),
    stackWordsInUse: load(meta, control.STACK_WORDS_IN_USE),
    stackWordsTouched: meta[control.STACK_NEXT],
    workBuffersTouched: meta[control.WORK_POOL_NEXT],
    goal: meta[control.GOAL],
    cycles: meta[control.CYCLES_MARKED],
    cyclesForced: meta[control.CYCLES_FORCED],
  }
  const beginDouble = memory.controlDouble(control.STATISTICS)
  for (const [index, name] of STATISTIC_NAMES.entries())
    metaF64[beginDouble + index] = statistics[name]
}

/** The newest snapshot. */
export function statisticsOf(memory: Memory): Statistics {
  const beginDouble = memory.controlDouble(control.STATISTICS)
  return Object.fromEntries(
    STATISTIC_NAMES.map((name, index) => [name, memory.metaF64[beginDouble + index]]),
  ) as Statistics
}
