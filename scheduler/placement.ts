/**
 * On which P a goroutine is.
 *
 *   place  a new one: on the P that the program names, or in the ring of the P that has the fewest;
 *          if that ring is full, in the global queue
 *   adopt  one that was placed elsewhere runs here first: from now on it counts here
 *   ready  one that waited goes back to the P on which it ran, since a generator cannot move
 *   bury   one that has ended counts nowhere
 *
 * LIVE counts the goroutines of a P. The word P of a record says where a goroutine counts. Between
 * place and adopt only the P that took the goroutine from its queue changes that word.
 */

import { add, compareAndSwap, load, sub } from '#sync'
import type { GoroutineId } from '../memory/kinds.ts'
import type { Memory } from '../memory/memory.ts'
import * as gWords from '../memory/words/goroutine.ts'
import * as pWords from '../memory/words/p.ts'
import type { Goroutines } from './goroutines.ts'
import { pushReady, type RunQueues } from './run-queues.ts'
import type { Sleepers } from './sleepers.ts'

/** A P that sleeps counts as that many goroutines lighter. */
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

  /** Queues a new goroutine: on P `where`, or, for −1, on the P that has the fewest. */
  assign(id: GoroutineId, where: number): void {
    const target = where < 0 ? this.lightest() : where
    this.memory.meta[this.memory.goroutineWord(id, gWords.P)] = target
    this.countLive(target)
    if (where >= 0 && where !== this.pIndex) pushReady(this.memory, target, id)
    else if (where >= 0) this.queues.ready.putYielded(id)
    else if (!this.queues.rings[target].put(id)) this.queues.global.put(id)
    // A P that may take it hears of it: its own, or, if that is busy, one that has nothing to do.
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

  private countLive(index: number): void {
    const { meta } = this.memory
    const live = add(meta, this.memory.pWord(index, pWords.LIVE), 1) + 1
    const peakWord = this.memory.pWord(index, pWords.PEAK_LIVE)
    for (let found = load(meta, peakWord); found < live; found = load(meta, peakWord)) {
      if (compareAndSwap(meta, peakWord, found, live)) break
    }
  }

  /** A goroutine is about to run here: if it was placed elsewhere it counts here from now on. */
  adopt(id: GoroutineId): void {
    const { meta } = this.memory
    const ownerWord = this.memory.goroutineWord(id, gWords.P)
    if (meta[ownerWord] === this.pIndex) return
    sub(meta, this.memory.pWord(meta[ownerWord], pWords.LIVE), 1)
    meta[ownerWord] = this.pIndex
    this.countLive(this.pIndex)
  }

  /** A goroutine that ran here has ended: frees its stack and its record. */
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

  /** As ready, for goroutines that are linked by their records, oldest first; 0: none. */
  readyAll(first: GoroutineId): void {
    for (let id = first; id !== 0; ) {
      const next = this.memory.meta[this.memory.goroutineWord(id, gWords.NEXT)] as GoroutineId
      this.ready(id)
      id = next
    }
  }
}
