/**
 * Channels. A channel is an object of the heap; its elements are in a second object, its buffer.
 *
 *   word 0 header    1 buffer   2 lock     3 capacity      4 count
 *        5 first     6 closed   7 kind     8,9 receivers   10,11 senders
 *
 * All but the header is under the lock. Buffer, capacity and kind never change. Invariant:
 * receivers wait only if the buffer is empty and no sender waits; senders wait only if the buffer
 * is full.
 *
 *   send      to the first receiver, else into the buffer, else it waits
 *   receive   from the buffer, which a waiting sender then fills again, else from the first sender,
 *             else it waits
 *
 * A goroutine looks once before it parks, and a second time after. The second look is under the
 * lock that also queues it. So no peer comes between the look and the queue unseen.
 *
 * A P that meets a waiting goroutine wins its ticket, does the goroutine's part for it, notes the
 * outcome in its record, and makes it ready once the lock is free. So a woken goroutine need not
 * look at the channel again.
 *
 * Every reference that moves takes the barrier:
 *
 * 1. Into the buffer, and out of it: the slot is cleared.
 * 2. Into the stack of a receiver that waits. That stack may have been scanned already.
 * 3. From the stack of a sender that waits. The only copy may be there, and that stack may not have
 *    been scanned yet. The sender drops it when it goes on.
 */

import { ARRAY_ELEMENTS_BYTE } from '../heap/object.ts'
import type { ShadowStack } from '../heap/shadow-stack.ts'
import type { Addr, GoroutineId, HeapWord, MetaWord, WaiterId } from '../memory/kinds.ts'
import { lock, unlock } from '../memory/lock.ts'
import { probeStackForLock } from '../memory/stack-probe.ts'
import * as gWords from '../memory/words/goroutine.ts'
import { type Runner, YieldedOperation } from './operation.ts'

export const CHANNEL_BUFFER = 1
export const CHANNEL_LOCK = 2
export const CHANNEL_CAPACITY = 3
export const CHANNEL_COUNT = 4
export const CHANNEL_FIRST = 5
export const CHANNEL_CLOSED = 6
export const CHANNEL_KIND = 7
export const CHANNEL_RECEIVERS = 8
export const CHANNEL_SENDERS = 10
export const CHANNEL_WORDS = 12

/** How an element is stored. These numbers stand in CHANNEL_KIND and in declarations. */
export const KIND_REF = 0
export const KIND_I32 = 1
export const KIND_U32 = 2
export const KIND_F64 = 3
export const KIND_BOOL = 4

/**
 * Answers of sendNow and receiveNow. Above 0 is a goroutine that the caller must make ready, 0 is
 * done without one. These two are no goroutine.
 */
export const MUST_WAIT = -1
export const IS_CLOSED = -2

/** A program's misuse of a channel, mutex or wait group. */
export class ChannelError extends Error {
  override name = 'ChannelError'
}

/** What a receive got. Each P has one and uses it again, so that a receive allocates nothing. */
export interface Received {
  value: number
  ok: boolean
}

export class Channels {
  readonly received: Received = { value: 0, ok: false }
  private readonly p: Runner

  constructor(p: Runner) {
    this.p = p
  }

  lock(channel: Addr): void {
    this.p.memory.faults.pass('channel/lock')
    lock(this.p.memory.heap, (channel >>> 2) + CHANNEL_LOCK)
  }

  unlock(channel: Addr): void {
    unlock(this.p.memory.heap, (channel >>> 2) + CHANNEL_LOCK)
  }

  /**
   * Sends, if a receiver waits or the buffer has room. Returns the receiver, 0 if there is none,
   * MUST_WAIT, or IS_CLOSED. The channel is locked. The caller makes the receiver ready after it
   * has unlocked.
   */
  sendNow(channel: Addr, value: number): number {
    const { heap } = this.p.memory
    const word = channel >>> 2
    if (heap[word + CHANNEL_CLOSED] !== 0) return IS_CLOSED
    const receiver = this.takePeer(word + CHANNEL_RECEIVERS)
    if (receiver !== 0) return this.deliver(receiver, heap[word + CHANNEL_KIND], value)
    if (heap[word + CHANNEL_COUNT] === heap[word + CHANNEL_CAPACITY]) return MUST_WAIT
    this.append(word, value)
    return 0
  }

