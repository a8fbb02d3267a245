/**
 * Assists: a goroutine that allocates while a cycle marks pays with marking
 * (docs/go-collector.md §4.5).
 *
 *   charge   its credit sinks by the bytes it takes from the heap; below 0 it pays:
 *   pay      owed work = r · debt, at least 64 KiB of it (over-assist)
 *            first from the background credit, then by draining; if neither suffices it waits in the assist queue
 *   fund     workers' scan work pays the queue first, in order; what is left becomes background credit
 *
 * Different from Go: a goroutine is charged when its P takes a span (all free slots at once), and not object by object, so that
 * nothing of it is on the fast path; and one that waits is blocked in place, so the queue holds Ps.
 *
 * The queue is woken by credit and by the end of the cycle, not by work. Its words are under ASSIST_LOCK.
 * Proof that nobody waits beside credit. Who enqueues itself looks at the credit after it has counted itself, and who adds credit looks at the count after
 * adding: one of the two sees the other, takes all credit (one swap, so one taker) and spends it on the queue. What is left is added again, and looked after again.
 */
import { add, compareAndSwap, load, now, store, sub } from '#sync'
import { lock, unlock } from '../../memory/lock.ts'
import type { Memory } from '../../memory/memory.ts'
import { probeStackDeep } from '../../memory/stack-probe.ts'
import * as control from '../../memory/words/control.ts'
import * as g from '../../memory/words/goroutine.ts'
import * as p from '../../memory/words/p.ts'
import type { Drain } from '../mark/drain.ts'
import { EVENT_ASSIST, type Events } from '../record/events.ts'
import type { World } from '../world.ts'
import type { CpuLimiter } from './cpu-limiter.ts'

/** `go`: as much as an assist has earned (Go); `capped`: no more than there is room to the goal. */
export type Credit = 'go' | 'capped'

/** Least scan work of an assist (Go's gcOverAssistWork). */
const OVER_ASSIST_WORK = 64 * 1024

export class Assists {
  private readonly memory: Memory
  private readonly pIndex: number
  private readonly drain: Drain
  private readonly limiter: CpuLimiter
  private readonly world: World
  private readonly events: Events
  private readonly queued: number
  private readonly isCapped: boolean
  private readonly isCalledOff: () => boolean

  constructor(
    memory: Memory,
    pIndex: number,
    drain: Drain,
    limiter: CpuLimiter,
    world: World,
    events: Events,
    credit: Credit,
  ) {
    this.memory = memory
    this.pIndex = pIndex
    this.drain = drain
    this.limiter = limiter
    this.world = world
    this.events = events
    this.isCapped = credit === 'capped'
    this.queued = memory.p(pIndex, p.ASSIST_QUEUED)
    this.isCalledOff = () => limiter.isLimitingNow
  }

  /** Charges the goroutine that runs on this P; it pays at once if that puts it in debt. A safepoint. */
  charge(bytes: number): void {
    const { words, doubles } = this.memory
    if (words[control.BLACKEN_ENABLED] === 0) return
    const goroutine = words[this.memory.p(this.pIndex, p.GOROUTINE)]
    if (goroutine === 0) return
    const credit = this.creditOf(goroutine)
    doubles[credit] -= bytes
    // What is left of the bank buys no more than this. An assist near the end of the mark earns
    // hundreds of times the room that is left (docs/go-collector.md §2.1).
    if (this.isCapped && doubles[credit] > 0)
      doubles[credit] = Math.min(doubles[credit], Math.max(0, words[control.GOAL] - load(words, control.HEAP_LIVE)))
    if (doubles[credit] < 0) this.pay(credit)
  }

  /** True if the goroutine that runs here has paid for so many bytes ahead. */
  isInCredit(bytes: number): boolean {
    const goroutine = this.memory.words[this.memory.p(this.pIndex, p.GOROUTINE)]
    return goroutine !== 0 && this.memory.doubles[this.creditOf(goroutine)] >= bytes
  }

  /** A goroutine ends: its credit goes to who waits, then to the pool (in Go to the pool alone); its debt is forgiven. */
  settle(goroutine: number): void {
    const { words, doubles, layout } = this.memory
    if (words[control.BLACKEN_ENABLED] === 0) return
    const credit = doubles[this.creditOf(goroutine)]
    if (credit > 0) this.payFrom(clampWork(doubles[layout.measures + control.ASSIST_WORK_PER_BYTE] * credit))
  }

