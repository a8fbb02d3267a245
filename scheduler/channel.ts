/**
 * Channels. A channel is an object of the heap; what may wait in it is in a second one, its buffer.
 *
 *   word 0 header    1 buffer   2 lock     3 capacity      4 count
 *        5 first     6 closed   7 kind     8,9 receivers   10,11 senders
 *
 * All but the header is under the lock. Invariant: receivers wait only if the buffer is empty and
 * no sender waits; senders wait only if the buffer is full.
 *
 *   send      to the first receiver, else into the buffer, else it waits
 *   receive   from the buffer, which a waiting sender then fills again, else from the first sender,
 *             else it waits
 *
 * Every reference that moves takes the barrier: into the buffer; out of it (the slot is cleared);
 * into the stack of a receiver that waits; from the stack of a sender that waits, where it may be
 * the only copy, and that stack may not be scanned yet.
 */

import { ARRAY_ELEMENTS_BYTE } from '../heap/object.ts'
import type { ShadowStack } from '../heap/shadow-stack.ts'
import type { Addr, GoroutineId, WaiterId } from '../memory/kinds.ts'
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

/**
 * How an element is stored: in the order of the names, as numbers in CHANNEL_KIND and in
 * declarations.
 */
export const KIND_REF = 0
export const KIND_I32 = 1
export const KIND_U32 = 2
export const KIND_F64 = 3
export const KIND_BOOL = 4

/** Answers of sendNow and receiveNow that are no goroutine. */
export const MUST_WAIT = -1
export const IS_CLOSED = -2

/** A program's misuse of a channel, mutex or wait group. */
export class ChannelError extends Error {
  override name = 'ChannelError'
}

/** What a receive got. One per P, reused. */
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
   * Sends, if a receiver waits or the buffer has room. Returns the goroutine to be made ready (0:
   * none), MUST_WAIT, or IS_CLOSED. The channel is locked.
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
   * Receives into `received`, if there is something or the channel is closed; as sendNow otherwise.
   * The channel is locked.
   */
  receiveNow(channel: Addr): number {
    const { heap } = this.p.memory
    const { received } = this
    const word = channel >>> 2
    received.ok = true
    if (heap[word + CHANNEL_COUNT] > 0) {
      received.value = this.takeFirst(word)
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
   * True if a send (a receive) would not have to wait, as far as it can be told without winning
   * anybody's ticket. The channel is locked.
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

  mayReceive(channel: Addr): boolean {
    const { heap } = this.p.memory
    const word = channel >>> 2
    if (heap[word + CHANNEL_CLOSED] !== 0 || heap[word + CHANNEL_COUNT] > 0) return true
    return this.findPeer(word + CHANNEL_SENDERS) !== 0
  }

  /**
   * Closes: receivers that wait get nothing, senders that wait an error. Throws a ChannelError if
   * it is closed. @nosafepoint
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

  /** Returns the first of the goroutines that it wakes, linked by their records; 0: none. */
  private closeLocked(word: number): GoroutineId {
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
   * Queues the running goroutine, parked with `ticket`, in a channel that it has locked. `slot`:
   * where on its stack the reference is or goes.
   */
  enqueue(channel: Addr, queue: number, waiter: WaiterId, slot: number, value: number): void {
    const { memory, waiters } = this.p
    memory.meta[waiters.word(waiter, gWords.WAITER_SLOT)] = slot
    memory.meta[waiters.word(waiter, gWords.WAITER_OBJECT)] = channel
    memory.metaF64[waiters.value(waiter)] = value
    waiters.append((channel >>> 2) + queue, waiter)
  }

  /** What a woken receiver was handed: a reference in its slot, or a scalar. */
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
   * The first in the queue that still waits and is not the running goroutine itself (a select may
   * wait at both ends).
   */
  private findPeer(queue: number): WaiterId {
    const { memory, waiters, goroutine } = this.p
    for (let id = memory.heap[queue] as WaiterId; id !== 0; ) {
      const next = waiters.read(id, gWords.WAITER_NEXT) as WaiterId
      const owner = waiters.read(id, gWords.WAITER_GOROUTINE) as GoroutineId
      if (owner !== goroutine) {
        const ticket = memory.meta[memory.goroutineWord(owner, gWords.TICKET)]
        if (ticket === waiters.read(id, gWords.WAITER_TICKET)) return id
        waiters.remove(id)
      }
      id = next
    }
    return 0
  }

  /** Takes the first that still waits: its ticket is won, and it is in the queue no more. */
  private takePeer(queue: number): WaiterId {
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

  /** Hands a value to a receiver whose ticket is won. Returns its goroutine, to be made ready. */
  private deliver(receiver: WaiterId, kind: number, value: number): number {
    const { memory, waiters, collector } = this.p
    const goroutine = waiters.read(receiver, gWords.WAITER_GOROUTINE) as GoroutineId
    memory.faults.pass('channel/deliver')
    if (kind === KIND_REF)
      collector.barrier.writeMeta(waiters.read(receiver, gWords.WAITER_SLOT), value)
    else memory.metaF64[memory.goroutineDouble(goroutine, gWords.WOKEN_VALUE)] = value
    return this.release(receiver, 'done')
  }

  /** Tells a goroutine whose ticket is won why it is woken. */
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

  /** What a sender that waits wants to send. */
  private valueOf(sender: WaiterId, kind: number): number {
    const { memory, waiters, collector } = this.p
    if (kind !== KIND_REF) return memory.metaF64[waiters.value(sender)]
    const value = memory.meta[waiters.read(sender, gWords.WAITER_SLOT)]
    collector.barrier.shade(value)
    return value
  }

  private append(word: number, value: number): void {
    const { heap } = this.p.memory
    const at =
      (heap[word + CHANNEL_FIRST] + heap[word + CHANNEL_COUNT]) % heap[word + CHANNEL_CAPACITY]
    this.write(word, at, value)
    heap[word + CHANNEL_COUNT]++
  }

  private takeFirst(word: number): number {
    const { heap } = this.p.memory
    const first = heap[word + CHANNEL_FIRST]
    const value = this.read(word, first)
    if (heap[word + CHANNEL_KIND] === KIND_REF) this.write(word, first, 0)
    heap[word + CHANNEL_FIRST] = (first + 1) % heap[word + CHANNEL_CAPACITY]
    heap[word + CHANNEL_COUNT]--
    return value
  }

  private read(word: number, index: number): number {
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

  private write(word: number, index: number, value: number): void {
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
  private readonly queue: number
  private readonly reason: number
  private waiter: WaiterId = 0

  constructor(p: Runner, channels: Channels, channel: Addr, queue: number, reason: number) {
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
    // Made first: if there are no more records, the goroutine still runs, and may catch the error.
    this.waiter = this.p.waiters.create(this.p.goroutine, this.p.ticket, 0)
    this.p.park(this.reason, this.channel)
    if (!this.doneBy(this.doOr('enqueue'))) return true
    this.p.waiters.release(this.waiter)
    return false
  }

  /** As sendNow and receiveNow. If it must wait, it queues the goroutine, or does nothing. */
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
  protected abstract scalar(): number
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
   * Throws a ChannelError if the channel is closed: here, where the goroutine runs again and may
   * catch it.
   */
  protected override result(): void {
    if (this.isClosed) throw new ChannelError('send on closed channel')
  }
}

/**
 * A receive. Its result is the subclass's, made of `value` and `ok`: zero and false once the
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
