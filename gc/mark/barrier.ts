/**
 * The hybrid write barrier (Go 1.8 and later): Yuasa's deletion shade and Dijkstra's insertion
 * shade, both always, both before the store.
 *
 *   write(slot, value):
 *     if the barrier is on:
 *       shade(what the slot holds)      1
 *       shade(value)                    2
 *     slot = value
 *
 * It must keep this true (the weak tricolour invariant): every white object that a black object
 * refers to is also reachable from a grey object through white ones. Then, when no grey object is
 * left, no white object is reachable. Black means scanned here: an object in a work buffer is grey,
 * though its mark byte is BLACK. Stacks and globals have colours too (gc/verify/tri-colour.ts).
 *
 * Shade 1 is needed where a goroutine hides the last path to an object.
 * 1. The goroutine's stack is scanned already: black. It loads `x = a.f`, where x is white.
 * 2. It clears a.f before `a` is scanned. Now x is reachable only from a black stack.
 * 3. Every reference that a black stack loads after its scan was in the heap, in a global or in a
 *    channel. It can be overwritten there only through shade 1.
 * Shade 2 is needed while a stack is grey.
 * 1. A goroutine whose stack is not scanned yet stores its only copy of x into a black object, and
 *    drops its own.
 * 2. x was never in the heap, so shade 1 does not see it.
 * 3. Once all stacks are black, shade 2 is needed only where two writers race for a slot (below).
 * Both come before the store: if the thread is stopped between a shade and the store, nothing has
 * happened that the shades did not cover.
 *
 * It applies to every reference that is stored anywhere but in the running goroutine's own shadow
 * stack: fields, elements, globals, channel slots, the stack of another goroutine. Initialising
 * stores of a constructor need only shade 2: fresh memory is zero.
 *
 * The shades are buffered per P, 256 pairs. They are carried out when the buffer is full, when a
 * drain runs dry, when the P waits or is asked to, and in the stop that decides whether the mark is
 * over. A pair in the buffer is a shade that is not done yet, so a mark is over only when all
 * buffers are empty. If two writers race for one slot, each shades what it overwrites, as it saw
 * it, and what it writes. A value that one stored and the other overwrote unseen was shaded by its
 * own writer (2).
 *
 * Its parts are used outside of this file too (test/structure/barrier.ts holds the list to it). The
 * stores of a program are written out there, so that V8 inlines them.
 *
 *   runtime/program/struct.ts    ReferenceField.set                    both shades, written out
 *   runtime/program/array.ts     Elements.setReference                 both shades, written out
 *   runtime/program/global.ts    Cells.set                             both shades, written out
 *   runtime/program/struct.ts    StructType.shadeFields                shade 2 in a new object
 *   runtime/program/struct.ts    SmallStruct.make, MediumStruct.make   ask whether it is on
 *   runtime/program/struct.ts    MixedStruct.make                      asks whether it is on
 *   runtime/program/channels.ts  Chan.new                              shade 2 in a new channel
 *   runtime/program/task.ts      passArguments                         a new goroutine's stack
 *   scheduler/channel.ts         Channels.write                        a slot of a buffer
 *   scheduler/channel.ts         Channels.deliver                      the stack of a receiver
 *   scheduler/channel.ts         Channels.valueOf                      what a sender hands over
 *   gc/mark/drain.ts             Drain.flush, Drain.step               carry out the shades
 *   gc/collector.ts              Collector.flush                       carries out the shades
 *   gc/cycle.ts                  Cycle.isWorkLeft, Cycle.assertNoWork  in the stop, for all Ps
 *   gc/cycle.ts                  Cycle.setUp, Cycle.terminate          turn it on, and off
 *   gc/verify/control.ts         verifyControl                         checks whether it is on
 */

import { exchange, step as syncStep } from '#sync'
import type { FaultPoints } from '../../memory/fault-points.ts'
import type {
  Addr,
  HeapWord,
  HeapWords,
  MetaDouble,
  MetaDoubles,
  MetaWord,
  MetaWords,
} from '../../memory/kinds.ts'
import type { Memory } from '../../memory/memory.ts'
import { probeStack } from '../../memory/stack-probe.ts'
import { WRITE_BARRIER } from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import type { Marker } from './marker.ts'

/** V8 folds a file's own constant, and loads an imported one at each call (npm run bench:steps). */
const step = syncStep

