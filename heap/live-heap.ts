/**
 * The live heap (L) as one P changes it.
 *
 *   reserve    L + bytes, if the sum is within a limit: for a request that this P is about to make
 *   charge     L + bytes − reserved: the request has its memory
 *   giveBack   L − reserved: the request found none
 *   shrink     L − bytes: free slots go back
 *
 * Between a reservation and its charge there is no safepoint, so in a stop nothing is reserved.
 *
 * Each change also counts by how much it has moved L past the goal of the cycle (G):
 *
 *    max(0, L after − G) − max(0, L before − G)
 *
 * Proof that the differences of a cycle sum to its overrun, to the byte and in any order:
 *
 * 1. Each change is one atomic operation on HEAP_LIVE, which returns what L was before it.
 * 2. So the changes of a cycle form a chain: the L after one is the L before the next.
 * 3. G is constant within a cycle. So the sum telescopes: it is the overrun, less what lay above G
 *    when the cycle began (`lateTrigger`).
 *
 * gc/record/overrun.ts names a cause for each byte.
 */

import { add, compareAndSwap, load } from '#sync'
import type { Bytes, MetaDouble } from '../memory/kinds.ts'
import type { Memory } from '../memory/memory.ts'
import { GOAL_AT_START, HEAP_LIVE } from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'

export class LiveHeap {
  private readonly memory: Memory
  /** Index of this P's OVERRUN_OWED. Plain: only this P writes it, and the actor in a stop. */
  private readonly owedDouble: MetaDouble
  /** Index of GOAL_AT_START. Plain: it is set in the setup stop. */
  private readonly goalDouble: MetaDouble
  /** Bytes by which L has grown for a request that is not charged yet. */
  reserved = 0

  constructor(memory: Memory, pIndex: number) {
    this.memory = memory
    this.owedDouble = memory.pDouble(pIndex, pWords.OVERRUN_OWED)
    this.goalDouble = memory.controlDouble(GOAL_AT_START)
  }

  /** Grows L by `bytes`, of which some may be reserved. @nosafepoint */
  charge(bytes: Bytes): void {
    const rest = bytes - this.reserved
    this.reserved = 0
    if (rest !== 0) this.add(rest)
  }

  /** Shrinks L: free slots go back. */
  shrink(bytes: Bytes): void {
    this.add(-bytes)
  }

  /**
   * Reserves `bytes` for the next charge, if L stays within `limit`; else returns false.
   * @nosafepoint
   */
  reserve(bytes: Bytes, limit: number): boolean {
    const { meta } = this.memory
    for (;;) {
      const live = load(meta, HEAP_LIVE)
      if (live + bytes > limit) return false
      // The CAS makes test and growth one step: two Ps cannot both take the last room.
      if (!compareAndSwap(meta, HEAP_LIVE, live, live + bytes)) continue
      this.reserved = bytes
      this.count(live, bytes)
      return true
    }
  }

  /** Takes the reservation back, if there is one: the request found no memory. @nosafepoint */
  giveBack(): void {
    this.charge(0)
  }

  private add(bytes: Bytes): void {
    this.count(add(this.memory.meta, HEAP_LIVE, bytes), bytes)
  }

  /** Counts what a change by `bytes`, from `before`, has added to the overrun. */
  private count(before: number, bytes: Bytes): void {
    const goal = this.memory.metaF64[this.goalDouble]
    this.memory.metaF64[this.owedDouble] +=
      Math.max(0, before + bytes - goal) - Math.max(0, before - goal)
  }
}
