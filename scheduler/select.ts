/**
 * Select: waits for the first of several channel operations, a timeout, or takes `otherwise` if
 * none is possible now.
 *
 *   1  in random order: do the first case that need not wait
 *   2  make a wait record for each channel; then park
 *   3  on each channel: queue its record, all with one ticket. The P that wins the ticket wakes the
 *      goroutine, and the other records are stale
 *   4  woken: unlink what is left, take what was handed over
 *
 * Different from Go, the channels are locked one after the other, and not all at once. So in step 3
 * a case may have become possible. Then the goroutine must win its own ticket before it does the
 * case:
 *
 * 1. If it loses the ticket, another P has woken it already, and the select is done.
 * 2. If it wins, no other P can wake it by the records that are queued. It does the case.
 * 3. If the case is not possible any more, its peer was another select, which has been woken from
 *    elsewhere. Then step 3 begins again, with a new ticket.
 *
 * A case without a channel (nil) is never possible, as in Go. A program switches a case off by it.
 */

import { now } from '#sync'
import type { ShadowStack } from '../heap/shadow-stack.ts'
import type { Addr, GoroutineId, WaiterId } from '../memory/kinds.ts'
import * as gWords from '../memory/words/goroutine.ts'
import {
  CHANNEL_KIND,
  CHANNEL_RECEIVERS,
  CHANNEL_SENDERS,
  ChannelError,
  type Channels,
  IS_CLOSED,
  KIND_REF,
  MUST_WAIT,
} from './channel.ts'
import { type Runner, YieldedOperation } from './operation.ts'

/** More answers of enqueueOrDo than sendNow has: the record is queued; another P won the ticket. */
const QUEUED = -3
const LOST = -4

export interface SelectCase {
  readonly kind: 'receive' | 'send' | 'timeout' | 'otherwise'
  /** The channel; nil if the case is never possible. */
  readonly channel: Addr
  /** What to send; for a timeout, its milliseconds. */
  readonly value: number
}

/** A select. The subclass makes its result of `index`, `value` and `ok`. */
export abstract class Select<T> extends YieldedOperation<T> {
  override readonly what = 'select'
  /** The case that was done, by its index in `cases`. */
  protected index = -1
  protected value = 0
  /** False for a receive from a closed, empty channel. */
  protected ok = true
  private readonly cases: readonly SelectCase[]
  private readonly channels: Channels
  /** The wait record of each case, by its index; 0 for a case without a channel. */
  private readonly waiters: WaiterId[] = []
  private isClosed = false

  constructor(p: Runner, channels: Channels, cases: readonly SelectCase[]) {
    super(p)
    this.channels = channels
    this.cases = cases
  }

  /** Two words a case: its channel, and the reference to send or the slot to receive into. */
  protected override keepReferences(stack: ShadowStack): void {
    for (const { kind, channel, value } of this.cases) {
      stack.push(channel)
      stack.push(kind === 'send' && this.isOfReferences(channel) ? value : 0)
    }
  }

  protected override tryNow(): boolean {
    const order = this.p.random.orderOf(this.cases.length)
    for (let at = 0; at < this.cases.length; at++) {
      const woken = this.doLocked(order[at])
      if (woken === MUST_WAIT) continue
      if (woken > 0) this.p.placement.ready(woken as GoroutineId)
      return true
    }
    const otherwise = this.cases.findIndex(({ kind }) => kind === 'otherwise')
    if (otherwise >= 0) this.index = otherwise
    return otherwise >= 0
  }

  /** Does case `index`, if it need not wait. Answers as sendNow and receiveNow do. */
  private doLocked(index: number): number {
    const { channel } = this.cases[index]
    if (channel === 0) return MUST_WAIT
    this.channels.lock(channel)
    try {
      return this.do(index)
    } finally {
      this.channels.unlock(channel)
    }
  }

  /** The same, with the channel locked. */
  private do(index: number): number {
    const { kind, channel, value } = this.cases[index]
    const woken =
      kind === 'send' ? this.channels.sendNow(channel, value) : this.channels.receiveNow(channel)
    if (woken !== MUST_WAIT) this.take(index, kind === 'receive')
    this.isClosed = woken === IS_CLOSED
    return woken
  }

  /** Notes the case that was done, and what a receive got. */
  private take(index: number, isReceive: boolean): void {
    this.index = index
    this.value = isReceive ? this.channels.received.value : 0
    this.ok = isReceive ? this.channels.received.ok : true
  }

