/**
 * Sleep, mutex and wait group. A mutex and a wait group are objects of the heap without references:
 *
 *   word 0 header   1 lock   2 state   3,4 first and last that wait
 *
 * All but the header is under the lock.
 *
 *   lock      take a free mutex, else wait
 *   unlock    hand the mutex to the first goroutine that waits, else free it. It is never free
 *             while a goroutine waits, so none starves
 *   wait      pass if the count is 0, else wait
 *   add       change the count; at 0 wake all that wait
 *
 * Each wait looks twice, and its second look is under the lock that also queues it. So no unlock
 * and no count of 0 comes between the look and the queue unseen.
 */

import { now } from '#sync'
import type { ShadowStack } from '../heap/shadow-stack.ts'
import { InternalError } from '../memory/internal-error.ts'
import type { Addr, GoroutineId, HeapWord, Milliseconds, WaiterId } from '../memory/kinds.ts'
import { lock, unlock } from '../memory/lock.ts'
import { probeStackForLock } from '../memory/stack-probe.ts'
import * as gWords from '../memory/words/goroutine.ts'
import { ChannelError } from './channel.ts'
import { type Runner, YieldedOperation } from './operation.ts'

export const WAITABLE_LOCK = 1
/** Mutex: 1 while it is held. Wait group: its count. */
export const WAITABLE_STATE = 2
export const WAITABLE_QUEUE = 3
export const WAITABLE_WORDS = 5

/** The highest count of a wait group. */
export const MAX_COUNT = 2 ** 31 - 1

/** Answers that are no goroutine: none waits; another P has won the ticket, which cannot be. */
const NOBODY = 0
const LOST = -1
type Woken = GoroutineId | typeof LOST

/**
 * Sleeps for some milliseconds; for 0 or less it gives way. The goroutine parks before the timer is
 * set: this P both sets and fires the timer, so it cannot fire in between.
 */
export class Sleep extends YieldedOperation<void> {
  override readonly what = 'sleep'
  private readonly milliseconds: Milliseconds

  constructor(p: Runner, milliseconds: Milliseconds) {
    super(p)
    this.milliseconds = milliseconds
  }

  protected override keepReferences(): void {}

  protected override tryNow(): boolean {
    return false
  }

  protected override parkOrFinish(): boolean {
    const ticket = this.p.park(gWords.WAIT_SLEEP, 0)
    // A sleep without end sets no timer. So a run in which all goroutines sleep so is a deadlock.
    if (this.milliseconds !== Number.POSITIVE_INFINITY)
      this.p.timers.add(now() + Math.max(0, this.milliseconds), this.p.goroutine, ticket)
    return true
  }

  protected override resume(): void {}
  protected override result(): void {}
}

/** Waits at an object that has a lock, a state and one queue. */
abstract class Wait extends YieldedOperation<void> {
  protected readonly object: Addr
  private readonly reason: number
  private waiter: WaiterId = 0

  constructor(p: Runner, object: Addr, reason: number) {
    super(p)
    this.object = object
    this.reason = reason
  }

  /** True if the goroutine need not wait; then the state is changed. The object is locked. */
  protected abstract passes(word: HeapWord): boolean

  protected override keepReferences(stack: ShadowStack): void {
    stack.push(this.object)
  }

  protected override tryNow(): boolean {
    return this.passesOr('give up')
  }

  protected override parkOrFinish(): boolean {
    const { waiters } = this.p
    // The record comes first. If there is none left, the goroutine is not parked yet, and can catch
    // the error.
    this.waiter = waiters.create(this.p.goroutine, this.p.ticket, 0)
    this.p.park(this.reason, this.object)
    if (!this.passesOr('enqueue')) return true
    waiters.release(this.waiter)
    return false
  }

  /** True if the goroutine need not wait. Else queues it, or does nothing, as told. */
  private passesOr(otherwise: 'enqueue' | 'give up'): boolean {
    const { memory, waiters } = this.p
    const word = this.object >>> 2
    lock(memory.heap, word + WAITABLE_LOCK)
    try {
      const passes = this.passes(word)
      if (!passes && otherwise === 'enqueue') waiters.append(word + WAITABLE_QUEUE, this.waiter)
      return passes
    } finally {
      unlock(memory.heap, word + WAITABLE_LOCK)
    }
  }

  protected override resume(): void {
    this.p.waiters.release(this.waiter)
  }

