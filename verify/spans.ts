/**
 * Spans in a stopped world, each by itself and all of them together. With h the heap's sweep generation:
 *
 *   where       h+3 in the cache of one P · h in a swept list · h−2 in an unswept list, if no cycle marks; nowhere twice, nowhere else
 *   counts      ALLOCATED is the slots that are not free, or all of them in a cached span; QUARANTINED as the mark bytes say
 *   colours     white or free; black and grey while a cycle marks; black in an unswept span; nothing between the slots' beginnings
 *   live heap   HEAP_LIVE = HEAP_MARKED − SWEPT_MARKED_BYTES + all that is not free in spans that are swept
 *   statistics  what all Ps allocated − what they freed = the objects that are there
 *
 * The equation for HEAP_LIVE: the termination stop sets it to HEAP_MARKED, which may count an object twice if two markers raced. A sweep
 * moves bytes from one side of it to the other, and a charge adds to both.
 */
import * as control from '../heap/layout/control.ts'
import { GRANULE_SHIFT, PAGE_BYTES, PAGE_SHIFT } from '../heap/layout/layout.ts'
import * as p from '../heap/layout/p.ts'
import * as span from '../heap/layout/span.ts'
import type { Memory } from '../heap/memory.ts'
import { slotBytesOf, spanPagesOf } from '../heap/size-classes.ts'
import { type SpanId, Spans } from '../heap/span.ts'
import type { Findings } from './findings.ts'
import { firstMark } from './pages.ts'

/** Mark bytes of a span, counted by their value. */
type Colours = Int32Array

/** Names of mark bytes in messages. */
const COLOURS = ['free', 'white', 'grey', 'black', 'quarantined (new)', 'quarantined (old)']

export class SpanRules {
  private readonly memory: Memory
  private readonly spans: Spans
  private readonly findings: Findings
  /** Where each span is: 'P 1', or a list. */
  private readonly places = new Map<SpanId, string>()
  private readonly colours: Colours = new Int32Array(COLOURS.length)
  private sweptBytes = 0
  private unsweptBlackBytes = 0
  private objectBytes = 0
  private flagged = 0

  constructor(memory: Memory, findings: Findings) {
    this.memory = memory
    this.spans = new Spans(memory)
    this.findings = findings
  }

  verify(ids: readonly SpanId[]): void {
    const known = new Set(ids)
    this.lookIntoLists(known)
    this.lookIntoCaches(known)
    for (const id of ids) this.verifySpan(id)
    this.compareTotals()
  }

  private lookIntoLists(known: ReadonlySet<SpanId>): void {
    const { words, layout } = this.memory
    const generation = words[control.SWEEP_GENERATION]
    const current = (generation >>> 1) & 1
    for (let spanClass = 0; spanClass < p.SPAN_CLASSES; spanClass++) {
      for (const pair of [span.CENTRAL_PARTIAL, span.CENTRAL_FULL]) {
        for (const parity of [0, 1]) {
          const swept = parity === current
          const head = words[layout.central + spanClass * span.CENTRAL_WORDS + pair + parity]
          const full = pair === span.CENTRAL_FULL
          const list = `the ${full ? 'full' : 'partial'} ${swept ? 'swept' : 'unswept'} list of class ${spanClass}`
          if (!swept && head !== 0 && spanClass < words[control.SWEEP_CLASS])
            this.findings.add(`${list} holds span ${head}, and SWEEP_CLASS is ${words[control.SWEEP_CLASS]} already`)
          for (let id = head; id !== 0 && this.find(id, list, known); id = this.spans.read(id, span.NEXT)) {
            this.expect(id, span.CLASS, spanClass, `class, in ${list}`)
            this.expect(id, span.SWEEP_GENERATION, generation - (swept ? 0 : 2), `sweep generation, in ${list}`)
            if ((this.spans.read(id, span.ALLOCATED) === this.spans.read(id, span.SLOTS)) !== full)
              this.findings.add(
                `span ${id} has ${this.spans.read(id, span.ALLOCATED)} of ${this.spans.read(id, span.SLOTS)} slots allocated, in ${list}`,
              )
          }
        }
      }
    }
  }