  protected override parkOrFinish(): boolean {
    // Before the goroutine parks: if there are not enough records, it can still catch the error.
    this.makeRecords()
    for (let ticket = this.p.park(gWords.WAIT_SELECT, 0); ; ticket = this.p.ticket) {
      const outcome = this.enqueueAll(ticket)
      if (outcome === 'queued') {
        this.setTimer(ticket)
        return true
      }
      if (outcome === 'woken') return true
      // The ticket is this goroutine's: it goes on without a wait, or queues its records again.
      this.unlinkAll()
      if (outcome === 'again') continue
      this.releaseRecords()
      return false
    }
  }

  /** Makes a record for each channel. Throws a RangeError, and keeps none, if there are too few. */
  private makeRecords(): void {
    const { waiters, goroutine } = this.p
    try {
      for (const [index, { channel }] of this.cases.entries())
        this.waiters.push(channel === 0 ? 0 : waiters.create(goroutine, 0, index))
    } catch (error) {
      this.releaseRecords()
      throw error
    }
  }

  /**
   * Sets a timer for the shortest timeout. It comes last: only this P fires it, and it has the
   * ticket with which the records are queued.
   */
  private setTimer(ticket: number): void {
    let least = Number.POSITIVE_INFINITY
    for (const { kind, value } of this.cases) if (kind === 'timeout') least = Math.min(least, value)
    if (least < Number.POSITIVE_INFINITY) this.p.timers.add(now() + least, this.p.goroutine, ticket)
  }

  /** Step 3: queues all records, or stops at the first case that has become possible. */
  private enqueueAll(ticket: number): 'queued' | 'woken' | 'done' | 'again' {
    for (let index = 0; index < this.cases.length; index++) {
      const woken = this.cases[index].channel === 0 ? QUEUED : this.enqueueOrDo(index, ticket)
      if (woken === QUEUED) continue
      if (woken === LOST) return 'woken'
      if (woken > 0) this.p.placement.ready(woken as GoroutineId)
      return woken !== MUST_WAIT ? 'done' : 'again'
    }
    return 'queued'
  }

  /**
   * Queues the record of a case. If the case has become possible, wins the ticket and does the case
   * instead, and answers as sendNow and receiveNow do. All of it is under the channel's lock.
   */
  private enqueueOrDo(index: number, ticket: number): number {
    const { channels } = this
    const { waiters, goroutines, goroutine } = this.p
    const { kind, channel, value } = this.cases[index]
    const isSend = kind === 'send'
    channels.lock(channel)
    try {
      if (isSend ? channels.maySend(channel) : channels.mayReceive(channel))
        return goroutines.winTicket(goroutine, ticket) ? this.do(index) : LOST
      const waiter = this.waiters[index]
      waiters.setTicket(waiter, ticket)
      const queue = isSend ? CHANNEL_SENDERS : CHANNEL_RECEIVERS
      channels.enqueue(channel, queue, waiter, this.slot(2 * index + 1), value)
      return QUEUED
    } finally {
      channels.unlock(channel)
    }
  }

  protected override resume(): void {
    const { memory, goroutine, timers } = this.p
    this.unlinkAll()
    this.releaseRecords()
    const index = memory.meta[memory.goroutineWord(goroutine, gWords.WOKEN_BY)]
    if (index < 0) {
      this.index = this.firstTimeout()
      return
    }
    timers.cancel(goroutine)
    const { kind, channel } = this.cases[index]
    const elements = memory.heap[(channel >>> 2) + CHANNEL_KIND]
    const handed = this.channels.takeHanded(
      kind === 'send' ? KIND_REF : elements,
      this.slot(2 * index + 1),
    )
    this.isClosed = kind === 'send' && !handed.ok
    this.take(index, kind === 'receive')
  }

  /** The case of the shortest timeout; of equal ones, the first. */
  private firstTimeout(): number {
    let first = -1
    for (const [index, { kind, value }] of this.cases.entries())
      if (kind === 'timeout' && (first < 0 || value < this.cases[first].value)) first = index
    return first
  }

  /** Unlinks all records. A record's lock is that of its channel, so each is taken in turn. */
  private unlinkAll(): void {
    const { waiters } = this.p
    for (const waiter of this.waiters) {
      const channel = waiter === 0 ? 0 : waiters.read(waiter, gWords.WAITER_OBJECT)
      if (channel === 0) continue
      this.channels.lock(channel)
      try {
        waiters.remove(waiter)
      } finally {
        this.channels.unlock(channel)
      }
    }
  }

  private releaseRecords(): void {
    for (const waiter of this.waiters) if (waiter !== 0) this.p.waiters.release(waiter)
    this.waiters.length = 0
  }

  private isOfReferences(channel: Addr): boolean {
    return channel !== 0 && this.p.memory.heap[(channel >>> 2) + CHANNEL_KIND] === KIND_REF
  }

  /** Throws a ChannelError if the case that was done is a send to a closed channel. */
  protected expectOpen(): void {
    if (this.isClosed) throw new ChannelError('send on closed channel')
  }
}
