/**
 * The weak tricolour invariant, in a stop in the middle of a mark: every white object that a black object, a scanned stack or a scanned
 * global refers to is also reachable from something grey through white objects alone (gc/barrier.ts says why it holds).
 *
 *   grey     entries of work buffers, with later pieces of arrays; objects marked GREY; pairs that wait in barrier buffers; globals whose
 *            job is not taken; stacks that this cycle has not scanned
 *   covered  what is white and reachable from these through white
 *
 * Proof that this is the right question. The mark will blacken all that is covered, whatever the program does meanwhile, since the barrier
 * shades each reference that leaves the heap. So if nothing black refers to a white object that is not covered, and each root is grey or black, then
 * every object that the program can reach is black or covered. And if something does, nobody will ever look at that object: it is lost
 * already, and checkmark would find it at the end of the mark if it is still reachable then.
 *
 * A black object that stands in a work buffer is grey here: what it refers to is covered by definition, so it needs no exception below.
 */
import * as control from '../heap/layout/control.ts'
import * as g from '../heap/layout/goroutine.ts'
import {
  GRANULE_SHIFT,
  PAGE_SHIFT,
  ROOT_BLOCK_WORDS,
  WORK_BUFFER_COUNT,
  WORK_BUFFER_ENTRIES,
  WORK_BUFFER_NEXT,
} from '../heap/layout/layout.ts'
import * as p from '../heap/layout/p.ts'
import * as span from '../heap/layout/span.ts'
import type { Addr, Memory } from '../heap/memory.ts'
import { ARRAY_ELEMENTS_BYTE, ARRAY_LENGTH_WORD, HEADER_REFERENCES_SHIFT, REFERENCE_ARRAY } from '../heap/object.ts'
import { type SpanId, Spans } from '../heap/span.ts'
import type { Findings } from './findings.ts'

export class TriColour {
  private readonly memory: Memory
  private readonly spans: Spans
  private readonly findings: Findings
  /** White objects that are covered, a byte per granule. */
  private readonly covered: Uint8Array
  private readonly pending: Addr[] = []

  constructor(memory: Memory, findings: Findings) {
    this.memory = memory
    this.spans = new Spans(memory)
    this.findings = findings
    this.covered = new Uint8Array((memory.words[control.PAGES_END] << PAGE_SHIFT) >>> GRANULE_SHIFT)
  }

  verify(ids: readonly SpanId[]): void {
    this.coverRoots()
    this.coverBuffers()
    this.eachObject(ids, span.GREY_MARK, object => this.coverReferences(object))
    for (let object = this.pending.pop(); object !== undefined; object = this.pending.pop())
      this.coverReferences(object)
    this.expectRoots()
    this.eachObject(ids, span.BLACK, object =>
      this.eachReference(object, target => this.expectCovered(target, `black object ${object}`)),
    )
  }

  private coverRoots(): void {
    const { words, layout } = this.memory
    for (let index = 0; index < layout.procs; index++) {
      const buffer = this.memory.p(index, p.BARRIER)
      const count = words[this.memory.p(index, p.BARRIER_COUNT)]
      for (let entry = buffer; entry < buffer + count; entry++) this.cover(words[entry])
    }
    for (let slot = this.scannedSlots; slot < words[control.GLOBAL_SLOTS]; slot++)
      this.cover(words[layout.globals + slot])
    this.eachStack(false, target => this.cover(target))
  }

  private coverBuffers(): void {
    const { words } = this.memory
    for (let buffer = words[control.WORK_FULL]; buffer !== 0; buffer = words[buffer + WORK_BUFFER_NEXT]) {
      const entries = buffer + WORK_BUFFER_ENTRIES
      for (let at = entries; at < entries + words[buffer + WORK_BUFFER_COUNT]; at++) {
        // A piece of an array stands for the array: its other pieces are scanned, or stand here too.
        const address = words[at]
        this.coverReferences((address & 1) === 0 ? address : this.spans.base(this.spans.of(address)))
      }
    }
  }

  private expectRoots(): void {
    const { words, layout } = this.memory
    for (let slot = 0; slot < this.scannedSlots; slot++)
      this.expectCovered(words[layout.globals + slot], `scanned global slot ${slot}`)
    this.eachStack(true, (target, id) => this.expectCovered(target, `the scanned stack of goroutine ${id}`))
  }

  /** Global slots whose job was taken. */
  private get scannedSlots(): number {
    const { words } = this.memory
    return Math.min(words[control.ROOT_NEXT] * ROOT_BLOCK_WORDS, words[control.GLOBAL_SLOTS])
  }

  /** The references on stacks that this cycle has scanned, or on those that it has not. A stack that nobody will scan is lost. */
  private eachStack(scanned: boolean, visit: (target: Addr, id: number) => void): void {
    const { words } = this.memory
    const globalJobs = Math.ceil(words[control.GLOBAL_SLOTS] / ROOT_BLOCK_WORDS)
    for (let id = 1; id <= words[control.GOROUTINE_NEXT]; id++) {
      const record = this.memory.goroutine(id, 0)
      const status = words[record + g.STATUS]
      if (status === g.G_FREE || status === g.G_DEAD) continue
      const isScanned = words[record + g.SCANNED_CYCLE] === words[control.CYCLES]
      if (isScanned !== scanned) continue
      const isTaken = globalJobs + id - 1 < words[control.ROOT_NEXT]
      if (!isScanned && isTaken && (status & g.G_SCAN_WANTED) === 0)
        this.findings.add(`the stack of goroutine ${id} is not scanned, its job is taken, and no scan is wanted`)
      const base = words[record + g.STACK]
      for (let at = base; at < base + words[record + g.STACK_USED]; at++) visit(words[at], id)
    }
  }

  private eachObject(ids: readonly SpanId[], colour: number, visit: (object: Addr) => void): void {
    const { marks } = this.memory
    for (const id of ids) {
      if (this.spans.isNoscan(id)) continue
      const slotBytes = this.spans.read(id, span.SLOT_BYTES)
      for (let at = this.spans.base(id); at < this.spans.limit(id); at += slotBytes)
        if (marks[at >>> GRANULE_SHIFT] === colour) visit(at)
    }
  }

  private eachReference(object: Addr, visit: (target: Addr) => void): void {
    const { i32 } = this.memory
    const word = object >>> 2
    const references = i32[word] >>> HEADER_REFERENCES_SHIFT
    const isArray = references === REFERENCE_ARRAY
    const begin = isArray ? word + (ARRAY_ELEMENTS_BYTE >>> 2) : word + 1
    const end = begin + (isArray ? i32[word + ARRAY_LENGTH_WORD] : references)
    for (let index = begin; index < end; index++) visit(i32[index])
  }

  private coverReferences(object: Addr): void {
    this.eachReference(object, target => this.cover(target))
  }

  private cover(object: Addr): void {
    const granule = object >>> GRANULE_SHIFT
    if (object === 0 || this.memory.marks[granule] !== span.WHITE || this.covered[granule] !== 0) return
    this.covered[granule] = 1
    this.pending.push(object)
  }

  private expectCovered(object: Addr, from: string): void {
    const granule = object >>> GRANULE_SHIFT
    if (object === 0 || this.memory.marks[granule] !== span.WHITE || this.covered[granule] !== 0) return
    this.findings.add(
      `${from} refers to ${object}, which is white and which nothing grey leads to: the mark will lose it`,
    )
  }
}
