/**
 * Goroutine records and their stacks.
 *
 *   status     free: in the free list, once · runnable: in at most one queue · waiting
 *              running: on one P, which names the goroutine
 *              in a stopped world no record is dead, and no stack is being scanned
 *   counts     records that are not free = GOROUTINES_LIVE = started − finished
 *   stacks     the segments of live goroutines and the free ones lie side by side, from the first
 *              word to STACK_NEXT; the table names the free ones and no others; of two buddies
 *              at least one is in use, or they would have been joined
 *   scans      a wanted stack is a running goroutine's, and there is one only while marking;
 *              at mark termination all stacks are scanned
 */

import type { GoroutineId } from '../../memory/kinds.ts'
import { STACK_MIN_LOG2 } from '../../memory/layout.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import * as pWords from '../../memory/words/p.ts'
import type { Inspection } from './inspection.ts'

interface Segment {
  readonly begin: number
  readonly size: number
  readonly owner: string
}

export function verifyGoroutines(inspection: Inspection): void {
  const { meta, memory, phase } = inspection
  const free = freeRecords(inspection)
  const segments: Segment[] = []
  let live = 0
  let wanted = 0
  for (let id = 1 as GoroutineId; id <= meta[control.GOROUTINE_NEXT]; id++) {
    const record = memory.goroutineWord(id, 0)
    const status = meta[record + gWords.STATUS]
    if ((status === gWords.G_FREE) !== free.has(id))
      inspection.found(
        `goroutine ${id} has status ${status}, and is ${free.has(id) ? '' : 'not '}in the list of free ones`,
      )
    if (status === gWords.G_FREE) continue
    live++
    segments.push({
      begin: meta[record + gWords.STACK],
      size: meta[record + gWords.STACK_SIZE],
      owner: `goroutine ${id}`,
    })
    inspection.expectWithin(
      `goroutine ${id}’s STACK_USED`,
      meta[record + gWords.STACK_USED],
      0,
      meta[record + gWords.STACK_SIZE],
    )
    if (status === (gWords.G_RUNNING | gWords.G_SCAN_WANTED)) wanted++
    else if (
      status !== gWords.G_RUNNABLE &&
      status !== gWords.G_RUNNING &&
      status !== gWords.G_WAITING
    )
      inspection.found(`goroutine ${id} has status ${status} in a stopped world`)
    if (
      phase === control.PHASE_MARK_TERMINATION &&
      meta[record + gWords.SCANNED_CYCLE] !== meta[control.CYCLES]
    )
      inspection.found(
        `goroutine ${id}’s stack was not scanned in cycle ${meta[control.CYCLES]}, but in ${meta[record + gWords.SCANNED_CYCLE]}`,
      )
  }
  inspection.expect('GOROUTINES_LIVE', meta[control.GOROUTINES_LIVE], live)
  inspection.expect(
    'goroutines started less finished',
    meta[control.GOROUTINES_STARTED] - meta[control.GOROUTINES_FINISHED],
    live,
  )
  if (phase !== control.PHASE_MARK)
    inspection.expect('stacks to be scanned where nothing is marked', wanted, 0)
  inspection.expect('SCANS_WANTED', meta[control.SCANS_WANTED], wanted)
  verifyRunning(inspection)
  verifyStacks(inspection, segments)
}

/** The records in the free list. */
function freeRecords(inspection: Inspection): ReadonlySet<number> {
  const { meta, memory } = inspection
  const free = new Set<number>()
  for (
    let id = meta[control.GOROUTINE_FREE] as GoroutineId;
    id !== 0;
    id = meta[memory.goroutineWord(id, gWords.NEXT)] as GoroutineId
  ) {
    if (id < 1 || id > meta[control.GOROUTINE_NEXT] || free.has(id)) {
      inspection.found(
        `the list of free goroutines holds ${id}, ${free.has(id) ? 'which is listed already' : 'which never was one'}`,
      )
      break
    }
    free.add(id)
  }
  return free
}

