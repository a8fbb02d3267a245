/**
 * The page table in a stopped world: spans and free runs cover the arena, each page once.
 *
 *   span       every page names its first; PAGES_IN_USE is their sum; none reaches beyond PAGES_END
 *   free run   its length stands at both ends; it is joined with its neighbours; it is in the bin of its length, once; no mark byte is set
 */
import { PAGE_BIN_COUNT, PAGE_BINS, PAGES_END, PAGES_IN_USE } from '../heap/layout/control.ts'
import { GRANULE_SHIFT, PAGE_SHIFT } from '../heap/layout/layout.ts'
import * as span from '../heap/layout/span.ts'
import type { Memory } from '../heap/memory.ts'
import type { SpanId } from '../heap/span.ts'
import type { Findings } from './findings.ts'

/** Checks the page table. Returns the spans in use, by address. */
export function verifyPages(memory: Memory, findings: Findings): SpanId[] {
  const { words, layout } = memory
  const ids: SpanId[] = []
  const runs = new Map<number, number>()
  let inUse = 0
  let afterRun = false
  findings.equal(words[layout.pageSpan], -1, 'page 0 belongs to span')
  for (let page = 1; page < layout.pages; ) {
    const id = words[layout.pageSpan + page]
    const isFree = id === 0
    const length = isFree ? words[layout.pageRun + page] : words[layout.spans + page * span.WORDS + span.PAGES]
    const what = isFree ? `the free run at page ${page}` : `span ${page}`
    if (!isFree && id !== page) {
      findings.add(`page ${page} names span ${id}, and no span before it holds it`)
      page++
      continue
    }
    if (length < 1 || page + length > layout.pages) {
      findings.add(`${what} has ${length} pages, of ${layout.pages - page} from there`)
      page++
      continue
    }
    checkTable(memory, page, length, id, what, findings)
    if (isFree) {
      if (afterRun) findings.add(`${what} is not joined with the one before it`)
      checkRun(memory, page, length, findings)
      runs.set(page, length)
    } else {
      if (page + length > words[PAGES_END])
        findings.add(`${what} ends at page ${page + length}, beyond PAGES_END ${words[PAGES_END]}`)
      ids.push(page)
      inUse += length
    }
    afterRun = isFree
    page += length
  }
  findings.equal(words[PAGES_IN_USE], inUse, 'PAGES_IN_USE against the pages of spans')
  checkBins(memory, runs, findings)
  return ids
}

/** Every page says the same. Past PAGES_END nobody has ever written. */
function checkTable(memory: Memory, page: number, length: number, id: number, what: string, findings: Findings): void {
  const { words, layout } = memory
  const end = Math.min(page + length, words[PAGES_END])
  for (let at = page; at < end; at++) {
    const found = words[layout.pageSpan + at]
    if (found !== id) findings.add(`page ${at} of ${what} names span ${found}`)
  }
}

function checkRun(memory: Memory, page: number, length: number, findings: Findings): void {
  const { words, layout } = memory
  findings.equal(
    words[layout.pageRun + page + length - 1],
    length,
    `the length at the end of the free run at page ${page}`,
  )
  const end = Math.min(page + length, words[PAGES_END])
  const granule = firstMark(memory, (page << PAGE_SHIFT) >>> GRANULE_SHIFT, (end << PAGE_SHIFT) >>> GRANULE_SHIFT)
  if (granule >= 0)
    findings.add(
      `mark byte ${memory.marks[granule]} at address ${granule << GRANULE_SHIFT}, in the free run at page ${page}`,
    )
}

function checkBins(memory: Memory, runs: ReadonlyMap<number, number>, findings: Findings): void {
  const { words, layout } = memory
  const seen = new Set<number>()
  for (let bin = 0; bin < PAGE_BIN_COUNT; bin++) {
    let previous = 0
    for (let page = words[PAGE_BINS + bin]; page !== 0; page = words[layout.pageNext + page]) {
      const length = runs.get(page)
      if (length === undefined || seen.has(page)) {
        findings.add(
          `bin ${bin} lists page ${page}, ${length === undefined ? 'where no free run begins' : 'which is listed already'}`,
        )
        break
      }
      seen.add(page)
      findings.equal(
        Math.min(length, PAGE_BIN_COUNT) - 1,
        bin,
        `the free run at page ${page}, of ${length} pages, belongs in bin`,
      )
      findings.equal(words[layout.pagePrevious + page], previous, `the link back of the free run at page ${page}`)
      previous = page
    }
  }
  for (const page of runs.keys()) if (!seen.has(page)) findings.add(`the free run at page ${page} is in no bin`)
}

/** The first granule from `begin` whose mark byte is not FREE; −1 if there is none. */
export function firstMark(memory: Memory, begin: number, end: number): number {
  const { marks, words, layout } = memory
  for (let granule = begin; granule < end; ) {
    // Four at once, where they make a word.
    if ((granule & 3) === 0 && granule + 4 <= end && words[(layout.marks + granule) >>> 2] === 0) granule += 4
    else if (marks[granule] === span.FREE) granule++
    else return granule
  }
  return -1
}
