/**
 * Each span in use against its mark bytes, its class, and what holds it. Then the sums over all
 * spans against the counters of the heap.
 *
 *   holder     generation  ALLOCATED        FREE_FROM        colours besides free and quarantined
 *   swept     h           slots that are   first slot       white; while marking: grey, black too
 *   unswept   h−2         not free         first slot       white, black
 *   cached    h+3         all slots        no free          as swept; the unused rest of the run
 *                                          slot below it    white, black while marking
 *
 * Only the first granule of a slot has a colour. Grey slots are possible only in the mark phase, in
 * a span that is flagged. A flag may outlast the grey slots of its span.
 *
 * The live heap, exactly. At the end of a mark L was set to the marked bytes, which count an object
 * once for each scan. Since then L was charged. So at any time
 *
 *   L = live bytes + (HEAP_MARKED − exact marked bytes)
 *   exact marked bytes = SWEPT_MARKED_BYTES + black bytes that are not swept yet
 *
 * Live bytes are: in unswept spans the black slots; in swept spans all slots that are not free or
 * quarantined; in cached spans all slots that are not quarantined.
 *
 * Objects, live or garbage, are those that were allocated and not freed.
 */

import { SIZE_CLASSES, slotBytesOf, spanPagesOf } from '../../heap/size-classes.ts'
import type { Bytes, SpanId } from '../../memory/kinds.ts'
import { GRANULE_SHIFT, PAGE_BYTES, PAGE_SHIFT } from '../../memory/layout.ts'
import {
  GREY_SPANS,
  HEAP_LIVE,
  HEAP_MARKED,
  PHASE_MARK,
  PHASE_OFF,
  SWEPT_MARKED_BYTES,
} from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import * as span from '../../memory/words/span.ts'
import { CACHED, type Holder, type Holders, SWEPT, UNSWEPT } from './holders.ts'
import type { Inspection } from './inspection.ts'

const COLOURS = ['free', 'white', 'grey', 'black', 'quarantined (new)', 'quarantined (old)']

/** Sums over all spans. */
interface Sums {
  /** Objects, live or garbage, and their bytes. */
  objects: number
  bytes: Bytes
  /** What HEAP_LIVE counts. */
  liveBytes: Bytes
  /** Black slots in spans that are not swept yet. */
  unsweptMarkedBytes: Bytes
  greySpans: number
  /** Objects and bytes in current runs, which the Ps’ counters do not hold yet. */
  runObjects: number
  runBytes: Bytes
}

export function verifySpans(inspection: Inspection, holders: Holders): void {
  const sums = {
    objects: 0,
    bytes: 0,
    liveBytes: 0,
    unsweptMarkedBytes: 0,
    greySpans: 0,
    runObjects: 0,
    runBytes: 0,
  }
  let isCounted = true
  for (const [id, holder] of holders)
    isCounted = verifySpan(inspection, id, holder, sums) && isCounted
  if (isCounted) verifySums(inspection, sums)
}

