/**
 * Assists: a goroutine that allocates while a cycle marks pays with marking (mgcmark.go
 * gcAssistAlloc, Go 1.19).
 *
 * Who pays, for what, and when. Memory is taken by the span: the refill of a cache takes all free
 * slots of a span at once, and a large object is a span of its own.
 *
 * 1. The goroutine that needed the memory pays, and not its P, nor the goroutines that use the
 *    other slots later. So the fast path of allocation does nothing for this.
 * 2. It is charged with the bytes by which the live heap has grown: its credit falls by them. Below
 *    0 the credit is a debt, and the goroutine pays at once, before its allocation returns.
 * 3. For a refill it is charged after the span is taken, with its new object on the shadow stack.
 *    For a large object it is charged before the pages are taken, since zeroing them takes long; if
 *    a mark ends in between, it has paid in one cycle for what is live in the next.
 *    (gc/allocator.ts)
 * 4. It pays only while blackening is on. Between marks nobody pays with marking; there a P that
 *    takes memory sweeps before it does (Sweeper.payFor).
 * 5. Credit and debt belong to one cycle. Each goroutine begins a cycle with 0. The end of the mark
 *    forgives every debt.
 *
 * How it pays.
 *
 *   work is due         assist ratio · debt; none if the ratio is 0, else at least 64 KiB: an
 *                       assist pays ahead (over-assist)
 *   background credit   first: what workers have done and nobody has claimed (steal)
 *   draining            then: what is still due (assist)
 *   the queue           if it is still in debt since no work was found: it waits until workers have
 *                       paid for it, or the mark is over (gc/work/assist-queue.ts)
 *
 * Nobody pays while the CPU limiter limits: then debts grow, and the heap may pass its goal
 * (gc/work/cpu-limiter.ts).
 *
 * Different from Go: Go charges object by object (1). And a goroutine that waits is blocked in
 * place, so the queue holds Ps.
 */

import { load, now, sub } from '#sync'
import type { Bytes, GoroutineId, MetaDouble } from '../../memory/kinds.ts'
import type { Memory } from '../../memory/memory.ts'
import { probeStackDeep } from '../../memory/stack-probe.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import * as pWords from '../../memory/words/p.ts'
import type { Here } from '../here.ts'
import type { Listener } from '../listener.ts'
import type { Drain } from '../mark/drain.ts'
import type { EndOfMark } from '../termination/end-of-mark.ts'
import type { World } from '../world.ts'
import { type AssistQueue, clampWork } from './assist-queue.ts'
import type { CpuLimiter } from './cpu-limiter.ts'

/**
 * How much credit a goroutine may keep. `go`: as much as its assists have earned, as in Go.
 * `capped`: no more than there is room to the goal.
 */
export type Credit = 'go' | 'capped'

/** Least scan work of an assist (Go's gcOverAssistWork). */
const OVER_ASSIST_WORK = 64 * 1024

export class Assists {
  private readonly memory: Memory
  private readonly index: number
  private readonly world: World
  private readonly listener: Listener
  private readonly drain: Drain
  private readonly endOfMark: EndOfMark
  private readonly queue: AssistQueue
  private readonly limiter: CpuLimiter
  private readonly isCapped: boolean
  private readonly isCalledOff: () => boolean
  private readonly isPaid: () => boolean

  constructor(
    here: Here,
    drain: Drain,
    endOfMark: EndOfMark,
    queue: AssistQueue,
    limiter: CpuLimiter,
    credit: Credit,
  ) {
    this.memory = here.memory
    this.index = here.index
    this.world = here.world
    this.listener = here.listener
    this.drain = drain
    this.endOfMark = endOfMark
    this.queue = queue
    this.limiter = limiter
    this.isCapped = credit === 'capped'
    this.isCalledOff = () => limiter.isLimitingNow
    this.isPaid = () => !queue.isQueued
  }

  /**
   * Charges the goroutine that runs on this P with `bytes`. It pays at once if that puts it into
   * debt. @safepoint
   */
  charge(bytes: Bytes): void {
    const { meta, metaF64 } = this.memory
    if (meta[control.BLACKEN_ENABLED] === 0) return
    const goroutine = meta[this.memory.pWord(this.index, pWords.GOROUTINE)] as GoroutineId
    if (goroutine === 0) return
    const creditDouble = this.creditDouble(goroutine)
    metaF64[creditDouble] -= bytes
    // With credit above the room to the goal a goroutine could pass the goal without a payment.
    // Such credit arises near the end of a mark, where an assist earns some 65 times the room that
    // is left (docs/go-collector.md §2.1).
    if (this.isCapped && metaF64[creditDouble] > 0)
      metaF64[creditDouble] = Math.min(
        metaF64[creditDouble],
        Math.max(0, meta[control.GOAL] - load(meta, control.HEAP_LIVE)),
      )
    if (metaF64[creditDouble] < 0) this.pay(creditDouble)
  }

  /** True if the goroutine that runs on this P has credit for `bytes`. */
  isInCredit(bytes: Bytes): boolean {
    const goroutine = this.memory.meta[
      this.memory.pWord(this.index, pWords.GOROUTINE)
    ] as GoroutineId
    return goroutine !== 0 && this.memory.metaF64[this.creditDouble(goroutine)] >= bytes
  }

  /**
   * A goroutine ends. Its credit pays for Ps that wait, and the rest becomes background credit (in
   * Go all of it does). Its debt is forgiven.
   */
  settle(goroutine: GoroutineId): void {
    const { meta, metaF64 } = this.memory
    if (meta[control.BLACKEN_ENABLED] === 0) return
    const credit = metaF64[this.creditDouble(goroutine)]
    if (credit > 0)
      this.queue.payFrom(clampWork(this.memory.get(control.ASSIST_WORK_PER_BYTE) * credit))
  }

