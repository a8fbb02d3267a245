/**
 * Select: waits for the first of several channel operations, a timeout, or takes `otherwise` if none is possible now.
 *
 *   1  in random order: do the first case that need not wait
 *   2  park; on each channel: queue a wait record, all with one ticket. Whoever wins the ticket wakes the goroutine, and the other records are stale
 *   3  woken: unlink what is left, take what was handed over
 *
 * Different from Go, the channels are locked one after the other. So in 2 a case may have become possible: then the goroutine must win its own
 * ticket before it does it. If it lost the ticket it has been woken already. If it won it, and finds the case no longer possible (its peer was a
 * select that lost interest), it begins 2 again with a new ticket.
 */

import { now } from '#sync'
import * as g from '../heap/layout/goroutine.ts'
import type { Addr } from '../heap/memory.ts'
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
import { YieldedOperation } from './operation.ts'
import type { P } from './p.ts'
import type { WaiterId } from './waiters.ts'

export interface SelectCase {
  readonly kind: 'receive' | 'send' | 'timeout' | 'otherwise'
  readonly channel: Addr
  /** What to send; for a timeout: milliseconds. */
  readonly value: number
}

export interface Selected {
  /** Which case, in the order given. */
  index: number
  value: number
  /** False for a receive from a closed, empty channel. */
  ok: boolean
}

export class Select extends YieldedOperation<Selected> {
  override readonly what = 'select'
  private readonly cases: readonly SelectCase[]
  private readonly channels: Channels
  private readonly waiters: WaiterId[] = []
  private readonly selected: Selected = { index: -1, value: 0, ok: true }
  private readonly start: number
  private isClosed = false

  /** `start`: a random number that says which case is tried first. */
  constructor(p: P, channels: Channels, cases: readonly SelectCase[], start: number) {
    super(p)
    this.channels = channels
    this.cases = cases
    this.start = start
  }

  protected override keepReferences(keep: (reference: Addr) => void): void {
    for (const { kind, channel, value } of this.cases) {
      keep(channel)
      keep(kind === 'send' && this.isOfReferences(channel) ? value : 0)
    }
  }

  protected override tryNow(): boolean {
    const count = this.cases.length
    for (let offset = 0; offset < count; offset++) {
      const index = (this.start + offset) % count
      if (this.doIfPossible(index)) return true
    }
    const otherwise = this.cases.findIndex(({ kind }) => kind === 'otherwise')
    if (otherwise >= 0) this.selected.index = otherwise
    return otherwise >= 0
  }

  private doIfPossible(index: number): boolean {
    const { kind, channel } = this.cases[index]
    if (kind !== 'receive' && kind !== 'send') return false
    this.channels.lock(channel)
    const woken = this.do(index)
    this.channels.unlock(channel)
    if (woken > 0) this.p.ready(woken)
    return woken !== MUST_WAIT
  }

  /** Does case `index` on its locked channel, if that needs no wait. */
  private do(index: number): number {
    const { kind, channel, value } = this.cases[index]
    const woken = kind === 'send' ? this.channels.sendNow(channel, value) : this.channels.receiveNow(channel)
    if (woken !== MUST_WAIT) this.take(index, kind === 'receive')
    this.isClosed = woken === IS_CLOSED
    return woken
  }

  private take(index: number, isReceive: boolean): void {
    this.selected.index = index
    this.selected.value = isReceive ? this.channels.received.value : 0
    this.selected.ok = isReceive ? this.channels.received.ok : true
  }

  protected override parkOrFinish(): boolean {
    let ticket = this.p.park(g.WAIT_SELECT, 0)
    for (;;) {
      const outcome = this.enqueueAll(ticket)
      if (outcome === 'queued') {
        const timeout = this.cases.findIndex(({ kind }) => kind === 'timeout')
        if (timeout >= 0) this.p.timers.add(now() + this.cases[timeout].value, this.p.goroutine, ticket)
        return true
      }
      if (outcome === 'woken') return true
      this.unlinkAll()
      if (outcome === 'done') return false
      ticket = this.p.memory.words[this.p.memory.goroutine(this.p.goroutine, g.TICKET)]
    }
  }

  private enqueueAll(ticket: number): 'queued' | 'woken' | 'done' | 'again' {
    const { waiters, goroutines, goroutine } = this.p
    for (let index = 0; index < this.cases.length; index++) {
      const { kind, channel, value } = this.cases[index]
      if (kind !== 'receive' && kind !== 'send') continue
      const waiter = waiters.create(goroutine, ticket, index)
      this.waiters.push(waiter)
      this.channels.lock(channel)
      const isPossible = kind === 'send' ? this.channels.maySend(channel) : this.channels.mayReceive(channel)
      if (!isPossible) {
        const scalar = this.isOfReferences(channel) ? 0 : value
        this.channels.enqueue(
          channel,
          kind === 'send' ? CHANNEL_SENDERS : CHANNEL_RECEIVERS,
          waiter,
          this.slot(2 * index + 1),
          scalar,
        )
        this.channels.unlock(channel)
        continue
      }
      const won = goroutines.winTicket(goroutine, ticket)
      const woken = won ? this.do(index) : MUST_WAIT
      this.channels.unlock(channel)
      if (!won) return 'woken'
      if (woken > 0) this.p.ready(woken)
      return woken !== MUST_WAIT ? 'done' : 'again'
    }
    return 'queued'
  }

  protected override resume(): void {
    const { memory, goroutine, timers } = this.p
    this.unlinkAll()
    const index = memory.words[memory.goroutine(goroutine, g.WOKEN_BY)]
    if (index < 0) {
      this.selected.index = this.cases.findIndex(({ kind }) => kind === 'timeout')
      return
    }
    timers.cancel(goroutine)
    const { kind, channel } = this.cases[index]
    const elements = memory.i32[(channel >>> 2) + CHANNEL_KIND]
    const handed = this.channels.takeHanded(kind === 'send' ? KIND_REF : elements, this.slot(2 * index + 1))
    this.isClosed = kind === 'send' && !handed.ok
    this.take(index, kind === 'receive')
  }

  private unlinkAll(): void {
    const { waiters } = this.p
    for (const waiter of this.waiters) {
      const channel = waiters.read(waiter, g.WAITER_OBJECT)
      if (channel !== 0) {
        this.channels.lock(channel)
        waiters.remove(waiter)
        this.channels.unlock(channel)
      }
      waiters.release(waiter)
    }
    this.waiters.length = 0
  }

  private isOfReferences(channel: Addr): boolean {
    return channel !== 0 && this.p.memory.i32[(channel >>> 2) + CHANNEL_KIND] === KIND_REF
  }

  /** Throws a ChannelError if the case chosen is a send to a closed channel. */
  protected override result(): Selected {
    if (this.isClosed) throw new ChannelError('send on closed channel')
    return this.selected
  }
}
