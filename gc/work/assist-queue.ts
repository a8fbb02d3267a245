/**
 * The assist queue: Ps whose goroutines wait for credit, and the credit that others earn.
 *
 *   enqueue   a P waits, unless there is credit, or nothing that could earn any
 *   payFrom   scan work of others pays the queue in order; what is left becomes background credit
 *
 * Credit and the end of the cycle wake the queue; work does not. Its words are under ASSIST_LOCK.
 *
 * Proof that nobody waits beside credit.
 * 1. A P that enqueues itself counts itself, then looks at the credit (withdraw).
 * 2. A P that adds credit adds it, then looks at the count.
 * 3. The later of the two sees the other's write. It takes all credit by one swap, so one P takes
 *    it, and spends it on the queue.
 * 4. What is left is added again, and step 2 follows.
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

  /** False if there is no mark to wait for, or credit, or the CPU limiter limits. */
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

  /** Workers' scan work: pays goroutines that wait, then becomes background credit. */
  payFrom(work: number): void {
    const { meta } = this.memory
    for (let rest = work; rest > 0; rest = this.withdraw()) {
      rest = this.payQueue(rest)
      if (rest === 0) return
      add(meta, control.BACKGROUND_CREDIT, rest)
      // Go leaves a P that came meanwhile to the next payment; there may be none for long.
      if (load(meta, control.ASSIST_COUNT) === 0) return
    }
  }

  /** Returns the work that is left. */
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

  /** Returns the bytes of credit that are left. */
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
        // Not enough for this one: to the back with it, so that a large debt does not hold up the
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

  /** Takes all background credit; 0 if there is none. */
  withdraw(): number {
    const { meta } = this.memory
    for (;;) {
      const available = load(meta, control.BACKGROUND_CREDIT)
      if (available <= 0) return 0
      if (compareAndSwap(meta, control.BACKGROUND_CREDIT, available, 0)) return available
    }
  }

  /**
   * Whoever waits goes on: in the termination stop, since the mark is over and debts are forgotten;
   * and when the limiter begins to limit.
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

/** Work counters are 32-bit; a bank beyond a quarter of their range buys nothing more. */
export function clampWork(work: number): number {
  return Math.min(Math.trunc(work), 2 ** 29)
}
