/**
 * Wait records and the queues that they stand in (Go's sudog and waitq). A queue is two words of an
 * object in the heap: first and last record. It is locked by that object's lock; so are the records
 * in it.
 */

import { MAX_WAITERS } from '../memory/layout.ts'
import { lock, unlock } from '../memory/lock.ts'
import type { Memory } from '../memory/memory.ts'
import * as control from '../memory/words/control.ts'
import * as g from '../memory/words/goroutine.ts'
import type { GoroutineId } from './goroutines.ts'

/** Number of a wait record; 0 is none. */
export type WaiterId = number

export class Waiters {
  private readonly memory: Memory

  constructor(memory: Memory) {
    this.memory = memory
  }

  word(id: WaiterId, word: number): number {
    return this.memory.layout.waiters + id * g.WAITER_WORDS + word
  }

  read(id: WaiterId, word: number): number {
    return this.memory.words[this.word(id, word)]
  }

  value(id: WaiterId): number {
    return this.memory.layout.waiterDoubles + id * g.WAITER_DOUBLES
  }

  /** A record for a goroutine that parks with `ticket`. Throws a RangeError if all are in use. */
  create(goroutine: GoroutineId, ticket: number, index: number): WaiterId {
    const { words } = this.memory
    const id = this.takeRecord()
    if (id === 0)
      throw new RangeError(
        `too many goroutines wait: at most ${MAX_WAITERS - 1} records of waiting`,
      )
    const record = this.word(id, 0)
    words[record + g.WAITER_GOROUTINE] = goroutine
    words[record + g.WAITER_TICKET] = ticket
    words[record + g.WAITER_CASE] = index
    words[record + g.WAITER_SLOT] = 0
    words[record + g.WAITER_QUEUE] = 0
    words[record + g.WAITER_OBJECT] = 0
    return id
  }

  /** Of a record that is in no queue. */
  setTicket(id: WaiterId, ticket: number): void {
    this.memory.words[this.word(id, g.WAITER_TICKET)] = ticket
  }

  private takeRecord(): WaiterId {
    const { words } = this.memory
    lock(words, control.WAITER_LOCK)
    try {
      const id = words[control.WAITER_FREE]
      if (id !== 0) words[control.WAITER_FREE] = this.read(id, g.WAITER_NEXT)
      else if (words[control.WAITER_NEXT] + 1 < MAX_WAITERS) return ++words[control.WAITER_NEXT]
      return id
    } finally {
      unlock(words, control.WAITER_LOCK)
    }
  }

  release(id: WaiterId): void {
    const { words } = this.memory
    lock(words, control.WAITER_LOCK)
    try {
      words[this.word(id, g.WAITER_NEXT)] = words[control.WAITER_FREE]
      words[control.WAITER_FREE] = id
    } finally {
      unlock(words, control.WAITER_LOCK)
    }
  }

  /**
   * Appends a record to the queue whose first-word is `queue` (its last-word follows). The object
   * is locked.
   */
  append(queue: number, id: WaiterId): void {
    const { words, i32 } = this.memory
    const last = i32[queue + 1]
    words[this.word(id, g.WAITER_NEXT)] = 0
    words[this.word(id, g.WAITER_PREVIOUS)] = last
    words[this.word(id, g.WAITER_QUEUE)] = queue
    if (last === 0) i32[queue] = id
    else words[this.word(last, g.WAITER_NEXT)] = id
    i32[queue + 1] = id
  }

  /** Unlinks the first record; 0 if the queue is empty. The object is locked. */
  takeFirst(queue: number): WaiterId {
    const id = this.memory.i32[queue]
    if (id !== 0) this.remove(id)
    return id
  }

  /** Unlinks a record if it is still in a queue. The object of that queue is locked. */
  remove(id: WaiterId): void {
    const { words, i32 } = this.memory
    const queue = this.read(id, g.WAITER_QUEUE)
    if (queue === 0) return
    const next = this.read(id, g.WAITER_NEXT)
    const previous = this.read(id, g.WAITER_PREVIOUS)
    if (previous === 0) i32[queue] = next
    else words[this.word(previous, g.WAITER_NEXT)] = next
    if (next === 0) i32[queue + 1] = previous
    else words[this.word(next, g.WAITER_PREVIOUS)] = previous
    words[this.word(id, g.WAITER_QUEUE)] = 0
  }
}