  /** Index of a goroutine's credit, which is 0 in a cycle in which it has not allocated yet. */
  private creditOf(goroutine: number): number {
    const { words, doubles } = this.memory
    const credit = this.memory.goroutineDouble(goroutine, g.ASSIST_BYTES)
    const cycle = this.memory.goroutine(goroutine, g.ASSIST_CYCLE)
    if (words[cycle] !== words[control.CYCLES]) {
      words[cycle] = words[control.CYCLES]
      doubles[credit] = 0
    }
    return credit
  }

  private pay(credit: number): void {
    const { words, doubles, layout } = this.memory
    const cycle = words[control.CYCLES]
    const workPerByte = layout.measures + control.ASSIST_WORK_PER_BYTE
    const bytesPerWork = layout.measures + control.ASSIST_BYTES_PER_WORK
    for (;;) {
      // Read again after every wait: the debt may be paid, the cycle may be over, and another may have begun.
      if (doubles[credit] >= 0 || words[control.BLACKEN_ENABLED] === 0 || words[control.CYCLES] !== cycle) return
      if (doubles[workPerByte] === 0 || this.limiter.isLimiting) return
      this.memory.faults.pass('assist/pay')
      let debt = -doubles[credit]
      let work = Math.trunc(doubles[workPerByte] * debt)
      if (work < OVER_ASSIST_WORK) {
        work = OVER_ASSIST_WORK
        debt = Math.trunc(doubles[bytesPerWork] * work)
      }
      work -= this.steal(work, debt, credit)
      if (work === 0) return
      probeStackDeep()
      const isBegun = this.limiter.begin()
      try {
        this.assist(work, credit)
        if (words[control.CYCLES] !== cycle || doubles[credit] >= 0) return
        if ((words[this.memory.p(this.pIndex, p.POLL)] & ~p.POLL_ALWAYS) !== 0) this.world.safepoint()
        else this.waitForCredit()
      } finally {
        this.limiter.end(isBegun)
      }
    }
  }

  /** Takes background credit; a race may leave it below 0, then stealing fails for a while, as in Go. Returns the work it is worth. */
  private steal(work: number, debt: number, credit: number): number {
    const { words, doubles, layout } = this.memory
    const available = load(words, control.BACKGROUND_CREDIT)
    if (available <= 0) return 0
    const stolen = Math.min(available, work)
    const bytesPerWork = doubles[layout.measures + control.ASSIST_BYTES_PER_WORK]
    doubles[credit] += stolen < work ? 1 + Math.trunc(bytesPerWork * stolen) : debt
    sub(words, control.BACKGROUND_CREDIT, stolen)
    return stolen
  }

  /** The goroutine that runs here does the least work of an assist, though it is not in debt: it is credited to it. A safepoint. */
  assistAhead(): void {
    const goroutine = this.memory.words[this.memory.p(this.pIndex, p.GOROUTINE)]
    if (goroutine === 0) return
    probeStackDeep()
    const isBegun = this.limiter.begin()
    try {
      this.assist(OVER_ASSIST_WORK, this.creditOf(goroutine))
    } finally {
      this.limiter.end(isBegun)
    }
  }

  private assist(work: number, credit: number): void {
    const { words, doubles, layout } = this.memory
    const began = now()
    const cycle = words[control.CYCLES]
    this.drain.enter()
    const done = this.drain.drainWork(work, this.isCalledOff)
    if (words[control.CYCLES] === cycle)
      doubles[credit] += 1 + Math.trunc(doubles[layout.measures + control.ASSIST_BYTES_PER_WORK] * done)
    this.limiter.updateIfDue()
    this.finish(began, cycle, done)
  }

  /** Drains at the gate, without limit of debt; what that earns is background credit. A safepoint. */
  drainUntil(isOver: () => boolean): void {
    const began = now()
    const cycle = this.memory.words[control.CYCLES]
    this.drain.enter()
    this.drain.drainForCredit(isOver)
    this.finish(began, cycle, 0)
  }

  private finish(began: number, cycle: number, done: number): void {
    const { words, doubles } = this.memory
    if (words[control.CYCLES] === cycle) doubles[this.memory.pMeasure(this.pIndex, p.ASSIST_MS)] += now() - began
    this.events.slice(EVENT_ASSIST, began, done)
    this.drain.leave()
  }

  private waitForCredit(): void {
    const { words } = this.memory
    if (!this.enqueue()) return
    // Credit may have come between the look and the append.
    this.payFrom(this.withdraw())
    this.memory.faults.pass('assist/wait')
    this.world.blockInPlace(() => load(words, this.queued) === 0)
  }