  protected override result(): void {}
}

export class LockMutex extends Wait {
  override readonly what = 'mutex.lock'
  constructor(p: Runner, mutex: Addr) {
    super(p, mutex, gWords.WAIT_MUTEX)
  }

  protected override passes(word: HeapWord): boolean {
    const { heap } = this.p.memory
    if (heap[word + WAITABLE_STATE] !== 0) return false
    heap[word + WAITABLE_STATE] = 1
    return true
  }
}

/**
 * Hands the mutex to the first goroutine that waits, or frees it. Its state stays 1 as it is handed
 * over. Throws a ChannelError if it is not held. @nosafepoint
 */
export function unlockMutex(p: Runner, mutex: Addr): void {
  const { heap } = p.memory
  const word = mutex >>> 2
  probeStackForLock()
  let wasHeld = false
  let woken: Woken = NOBODY
  lock(heap, word + WAITABLE_LOCK)
  try {
    wasHeld = heap[word + WAITABLE_STATE] !== 0
    if (wasHeld) woken = takeFirst(p, word)
    if (woken === NOBODY) heap[word + WAITABLE_STATE] = 0
  } finally {
    unlock(heap, word + WAITABLE_LOCK)
  }
  if (!wasHeld) throw new ChannelError('unlock of unlocked mutex')
  wake(p, woken)
}

export class WaitForGroup extends Wait {
  override readonly what = 'waitGroup.wait'
  constructor(p: Runner, group: Addr) {
    super(p, group, gWords.WAIT_GROUP)
  }

  protected override passes(word: HeapWord): boolean {
    return this.p.memory.heap[word + WAITABLE_STATE] === 0
  }
}

/**
 * Changes a wait group's count by a whole number. At 0 it wakes all goroutines that wait. If the
 * count would be below 0 or above 2³¹ − 1, it is not changed, and a ChannelError is thrown.
 * @nosafepoint
 */
export function addToGroup(p: Runner, group: Addr, delta: number): void {
  const { heap } = p.memory
  const word = group >>> 2
  probeStackForLock()
  let count = 0
  let woken: Woken = NOBODY
  lock(heap, word + WAITABLE_LOCK)
  try {
    count = heap[word + WAITABLE_STATE] + delta
    if (count >= 0 && count <= MAX_COUNT) heap[word + WAITABLE_STATE] = count
    if (count === 0) woken = takeAll(p, word)
  } finally {
    unlock(heap, word + WAITABLE_LOCK)
  }
  if (count < 0) throw new ChannelError('negative wait group counter')
  if (count > MAX_COUNT) throw new ChannelError(`wait group counter above ${MAX_COUNT}`)
  wake(p, woken)
}

/**
 * Takes the first goroutine that waits, and wins its ticket. NOBODY: none waits. LOST: another P
 * has woken it. That cannot be: it waits in this queue only, and without a timer.
 */
function takeFirst(p: Runner, word: HeapWord): Woken {
  const { waiters, goroutines } = p
  const waiter = waiters.takeFirst(word + WAITABLE_QUEUE)
  if (waiter === 0) return NOBODY
  const goroutine = waiters.read(waiter, gWords.WAITER_GOROUTINE) as GoroutineId
  if (!goroutines.winTicket(goroutine, waiters.read(waiter, gWords.WAITER_TICKET))) return LOST
  p.memory.meta[p.memory.goroutineWord(goroutine, gWords.NEXT)] = NOBODY
  return goroutine
}

/** As takeFirst, for all goroutines that wait. They are linked by their records, oldest first. */
function takeAll(p: Runner, word: HeapWord): Woken {
  const { meta } = p.memory
  const first = takeFirst(p, word)
  for (let last = first; last !== NOBODY && last !== LOST; ) {
    const next = takeFirst(p, word)
    meta[p.memory.goroutineWord(last, gWords.NEXT)] = next
    last = next
  }
  return first
}

/** Makes the goroutines ready, once the lock is free: nothing that can throw is done under it. */
function wake(p: Runner, first: Woken): void {
  for (let id: Woken = first; id !== NOBODY; ) {
    if (id === LOST)
      throw new InternalError('a goroutine waits in one queue and was woken from another')
    const next = p.memory.meta[p.memory.goroutineWord(id, gWords.NEXT)] as GoroutineId
    p.placement.ready(id)
    id = next
  }
}
