/**
 * The page heap hands out runs of pages, takes them back, and joins neighbours.
 *
 *   allocate   take the first run of the smallest bin that fits; give the rest of it back
 *   free       join with the free run before and the one after, whose ends hold their lengths
 *
 * Bins hold free runs of 1 … 63 pages. The last bin holds all longer runs, and is searched for the
 * best fit. Go up to 1.11 kept its free runs in this form.
 *
 * One lock guards the bins, the lengths and the links: a P takes pages once for 8 KiB or more. The
 * page table is written under the lock too, but markers read it plainly. A page that belongs to a
 * live object keeps its span while they may look: only a sweep frees spans, and no sweep runs
 * during a mark.
 */

import type { MetaWord, SpanId } from '../memory/kinds.ts'
import { lock, unlock } from '../memory/lock.ts'
import type { Memory } from '../memory/memory.ts'
import {
  PAGE_BIN_COUNT,
  PAGE_BINS,
  PAGE_LOCK,
  PAGES_END,
  PAGES_IN_USE,
} from '../memory/words/control.ts'

/** Stands in the page table for page 0, so that no free run joins with it. */
const NO_SPAN = -1

/** @nosafepoint */
export class PageHeap {
  private readonly memory: Memory
  /**
   * The first of the pages taken here last that no span had used before. If there is none, the page
   * past their end. The P that took the pages may read it until its next call.
   */
  freshPage = 0

  constructor(memory: Memory) {
    this.memory = memory
  }

  /** Makes the whole arena one free run. Once for each run, before any P starts. */
  initialize(): void {
    const { meta, layout } = this.memory
    meta[layout.pageSpan] = NO_SPAN
    meta[PAGES_END] = 1
    this.insert(1, layout.pages - 1)
  }

  /**
   * Takes `count` pages for a span. Returns the first page, which names the span; 0 if no free run
   * is long enough.
   */
  allocate(count: number): SpanId {
    const { meta, layout } = this.memory
    lock(meta, PAGE_LOCK)
    try {
      this.memory.faults.pass('pages/locked')
      const page = this.find(count)
      if (page === 0) return 0
      const length = meta[layout.pageRun + page]
      this.remove(page, length)
      if (length > count) this.insert(page + count, length - count)
      meta.fill(page, layout.pageSpan + page, layout.pageSpan + page + count)
      meta[PAGES_IN_USE] += count
      // PAGES_END only grows. Pages from there on were never touched, so they are zero.
      this.freshPage = Math.min(Math.max(page, meta[PAGES_END]), page + count)
      if (page + count > meta[PAGES_END]) meta[PAGES_END] = page + count
      return page as SpanId
    } finally {
      unlock(meta, PAGE_LOCK)
    }
  }

  /** Gives back `count` pages from `page`. They must have been taken together. */
  free(page: number, count: number): void {
    const { meta } = this.memory
    lock(meta, PAGE_LOCK)
    try {
      this.freeLocked(page, count)
    } finally {
      unlock(meta, PAGE_LOCK)
    }
  }

  private freeLocked(page: number, count: number): void {
    const { meta, layout } = this.memory
    meta.fill(0, layout.pageSpan + page, layout.pageSpan + page + count)
    meta[PAGES_IN_USE] -= count
    let begin = page
    let length = count
    // Page 0 is NO_SPAN, so a page before `begin` always exists and a run never joins with page 0.
    if (meta[layout.pageSpan + begin - 1] === 0) {
      const before = meta[layout.pageRun + begin - 1]
      this.remove(begin - before, before)
      begin -= before
      length += before
    }
    const end = page + count
    if (end < layout.pages && meta[layout.pageSpan + end] === 0) {
      const after = meta[layout.pageRun + end]
      this.remove(end, after)
      length += after
    }
    this.insert(begin, length)
  }

  /**
   * Finds a run of at least `count` pages: its first page, or 0. In a bin before the last, every
   * run fits.
   */
  private find(count: number): number {
    const { meta } = this.memory
    const last = PAGE_BIN_COUNT - 1
    for (let bin = Math.min(count, PAGE_BIN_COUNT) - 1; bin < last; bin++) {
      const page = meta[PAGE_BINS + bin]
      if (page !== 0) return page
    }
    return this.bestOfLastBin(count)
  }

  /** Finds the shortest run of 64 pages or more that fits; of equally short ones, the lowest. */
  private bestOfLastBin(count: number): number {
    const { meta, layout } = this.memory
    let best = 0
    let bestLength = 0
    for (
      let page = meta[PAGE_BINS + PAGE_BIN_COUNT - 1];
      page !== 0;
      page = meta[layout.pageNext + page]
    ) {
      const length = meta[layout.pageRun + page]
      if (length < count) continue
      if (best === 0 || length < bestLength || (length === bestLength && page < best)) {
        best = page
        bestLength = length
      }
    }
    return best
  }

  /** Adds a free run to its bin, at the head, and writes its length at both ends. */
  private insert(page: number, length: number): void {
    const { meta, layout } = this.memory
    meta[layout.pageRun + page] = length
    meta[layout.pageRun + page + length - 1] = length
    const head = binWord(length)
    const next = meta[head]
    meta[layout.pageNext + page] = next
    meta[layout.pagePrevious + page] = 0
    if (next !== 0) meta[layout.pagePrevious + next] = page
    meta[head] = page
  }

  /**
   * Removes a free run from its bin. The lengths at its ends stay: no P reads those of used pages.
   */
  private remove(page: number, length: number): void {
    const { meta, layout } = this.memory
    const next = meta[layout.pageNext + page]
    const previous = meta[layout.pagePrevious + page]
    if (previous === 0) meta[binWord(length)] = next
    else meta[layout.pageNext + previous] = next
    if (next !== 0) meta[layout.pagePrevious + next] = previous
  }
}

/** Index of the head of the bin for runs of this length. */
function binWord(length: number): MetaWord {
  return PAGE_BINS + Math.min(length, PAGE_BIN_COUNT) - 1
}