  /** False if there is no mark to wait for, or credit, or the CPU limiter limits. */
  private enqueue(): boolean {
    const { words } = this.memory
    lock(words, control.ASSIST_LOCK)
    try {
      if (words[control.BLACKEN_ENABLED] === 0 || load(words, control.BACKGROUND_CREDIT) > 0) return false
      if (this.limiter.isLimiting) return false
      this.append(this.pIndex)
      return true
    } finally {
      unlock(words, control.ASSIST_LOCK)
    }
  }

  /** Workers' scan work: pays goroutines that wait, then becomes background credit. */
  payFrom(work: number): void {
    const { words } = this.memory
    for (let rest = work; rest > 0; rest = this.withdraw()) {
      rest = this.payQueue(rest)
      if (rest === 0) return
      add(words, control.BACKGROUND_CREDIT, rest)
      // Go leaves who came meanwhile to the next payment; there may be none for long.
      if (load(words, control.ASSIST_COUNT) === 0) return
    }
  }

  /** Returns the work that is left. */
  private payQueue(work: number): number {
    const { words, doubles, layout } = this.memory
    if (load(words, control.ASSIST_COUNT) === 0) return work
    const bytes = Math.trunc(work * doubles[layout.measures + control.ASSIST_BYTES_PER_WORK])
    lock(words, control.ASSIST_LOCK)
    try {
      return clampWork(this.payInOrder(bytes) * doubles[layout.measures + control.ASSIST_WORK_PER_BYTE])
    } finally {
      unlock(words, control.ASSIST_LOCK)
    }
  }

  /** Returns the bytes of credit that are left. */
  private payInOrder(bytes: number): number {
    const { words, doubles } = this.memory
    let left = bytes
    while (words[control.ASSIST_FIRST] !== 0 && left > 0) {
      const index = words[control.ASSIST_FIRST] - 1
      const credit = this.memory.goroutineDouble(words[this.memory.p(index, p.GOROUTINE)], g.ASSIST_BYTES)
      if (left + doubles[credit] < 0) {
        // Not enough for this one: to the back with it, so that a large debt does not hold up the others.
        doubles[credit] += left
        this.removeFirst()
        this.append(index)
        return 0
      }
      left += doubles[credit]
      doubles[credit] = 0
      this.release(index)
    }
    return left
  }

  /** Takes all background credit; 0 if there is none. */
  private withdraw(): number {
    const { words } = this.memory
    for (;;) {
      const available = load(words, control.BACKGROUND_CREDIT)
      if (available <= 0) return 0
      if (compareAndSwap(words, control.BACKGROUND_CREDIT, available, 0)) return available
    }
  }

  /** Whoever waits goes on: in the termination stop, since the mark is over and debts are forgotten; and when the limiter begins to limit. */
  releaseAll(): void {
    const { words } = this.memory
    lock(words, control.ASSIST_LOCK)
    try {
      while (words[control.ASSIST_FIRST] !== 0) this.release(words[control.ASSIST_FIRST] - 1)
    } finally {
      unlock(words, control.ASSIST_LOCK)
    }
  }

  private release(index: number): void {
    this.removeFirst()
    this.memory.faults.pass('assist/wake')
    store(this.memory.words, this.memory.p(index, p.ASSIST_QUEUED), 0)
    this.world.wake(index)
  }

  private append(index: number): void {
    const { words } = this.memory
    const last = words[control.ASSIST_LAST]
    words[this.memory.p(index, p.ASSIST_NEXT)] = 0
    if (last === 0) words[control.ASSIST_FIRST] = index + 1
    else words[this.memory.p(last - 1, p.ASSIST_NEXT)] = index + 1
    words[control.ASSIST_LAST] = index + 1
    store(words, this.memory.p(index, p.ASSIST_QUEUED), 1)
    add(words, control.ASSIST_COUNT, 1)
  }

  private removeFirst(): void {
    const { words } = this.memory
    const index = words[control.ASSIST_FIRST] - 1
    words[control.ASSIST_FIRST] = words[this.memory.p(index, p.ASSIST_NEXT)]
    if (words[control.ASSIST_FIRST] === 0) words[control.ASSIST_LAST] = 0
    sub(words, control.ASSIST_COUNT, 1)
  }
}

/** Work counters are 32-bit; a bank beyond a quarter of their range buys nothing more. */
function clampWork(work: number): number {
  return Math.min(Math.trunc(work), 2 ** 29)
}