  private lookIntoCaches(known: ReadonlySet<SpanId>): void {
    const { words, layout } = this.memory
    for (let index = 0; index < layout.procs; index++) {
      for (let spanClass = 0; spanClass < p.SPAN_CLASSES; spanClass++) {
        const entry = this.memory.p(index, p.CACHE) + spanClass * p.CACHE_WORDS
        const id = words[entry + p.SPAN]
        const place = `the cache of P ${index} for class ${spanClass}`
        if (id === 0) {
          for (const word of [p.CURSOR, p.LIMIT, p.RUN_START])
            if (words[entry + word] !== 0) this.findings.add(`${place} has a run at ${words[entry + word]} and no span`)
        } else if (this.find(id, place, known)) {
          this.expect(id, span.CLASS, spanClass, `class, in ${place}`)
          this.expect(id, span.SWEEP_GENERATION, words[control.SWEEP_GENERATION] + 3, `sweep generation, in ${place}`)
          this.expect(id, span.ALLOCATED, this.spans.read(id, span.SLOTS), `slots allocated, in ${place}`)
          this.verifyRun(entry, id, place)
        }
      }
    }
  }

  /** The run that is being filled: within the span, up to where the search goes on, what is unused of it coloured. */
  private verifyRun(entry: number, id: SpanId, place: string): void {
    const { words, marks, phase } = this.memory
    const [cursor, limit, start] = [words[entry + p.CURSOR], words[entry + p.LIMIT], words[entry + p.RUN_START]]
    if (cursor === 0 && limit === 0 && start === 0) return
    const slotBytes = this.spans.read(id, span.SLOT_BYTES)
    const base = this.spans.base(id)
    const isSlot = [start, cursor, limit].every(at => (at - base) % slotBytes === 0)
    if (!isSlot || start < base || cursor < start || limit < cursor || limit > this.spans.limit(id)) {
      this.findings.add(
        `${place} has run ${start} ≤ ${cursor} ≤ ${limit} in a span from ${base} to ${this.spans.limit(id)}`,
      )
      return
    }
    this.expect(id, span.FREE_FROM, limit, `FREE_FROM, in ${place}`)
    const expected = phase === control.PHASE_OFF ? span.WHITE : span.BLACK
    for (let at = cursor; at < limit; at += slotBytes)
      if (marks[at >>> GRANULE_SHIFT] !== expected)
        this.findings.add(
          `the unused slot at ${at} in ${place} is ${COLOURS[marks[at >>> GRANULE_SHIFT]]}, must be ${COLOURS[expected]}`,
        )
    // Unused slots are no objects, and what was allocated in a run counts for the P's sums once the run is used up.
    this.objectBytes -= limit - start
  }

  /** Notes where a span is; false if it cannot be there. */
  private find(id: SpanId, place: string, known: ReadonlySet<SpanId>): boolean {
    const other = this.places.get(id)
    if (!known.has(id)) this.findings.add(`${place} holds span ${id}, which is not in use`)
    else if (other !== undefined) this.findings.add(`span ${id} is in ${other} and in ${place}`)
    else {
      this.places.set(id, place)
      return true
    }
    return false
  }

  private verifySpan(id: SpanId): void {
    const place = this.places.get(id)
    if (place === undefined) {
      const generation = this.spans.read(id, span.SWEEP_GENERATION) - this.memory.words[control.SWEEP_GENERATION]
      this.findings.add(
        `span ${id} (sweep generation h${generation < 0 ? '' : '+'}${generation}) is in no list and no cache`,
      )
      return
    }
    if (!this.verifyShape(id)) return
    const isCached = place.startsWith('the cache')
    const isUnswept = this.spans.read(id, span.SWEEP_GENERATION) < this.memory.words[control.SWEEP_GENERATION]
    this.countColours(id)
    this.verifyColours(id, isUnswept)
    this.verifyCounts(id, isCached, isUnswept)
  }

  /** Class, slots and pages agree. False if the slots cannot be walked. */
  private verifyShape(id: SpanId): boolean {
    const sizeClass = this.spans.read(id, span.CLASS) >> 1
    const pages = this.spans.read(id, span.PAGES)
    const slotBytes = this.spans.isLarge(id) ? pages * PAGE_BYTES : slotBytesOf(sizeClass)
    const slots = this.spans.isLarge(id) ? 1 : Math.floor((pages * PAGE_BYTES) / slotBytes)
    if (!this.spans.isLarge(id))
      this.expect(id, span.PAGES, spanPagesOf(sizeClass), `pages, for size class ${sizeClass}`)
    const before = this.expect(id, span.SLOT_BYTES, slotBytes, 'slot bytes')
    return this.expect(id, span.SLOTS, slots, 'slots') && before
  }

