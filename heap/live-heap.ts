/**
 * The live heap (L) as one P changes it. Each change also counts by how much it has moved L past the goal of the cycle (G):
 *
 *    max(0, L after − G) − max(0, L before − G)
 *
 * Each is one atomic operation that tells what L was before, so the changes of a cycle are a chain, and these differences sum to the overrun, whatever
 * the order: to the byte. Whose they are is told in gc/record/overrun.ts.
 */
import { add, compareAndSwap, load } from '#sync'
import type { Memory } from '../memory/memory.ts'
import { GOAL_AT_START, HEAP_LIVE } from '../memory/words/control.ts'
import * as p from '../memory/words/p.ts'

export class LiveHeap {
  private readonly memory: Memory
  private readonly owed: number
  private readonly goal: number

  constructor(memory: Memory, pIndex: number) {
    this.memory = memory
    this.owed = memory.pMeasure(pIndex, p.OVERRUN_OWED)
    this.goal = memory.measure(GOAL_AT_START)
  }

  /** Grows L by so many bytes, or, below 0, shrinks it. */
  add(bytes: number): void {
    this.count(add(this.memory.words, HEAP_LIVE, bytes), bytes)
  }

  /** Grows L by so many bytes if it stays within `limit`. */
  addWithin(bytes: number, limit: number): boolean {
    const { words } = this.memory
    for (;;) {
      const live = load(words, HEAP_LIVE)
      if (live + bytes > limit) return false
      if (!compareAndSwap(words, HEAP_LIVE, live, live + bytes)) continue
      this.count(live, bytes)
      return true
    }
  }

  private count(before: number, bytes: number): void {
    const goal = this.memory.doubles[this.goal]
    this.memory.doubles[this.owed] += Math.max(0, before + bytes - goal) - Math.max(0, before - goal)
  }
}
