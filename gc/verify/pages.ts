/**
 * The page table against itself: spans in use and free runs lie side by side without a gap, from
 * page 1 to the last page.
 *
 * - Every page of a span names the span, whose record tells their number. No other page has a
 *   record in use.
 * - A free run has its length at both ends and no free neighbour. It is in the bin for its length,
 *   once, and is linked both ways.
 * - PAGES_IN_USE counts the pages of spans. PAGES_END lies past the last of them.
 */

import type { SpanId } from '../../memory/kinds.ts'
import { PAGE_BIN_COUNT, PAGE_BINS, PAGES_END, PAGES_IN_USE } from '../../memory/words/control.ts'
import * as span from '../../memory/words/span.ts'
import type { Inspection } from './inspection.ts'

/** Free runs: the number of pages by the first page. */
type FreeRuns = Map<number, number>

/** Returns the spans in use, in the order of their pages. */
export function verifyPages(inspection: Inspection): ReadonlySet<SpanId> {
  const { meta, memory } = inspection
  const { layout } = memory
  const spans = new Set<SpanId>()
  const runs: FreeRuns = new Map()
  inspection.expect('the page table’s entry of page 0', meta[layout.pageSpan], -1)
  let inUse = 0
  let isAfterFree = false
  for (let page = 1 as SpanId; page < layout.pages; ) {
    const isFree = meta[layout.pageSpan + page] === 0
    const pages = isFree ? freeRunAt(inspection, page) : spanAt(inspection, page)
    // If a record does not say how many pages there are, it is unknown where the next ones begin.
    if (pages === 0) return spans
    if (isFree && isAfterFree)
      inspection.found(`the free run at page ${page} follows another, and was not joined with it`)
    if (isFree) runs.set(page, pages)
    else {
      spans.add(page)
      inUse += pages
      inspection.expectWithin('PAGES_END', meta[PAGES_END], page + pages, layout.pages)
    }
    isAfterFree = isFree
    page += pages
  }
  inspection.expect('PAGES_IN_USE', meta[PAGES_IN_USE], inUse)
  verifyBins(inspection, runs)
  return spans
}

/** Pages of the span that begins at `page`; 0 if none does. */
function spanAt(inspection: Inspection, page: SpanId): number {
  const { meta, memory } = inspection
  const { layout } = memory
  const owner = meta[layout.pageSpan + page]
  if (owner !== page) {
    inspection.found(`page ${page} names span ${owner}, which does not reach it`)
    return 0
  }
  const pages = inspection.span(page, span.PAGES)
  if (pages < 1 || page + pages > layout.pages) {
    inspection.found(`span ${page} is in use with ${pages} pages`)
    return 0
  }
  for (let inner = (page + 1) as SpanId; inner < page + pages; inner++) {
    const named = meta[layout.pageSpan + inner]
    if (named !== page)
      inspection.found(
        `page ${inner} names span ${named}, and lies in span ${page} of ${pages} pages`,
      )
    expectNoRecord(inspection, inner)
  }
  return pages
}

/** Pages of the free run that begins at `page`; 0 if its length is impossible. */
function freeRunAt(inspection: Inspection, page: SpanId): number {
  const { meta, memory } = inspection
  const { layout } = memory
  const length = meta[layout.pageRun + page]
  if (length < 1 || page + length > layout.pages) {
    inspection.found(`the free run at page ${page} has ${length} pages`)
    return 0
  }
  const atEnd = meta[layout.pageRun + page + length - 1]
  if (atEnd !== length)
    inspection.found(
      `the free run at page ${page} has ${length} pages at its begin and ${atEnd} at its end`,
    )
  // Pages that were never used are not looked at: reading them would commit memory.
  const end = Math.min(page + length, meta[PAGES_END])
  for (let inner = page as SpanId; inner < end; inner++) {
    const named = meta[layout.pageSpan + inner]
    if (named !== 0)
      inspection.found(
        `page ${inner} names span ${named}, and lies in the free run at page ${page} of ${length} pages`,
      )
    expectNoRecord(inspection, inner)
  }
  return length
}

function expectNoRecord(inspection: Inspection, page: SpanId): void {
  const pages = inspection.span(page, span.PAGES)
  if (pages !== 0)
    inspection.found(`page ${page} begins no span in use, and its record has ${pages} pages`)
}

/** A free run that is in no bin is never allocated again. A bin promises that its runs fit. */
function verifyBins(inspection: Inspection, runs: FreeRuns): void {
  const { meta } = inspection
  const listed = new Set<number>()
  for (let bin = 0; bin < PAGE_BIN_COUNT; bin++) {
    const { pageNext, pagePrevious } = inspection.memory.layout
    let previous = 0
    for (let page = meta[PAGE_BINS + bin]; page !== 0; page = meta[pageNext + page]) {
      const length = runs.get(page)
      if (length === undefined || listed.has(page)) {
        inspection.found(
          `bin ${bin} lists page ${page}, ${length === undefined ? 'where no free run begins' : 'which is listed already'}`,
        )
        break
      }
      listed.add(page)
      const right = Math.min(length, PAGE_BIN_COUNT) - 1
      if (bin !== right)
        inspection.found(
          `the free run at page ${page} of ${length} pages is in bin ${bin}, must be in ${right}`,
        )
      if (meta[pagePrevious + page] !== previous)
        inspection.found(
          `the free run at page ${page} follows ${previous} in bin ${bin}, and links back to ${meta[pagePrevious + page]}`,
        )
      previous = page
    }
  }
  for (const [page, length] of runs) {
    if (!listed.has(page))
      inspection.found(`the free run at page ${page} of ${length} pages is in no bin`)
  }
}