  /**
   * Index of a goroutine's credit. Credit of an older cycle is none: it is set to 0 when the
   * goroutine first asks for it in a cycle, which needs no walk over all goroutines in the setup
   * stop.
   */
  private creditDouble(goroutine: GoroutineId): MetaDouble {
    const { meta, metaF64 } = this.memory
    const creditDouble = this.memory.goroutineDouble(goroutine, gWords.ASSIST_BYTES)
    const cycleWord = this.memory.goroutineWord(goroutine, gWords.ASSIST_CYCLE)
    if (meta[cycleWord] !== meta[control.CYCLES]) {
      meta[cycleWord] = meta[control.CYCLES]
      metaF64[creditDouble] = 0
    }
    return creditDouble
  }

  private pay(creditDouble: MetaDouble): void {
    const { meta, metaF64 } = this.memory
    const cycle = meta[control.CYCLES]
    for (;;) {
      // All of it is read again after each wait: the debt may be paid, the cycle may be over, and
      // another one may have begun.
      if (
        metaF64[creditDouble] >= 0 ||
        meta[control.BLACKEN_ENABLED] === 0 ||
        meta[control.CYCLES] !== cycle
      )
        return
      // A ratio of 0 asks for no assists. While the collector is limited, debts stay as they are.
      const workPerByte = this.memory.get(control.ASSIST_WORK_PER_BYTE)
      if (workPerByte === 0 || this.limiter.isLimiting) return
      this.memory.faults.pass('assist/pay')
      // The goroutine pays ahead, so that it need not come back for the next few spans. At a low
      // ratio 64 KiB of work buy many bytes.
      let debt = -metaF64[creditDouble]
      let work = Math.trunc(workPerByte * debt)
      if (work < OVER_ASSIST_WORK) {
        work = OVER_ASSIST_WORK
        debt = Math.trunc(this.memory.get(control.ASSIST_BYTES_PER_WORK) * work)
      }
      work -= this.steal(work, debt, creditDouble)
      if (work === 0) return
      probeStackDeep()
      const isBegun = this.limiter.begin()
      try {
        this.assist(work, creditDouble)
        if (meta[control.CYCLES] !== cycle || metaF64[creditDouble] >= 0) return
        // Still in debt: the drain ended since this P was polled, or since there was no work.
        if ((meta[this.memory.pWord(this.index, pWords.POLL)] & ~pWords.POLL_ALWAYS) !== 0)
          this.world.safepoint()
        else this.waitForCredit()
      } finally {
        this.limiter.end(isBegun)
      }
    }
  }

  /**
   * Takes background credit, and credits the goroutine with it. Returns the work that it stands
   * for. The load and the subtraction are two steps, so two Ps may take the same credit and leave
   * it below 0. Then nobody takes any until workers have made up for it, as in Go.
   */
  private steal(work: number, debt: number, creditDouble: MetaDouble): number {
    const { meta, metaF64 } = this.memory
    const available = load(meta, control.BACKGROUND_CREDIT)
    if (available <= 0) return 0
    const stolen = Math.min(available, work)
    const bytesPerWork = this.memory.get(control.ASSIST_BYTES_PER_WORK)
    metaF64[creditDouble] += stolen < work ? 1 + Math.trunc(bytesPerWork * stolen) : debt
    sub(meta, control.BACKGROUND_CREDIT, stolen)
    return stolen
  }

  /**
   * The goroutine that runs on this P does the least work of an assist, though it is not in debt.
   * The work is credited to it. @safepoint
   */
  assistAhead(): void {
    const goroutine = this.memory.meta[
      this.memory.pWord(this.index, pWords.GOROUTINE)
    ] as GoroutineId
    if (goroutine === 0) return
    probeStackDeep()
    const isBegun = this.limiter.begin()
    try {
      this.assist(OVER_ASSIST_WORK, this.creditDouble(goroutine))
    } finally {
      this.limiter.end(isBegun)
    }
  }

  private assist(work: number, creditDouble: MetaDouble): void {
    const { meta, metaF64 } = this.memory
    const began = now()
    const cycle = meta[control.CYCLES]
    this.drain.enter()
    const done = this.drain.drainWork(work, this.isCalledOff)
    if (meta[control.CYCLES] === cycle)
      metaF64[creditDouble] += 1 + Math.trunc(this.memory.get(control.ASSIST_BYTES_PER_WORK) * done)
    this.limiter.updateIfDue()
    this.finish(began, cycle, done)
  }

  /**
   * Drains until `isOver`, for a P at the gate. Its work becomes background credit, since its
   * goroutine may owe nothing. @safepoint
   */
  drainUntil(isOver: () => boolean): void {
    const began = now()
    const cycle = this.memory.meta[control.CYCLES]
    this.drain.enter()
    this.drain.drainForCredit(isOver)
    this.finish(began, cycle, 0)
  }

  private finish(began: number, cycle: number, done: number): void {
    const { meta, metaF64 } = this.memory
    // A drain may span the end of its cycle. The times are those of one cycle, and were reset then.
    if (meta[control.CYCLES] === cycle)
      metaF64[this.memory.pDouble(this.index, pWords.ASSIST_MS)] += now() - began
    this.listener.slice('assist', began, done)
    this.endOfMark.drained()
  }

  private waitForCredit(): void {
    if (!this.queue.enqueue()) return
    // Credit may have come after enqueue looked for it. A worker that saw an empty queue has left
    // it as background credit, so this P spends it on the queue (the proof is in
    // gc/work/assist-queue.ts).
    this.queue.payFrom(this.queue.withdraw())
    this.memory.faults.pass('assist/wait')
    this.world.blockInPlace(this.isPaid)
  }
}
