/**
 * On which P a goroutine is.
 *
 *   assign  a new one: to the P that the program names, or into the ring of the P that has the
 *           fewest; if that ring is full, into the global queue
 *   adopt   one that was assigned to another P runs here first: from now on it counts here
 *   ready   one that waited goes back to the P on which it ran, since a generator cannot move
 *   bury    one that has ended counts nowhere
 *
 * LIVE counts the goroutines of a P. The word P of a record says on which P a goroutine counts.
 * Between assign and adopt only the P that took the goroutine from its queue changes that word. So
 * plain accesses are enough: the queue's lock, or the CAS on its head, comes between the two.
 *
 * The choice of a P reads LIVE plainly. An old value leads to a P that is not quite the lightest,
 * which is no error: a P without work steals (scheduler/stealing.ts).
 */

import { add, compareAndSwap, load, sub } from '#sync'
import type { GoroutineId } from '../memory/kinds.ts'
import type { Memory } from '../memory/memory.ts'
import * as gWords from '../memory/words/goroutine.ts'
import * as pWords from '../memory/words/p.ts'
import type { Goroutines } from './goroutines.ts'
import { pushReady, type RunQueues } from './run-queues.ts'
import type { Sleepers } from './sleepers.ts'

/** In the choice of a P, one that sleeps counts as this many goroutines lighter. */
const ASLEEP_BONUS = 2

export class Placement {
  private readonly memory: Memory
  private readonly pIndex: number
  private readonly goroutines: Goroutines
  private readonly queues: RunQueues
  private readonly sleepers: Sleepers

  constructor(
    memory: Memory,
    pIndex: number,
    goroutines: Goroutines,
    queues: RunQueues,
    sleepers: Sleepers,
  ) {
    this.memory = memory
    this.pIndex = pIndex
    this.goroutines = goroutines
    this.queues = queues
    this.sleepers = sleepers
  }

  /**
   * Queues a new goroutine: on P `where`, or, for −1, on the P that has the fewest. One with a P
   * that the program named goes to a ready list, from which no other P can steal it.
   */
  assign(id: GoroutineId, where: number): void {
    const target = where < 0 ? this.lightest() : where
    this.memory.meta[this.memory.goroutineWord(id, gWords.P)] = target
    this.countLive(target)
    if (where >= 0 && where !== this.pIndex) pushReady(this.memory, target, id)
    else if (where >= 0) this.queues.ready.putYielded(id)
    else if (!this.queues.rings[target].put(id)) this.queues.global.put(id)
    // Wake a P that may take it: its own, or, if that is busy, one that has nothing to do.
    if (this.sleepers.isSleeping(target)) this.sleepers.wake(target)
    else if (where < 0) this.sleepers.wakeOneIdle()
  }

  private lightest(): number {
    const { meta, layout } = this.memory
    let best = this.pIndex
    let least = meta[this.memory.pWord(best, pWords.LIVE)]
    for (let index = 0; index < layout.procs; index++) {
      if (index === this.pIndex) continue
      const live =
        meta[this.memory.pWord(index, pWords.LIVE)] -
        (this.sleepers.isSleeping(index) ? ASLEEP_BONUS : 0)
      if (live < least) {
        best = index
        least = live
      }
    }
    return best
  }

  /** Counts one more on P `index`. The peak only rises, so the loop ends when another raised it. */
  private countLive(index: number): void {
    const { meta } = this.memory
    const live = add(meta, this.memory.pWord(index, pWords.LIVE), 1) + 1
    const peakWord = this.memory.pWord(index, pWords.PEAK_LIVE)
    for (let found = load(meta, peakWord); found < live; found = load(meta, peakWord)) {
      if (compareAndSwap(meta, peakWord, found, live)) break
    }
  }

  /** A goroutine is about to run here. If it was assigned elsewhere, it counts here from now on. */
  adopt(id: GoroutineId): void {
    const { meta } = this.memory
    const ownerWord = this.memory.goroutineWord(id, gWords.P)
    if (meta[ownerWord] === this.pIndex) return
    sub(meta, this.memory.pWord(meta[ownerWord], pWords.LIVE), 1)
    meta[ownerWord] = this.pIndex
    this.countLive(this.pIndex)
  }

  /** Frees the stack and the record of a goroutine that ran here and has ended. */
  bury(id: GoroutineId): void {
    sub(this.memory.meta, this.memory.pWord(this.pIndex, pWords.LIVE), 1)
    this.goroutines.release(id)
  }

  /** Makes a goroutine ready whose ticket the caller has won. By any P. */
  ready(id: GoroutineId): void {
    const owner = this.memory.meta[this.memory.goroutineWord(id, gWords.P)]
    this.memory.faults.pass('goroutine/ready')
    this.goroutines.makeRunnable(id)
    if (owner === this.pIndex) this.queues.ready.putWoken(id)
    else {
      pushReady(this.memory, owner, id)
      this.sleepers.wake(owner)
    }
  }

  /**
   * As ready, for goroutines that are linked by the NEXT of their records, oldest first; 0: none.
   * The link is read before `ready`, which uses the same word for the ready list.
   */
  readyAll(first: GoroutineId): void {
    for (let id = first; id !== 0; ) {
      const next = this.memory.meta[this.memory.goroutineWord(id, gWords.NEXT)] as GoroutineId
      this.ready(id)
      id = next
    }
  }
}
