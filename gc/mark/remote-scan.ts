/**
 * Stacks that any P may scan, even while their goroutines run (`--stack-scans any`). No P waits:
 * the marker asks nobody, and the goroutine does not notice. For this the goroutine shades what it
 * puts on its stack while a cycle marks (WriteBarrier.shadePushed).
 *
 *   scan, in pieces:   freed = SEGMENTS_FREED                                                     1
 *                      leave, if the goroutine is over, or its stack is black
 *                      copy words below STACK_USED, from STACK
 *                      is SEGMENTS_FREED still `freed`? Else: again with this piece               2
 *                      shade the copy
 *   grow:              allocate, copy, store STACK
 *                      SEGMENTS_FREED + 1                                                         3
 *                      free the old segment
 *   end:               status DEAD, then 3, then free the segment
 *
 * Proof that what is shaded was on the stack. Words of a segment that was freed may be anything.
 *
 * 1. A segment is freed only after its goroutine's SEGMENTS_FREED has moved (3).
 * 2. The question 2 is a read-modify-write, as is 3. So one of the two comes first, and what its
 *    thread did before it happened before what the other's thread does after it.
 * 3. If 2 finds the number of 1, it came before 3. So the copy was made before the segment was
 *    freed.
 * 4. STACK is stored after the words were copied, and STACK_USED after the words below it were
 *    put. These stores and their loads are atomic. So a scan that finds the new segment finds the
 *    words in it, and one that finds a top finds no word below it that is older than that top.
 * 5. The number only grows. So no other segment at the same place, and no later goroutine in the
 *    same record, is taken for the old one. A goroutine that is born in a mark is black.
 *
 * Proof that no reference is missed. Let x be on the stack at some time of the mark.
 *
 * 1. If x was put there in this mark, it was shaded as it was put.
 * 2. Else it has stood in its slot since the setup stop. For that stop every P has saved the top.
 *    So the slot lies below STACK_USED, and below each STACK_USED since, or x would have been
 *    popped.
 * 3. If the scan comes before x is popped or overwritten, it reads x, also where the stack has
 *    moved: a slot keeps its distance from the base.
 * 4. If x is popped first, it is in a variable only, until the next safepoint. It may come to rest
 *    on a stack, in the heap, in a global or in a channel. Each of these shades it.
 * 5. The words are read plainly while their owner may write them. A word that is read was put below
 *    a top that was saved at the setup stop or since, and 1 to 4 hold of it.
 * 6. A child y of x, loaded in 4, is in a variable only as well, and the same holds of it.
 *
 * What it costs: a goroutine that keeps a reference asks whether a cycle marks, and while one does,
 * the reference goes through the barrier's buffer. With these shades a store would need no shade of
 * what it overwrites (gc/mark/barrier.ts, shade 1): no reference comes to a black stack unshaded.
 * The barrier shades it all the same, since it is one barrier for both kinds of scans.
 */

import { add, compareAndSwap, load, step } from '#sync'
import type { Addr, GoroutineId, MetaWord } from '../../memory/kinds.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import type { Marker } from './marker.ts'

/** Words that are copied between two looks at SEGMENTS_FREED. */
const PIECE_WORDS = 256

/** @nosafepoint */
export class RemoteScan {
  private readonly memory: Memory
  private readonly marker: Marker
  private readonly copy = new Int32Array(PIECE_WORDS)

  constructor(memory: Memory, marker: Marker) {
    this.memory = memory
    this.marker = marker
  }

  /** Scans the stack of a goroutine, and makes it black. Returns its scan work in bytes. */
  scan(goroutine: GoroutineId): number {
    const { meta } = this.memory
    const record = this.memory.goroutineWord(goroutine, 0)
    let scanned = 0
    for (;;) {
      const freed = load(meta, record + gWords.SEGMENTS_FREED)
      if (this.isOver(record)) break
      const used = load(meta, record + gWords.STACK_USED)
      if (scanned >= used) break
      const count = Math.min(used - scanned, PIECE_WORDS)
      this.copyWords(load(meta, record + gWords.STACK) + scanned, count)
      // Not a load: it must not come before the reads of the words.
      if (!compareAndSwap(meta, record + gWords.SEGMENTS_FREED, freed, freed)) continue
      for (let index = 0; index < count; index++)
        if (this.copy[index] !== 0) this.marker.shade(this.copy[index] as Addr)
      scanned += count
    }
    meta[record + gWords.SCANNED_CYCLE] = meta[control.CYCLES]
    add(meta, control.SCAN_WORK_STACK, scanned * 4)
    return scanned * 4
  }

  /** True if there is nothing to scan: the goroutine has ended, or was born in this mark. */
  private isOver(record: MetaWord): boolean {
    const { meta } = this.memory
    const status = load(meta, record + gWords.STATUS)
    if (status === gWords.G_FREE || status === gWords.G_DEAD) return true
    return meta[record + gWords.SCANNED_CYCLE] === meta[control.CYCLES]
  }

  private copyWords(from: MetaWord, count: number): void {
    for (let index = 0; index < count; index++) {
      step('remote-scan/word')
      this.copy[index] = this.memory.meta[from + index]
    }
    this.memory.faults.pass('mark/stack')
  }
}
