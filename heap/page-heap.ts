/**
 * The page heap: hands out runs of pages, takes them back, and joins neighbours.
 *
 *   allocate   take the first run of the smallest bin that fits (bins of 1 … 63 pages; the last holds all longer runs, searched
 *              for the best fit); give the rest back
 *   free       join with the free run before and after, by the lengths that stand at both ends of each free run
 *
 * Everything is under one lock: spans are acquired once per 8 KiB or more. Old Go (to 1.11) kept its free runs in this form.
 */

import { lock, unlock } from '../memory/lock.ts'
import type { Memory } from '../memory/memory.ts'
import { PAGE_BIN_COUNT, PAGE_BINS, PAGE_LOCK, PAGES_END, PAGES_IN_USE } from '../memory/words/control.ts'

/** Stands in the page table for page 0, so that nothing joins with it. */
const NO_SPAN = -1

/** @nosafepoint */
export class PageHeap {
  private readonly memory: Memory
  /** Of the pages that were taken here last, the first that no span had used before; past their end if there is none. */
  freshPage = 0

  constructor(memory: Memory) {
    this.memory = memory
  }

  /** Makes the whole arena one free run. Once per run, before any P starts. */
  initialize(): void {
    const { words, layout } = this.memory
    words[layout.pageSpan] = NO_SPAN
    words[PAGES_END] = 1
    this.insert(1, layout.pages - 1)
  }

  /** Takes `count` pages; returns the first page, or 0 if no free run is long enough. */
  allocate(count: number): number {
    const { words, layout } = this.memory
    lock(words, PAGE_LOCK)
    try {
      this.memory.faults.pass('pages/locked')
      const page = this.find(count)
      if (page === 0) return 0
      const length = words[layout.pageRun + page]
      this.remove(page, length)
      if (length > count) this.insert(page + count, length - count)
      words.fill(page, layout.pageSpan + page, layout.pageSpan + page + count)
      words[PAGES_IN_USE] += count
      this.freshPage = Math.min(Math.max(page, words[PAGES_END]), page + count)
      if (page + count > words[PAGES_END]) words[PAGES_END] = page + count
      return page
    } finally {
      unlock(words, PAGE_LOCK)
    }
  }

  /** Gives `count` pages from `page` back. They must have been taken together. */
  free(page: number, count: number): void {
    const { words } = this.memory
    lock(words, PAGE_LOCK)
    try {
      this.freeLocked(page, count)
    } finally {
      unlock(words, PAGE_LOCK)
    }
  }

  private freeLocked(page: number, count: number): void {
    const { words, layout } = this.memory
    words.fill(0, layout.pageSpan + page, layout.pageSpan + page + count)
    words[PAGES_IN_USE] -= count
    let begin = page
    let length = count
    if (words[layout.pageSpan + begin - 1] === 0) {
      const before = words[layout.pageRun + begin - 1]
      this.remove(begin - before, before)
      begin -= before
      length += before
    }
    const end = page + count
    if (end < layout.pages && words[layout.pageSpan + end] === 0) {
      const after = words[layout.pageRun + end]
      this.remove(end, after)
      length += after
    }
    this.insert(begin, length)
  }

  private find(count: number): number {
    const { words } = this.memory
    const last = PAGE_BIN_COUNT - 1
    for (let bin = Math.min(count, PAGE_BIN_COUNT) - 1; bin < last; bin++) {
      const page = words[PAGE_BINS + bin]
      if (page !== 0) return page
    }
    return this.bestOfLastBin(count)
  }

  /** The shortest run of 64 pages or more that fits; of equals the first address. */
  private bestOfLastBin(count: number): number {
    const { words, layout } = this.memory
    let best = 0
    let bestLength = 0
    for (let page = words[PAGE_BINS + PAGE_BIN_COUNT - 1]; page !== 0; page = words[layout.pageNext + page]) {
      const length = words[layout.pageRun + page]
      if (length < count) continue
      if (best === 0 || length < bestLength || (length === bestLength && page < best)) {
        best = page
        bestLength = length
      }
    }
    return best
  }

  private insert(page: number, length: number): void {
    const { words, layout } = this.memory
    words[layout.pageRun + page] = length
    words[layout.pageRun + page + length - 1] = length
    const head = binOf(length)
    const next = words[head]
    words[layout.pageNext + page] = next
    words[layout.pagePrevious + page] = 0
    if (next !== 0) words[layout.pagePrevious + next] = page
    words[head] = page
  }

  private remove(page: number, length: number): void {
    const { words, layout } = this.memory
    const next = words[layout.pageNext + page]
    const previous = words[layout.pagePrevious + page]
    if (previous === 0) words[binOf(length)] = next
    else words[layout.pageNext + previous] = next
    if (next !== 0) words[layout.pagePrevious + next] = previous
  }
}

/** Index of the head of the bin for runs of this length. */
function binOf(length: number): number {
  return PAGE_BINS + Math.min(length, PAGE_BIN_COUNT) - 1
}