/** Returns false if the span's record is impossible, so that its slots could not be counted. */
function verifySpan(inspection: Inspection, id: SpanId, holder: Holder, sums: Sums): boolean {
  if (!hasRightShape(inspection, id)) return false
  const slotBytes = inspection.span(id, span.SLOT_BYTES)
  const slots = inspection.span(id, span.SLOTS)
  const generation = inspection.span(id, span.SWEEP_GENERATION) - inspection.generation
  const right = holder.kind === SWEPT ? 0 : holder.kind === UNSWEPT ? -2 : 3
  if (generation !== right)
    inspection.found(
      `span ${id} in ${holder.name} has sweep generation h${signed(generation)}, must be h${signed(right)}`,
    )

  const counts = countColours(inspection, id, holder)
  const quarantined = counts[span.QUARANTINE_NEW] + counts[span.QUARANTINE_OLD]
  const objects = counts[span.WHITE] + counts[span.GREY_MARK] + counts[span.BLACK]
  const allocated = holder.kind === CACHED ? slots : objects + quarantined
  expectOf(inspection, id, 'ALLOCATED', span.ALLOCATED, allocated)
  expectOf(inspection, id, 'QUARANTINED', span.QUARANTINED, quarantined)
  if (holder.kind !== CACHED) {
    expectOf(inspection, id, 'FREE_FROM', span.FREE_FROM, id << PAGE_SHIFT)
    if (holder.isFull !== (allocated === slots))
      inspection.found(
        `span ${id} has ${allocated} of ${slots} slots allocated, and is in ${holder.name}`,
      )
  }
  const flag = inspection.span(id, span.GREY)
  if (flag !== 0 && (flag !== 1 || inspection.phase !== PHASE_MARK))
    inspection.found(`span ${id} has GREY ${flag} in phase ${inspection.phase}`)
  if (flag === 0 && counts[span.GREY_MARK] > 0)
    inspection.found(`span ${id} has ${counts[span.GREY_MARK]} grey slots and no flag`)

  const unused = holder.kind === CACHED ? verifyRun(inspection, id, holder, sums) : 0
  sums.objects += objects - unused
  sums.bytes += (objects - unused) * slotBytes
  const live =
    holder.kind === UNSWEPT
      ? counts[span.BLACK]
      : holder.kind === CACHED
        ? slots - quarantined
        : objects
  sums.liveBytes += live * slotBytes
  if (holder.kind === UNSWEPT) sums.unsweptMarkedBytes += counts[span.BLACK] * slotBytes
  sums.greySpans += flag
  return true
}

function hasRightShape(inspection: Inspection, id: SpanId): boolean {
  const spanClass = inspection.span(id, span.CLASS)
  const sizeClass = spanClass >> 1
  if (spanClass < 0 || sizeClass >= SIZE_CLASSES) {
    inspection.found(`span ${id} has span class ${spanClass}, must be 0 to ${2 * SIZE_CLASSES - 1}`)
    return false
  }
  const pages = inspection.span(id, span.PAGES)
  const isLarge = sizeClass === 0
  const slotBytes = isLarge ? pages * PAGE_BYTES : slotBytesOf(sizeClass)
  const fits = isLarge || pages === spanPagesOf(sizeClass)
  if (!fits)
    inspection.found(
      `span ${id} of span class ${spanClass} has ${pages} pages, must be ${spanPagesOf(sizeClass)}`,
    )
  const hasSlotBytes = expectOf(inspection, id, 'SLOT_BYTES', span.SLOT_BYTES, slotBytes)
  return (
    expectOf(inspection, id, 'SLOTS', span.SLOTS, Math.floor((pages * PAGE_BYTES) / slotBytes)) &&
    hasSlotBytes &&
    fits
  )
}

/** Counts slots by colour. Complains of colours that must not be there. */
function countColours(inspection: Inspection, id: SpanId, holder: Holder): Int32Array {
  const { marks } = inspection.memory
  const stride = inspection.span(id, span.SLOT_BYTES) >>> GRANULE_SHIFT
  const first = (id << PAGE_SHIFT) >>> GRANULE_SHIFT
  const end = first + inspection.span(id, span.SLOTS) * stride
  const endOfPages = ((id + inspection.span(id, span.PAGES)) << PAGE_SHIFT) >>> GRANULE_SHIFT
  const counts = new Int32Array(256)
  let stray = 0
  for (let granule = first; granule < end; granule += stride) {
    counts[marks[granule]]++
    for (let inner = granule + 1; inner < granule + stride; inner++)
      if (marks[inner] !== 0) stray = inner
  }
  for (let granule = end; granule < endOfPages; granule++) if (marks[granule] !== 0) stray = granule
  if (stray !== 0)
    inspection.found(
      `address ${stray * 16} in span ${id} begins no slot, and has mark byte ${marks[stray]}`,
    )
  for (let colour = 0; colour < counts.length; colour++) {
    if (counts[colour] > 0 && !isAllowed(colour, inspection.phase, holder))
      inspection.found(
        `span ${id} in ${holder.name} has ${counts[colour]} slots that are ${COLOURS[colour] ?? `of colour ${colour}`} in phase ${inspection.phase}`,
      )
  }
  return counts
}

