/** The timers of one P's goroutines: a binary heap by deadline. Only its P touches it; the count is shared, for the deadlock test. */
import { add, sub } from '#sync'
import { TIMERS } from '../heap/layout/control.ts'
import type { Memory } from '../heap/memory.ts'
import type { GoroutineId } from './goroutines.ts'

interface Timer {
  /** In ms of now(). */
  readonly deadline: number
  readonly goroutine: GoroutineId
  readonly ticket: number
  /** Timers of one deadline fire in the order in which they were set. */
  readonly order: number
}

export class Timers {
  private readonly memory: Memory
  private readonly heap: Timer[] = []
  private set = 0

  constructor(memory: Memory) {
    this.memory = memory
  }

  /** Milliseconds of now() at which the next one is due; Infinity if there is none. */
  get nextDeadline(): number {
    return this.heap.length === 0 ? Number.POSITIVE_INFINITY : this.heap[0].deadline
  }

  add(deadline: number, goroutine: GoroutineId, ticket: number): void {
    const heap = this.heap
    heap.push({ deadline, goroutine, ticket, order: this.set++ })
    for (let child = heap.length - 1; child > 0; ) {
      const parent = (child - 1) >> 1
      if (!this.isBefore(child, parent)) break
      this.exchange(child, parent)
      child = parent
    }
    add(this.memory.words, TIMERS, 1)
  }

  /** Takes the next timer that is due, and hands it to `fire`, which makes its goroutine ready if it still waits. */
  fireDue(time: number, fire: (goroutine: GoroutineId, ticket: number) => void): void {
    while (this.heap.length > 0 && this.heap[0].deadline <= time) {
      const { goroutine, ticket } = this.heap[0]
      this.removeAt(0)
      fire(goroutine, ticket)
      // Counted until its goroutine is ready: a P that looks for a deadlock must see the one or the other.
      sub(this.memory.words, TIMERS, 1)
    }
  }

  /** Forgets the timer of a goroutine that was woken by something else. */
  cancel(goroutine: GoroutineId): void {
    const at = this.heap.findIndex(timer => timer.goroutine === goroutine)
    if (at < 0) return
    this.removeAt(at)
    sub(this.memory.words, TIMERS, 1)
  }

  private removeAt(at: number): void {
    const heap = this.heap
    const last = heap.length - 1
    if (at !== last) this.exchange(at, last)
    heap.pop()
    for (let parent = at; ; ) {
      let least = parent
      for (let child = 2 * parent + 1; child <= 2 * parent + 2; child++) {
        if (child < heap.length && this.isBefore(child, least)) least = child
      }
      if (least === parent) break
      this.exchange(parent, least)
      parent = least
    }
    for (let child = Math.min(at, heap.length - 1); child > 0; ) {
      const parent = (child - 1) >> 1
      if (!this.isBefore(child, parent)) break
      this.exchange(child, parent)
      child = parent
    }
  }

  private isBefore(left: number, right: number): boolean {
    const a = this.heap[left]
    const b = this.heap[right]
    return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order)
  }

  private exchange(left: number, right: number): void {
    const heap = this.heap
    ;[heap[left], heap[right]] = [heap[right], heap[left]]
  }
}
