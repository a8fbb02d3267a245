/**
 * Wait records, and the queues in which they stand (Go's sudog and waitq). A record says which
 * goroutine waits, with which ticket, and for a channel also what it sends or where it receives.
 *
 *   create    a P takes a record for its goroutine, before it parks the goroutine
 *   append    the record stands in the queue of a channel, mutex or wait group
 *   remove    the P that wakes the goroutine unlinks it, or the goroutine itself does
 *   release   the goroutine that was woken frees its record
 *
 * A queue is two words of an object in the heap: the first and the last record. The object's lock
 * guards the queue and the records in it, so all of these accesses are plain. WAITER_LOCK guards
 * the free list. A record that is in no queue belongs to its goroutine's P.
 *
 * A record can be stale: its ticket is not that of its goroutine any more, since the goroutine was
 * woken from another queue (a select waits in several). Such a record is skipped and unlinked.
 */

import type { GoroutineId, HeapWord, MetaWord, WaiterId } from '../memory/kinds.ts'
import { MAX_WAITERS } from '../memory/layout.ts'
import { lock, unlock } from '../memory/lock.ts'
import type { Memory } from '../memory/memory.ts'
import * as control from '../memory/words/control.ts'
import * as gWords from '../memory/words/goroutine.ts'

export class Waiters {
  private readonly memory: Memory

  constructor(memory: Memory) {
    this.memory = memory
  }

  /** Index of a word of a record. */
  word(id: WaiterId, word: number): MetaWord {
    return this.memory.layout.waiters + id * gWords.WAITER_WORDS + word
  }

  /** Reads a word plainly. The header says when the caller may. */
  read(id: WaiterId, word: number): number {
    return this.memory.meta[this.word(id, word)]
  }

  /** Index of a record's double, the scalar that a sender sends. */
  value(id: WaiterId): number {
    return this.memory.layout.waiterDoubles + id * gWords.WAITER_DOUBLES
  }

  /**
   * Makes a record for a goroutine that parks with `ticket`. `index`: the case of its select, else
   * 0. Throws a RangeError if all records are in use.
   */
  create(goroutine: GoroutineId, ticket: number, index: number): WaiterId {
    const { meta } = this.memory
    const id = this.takeRecord()
    if (id === 0)
      throw new RangeError(
        `too many goroutines wait: at most ${MAX_WAITERS - 1} records of waiting`,
      )
    const record = this.word(id, 0)
    meta[record + gWords.WAITER_GOROUTINE] = goroutine
    meta[record + gWords.WAITER_TICKET] = ticket
    meta[record + gWords.WAITER_CASE] = index
    meta[record + gWords.WAITER_SLOT] = 0
    meta[record + gWords.WAITER_QUEUE] = 0
    meta[record + gWords.WAITER_OBJECT] = 0
    return id
  }

  /** Sets the ticket of a record that is in no queue. */
  setTicket(id: WaiterId, ticket: number): void {
    this.memory.meta[this.word(id, gWords.WAITER_TICKET)] = ticket
  }

  /** Takes a free record, or one that was never used; 0 if there is none. */
  private takeRecord(): WaiterId {
    const { meta } = this.memory
    lock(meta, control.WAITER_LOCK)
    try {
      const id = meta[control.WAITER_FREE] as WaiterId
      if (id !== 0) meta[control.WAITER_FREE] = this.read(id, gWords.WAITER_NEXT)
      else if (meta[control.WAITER_NEXT] + 1 < MAX_WAITERS)
        return ++meta[control.WAITER_NEXT] as WaiterId
      return id
    } finally {
      unlock(meta, control.WAITER_LOCK)
    }
  }

  /** Frees a record that is in no queue. */
  release(id: WaiterId): void {
    const { meta } = this.memory
    lock(meta, control.WAITER_LOCK)
    try {
      meta[this.word(id, gWords.WAITER_NEXT)] = meta[control.WAITER_FREE]
      meta[control.WAITER_FREE] = id
    } finally {
      unlock(meta, control.WAITER_LOCK)
    }
  }

  /**
   * Appends a record to the queue that begins at heap word `queue`: the first record is there, the
   * last in the next word. The object is locked.
   */
  append(queue: HeapWord, id: WaiterId): void {
    const { meta, heap } = this.memory
    const last = heap[queue + 1] as WaiterId
    meta[this.word(id, gWords.WAITER_NEXT)] = 0
    meta[this.word(id, gWords.WAITER_PREVIOUS)] = last
    meta[this.word(id, gWords.WAITER_QUEUE)] = queue
    if (last === 0) heap[queue] = id
    else meta[this.word(last, gWords.WAITER_NEXT)] = id
    heap[queue + 1] = id
  }

  /** Unlinks the first record and returns it; 0 if the queue is empty. The object is locked. */
  takeFirst(queue: HeapWord): WaiterId {
    const id = this.memory.heap[queue] as WaiterId
    if (id !== 0) this.remove(id)
    return id
  }

  /** Unlinks a record, if it is still in a queue. The object of that queue is locked. */
  remove(id: WaiterId): void {
    const { meta, heap } = this.memory
    const queue = this.read(id, gWords.WAITER_QUEUE)
    if (queue === 0) return
    const next = this.read(id, gWords.WAITER_NEXT) as WaiterId
    const previous = this.read(id, gWords.WAITER_PREVIOUS) as WaiterId
    if (previous === 0) heap[queue] = next
    else meta[this.word(previous, gWords.WAITER_NEXT)] = next
    if (next === 0) heap[queue + 1] = previous
    else meta[this.word(next, gWords.WAITER_PREVIOUS)] = previous
    meta[this.word(id, gWords.WAITER_QUEUE)] = 0
  }
}
