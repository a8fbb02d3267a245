/**
 * Memory that is mapped: pages that were ever touched, and the marks, records and buffers that go
 * with them. Nothing is given back to the system, so it never shrinks. It counts what Go's
 * MemStats.Sys counts, as far as that exists here. A pacer under a memory limit reads it.
 */

import { PAGE_BYTES, WORK_BUFFER_WORDS } from '../memory/layout.ts'
import type { Memory } from '../memory/memory.ts'
import * as control from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'
import * as span from '../memory/words/span.ts'

/** A mark byte stands for 2⁴ bytes of the heap. */
const MARK_SHIFT = 4
export const SPAN_BYTES = span.WORDS * 4

/** Mark bytes and work buffers, in bytes. */
export function collectorBytes(pagesTouched: number, workBuffersTouched: number): number {
  return ((pagesTouched * PAGE_BYTES) >>> MARK_SHIFT) + workBuffersTouched * WORK_BUFFER_WORDS * 4
}

export function cacheBytes(procs: number): number {
  return procs * pWords.SPAN_CLASSES * pWords.CACHE_WORDS * 4
}

/** All that is mapped, in bytes. */
export function mappedBytes(
  pagesTouched: number,
  stackWordsTouched: number,
  workBuffersTouched: number,
  procs: number,
): number {
  const heap = pagesTouched * (PAGE_BYTES + SPAN_BYTES)
  return (
    heap +
    stackWordsTouched * 4 +
    cacheBytes(procs) +
    collectorBytes(pagesTouched, workBuffersTouched)
  )
}

/** The terms of the memory limit, in bytes: as a pacer's facts have them (gc/pacer/pacer.ts). */
interface MemoryTerms {
  mappedReady: number
  heapFree: number
  totalAlloc: number
  totalFree: number
}

/**
 * Fills in the terms from the counters as they are. It is called at each refill under a limit. Its
 * time grows with the number of Ps, and it allocates nothing. All accesses are plain, and other Ps
 * change these words and doubles at the same time. Why that is enough: each word is read whole (a
 * double too, which is aligned, on a host of 64 bits), and one may be a little older than the next,
 * as in Go. The terms only estimate a goal. The objects of a run that a cache still fills are
 * counted when the run is over.
 */
export function fillMemoryTerms(memory: Memory, terms: MemoryTerms): void {
  const { meta, layout } = memory
  const pagesTouched = meta[control.PAGES_END] - 1
  const { procs } = layout
  terms.mappedReady = mappedBytes(
    pagesTouched,
    meta[control.STACK_NEXT],
    meta[control.WORK_POOL_NEXT],
    procs,
  )
  terms.heapFree = (pagesTouched - meta[control.PAGES_IN_USE]) * PAGE_BYTES
  terms.totalAlloc = memory.sumOfPs(pWords.ALLOCATED_BYTES)
  terms.totalFree = memory.sumOfPs(pWords.FREED_BYTES)
}