  /**
   * Receives into `received`, if there is a value or the channel is closed. Returns the sender that
   * waited, 0 if there is none, or MUST_WAIT. The channel is locked.
   */
  receiveNow(channel: Addr): number {
    const { heap } = this.p.memory
    const { received } = this
    const word = channel >>> 2
    received.ok = true
    if (heap[word + CHANNEL_COUNT] > 0) {
      received.value = this.takeFirst(word)
      // A sender waits only if the buffer was full, so there is room for its value now.
      const sender = this.takePeer(word + CHANNEL_SENDERS)
      if (sender === 0) return 0
      this.append(word, this.valueOf(sender, heap[word + CHANNEL_KIND]))
      return this.release(sender, 'done')
    }
    const sender = this.takePeer(word + CHANNEL_SENDERS)
    if (sender !== 0) {
      received.value = this.valueOf(sender, heap[word + CHANNEL_KIND])
      return this.release(sender, 'done')
    }
    if (heap[word + CHANNEL_CLOSED] === 0) return MUST_WAIT
    received.value = 0
    received.ok = false
    return 0
  }

  /**
   * True if a send would not have to wait. No ticket is won, so a peer that is seen here may be
   * lost to another P before the send. The channel is locked.
   */
  maySend(channel: Addr): boolean {
    const { heap } = this.p.memory
    const word = channel >>> 2
    if (
      heap[word + CHANNEL_CLOSED] !== 0 ||
      heap[word + CHANNEL_COUNT] < heap[word + CHANNEL_CAPACITY]
    )
      return true
    return this.findPeer(word + CHANNEL_RECEIVERS) !== 0
  }

  /** The same of a receive. */
  mayReceive(channel: Addr): boolean {
    const { heap } = this.p.memory
    const word = channel >>> 2
    if (heap[word + CHANNEL_CLOSED] !== 0 || heap[word + CHANNEL_COUNT] > 0) return true
    return this.findPeer(word + CHANNEL_SENDERS) !== 0
  }

  /**
   * Closes the channel. Each receiver that waits gets zero and `ok` false, each sender that waits
   * an error. Throws a ChannelError if the channel is closed already. @nosafepoint
   */
  close(channel: Addr): void {
    probeStackForLock()
    const word = channel >>> 2
    let woken: number = MUST_WAIT
    this.lock(channel)
    try {
      if (this.p.memory.heap[word + CHANNEL_CLOSED] === 0) woken = this.closeLocked(word)
    } finally {
      this.unlock(channel)
    }
    if (woken === MUST_WAIT) throw new ChannelError('close of closed channel')
    this.p.placement.readyAll(woken as GoroutineId)
  }

  /**
   * Returns the first of the goroutines that must be made ready, linked by their records; 0: none.
   */
  private closeLocked(word: HeapWord): GoroutineId {
    const { meta, heap } = this.p.memory
    heap[word + CHANNEL_CLOSED] = 1
    let first: GoroutineId = 0
    let last: GoroutineId = 0
    for (
      let queue = CHANNEL_RECEIVERS;
      queue <= CHANNEL_SENDERS;
      queue += CHANNEL_SENDERS - CHANNEL_RECEIVERS
    ) {
      for (let peer = this.takePeer(word + queue); peer !== 0; peer = this.takePeer(word + queue)) {
        const goroutine = this.release(peer, 'closed') as GoroutineId
        meta[this.p.memory.goroutineWord(goroutine, gWords.NEXT)] = 0
        if (last === 0) first = goroutine
        else meta[this.p.memory.goroutineWord(last, gWords.NEXT)] = goroutine
        last = goroutine
      }
    }
    return first
  }

  /**
   * Queues the goroutine of this P, which has parked, in a channel that is locked. `slot`: the word
   * of its stack that holds the reference to send, or that the reference it receives goes to.
   */
  enqueue(channel: Addr, queue: HeapWord, waiter: WaiterId, slot: MetaWord, value: number): void {
    const { memory, waiters } = this.p
    memory.meta[waiters.word(waiter, gWords.WAITER_SLOT)] = slot
    memory.meta[waiters.word(waiter, gWords.WAITER_OBJECT)] = channel
    memory.metaF64[waiters.value(waiter)] = value
    waiters.append((channel >>> 2) + queue, waiter)
  }

  /** What a receiver that was woken was handed: a reference in its slot, or a scalar. */
  takeHanded(kind: number, slot: number): Received {
    const { memory, goroutine } = this.p
    this.received.ok = memory.meta[memory.goroutineWord(goroutine, gWords.WOKEN_OK)] !== 0
    if (kind === KIND_REF) this.received.value = memory.meta[slot]
    else
      this.received.value = this.received.ok
        ? memory.metaF64[memory.goroutineDouble(goroutine, gWords.WOKEN_VALUE)]
        : 0
    return this.received
  }

