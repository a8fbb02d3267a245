/**
 * The timers of one P's goroutines: a binary heap by deadline. Only its P touches the heap. To set
 * or to cancel a timer takes the logarithm of their number.
 *
 * TIMERS counts the timers of all Ps: a run in which one is set is not deadlocked.
 */

import { add, sub } from '#sync'
import type { GoroutineId, Milliseconds } from '../memory/kinds.ts'
import type { Memory } from '../memory/memory.ts'
import { TIMERS } from '../memory/words/control.ts'

interface Timer {
  /** In ms of now(). */
  readonly deadline: Milliseconds
  readonly goroutine: GoroutineId
  readonly ticket: number
  /** Timers of one deadline fire in the order in which they were set. */
  readonly order: number
  /** Where it stands in the heap. */
  at: number
}

export class Timers {
  private readonly memory: Memory
  private readonly heap: Timer[] = []
  /** A goroutine has at most one timer. */
  private readonly byGoroutine = new Map<GoroutineId, Timer>()
  private set = 0

  constructor(memory: Memory) {
    this.memory = memory
  }

  /** Milliseconds of now() at which the next one is due; Infinity if there is none. */
  get nextDeadline(): number {
    return this.heap.length === 0 ? Number.POSITIVE_INFINITY : this.heap[0].deadline
  }

  add(deadline: Milliseconds, goroutine: GoroutineId, ticket: number): void {
    const timer = { deadline, goroutine, ticket, order: this.set++, at: this.heap.length }
    this.heap.push(timer)
    this.byGoroutine.set(goroutine, timer)
    this.rise(timer.at)
    add(this.memory.meta, TIMERS, 1)
  }

  /**
   * Takes each timer that is due, and hands it to `fire`. That makes the goroutine ready, if it
   * still waits.
   */
  fireDue(time: number, fire: (goroutine: GoroutineId, ticket: number) => void): void {
    while (this.heap.length > 0 && this.heap[0].deadline <= time) {
      const timer = this.heap[0]
      this.remove(timer)
      fire(timer.goroutine, timer.ticket)
      // Counted until its goroutine is ready. So a P that looks for a deadlock sees the timer or
      // the goroutine.
      sub(this.memory.meta, TIMERS, 1)
    }
  }

  /** Forgets the timer of a goroutine that was woken by something else. */
  cancel(goroutine: GoroutineId): void {
    const timer = this.byGoroutine.get(goroutine)
    if (timer === undefined) return
    this.remove(timer)
    sub(this.memory.meta, TIMERS, 1)
  }

  private remove(timer: Timer): void {
    const { at } = timer
    const last = this.heap.length - 1
    this.exchange(at, last)
    this.heap.pop()
    this.byGoroutine.delete(timer.goroutine)
    if (at === last) return
    this.sink(at)
    this.rise(at)
  }

  private rise(from: number): void {
    for (let child = from; child > 0; ) {
      const parent = (child - 1) >> 1
      if (!this.isBefore(child, parent)) break
      this.exchange(child, parent)
      child = parent
    }
  }

  private sink(from: number): void {
    for (let parent = from; ; ) {
      let least = parent
      for (let child = 2 * parent + 1; child <= 2 * parent + 2; child++) {
        if (child < this.heap.length && this.isBefore(child, least)) least = child
      }
      if (least === parent) break
      this.exchange(parent, least)
      parent = least
    }
  }

  private isBefore(left: number, right: number): boolean {
    const a = this.heap[left]
    const b = this.heap[right]
    return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order)
  }

  private exchange(left: number, right: number): void {
    const { heap } = this
    const timer = heap[left]
    heap[left] = heap[right]
    heap[right] = timer
    heap[left].at = left
    heap[right].at = right
  }
}