function isAllowed(colour: number, phase: number, holder: Holder): boolean {
  if (colour === span.BLACK) return phase !== PHASE_OFF || holder.kind === UNSWEPT
  if (colour === span.GREY_MARK) return phase === PHASE_MARK
  return colour <= span.QUARANTINE_OLD
}

/** Verifies the run that a P fills. Returns how many of its slots are not handed out. */
function verifyRun(inspection: Inspection, id: SpanId, holder: Holder, sums: Sums): number {
  const { meta, memory, phase } = inspection
  const slotBytes = inspection.span(id, span.SLOT_BYTES)
  const base = id << PAGE_SHIFT
  const end = base + inspection.span(id, span.SLOTS) * slotBytes
  const start = meta[holder.entry + pWords.RUN_START]
  const cursor = meta[holder.entry + pWords.CURSOR]
  const limit = meta[holder.entry + pWords.LIMIT]
  const freeFrom = inspection.span(id, span.FREE_FROM)
  const isSlot = (at: number): boolean => at >= base && at <= end && (at - base) % slotBytes === 0
  const hasRun = start !== 0 || cursor !== 0 || limit !== 0
  if (!isSlot(freeFrom) || (hasRun && freeFrom !== limit)) {
    inspection.found(
      `span ${id} in ${holder.name} has FREE_FROM ${freeFrom}, must be ${hasRun ? `its limit, ${limit}` : 'a slot of it'}`,
    )
    return 0
  }
  for (let at = base; at < freeFrom; at += slotBytes) {
    if (memory.marks[at >>> GRANULE_SHIFT] === span.FREE)
      inspection.found(`the slot at ${at} below FREE_FROM ${freeFrom} of span ${id} is free`)
  }
  if (!hasRun) return 0
  if (!(isSlot(start) && isSlot(cursor) && isSlot(limit) && start <= cursor && cursor <= limit)) {
    inspection.found(
      `${holder.name} has a run from ${start} over ${cursor} to ${limit}, must be slots of span ${id} in this order`,
    )
    return 0
  }
  const colour = phase === PHASE_OFF ? span.WHITE : span.BLACK
  for (let at = cursor; at < limit; at += slotBytes) {
    const found = memory.marks[at >>> GRANULE_SHIFT]
    if (found !== colour)
      inspection.found(
        `the unused slot at ${at} in ${holder.name} is ${COLOURS[found]}, must be ${COLOURS[colour]}`,
      )
  }
  sums.runObjects += (cursor - start) / slotBytes
  sums.runBytes += cursor - start
  return (limit - cursor) / slotBytes
}

function verifySums(inspection: Inspection, sums: Sums): void {
  const { meta, memory } = inspection
  inspection.expect('GREY_SPANS', meta[GREY_SPANS], sums.greySpans)
  const marked = meta[SWEPT_MARKED_BYTES] + sums.unsweptMarkedBytes
  const markedByVisits = memory.get(HEAP_MARKED)
  // HEAP_MARKED counts scans, so an object that two markers found at the same time is counted
  // twice.
  if (markedByVisits < marked)
    inspection.found(`HEAP_MARKED is ${markedByVisits}, and ${marked} bytes were found marked`)
  inspection.expect('HEAP_LIVE', meta[HEAP_LIVE], sums.liveBytes + markedByVisits - marked)
  inspection.expect(
    'bytes allocated less bytes freed',
    memory.sumOfPs(pWords.ALLOCATED_BYTES) + sums.runBytes - memory.sumOfPs(pWords.FREED_BYTES),
    sums.bytes,
  )
  inspection.expect(
    'objects allocated less objects freed',
    memory.sumOfPs(pWords.ALLOCATED_OBJECTS) +
      sums.runObjects -
      memory.sumOfPs(pWords.FREED_OBJECTS),
    sums.objects,
  )
}

function expectOf(
  inspection: Inspection,
  id: SpanId,
  name: string,
  word: number,
  must: number,
): boolean {
  const found = inspection.span(id, word)
  if (found !== must) inspection.found(`span ${id} has ${name} ${found}, must be ${must}`)
  return found === must
}

function signed(value: number): string {
  return value < 0 ? `${value}` : `+${value}`
}