  /**
   * The first record in the queue whose goroutine still waits; 0 if there is none. Stale records
   * are unlinked on the way. The goroutine of this P is passed over: a select may wait at both
   * ends.
   */
  private findPeer(queue: HeapWord): WaiterId {
    const { memory, waiters, goroutine } = this.p
    for (let id = memory.heap[queue] as WaiterId; id !== 0; ) {
      const next = waiters.read(id, gWords.WAITER_NEXT) as WaiterId
      const owner = waiters.read(id, gWords.WAITER_GOROUTINE) as GoroutineId
      if (owner !== goroutine) {
        // A plain read. The goroutine had this ticket as it queued the record, under this lock. So
        // the read cannot be older than the record, and another number says that it is stale.
        const ticket = memory.meta[memory.goroutineWord(owner, gWords.TICKET)]
        if (ticket === waiters.read(id, gWords.WAITER_TICKET)) return id
        waiters.remove(id)
      }
      id = next
    }
    return 0
  }

  /** Takes the first record whose goroutine still waits: wins its ticket, and unlinks it. */
  private takePeer(queue: HeapWord): WaiterId {
    const { waiters, goroutines } = this.p
    for (;;) {
      const id = this.findPeer(queue)
      if (id === 0) return 0
      const won = goroutines.winTicket(
        waiters.read(id, gWords.WAITER_GOROUTINE) as GoroutineId,
        waiters.read(id, gWords.WAITER_TICKET),
      )
      waiters.remove(id)
      if (won) return id
    }
  }

  /**
   * Hands a value to a receiver whose ticket is won. Returns its goroutine, which must be made
   * ready.
   */
  private deliver(receiver: WaiterId, kind: number, value: number): number {
    const { memory, waiters, collector } = this.p
    const goroutine = waiters.read(receiver, gWords.WAITER_GOROUTINE) as GoroutineId
    memory.faults.pass('channel/deliver')
    if (kind === KIND_REF)
      collector.barrier.writeMeta(waiters.read(receiver, gWords.WAITER_SLOT), value)
    else memory.metaF64[memory.goroutineDouble(goroutine, gWords.WOKEN_VALUE)] = value
    return this.release(receiver, 'done')
  }

  /** Notes for a goroutine whose ticket is won why it is woken. Returns the goroutine. */
  private release(waiter: WaiterId, outcome: 'done' | 'closed'): number {
    const { memory, waiters } = this.p
    const goroutine = waiters.read(waiter, gWords.WAITER_GOROUTINE) as GoroutineId
    memory.meta[memory.goroutineWord(goroutine, gWords.WOKEN_BY)] = waiters.read(
      waiter,
      gWords.WAITER_CASE,
    )
    memory.meta[memory.goroutineWord(goroutine, gWords.WOKEN_OK)] = outcome === 'done' ? 1 : 0
    return goroutine
  }

  /** The value of a sender that waits. A reference is shaded, since the sender drops its copy. */
  private valueOf(sender: WaiterId, kind: number): number {
    const { memory, waiters, collector } = this.p
    if (kind !== KIND_REF) return memory.metaF64[waiters.value(sender)]
    const value = memory.meta[waiters.read(sender, gWords.WAITER_SLOT)]
    collector.barrier.shade(value)
    return value
  }

  private append(word: HeapWord, value: number): void {
    const { heap } = this.p.memory
    const at =
      (heap[word + CHANNEL_FIRST] + heap[word + CHANNEL_COUNT]) % heap[word + CHANNEL_CAPACITY]
    this.write(word, at, value)
    heap[word + CHANNEL_COUNT]++
  }

  private takeFirst(word: HeapWord): number {
    const { heap } = this.p.memory
    const first = heap[word + CHANNEL_FIRST]
    const value = this.read(word, first)
    if (heap[word + CHANNEL_KIND] === KIND_REF) this.write(word, first, 0)
    heap[word + CHANNEL_FIRST] = (first + 1) % heap[word + CHANNEL_CAPACITY]
    heap[word + CHANNEL_COUNT]--
    return value
  }

  private read(word: HeapWord, index: number): number {
    const { heap, heapU32, heapF64, heapU8 } = this.p.memory
    const elements = heap[word + CHANNEL_BUFFER] + ARRAY_ELEMENTS_BYTE
    switch (heap[word + CHANNEL_KIND]) {
      case KIND_U32:
        return heapU32[(elements >>> 2) + index]
      case KIND_F64:
        return heapF64[(elements >>> 3) + index]
      case KIND_BOOL:
        return heapU8[elements + index]
      default:
        return heap[(elements >>> 2) + index]
    }
  }

  private write(word: HeapWord, index: number, value: number): void {
    const { heap, heapF64, heapU8 } = this.p.memory
    const elements = heap[word + CHANNEL_BUFFER] + ARRAY_ELEMENTS_BYTE
    switch (heap[word + CHANNEL_KIND]) {
      case KIND_REF:
        this.p.collector.barrier.write((elements >>> 2) + index, value)
        break
      case KIND_F64:
        heapF64[(elements >>> 3) + index] = value
        break
      case KIND_BOOL:
        heapU8[elements + index] = value
        break
      default:
        heap[(elements >>> 2) + index] = value
    }
  }
}

