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
 * Different from Go, the channels are locked one after the other. So in 3 a case may have become
 * possible. Then the goroutine must win its own ticket before it does the case. If it has lost the
 * ticket, it has been woken already. If it has won it, and finds the case no longer possible (its
 * peer was a select that lost interest), it begins 3 again with a new ticket.
 *
 * A case of no channel (nil) is never possible, as in Go: so a program switches one off.
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

/**
 * Answers of enqueueOrDo beside those of sendNow: the record is queued; another has won the ticket.
 */
const QUEUED = -3
const LOST = -4

export interface SelectCase {
  readonly kind: 'receive' | 'send' | 'timeout' | 'otherwise'
  /** nil: never possible. */
  readonly channel: Addr
  /** What to send; for a timeout: milliseconds. */
  readonly value: number
}

/** A select. Its result is the subclass's, made of `index`, `value` and `ok`. */
export abstract class Select<T> extends YieldedOperation<T> {
  override readonly what = 'select'
  /** Which case was done, in the order given. */
  protected index = -1
  protected value = 0
  /** False for a receive from a closed, empty channel. */
  protected ok = true
  private readonly cases: readonly SelectCase[]
  private readonly channels: Channels
  /** By case; 0: it has none. */
  private readonly waiters: WaiterId[] = []
  private isClosed = false

  constructor(p: Runner, channels: Channels, cases: readonly SelectCase[]) {
    super(p)
    this.channels = channels
    this.cases = cases
  }

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

  /** Does case `index`, if that needs no wait: as sendNow and receiveNow. */
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

  private do(index: number): number {
    const { kind, channel, value } = this.cases[index]
    const woken =
      kind === 'send' ? this.channels.sendNow(channel, value) : this.channels.receiveNow(channel)
    if (woken !== MUST_WAIT) this.take(index, kind === 'receive')
    this.isClosed = woken === IS_CLOSED
    return woken
  }

  private take(index: number, isReceive: boolean): void {
    this.index = index
    this.value = isReceive ? this.channels.received.value : 0
    this.ok = isReceive ? this.channels.received.ok : true
  }

  protected override parkOrFinish(): boolean {
    this.makeRecords()
    for (let ticket = this.p.park(gWords.WAIT_SELECT, 0); ; ticket = this.p.ticket) {
      const outcome = this.enqueueAll(ticket)
      if (outcome === 'queued') {
        this.setTimer(ticket)
        return true
      }
      if (outcome === 'woken') return true
      this.unlinkAll()
      if (outcome === 'again') continue
      this.releaseRecords()
      return false
    }
  }

  /** Throws a RangeError, and has made none, if there are not enough. */
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

  /** The least of the timeouts counts. */
  private setTimer(ticket: number): void {
    let least = Number.POSITIVE_INFINITY
    for (const { kind, value } of this.cases) if (kind === 'timeout') least = Math.min(least, value)
    if (least < Number.POSITIVE_INFINITY) this.p.timers.add(now() + least, this.p.goroutine, ticket)
  }

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
   * Queues the record of a case; or, if the case has become possible and the ticket is won, does
   * it, as sendNow and receiveNow.
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

  /** The timeout that is over first; of equals the first. */
  private firstTimeout(): number {
    let first = -1
    for (const [index, { kind, value }] of this.cases.entries())
      if (kind === 'timeout' && (first < 0 || value < this.cases[first].value)) first = index
    return first
  }

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

  /** Throws a ChannelError if the case chosen is a send to a closed channel. */
  protected expectOpen(): void {
    if (this.isClosed) throw new ChannelError('send on closed channel')
  }
}
