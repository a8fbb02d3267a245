/**
 * Sleep, mutex and wait group. A mutex and a wait group are objects of the heap without references:
 *
 *   word 0 header   1 lock   2 state   3,4 who waits
 *
 * A mutex is handed to the first who waits, so that nobody starves. A wait group wakes all when its count falls to 0.
 */

import { now } from '#sync'
import { probeStack } from '../gc/stack-probe.ts'
import { InternalError } from '../heap/internal-error.ts'
import * as g from '../heap/layout/goroutine.ts'
import { lock, unlock } from '../heap/lock.ts'
import type { Addr } from '../heap/memory.ts'
import { ChannelError } from './channel.ts'
import { YieldedOperation } from './operation.ts'
import type { P } from './p.ts'
import type { WaiterId } from './waiters.ts'

export const WAITABLE_LOCK = 1
/** Mutex: 1 while it is held. Wait group: its count. */
export const WAITABLE_STATE = 2
export const WAITABLE_QUEUE = 3
export const WAITABLE_WORDS = 5

/** Sleeps for some milliseconds; for 0 or less it gives way. */
export class Sleep extends YieldedOperation<void> {
  override readonly what = 'sleep'
  private readonly milliseconds: number

  /** Throws a RangeError for what is no number. */
  constructor(p: P, milliseconds: number) {
    if (Number.isNaN(Number(milliseconds))) throw new RangeError(`sleep: ${milliseconds} is no number of milliseconds`)
    super(p)
    this.milliseconds = milliseconds
  }

  protected override keepReferences(): void {}

  protected override tryNow(): boolean {
    return false
  }

  protected override parkOrFinish(): boolean {
    const ticket = this.p.park(g.WAIT_SLEEP, 0)
    this.p.timers.add(now() + Math.max(0, this.milliseconds), this.p.goroutine, ticket)
    return true
  }

  protected override resume(): void {}
  protected override result(): void {}
}

/** Waits at an object with a lock, a state and one queue. */
abstract class Wait extends YieldedOperation<void> {
  protected readonly object: Addr
  private readonly reason: number
  private waiter: WaiterId = 0

  constructor(p: P, object: Addr, reason: number) {
    super(p)
    this.object = object
    this.reason = reason
  }

  /** True if it need not wait, and then done. The object is locked. */
  protected abstract passes(word: number): boolean

  protected override keepReferences(keep: (reference: Addr) => void): void {
    keep(this.object)
  }

  protected override tryNow(): boolean {
    const { i32 } = this.p.memory
    const word = this.object >>> 2
    lock(i32, word + WAITABLE_LOCK)
    const passes = this.passes(word)
    unlock(i32, word + WAITABLE_LOCK)
    return passes
  }

  protected override parkOrFinish(): boolean {
    const { memory, waiters } = this.p
    const word = this.object >>> 2
    // Made first: if there are no more records, the goroutine still runs, and may catch the error.
    this.waiter = waiters.create(this.p.goroutine, this.p.ticket, 0)
    this.p.park(this.reason, this.object)
    lock(memory.i32, word + WAITABLE_LOCK)
    const passes = this.passes(word)
    if (!passes) waiters.append(word + WAITABLE_QUEUE, this.waiter)
    unlock(memory.i32, word + WAITABLE_LOCK)
    if (passes) waiters.release(this.waiter)
    return !passes
  }

  protected override resume(): void {
    this.p.waiters.release(this.waiter)
  }

  protected override result(): void {}
}

export class LockMutex extends Wait {
  override readonly what = 'mutex.lock'
  constructor(p: P, mutex: Addr) {
    super(p, mutex, g.WAIT_MUTEX)
  }

  protected override passes(word: number): boolean {
    const { i32 } = this.p.memory
    if (i32[word + WAITABLE_STATE] !== 0) return false
    i32[word + WAITABLE_STATE] = 1
    return true
  }
}

/** Hands the mutex to the first who waits, or frees it. Throws a ChannelError if it is not held. Not a safepoint. */
export function unlockMutex(p: P, mutex: Addr): void {
  const { i32 } = p.memory
  const word = mutex >>> 2
  probeStack()
  lock(i32, word + WAITABLE_LOCK)
  const wasHeld = i32[word + WAITABLE_STATE] !== 0
  const next = wasHeld ? wakeFirst(p, word) : false
  if (!next) i32[word + WAITABLE_STATE] = 0
  unlock(i32, word + WAITABLE_LOCK)
  if (!wasHeld) throw new ChannelError('unlock of unlocked mutex')
}

export class WaitForGroup extends Wait {
  override readonly what = 'waitGroup.wait'
  constructor(p: P, group: Addr) {
    super(p, group, g.WAIT_GROUP)
  }

  protected override passes(word: number): boolean {
    return this.p.memory.i32[word + WAITABLE_STATE] === 0
  }
}

/** Changes a wait group's count, and wakes all who wait if that makes it 0. Throws a ChannelError below 0. Not a safepoint. */
export function addToGroup(p: P, group: Addr, delta: number): void {
  const { i32 } = p.memory
  const word = group >>> 2
  probeStack()
  lock(i32, word + WAITABLE_LOCK)
  const count = i32[word + WAITABLE_STATE] + delta
  if (count >= 0) i32[word + WAITABLE_STATE] = count
  if (count === 0) while (wakeFirst(p, word));
  unlock(i32, word + WAITABLE_LOCK)
  if (count < 0) throw new ChannelError('negative wait group counter')
}

function wakeFirst(p: P, word: number): boolean {
  const { waiters, goroutines } = p
  const waiter = waiters.takeFirst(word + WAITABLE_QUEUE)
  if (waiter === 0) return false
  const goroutine = waiters.read(waiter, g.WAITER_GOROUTINE)
  if (!goroutines.winTicket(goroutine, waiters.read(waiter, g.WAITER_TICKET)))
    throw new InternalError(`goroutine ${goroutine} waits in one queue and was woken from another`)
  p.ready(goroutine)
  return true
}
