/**
 * The hybrid write barrier (Go 1.8 and later): Yuasa's deletion shade and Dijkstra's insertion
 * shade, both always.
 *
 *   write(slot, value), while the barrier is on:
 *
 *     atomic (default)               plain (as Go's)
 *     old = exchange(slot, value)    old = slot
 *     shade(old)                     shade(old)                     1
 *     shade(value)                   shade(value)                   2
 *                                    slot = value
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
 * 4. Where any P may scan a stack, what is put there is shaded too (shadePushed). Then x is shaded
 *    as it is kept, and shade 1 would not be needed. It is carried out all the same.
 * Shade 2 is needed while a stack is grey.
 * 1. A goroutine whose stack is not scanned yet stores its only copy of x into a black object, and
 *    drops its own.
 * 2. x was never in the heap, so shade 1 does not see it.
 * 3. Once all stacks are black, `plain` still needs it where two writers race for a slot (below).
 *
 * A pair waits in a buffer of the P, and is a shade that is not done yet. So a mark is over only
 * when all buffers are empty.
 * 1. A buffer has 256 pairs. It is flushed before a pair that would not fit, when a drain runs dry,
 *    when the P waits or is asked to, and in the stop that decides whether the mark is over.
 * 2. `plain` puts the pair first, so an error in between leaves a shade too many. `atomic` stores
 *    first, and makes no call before the pair, so nothing can throw. No safepoint lies between the
 *    two. So when a P stands in a stop, every store that it has made has its pair.
 * 3. In between, `atomic` has stored and not shaded. Others may see the value meanwhile. They
 *    decide nothing by it: whether the mark is over is asked in a stop (2).
 *
 * Two writers race for a slot. Let x be the reference in it as the mark began. If it is overwritten
 * it must be shaded. In an object that is born in this mark there is no such x: its first
 * references are shaded by its constructor, and it is black.
 *
 * `atomic`, by the memory model of the language (ECMA-262, Sequentially Consistent Atomics):
 * 1. While the barrier is on, all stores to the slot are exchanges. Atomic operations on one word
 *    are in one order, and each exchange returns what the one before it in that order stored.
 * 2. The plain store of x happens before all of them: a stop lies between, which each P leaves by
 *    an atomic operation.
 * 3. So the first exchange returns x, and its P shades x. No other returns x, unless x is stored
 *    again.
 *
 * `plain`, by coherence of one location, which x64 and arm64 have and the language has not:
 * 1. The stores to the slot are in one order, which no P sees reversed. Let P be the first writer.
 * 2. V8 does not swap a load and a later store of the same word.
 * 3. So what P has read before its store was stored before it in that order: that is x. P shades x.
 * 4. A later value that another P overwrites unseen was shaded by its own writer (shade 2).
 * By the language alone, step 1 does not hold: each of two writers may read the other's store, and
 * x is shaded by nobody. Hardware and V8 as they are do not do that (test/litmus/).
 *
 * A scan reads the slot plainly, in both. It finds x, which is shaded if it was overwritten, or a
 * value that was stored since, which its writer has shaded. An older value than x it cannot find,
 * since the stop lies between.
 *
 * It applies to every reference that is stored anywhere but in the running goroutine's own shadow
 * stack, which shades what is pushed if it must (heap/shadow-stack.ts): fields, elements, globals,
 * channel slots, the stack of another goroutine. Initialising stores of a constructor need only
 * shade 2: fresh memory is zero.
 *
 * Its parts are used outside of this file too (test/structure/barrier.ts holds the list to it). The
 * stores of a program ask there whether the barrier is on, so that V8 inlines the question.
 *
 *   runtime/program/struct.ts    ReferenceField.set                    asks whether it is on
 *   runtime/program/array.ts     Elements.setReference                 asks whether it is on
 *   runtime/program/global.ts    Cells.set                             asks whether it is on
 *   runtime/program/struct.ts    StructType.shadeFields                shade 2 in a new object
 *   runtime/program/struct.ts    SmallStruct.make, MediumStruct.make   ask whether it is on
 *   runtime/program/struct.ts    MixedStruct.make                      asks whether it is on
 *   runtime/program/locals.ts    keep, setLocal                        ask whether pushes shade
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

import { exchange, type IndexOf, step as syncStep, type Words } from '#sync'
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
import { SHADES_PUSHES, WRITE_BARRIER } from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import type { Marker } from './marker.ts'

/** V8 folds a file's own constant, and loads an imported one at each call (npm run bench:steps). */
const step = syncStep

/** While the barrier is on, a store reads what it overwrites before it, or in one step with it. */
export type BarrierKind = 'plain' | 'atomic'

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
    if (this.meta[WRITE_BARRIER] !== 0) this.writeShaded(this.heap, word, value)
    else this.heap[word] = value
  }

  /**
   * Stores a reference in a word of the meta buffer: a global, or the stack of a goroutine that
   * does not run.
   */
  writeMeta(word: MetaWord, value: Addr): void {
    if (this.meta[WRITE_BARRIER] !== 0) this.writeShaded(this.meta, word, value)
    else this.meta[word] = value
  }

  /** Stores a reference in a word of a view, with both shades. The barrier is on. */
  writeShaded<View extends Words>(view: View, word: IndexOf<View>, value: Addr): void {
    const { meta, countWord } = this
    const pair = this.roomForPair()
    if (this.isAtomic) {
      const old = exchange(view, word, value)
      // No call follows the store: one that overflows the stack would leave it unshaded.
      meta[pair] = old
      meta[pair + 1] = value
      meta[countWord] += 2
      return
    }
    const words = view as Int32Array
    meta[pair] = words[word]
    meta[pair + 1] = value
    meta[countWord] += 2
    step('barrier/store')
    words[word] = value
  }

  /**
   * Shades a value that reaches an object without overwriting anything: an argument of a
   * constructor, a value that is handed over.
   */
  shade(value: Addr): void {
    if (this.meta[WRITE_BARRIER] !== 0) this.record(value)
  }

  /**
   * Shades a reference that a goroutine puts on its own stack, where any P may scan that
   * (gc/mark/remote-scan.ts). A new object too: a cycle may have begun since it was allocated.
   */
  shadePushed(value: Addr): void {
    if (this.meta[WRITE_BARRIER] === SHADES_PUSHES) this.record(value)
  }

  /** Puts a value that overwrites nothing in the buffer. The barrier is on. */
  record(value: Addr): void {
    const { meta, countWord } = this
    const pair = this.roomForPair()
    meta[pair] = 0
    meta[pair + 1] = value
    meta[countWord] += 2
  }

  /** Where the next pair goes. A full buffer is flushed. */
  private roomForPair(): MetaWord {
    step('barrier/record')
    if (this.meta[this.countWord] === CAPACITY) {
      probeStack()
      this.faults.pass('barrier/full')
      this.flush()
    }
    return this.bufferWord + this.meta[this.countWord]
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