/** A send or receive of one goroutine on one channel. */
abstract class ChannelOperation<T> extends YieldedOperation<T> {
  protected readonly channels: Channels
  protected readonly channel: Addr
  private readonly queue: HeapWord
  private readonly reason: number
  private waiter: WaiterId = 0

  constructor(p: Runner, channels: Channels, channel: Addr, queue: HeapWord, reason: number) {
    super(p)
    this.channels = channels
    this.channel = channel
    this.queue = queue
    this.reason = reason
  }

  protected override tryNow(): boolean {
    return this.doneBy(this.doOr('give up'))
  }

  protected override parkOrFinish(): boolean {
    // The record comes first. If there is none left, the goroutine is not parked yet, and can catch
    // the error.
    this.waiter = this.p.waiters.create(this.p.goroutine, this.p.ticket, 0)
    this.p.park(this.reason, this.channel)
    if (!this.doneBy(this.doOr('enqueue'))) return true
    this.p.waiters.release(this.waiter)
    return false
  }

  /** As sendNow and receiveNow. If it must wait, queues the goroutine, or does nothing, as told. */
  private doOr(otherwise: 'enqueue' | 'give up'): number {
    const { channels, channel } = this
    channels.lock(channel)
    try {
      const woken = this.doNow()
      if (woken === MUST_WAIT && otherwise === 'enqueue')
        channels.enqueue(channel, this.queue, this.waiter, this.slot(1), this.scalar())
      return woken
    } finally {
      channels.unlock(channel)
    }
  }

  /** Makes ready what was woken, with the lock free. False if the operation must wait. */
  private doneBy(woken: number): boolean {
    if (woken > 0) this.p.placement.ready(woken as GoroutineId)
    return woken !== MUST_WAIT
  }

  protected override resume(): void {
    this.p.waiters.release(this.waiter)
    this.takeHanded()
  }

  /** As sendNow and receiveNow. */
  protected abstract doNow(): number
  /** The scalar to send; 0 for a reference, which stands on the shadow stack, and for a receive. */
  protected abstract scalar(): number
  /** Takes what the P that woke the goroutine has noted. */
  protected abstract takeHanded(): void

  protected get kind(): number {
    return this.p.memory.heap[(this.channel >>> 2) + CHANNEL_KIND]
  }
}

export class Send extends ChannelOperation<void> {
  override readonly what = 'send'
  private readonly value: number
  private isClosed = false

  constructor(p: Runner, channels: Channels, channel: Addr, value: number) {
    super(p, channels, channel, CHANNEL_SENDERS, gWords.WAIT_SEND)
    this.value = value
  }

  protected override keepReferences(stack: ShadowStack): void {
    stack.push(this.channel)
    stack.push(this.kind === KIND_REF ? this.value : 0)
  }

  protected override doNow(): number {
    const woken = this.channels.sendNow(this.channel, this.value)
    this.isClosed = woken === IS_CLOSED
    return woken
  }

  protected override scalar(): number {
    return this.kind === KIND_REF ? 0 : this.value
  }

  protected override takeHanded(): void {
    this.isClosed = !this.channels.takeHanded(KIND_REF, this.slot(1)).ok
  }

  /**
   * Throws a ChannelError if the channel is closed. It is thrown here, where the goroutine runs
   * again and can catch it.
   */
  protected override result(): void {
    if (this.isClosed) throw new ChannelError('send on closed channel')
  }
}

/**
 * A receive. The subclass makes its result of `value` and `ok`. They are zero and false once the
 * channel is closed and empty.
 */
export abstract class Receive<T> extends ChannelOperation<T> {
  override readonly what = 'recv'
  protected value = 0
  protected ok = false

  constructor(p: Runner, channels: Channels, channel: Addr) {
    super(p, channels, channel, CHANNEL_RECEIVERS, gWords.WAIT_RECEIVE)
  }

  protected override keepReferences(stack: ShadowStack): void {
    stack.push(this.channel)
    stack.push(0)
  }

  protected override doNow(): number {
    const woken = this.channels.receiveNow(this.channel)
    if (woken >= 0) this.take(this.channels.received)
    return woken
  }

  protected override scalar(): number {
    return 0
  }

  protected override takeHanded(): void {
    this.take(this.channels.takeHanded(this.kind, this.slot(1)))
  }

  private take({ value, ok }: Received): void {
    this.value = value
    this.ok = ok
  }
}
