/**
 * Assists: a goroutine that allocates while a cycle marks pays with marking (mgcmark.go
 * gcAssistAlloc, Go 1.19).
 *
 *   charge   its credit sinks by the bytes it takes from the heap; below 0 it pays:
 *   pay      owed work = r · debt, at least 64 KiB of it (over-assist): first from the background
 *            credit, then by draining; if neither suffices it waits in the assist queue
 *            (gc/work/assist-queue.ts)
 *
 * Different from Go: a goroutine is charged when its P takes a span (all free slots at once), and
 * not object by object, so that nothing of it is on the fast path; and one that waits is blocked in
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

/** `go`: as much as an assist has earned (Go); `capped`: no more than there is room to the goal. */
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
   * Charges the goroutine that runs on this P. It pays at once if that puts it in debt. @safepoint
   */
  charge(bytes: Bytes): void {
    const { meta, metaF64 } = this.memory
    if (meta[control.BLACKEN_ENABLED] === 0) return
    const goroutine = meta[this.memory.pWord(this.index, pWords.GOROUTINE)] as GoroutineId
    if (goroutine === 0) return
    const credit = this.creditDouble(goroutine)
    metaF64[credit] -= bytes
    // What is left of the bank buys no more than this. An assist near the end of the mark earns
    // hundreds of times the room that is left (docs/go-collector.md §2.1).
    if (this.isCapped && metaF64[credit] > 0)
      metaF64[credit] = Math.min(
        metaF64[credit],
        Math.max(0, meta[control.GOAL] - load(meta, control.HEAP_LIVE)),
      )
    if (metaF64[credit] < 0) this.pay(credit)
  }

  /** True if the goroutine that runs here has paid for so many bytes ahead. */
  isInCredit(bytes: Bytes): boolean {
    const goroutine = this.memory.meta[
      this.memory.pWord(this.index, pWords.GOROUTINE)
    ] as GoroutineId
    return goroutine !== 0 && this.memory.metaF64[this.creditDouble(goroutine)] >= bytes
  }

  /**
   * A goroutine ends. Its credit goes to Ps that wait, then to the pool (in Go only to the pool);
   * its debt is forgiven.
   */
  settle(goroutine: GoroutineId): void {
    const { meta, metaF64 } = this.memory
    if (meta[control.BLACKEN_ENABLED] === 0) return
    const credit = metaF64[this.creditDouble(goroutine)]
    if (credit > 0)
      this.queue.payFrom(clampWork(this.memory.get(control.ASSIST_WORK_PER_BYTE) * credit))
  }

  /** Index of a goroutine's credit, which is 0 in a cycle in which it has not allocated yet. */
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

  private pay(credit: number): void {
    const { meta, metaF64, layout } = this.memory
    const cycle = meta[control.CYCLES]
    const workPerByte = layout.measures + control.ASSIST_WORK_PER_BYTE
    const bytesPerWork = layout.measures + control.ASSIST_BYTES_PER_WORK
    for (;;) {
      // Read again after every wait: the debt may be paid, the cycle may be over, and another may
      // have begun.
      if (
        metaF64[credit] >= 0 ||
        meta[control.BLACKEN_ENABLED] === 0 ||
        meta[control.CYCLES] !== cycle
      )
        return
      if (metaF64[workPerByte] === 0 || this.limiter.isLimiting) return
      this.memory.faults.pass('assist/pay')
      let debt = -metaF64[credit]
      let work = Math.trunc(metaF64[workPerByte] * debt)
      if (work < OVER_ASSIST_WORK) {
        work = OVER_ASSIST_WORK
        debt = Math.trunc(metaF64[bytesPerWork] * work)
      }
      work -= this.steal(work, debt, credit)
      if (work === 0) return
      probeStackDeep()
      const isBegun = this.limiter.begin()
      try {
        this.assist(work, credit)
        if (meta[control.CYCLES] !== cycle || metaF64[credit] >= 0) return
        if ((meta[this.memory.pWord(this.index, pWords.POLL)] & ~pWords.POLL_ALWAYS) !== 0)
          this.world.safepoint()
        else this.waitForCredit()
      } finally {
        this.limiter.end(isBegun)
      }
    }
  }

  /**
   * Takes background credit; a race may leave it below 0, then stealing fails for a while, as in
   * Go. Returns the work it is worth.
   */
  private steal(work: number, debt: number, credit: MetaDouble): number {
    const { meta, metaF64 } = this.memory
    const available = load(meta, control.BACKGROUND_CREDIT)
    if (available <= 0) return 0
    const stolen = Math.min(available, work)
    const bytesPerWork = this.memory.get(control.ASSIST_BYTES_PER_WORK)
    metaF64[credit] += stolen < work ? 1 + Math.trunc(bytesPerWork * stolen) : debt
    sub(meta, control.BACKGROUND_CREDIT, stolen)
    return stolen
  }

  /**
   * The goroutine that runs here does the least work of an assist, though it is not in debt. The
   * work is credited to it. @safepoint
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

  private assist(work: number, credit: number): void {
    const { meta, metaF64 } = this.memory
    const began = now()
    const cycle = meta[control.CYCLES]
    this.drain.enter()
    const done = this.drain.drainWork(work, this.isCalledOff)
    if (meta[control.CYCLES] === cycle)
      metaF64[credit] += 1 + Math.trunc(this.memory.get(control.ASSIST_BYTES_PER_WORK) * done)
    this.limiter.updateIfDue()
    this.finish(began, cycle, done)
  }

  /** Drains at the gate, without limit of debt. What that earns is background credit. @safepoint */
  drainUntil(isOver: () => boolean): void {
    const began = now()
    const cycle = this.memory.meta[control.CYCLES]
    this.drain.enter()
    this.drain.drainForCredit(isOver)
    this.finish(began, cycle, 0)
  }

  private finish(began: number, cycle: number, done: number): void {
    const { meta, metaF64 } = this.memory
    if (meta[control.CYCLES] === cycle)
      metaF64[this.memory.pDouble(this.index, pWords.ASSIST_MS)] += now() - began
    this.listener.slice('assist', began, done)
    this.endOfMark.drained()
  }

  private waitForCredit(): void {
    if (!this.queue.enqueue()) return
    // Credit may have come between the look and the append.
    this.queue.payFrom(this.queue.withdraw())
    this.memory.faults.pass('assist/wait')
    this.world.blockInPlace(this.isPaid)
  }
}
