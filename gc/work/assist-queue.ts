/**
 * The assist queue: Ps whose goroutines wait for credit, and the credit that others earn.
 *
 *   enqueue   a P waits, unless there is credit, or there is nothing that could earn any
 *   payFrom   scan work of others pays the queue in order. What is left becomes background credit
 *
 * Two things release a P from the queue: credit, and the end of the mark. New work does not, as in
 * Go: workers do the work, and their credit comes here. (A P that waits is blocked in place, so it
 * may run such a worker itself.)
 *
 * The links of the queue are under ASSIST_LOCK. ASSIST_COUNT and BACKGROUND_CREDIT are read without
 * it.
 *
 * Proof that nobody waits while there is credit.
 *
 * 1. A P that enqueues itself counts itself in ASSIST_COUNT, then looks at the background credit
 *    (withdraw).
 * 2. A P that adds background credit adds it, then looks at ASSIST_COUNT.
 * 3. All four are atomic. So the later of the two looks sees the other P's write.
 * 4. The P that sees both takes all of the credit by one compare-and-swap, so it is spent once. It
 *    pays the queue with it.
 * 5. What is left is added again, and 2 follows again.
 */

import { add, compareAndSwap, load, store, sub } from '#sync'
import type { Bytes, GoroutineId } from '../../memory/kinds.ts'
import { lock, unlock } from '../../memory/lock.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import * as pWords from '../../memory/words/p.ts'
import type { Here } from '../here.ts'
import type { World } from '../world.ts'

export class AssistQueue {
  private readonly memory: Memory
  private readonly index: number
  private readonly world: World

  constructor(here: Here) {
    this.memory = here.memory
    this.index = here.index
    this.world = here.world
  }

  /** True while this P waits in the queue. */
  get isQueued(): boolean {
    const { memory, index } = this
    return load(memory.meta, memory.pWord(index, pWords.ASSIST_QUEUED)) !== 0
  }

  /**
   * Puts this P at the end of the queue. Returns false, and does not, if blackening is off, there
   * is background credit, or the CPU limiter limits. The first and the last are asked under the
   * lock: releaseAll, which follows a change of either, takes the lock too. So no P is added after
   * it unseen.
   */
  enqueue(): boolean {
    const { meta } = this.memory
    lock(meta, control.ASSIST_LOCK)
    try {
      if (meta[control.BLACKEN_ENABLED] === 0 || load(meta, control.BACKGROUND_CREDIT) > 0)
        return false
      if (load(meta, control.GC_CPU_LIMITED) !== 0) return false
      this.append(this.index)
      return true
    } finally {
      unlock(meta, control.ASSIST_LOCK)
    }
  }

  /**
   * Pays with scan work of workers: first the goroutines that wait; the rest becomes background
   * credit.
   */
  payFrom(work: number): void {
    const { meta } = this.memory
    for (let rest = work; rest > 0; rest = this.withdraw()) {
      rest = this.payQueue(rest)
      if (rest === 0) return
      add(meta, control.BACKGROUND_CREDIT, rest)
      // A P that has come in between sees no credit yet, so this P looks again. Go leaves it to the
      // next payment, which may be long in coming.
      if (load(meta, control.ASSIST_COUNT) === 0) return
    }
  }

  /** Pays the queue with `work`. Returns the work that is left. */
  private payQueue(work: number): number {
    const { meta } = this.memory
    if (load(meta, control.ASSIST_COUNT) === 0) return work
    const bytes = Math.trunc(work * this.memory.get(control.ASSIST_BYTES_PER_WORK))
    lock(meta, control.ASSIST_LOCK)
    try {
      return clampWork(this.payInOrder(bytes) * this.memory.get(control.ASSIST_WORK_PER_BYTE))
    } finally {
      unlock(meta, control.ASSIST_LOCK)
    }
  }

  /**
   * Pays the queue, first come first served, with `bytes` of credit. Returns the bytes that are
   * left.
   */
  private payInOrder(bytes: Bytes): number {
    const { meta, metaF64 } = this.memory
    let left = bytes
    while (meta[control.ASSIST_FIRST] !== 0 && left > 0) {
      const index = meta[control.ASSIST_FIRST] - 1
      const creditDouble = this.memory.goroutineDouble(
        meta[this.memory.pWord(index, pWords.GOROUTINE)] as GoroutineId,
        gWords.ASSIST_BYTES,
      )
      if (left + metaF64[creditDouble] < 0) {
        // Not enough for this P. It goes to the back, so that a large debt does not hold up the
        // others.
        metaF64[creditDouble] += left
        this.removeFirst()
        this.append(index)
        return 0
      }
      left += metaF64[creditDouble]
      metaF64[creditDouble] = 0
      this.release(index)
    }
    return left
  }

  /** Takes all background credit. Returns 0 if there is none. */
  withdraw(): number {
    const { meta } = this.memory
    for (;;) {
      const available = load(meta, control.BACKGROUND_CREDIT)
      if (available <= 0) return 0
      if (compareAndSwap(meta, control.BACKGROUND_CREDIT, available, 0)) return available
    }
  }

  /**
   * Lets all Ps in the queue go on: in the termination stop, since debts end with the mark; and
   * when the CPU limiter begins to limit.
   */
  releaseAll(): void {
    const { meta } = this.memory
    lock(meta, control.ASSIST_LOCK)
    try {
      while (meta[control.ASSIST_FIRST] !== 0) this.release(meta[control.ASSIST_FIRST] - 1)
    } finally {
      unlock(meta, control.ASSIST_LOCK)
    }
  }

  private release(index: number): void {
    this.removeFirst()
    this.memory.faults.pass('assist/wake')
    store(this.memory.meta, this.memory.pWord(index, pWords.ASSIST_QUEUED), 0)
    this.world.wake(index)
  }

  private append(index: number): void {
    const { meta } = this.memory
    const last = meta[control.ASSIST_LAST]
    meta[this.memory.pWord(index, pWords.ASSIST_NEXT)] = 0
    if (last === 0) meta[control.ASSIST_FIRST] = index + 1
    else meta[this.memory.pWord(last - 1, pWords.ASSIST_NEXT)] = index + 1
    meta[control.ASSIST_LAST] = index + 1
    store(meta, this.memory.pWord(index, pWords.ASSIST_QUEUED), 1)
    add(meta, control.ASSIST_COUNT, 1)
  }

  private removeFirst(): void {
    const { meta } = this.memory
    const index = meta[control.ASSIST_FIRST] - 1
    meta[control.ASSIST_FIRST] = meta[this.memory.pWord(index, pWords.ASSIST_NEXT)]
    if (meta[control.ASSIST_FIRST] === 0) meta[control.ASSIST_LAST] = 0
    sub(meta, control.ASSIST_COUNT, 1)
  }
}

/** A work counter has 32 bits. Credit of more than a quarter of their range buys nothing more. */
export function clampWork(work: number): number {
  return Math.min(Math.trunc(work), 2 ** 29)
}
