/**
 * The work buffers, and what is grey in them. A P publishes its work buffers before it counts as
 * stopped. So in a stopped world each buffer that was ever used is in the full list or in the empty
 * one. The full list and the barrier buffers are empty unless a cycle marks.
 */

import type { Addr } from '../../memory/kinds.ts'
import {
  OBLET,
  OBLET_BYTES,
  WORK_BUFFER_CAPACITY,
  WORK_BUFFER_COUNT,
  WORK_BUFFER_ENTRIES,
  WORK_BUFFER_NEXT,
  WORK_BUFFER_WORDS,
} from '../../memory/layout.ts'
import {
  PHASE_MARK,
  WORK_EMPTY,
  WORK_FULL,
  WORK_FULL_COUNT,
  WORK_POOL_NEXT,
} from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import * as span from '../../memory/words/span.ts'
import type { Inspection } from './inspection.ts'
import { arrayEnd, isReferenceArray, objectAt } from './objects.ts'

/**
 * Verifies the work buffers. Returns what they hold: grey objects, and pieces of arrays, which have
 * their bit OBLET set.
 */
export function verifyWork(inspection: Inspection): Addr[] {
  const { meta, memory, phase } = inspection
  const { layout } = memory
  const entries: Addr[] = []
  const listed = new Set<number>()
  inspection.expectWithin('WORK_POOL_NEXT', meta[WORK_POOL_NEXT], 0, layout.workBufferCount)
  const full = walk(inspection, WORK_FULL, 'full', listed, buffer =>
    readEntries(inspection, buffer, entries),
  )
  walk(inspection, WORK_EMPTY, 'empty', listed, () => {})
  inspection.expect('WORK_FULL_COUNT', meta[WORK_FULL_COUNT], full)
  if (phase !== PHASE_MARK) inspection.expect('full work buffers where nothing is marked', full, 0)
  if (inspection.isClean)
    inspection.expect('work buffers in the two lists', listed.size, meta[WORK_POOL_NEXT])
  for (let index = 0; index < layout.procs; index++) {
    const count = meta[memory.pWord(index, pWords.BARRIER_COUNT)]
    const most = phase === PHASE_MARK ? 2 * pWords.BARRIER_PAIRS : 0
    if (count < 0 || count > most || count % 2 !== 0)
      inspection.found(
        `P ${index}’s barrier buffer has ${count} entries, must be pairs, and at most ${most} entries in phase ${phase}`,
      )
  }
  return entries
}

/** Walks a list of work buffers. Returns its length. */
function walk(
  inspection: Inspection,
  head: number,
  name: string,
  listed: Set<number>,
  visit: (buffer: number) => void,
): number {
  const { meta, memory } = inspection
  const { layout } = memory
  let length = 0
  for (let buffer = meta[head]; buffer !== 0; buffer = meta[buffer + WORK_BUFFER_NEXT]) {
    const number = (buffer - layout.workBuffers) / WORK_BUFFER_WORDS
    if (!Number.isInteger(number) || number < 0 || number >= meta[WORK_POOL_NEXT]) {
      inspection.found(
        `the ${name} list of work buffers holds ${buffer}, which is none that was handed out`,
      )
      break
    }
    if (listed.has(buffer)) {
      inspection.found(
        `the ${name} list of work buffers holds buffer ${number}, which is listed already`,
      )
      break
    }
    listed.add(buffer)
    length++
    visit(buffer)
  }
  return length
}

/** A wrong entry would make a marker scan memory that is no object. */
function readEntries(inspection: Inspection, buffer: number, entries: Addr[]): void {
  const { meta, memory } = inspection
  const count = meta[buffer + WORK_BUFFER_COUNT]
  const number = (buffer - memory.layout.workBuffers) / WORK_BUFFER_WORDS
  if (count < 1 || count > WORK_BUFFER_CAPACITY) {
    inspection.found(
      `work buffer ${number} in the full list has ${count} entries, must be 1 to ${WORK_BUFFER_CAPACITY}`,
    )
    return
  }
  for (let index = 0; index < count; index++) {
    const entry = meta[buffer + WORK_BUFFER_ENTRIES + index]
    const complaint = complaintOf(inspection, entry)
    if (complaint === '') entries.push(entry)
    else inspection.found(`entry ${index} of work buffer ${number} is ${entry}: ${complaint}`)
  }
}

/** What is wrong with an entry of a work buffer; empty if nothing is. */
function complaintOf(inspection: Inspection, entry: number): string {
  const { memory } = inspection
  const isPiece = entry % 16 === OBLET
  const object = isPiece ? objectAt(memory, entry - OBLET) : entry
  if (object <= 0 || object % 16 !== 0 || object >= memory.layout.heapBytes)
    return 'no address of an object'
  const colour = memory.marks[object >>> 4]
  // A grey mark is right too: another marker found the object white at the same time, and got no
  // work buffer for it (gc/mark/marker.ts).
  if (colour !== span.BLACK && colour !== span.GREY_MARK)
    return `what is queued is marked, and its mark byte is ${colour}`
  if (!isPiece) return ''
  const offset = entry - OBLET - object
  const isRight =
    isReferenceArray(memory, object) &&
    offset > 0 &&
    offset % OBLET_BYTES === 0 &&
    entry < arrayEnd(memory, object)
  return isRight ? '' : 'no piece of an array of references'
}