/** Each P and the goroutine that it runs name each other. */
function verifyRunning(inspection: Inspection): void {
  const { meta, memory } = inspection
  for (let index = 0; index < memory.layout.procs; index++) {
    const id = meta[memory.pWord(index, pWords.GOROUTINE)] as GoroutineId
    if (id === 0) continue
    const status = meta[memory.goroutineWord(id, gWords.STATUS)]
    if ((status & ~gWords.G_SCAN_WANTED) !== gWords.G_RUNNING)
      inspection.found(`P ${index} runs goroutine ${id}, whose status is ${status}`)
    const owner = meta[memory.goroutineWord(id, gWords.P)]
    if (owner !== index) inspection.found(`P ${index} runs goroutine ${id}, which is on P ${owner}`)
  }
  for (let id = 1 as GoroutineId; id <= meta[control.GOROUTINE_NEXT]; id++) {
    if (
      (meta[memory.goroutineWord(id, gWords.STATUS)] & ~gWords.G_SCAN_WANTED) !==
      gWords.G_RUNNING
    )
      continue
    const owner = meta[memory.goroutineWord(id, gWords.P)]
    if (
      owner < 0 ||
      owner >= memory.layout.procs ||
      meta[memory.pWord(owner, pWords.GOROUTINE)] !== id
    )
      inspection.found(`goroutine ${id} has status running, and P ${owner} does not run it`)
  }
}

/**
 * Stacks must not overlap: a reference that one goroutine pushes would be a root of another. Words
 * that belong to nobody are lost for the rest of the run.
 */
function verifyStacks(inspection: Inspection, segments: Segment[]): void {
  const { meta, memory } = inspection
  const inUse = segments.reduce((sum, { size }) => sum + size, 0)
  inspection.expect('STACK_WORDS_IN_USE', meta[control.STACK_WORDS_IN_USE], inUse)
  addFree(inspection, segments)
  segments.sort((a, b) => a.begin - b.begin)
  let end = memory.layout.stacks
  let before = 'the begin of the region'
  for (const { begin, size, owner } of segments) {
    if (size < 1 << STACK_MIN_LOG2 || (size & (size - 1)) !== 0)
      inspection.found(`${owner} has a stack of ${size} words, must be a power of two`)
    if (begin < end)
      inspection.found(
        `the stack of ${owner} at ${begin} overlaps the one of ${before}, which ends at ${end}`,
      )
    if (begin > end)
      inspection.found(`the stack words from ${end}, after ${before}, to ${begin} belong to nobody`)
    end = begin + size
    before = owner
  }
  inspection.expect('STACK_NEXT', meta[control.STACK_NEXT], end - memory.layout.stacks)
}

/** Adds the segments in the free lists. */
function addFree(inspection: Inspection, segments: Segment[]): void {
  const { meta, memory } = inspection
  const { stacks, stackTable, stackWords } = memory.layout
  const table = new Int8Array(Math.min(meta[control.STACK_NEXT], stackWords) >>> STACK_MIN_LOG2)
  for (let log2 = 0; log2 < control.STACK_FREE_COUNT; log2++) {
    const listed = new Set<number>()
    for (let begin = meta[control.STACK_FREE + log2]; begin !== 0; begin = meta[begin]) {
      if (begin < stacks || begin >= stacks + meta[control.STACK_NEXT] || listed.has(begin)) {
        inspection.found(
          `the list of free stacks of ${2 ** log2} words holds ${begin}, ${listed.has(begin) ? 'which is listed already' : 'which is none'}`,
        )
        break
      }
      listed.add(begin)
      segments.push({ begin, size: 2 ** log2, owner: `no goroutine (free, ${2 ** log2} words)` })
      table[(begin - stacks) >>> STACK_MIN_LOG2] = log2
      const buddy = stacks + ((begin - stacks) ^ (2 ** log2))
      if (listed.has(buddy))
        inspection.found(
          `the free stacks of ${2 ** log2} words at ${begin} and ${buddy} are not joined`,
        )
    }
  }
  for (const [index, log2] of table.entries()) {
    const found = meta[stackTable + index]
    if (found !== log2)
      inspection.found(`the stack table’s entry ${index} is ${found}, must be ${log2}`)
  }
}