  private countColours(id: SpanId): void {
    const { marks } = this.memory
    const colours = this.colours.fill(0)
    const stride = this.spans.read(id, span.SLOT_BYTES) >>> GRANULE_SHIFT
    const end = this.spans.limit(id) >>> GRANULE_SHIFT
    for (let granule = this.spans.base(id) >>> GRANULE_SHIFT; granule < end; granule += stride) {
      const colour = marks[granule]
      if (colour >= colours.length) this.findings.add(`mark byte ${colour} at address ${granule << GRANULE_SHIFT}`)
      else colours[colour]++
      if (stride > 1) this.expectBetween(id, granule + 1, granule + stride)
    }
    const pastPages = ((id + this.spans.read(id, span.PAGES)) << PAGE_SHIFT) >>> GRANULE_SHIFT
    this.expectBetween(id, end, pastPages)
  }

  private expectBetween(id: SpanId, begin: number, end: number): void {
    const granule = firstMark(this.memory, begin, end)
    if (granule >= 0)
      this.findings.add(
        `mark byte ${this.memory.marks[granule]} at address ${granule << GRANULE_SHIFT} of span ${id}, where no slot begins`,
      )
  }

  private verifyColours(id: SpanId, isUnswept: boolean): void {
    const { phase } = this.memory
    const [, , grey, black] = this.colours
    const isFlagged = this.spans.read(id, span.GREY) !== 0
    if (isFlagged) this.flagged++
    // A flag may outlive its objects: a marker that answers for the flag also finds what another is about to flag.
    if (grey > 0 && !isFlagged) this.findings.add(`span ${id} holds ${grey} grey objects and is not flagged`)
    if (grey > 0 && phase === control.PHASE_OFF)
      this.findings.add(`span ${id} holds ${grey} grey objects and no cycle marks`)
    if (black > 0 && phase === control.PHASE_OFF && !isUnswept)
      this.findings.add(`span ${id} is swept, holds ${black} black objects, and no cycle marks`)
    if (isUnswept && phase !== control.PHASE_OFF) this.findings.add(`span ${id} is unswept and a cycle marks`)
  }

  private verifyCounts(id: SpanId, isCached: boolean, isUnswept: boolean): void {
    const [free, white, grey, black, quarantinedNew, quarantinedOld] = this.colours
    const slotBytes = this.spans.read(id, span.SLOT_BYTES)
    const allocated = this.spans.read(id, span.ALLOCATED)
    const quarantined = quarantinedNew + quarantinedOld
    this.expect(id, span.QUARANTINED, quarantined, 'slots in quarantine')
    if (!isCached) {
      this.expect(id, span.ALLOCATED, this.spans.read(id, span.SLOTS) - free, 'slots allocated, by its mark bytes')
      this.expect(id, span.FREE_FROM, this.spans.base(id), 'FREE_FROM')
    }
    if (isUnswept) this.unsweptBlackBytes += black * slotBytes
    else this.sweptBytes += (allocated - quarantined) * slotBytes
    this.objectBytes += (white + grey + black) * slotBytes
  }

  private compareTotals(): void {
    const { words, doubles, phase } = this.memory
    const marked = doubles[this.memory.measure(control.HEAP_MARKED)]
    const sweptMarked = words[control.SWEPT_MARKED_BYTES]
    const expected = marked - sweptMarked + this.sweptBytes
    this.findings.equal(words[control.HEAP_LIVE], expected, 'HEAP_LIVE against the slots of swept spans')
    if (phase === control.PHASE_OFF && marked < sweptMarked + this.unsweptBlackBytes)
      this.findings.add(`HEAP_MARKED is ${marked}, and ${sweptMarked + this.unsweptBlackBytes} bytes were black`)
    this.findings.equal(words[control.GREY_SPANS], this.flagged, 'GREY_SPANS against flagged spans')
    const allocated = this.sum(p.ALLOCATED_BYTES) - this.sum(p.FREED_BYTES)
    this.findings.equal(
      allocated,
      this.objectBytes,
      'bytes allocated − freed, by all Ps, against the objects there are',
    )
  }

  private sum(measure: number): number {
    let sum = 0
    for (let index = 0; index < this.memory.layout.procs; index++)
      sum += this.memory.doubles[this.memory.pMeasure(index, measure)]
    return sum
  }

  private expect(id: SpanId, word: number, expected: number, what: string): boolean {
    const found = this.spans.read(id, word)
    this.findings.equal(found, expected, `span ${id}: ${what}`)
    return found === expected
  }
}
