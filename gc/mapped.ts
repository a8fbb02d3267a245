/**
 * Memory that is mapped: pages that were ever touched, and what goes with them. Nothing is given
 * back, so it never falls. It counts what Go's MemStats.Sys counts, as far as there is such a thing
 * here.
 */

import { PAGE_BYTES, WORK_BUFFER_WORDS } from '../memory/layout.ts'
import type { Memory } from '../memory/memory.ts'
import * as control from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'
import * as span from '../memory/words/span.ts'

/** Bytes of a mark for each byte of the heap: one for sixteen. */
const MARK_SHIFT = 4
export const SPAN_BYTES = span.WORDS * 4

/** What the collector has for itself, in bytes. */
export function collectorBytes(pagesTouched: number, workBuffersTouched: number): number {
  return ((pagesTouched * PAGE_BYTES) >>> MARK_SHIFT) + workBuffersTouched * WORK_BUFFER_WORDS * 4
}

export function cacheBytes(procs: number): number {
  return procs * pWords.SPAN_CLASSES * pWords.CACHE_WORDS * 4
}

/** All of it, in bytes. */
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
 * Fills them in from the counters as they are, at each refill under a limit. It takes time by the
 * number of Ps, and allocates nothing. Other Ps change these words and doubles meanwhile, and all
 * accesses are plain. Each is read whole (a double too: it is aligned, and the host has 64 bits).
 * One may be a little older than the next, as in Go: they only estimate a goal. Objects of spans in
 * use are counted when the span is given back.
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