/** How a store reads what it overwrites while the barrier is on: in one step with the store, or not. */
export type BarrierKind = 'atomic' | 'plain'

/** Words of a buffer. A full buffer is flushed before the pair that would not fit. */
const CAPACITY = 2 * pWords.BARRIER_PAIRS

/** @nosafepoint */
export class WriteBarrier {
  private readonly meta: MetaWords
  private readonly heap: HeapWords
  private readonly metaF64: MetaDoubles
  private readonly faults: FaultPoints
  private readonly marker: Marker
  private readonly countWord: MetaWord
  private readonly bufferWord: MetaWord
  private readonly measures: MetaDouble
  private readonly isAtomic: boolean

  constructor(memory: Memory, pIndex: number, marker: Marker, kind: BarrierKind) {
    this.meta = memory.meta
    this.heap = memory.heap
    this.metaF64 = memory.metaF64
    this.faults = memory.faults
    this.marker = marker
    this.countWord = memory.pWord(pIndex, pWords.BARRIER_COUNT)
    this.bufferWord = memory.pWord(pIndex, pWords.BARRIER)
    this.measures = memory.pDouble(pIndex, 0)
    this.isAtomic = kind === 'atomic'
  }

  /**
   * Stores a reference in a word of the heap. The check whether the barrier is on is one plain
   * load: the word changes only in stops.
   */
  write(word: HeapWord, value: Addr): void {
    if (this.meta[WRITE_BARRIER] !== 0) this.writeShaded(word, value)
    else this.heap[word] = value
  }

  /**
   * Stores a reference in a word of the meta buffer: a global, or the stack of a goroutine that
   * does not run.
   */
  writeMeta(word: MetaWord, value: Addr): void {
    if (this.meta[WRITE_BARRIER] !== 0) this.writeMetaShaded(word, value)
    else this.meta[word] = value
  }

  /** Stores a reference in a word of the heap, with both shades. The barrier is on. */
  writeShaded(word: HeapWord, value: Addr): void {
    this.makeRoom()
    if (this.isAtomic) {
      this.put(exchange(this.heap, word, value) as Addr, value)
      return
    }
    this.put(this.heap[word], value)
    step('barrier/store')
    this.heap[word] = value
  }

  /** The same for a word of the meta buffer. */
  writeMetaShaded(word: MetaWord, value: Addr): void {
    this.makeRoom()
    if (this.isAtomic) {
      this.put(exchange(this.meta, word, value) as Addr, value)
      return
    }
    this.put(this.meta[word] as Addr, value)
    step('barrier/store')
    this.meta[word] = value
  }

  /**
   * Shades a value that reaches an object without overwriting anything: an argument of a
   * constructor, a value that is handed over.
   */
  shade(value: Addr): void {
    if (this.meta[WRITE_BARRIER] !== 0) this.record(value)
  }

  /** Puts a value that overwrites nothing in the buffer. The barrier is on. */
  record(value: Addr): void {
    this.makeRoom()
    this.put(0, value)
  }

  /**
   * Flushes a full buffer. Whatever can throw is here, before the store: after an exchange the pair
   * has its place.
   */
  private makeRoom(): void {
    if (this.meta[this.countWord] !== CAPACITY) return
    probeStack()
    this.faults.pass('barrier/full')
    this.flush()
  }

  private put(old: Addr, value: Addr): void {
    const meta = this.meta
    step('barrier/record')
    const count = meta[this.countWord]
    meta[this.bufferWord + count] = old
    meta[this.bufferWord + count + 1] = value
    meta[this.countWord] = count + 2
  }

  /** Carries out the shades in the buffer, into this P's grey queue. */
  flush(): void {
    const meta = this.meta
    const count = meta[this.countWord]
    if (count === 0) return
    this.faults.pass('barrier/flush')
    for (let entry = this.bufferWord; entry < this.bufferWord + count; entry++) {
      const object = meta[entry]
      if (object !== 0) this.marker.shade(object)
    }
    meta[this.countWord] = 0
    this.metaF64[this.measures + pWords.BARRIER_STORES] += count >> 1
    this.metaF64[this.measures + pWords.BARRIER_FLUSHES] += 1
  }

  /** True if shades wait in the buffer. */
  get isPending(): boolean {
    return this.meta[this.countWord] !== 0
  }
}
