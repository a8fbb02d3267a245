/**
 * The gate: while it is shut nobody takes memory that would carry the live heap past its limit, which is the goal (`--gate goal`) or the pacer's hard
 * goal (`hard`). Not Go's: it is what bounds the overrun of golang/go#52433, whatever ends the mark.
 *
 *   reserve    the live heap (L) grows by the request, in one swap, if the sum is within the limit
 *   else, until it can, or the cycle that runs, or else the next one, has been marked:
 *     no cycle         sweep what is left, start one
 *     work is there    drain, without limit of debt
 *     none is          sleep: for work, for the end of the mark, for GATE_MS, twice as long each time; then raise the termination stop
 *   a request that has no room beside what that cycle marked is admitted in any case, or it would wait for ever. One that had room, and found it taken by others,
 *   waits for another cycle, MOST_CYCLES times
 *
 * Between the reservation and the charge there is no safepoint, so in a stop nothing is reserved, and L counts what is there.
 *
 * Proof of the bound: L at the end of a mark ≤ max(limit, L when its cycle began or the limit was last lowered) + P · the largest single request. L grows by
 * reservations, which leave it within the limit, and by what is admitted in any case. A P admits one of these only after a mark
 * that ended while it waited, so between the ends of two marks it admits one at most: for the next it waits for the second end.
 * One that finds no memory is asked about again (`isAgain`), grows L only once it has some, and no
 * later request of its P waits until then.
 * Proof that nobody waits for ever. A mark ends: work that others see is drained here too; work that nobody sees, and a policy that is absent, are ended by the
 * stop that is raised after a while, which asks the exact question (gc/cycle.ts). A wrong hint costs a short stop.
 */
import { add, load, now } from '#sync'
import { probeStackDeep } from '../../memory/stack-probe.ts'
import * as control from '../../memory/words/control.ts'
import * as p from '../../memory/words/p.ts'
import type { Collector } from '../collector.ts'
import { STOP_HEAP_CYCLE, STOP_TERMINATION } from '../world.ts'

/** `off`: no gate, as Go. */
export type GateLimit = 'off' | 'goal' | 'hard'

/** After so long at the gate, in ms, the termination stop is raised, on no sign that the mark is over. */
const GATE_MS = 3
/** And after so long at most, the times after that: as often a waiting P counts its time (gc/work/cpu-limiter.ts). */
const MOST_GATE_MS = 50
/** Cycles that a request waits for while others take the room that each makes. */
const MOST_CYCLES = 100

export class Gate {
  private readonly collector: Collector
  private readonly limitedBy: GateLimit
  /** What this P waits with: the request, the cycle whose mark ends the wait, and when it loses patience. */
  private bytes = 0
  private cycle = 0
  private deadline = 0
  private patienceMs = 0
  /** It waits for the mark alone: the arena is full. */
  private isFull = false
  /**
   * The last request was admitted in any case: a cycle was marked while it waited, and made no
   * room. The allocator need not try another one.
   */
  isAdmitted = false

  constructor(collector: Collector, limitedBy: GateLimit) {
    this.collector = collector
    this.limitedBy = limitedBy
    this.isOver = this.isOver.bind(this)
    this.mayWake = this.mayWake.bind(this)
  }

  /**
   * Returns the bytes by which the live heap has grown already: those of the request, or 0 where it
   * is admitted without. A safepoint, before that.
   *
   * `isAgain`: the last request is asked about again, since it found no memory. If it was admitted
   * in any case it still is: a wait for another cycle would tell it nothing.
   */
  admit(bytes: number, isAgain = false): number {
    if (this.limitedBy === 'off' || (isAgain && this.isAdmitted)) return 0
    this.isAdmitted = false
    if (this.collector.limiter.isLimiting) return 0
    if (this.collector.live.addWithin(bytes, this.limit) || this.waitFor(bytes)) return bytes
    this.isAdmitted = this.collector.memory.words[control.CYCLES_MARKED] >= this.cycle
    return 0
  }

  /** Takes a reservation back: the request found no memory. */
  giveBack(bytes: number): void {
    if (bytes > 0) this.collector.live.add(-bytes)
  }

  private get limit(): number {
    const { words, doubles, layout } = this.collector.memory
    if (this.limitedBy === 'goal') return words[control.GOAL]
    // L is a signed word: without a goal the hard one is infinite.
    return Math.min(doubles[layout.measures + control.HARD_GOAL], control.NO_BYTES)
  }

  /** True once the request is reserved, false if it is admitted in any case. */
  private waitFor(bytes: number): boolean {
    probeStackDeep()
    const { memory, pIndex, limiter } = this.collector
    const { doubles } = memory
    const own = memory.pMeasure(pIndex, 0)
    doubles[own + p.GATE_SINCE] = now()
    const isBegun = limiter.begin()
    try {
      memory.faults.pass('gate/wait')
      return this.waitForCycles(bytes)
    } finally {
      limiter.end(isBegun)
      doubles[own + p.GATE_MS] += now() - doubles[own + p.GATE_SINCE]
      doubles[own + p.GATE_SINCE] = 0
    }
  }

  private waitForCycles(bytes: number): boolean {
    for (let cycles = 0; cycles < MOST_CYCLES; cycles++) {
      if (this.waitForCycle(bytes)) return true
      if (this.collector.limiter.isLimiting || !this.fitsBesideMarked(bytes)) break
    }
    return false
  }

  /** True once the request is reserved, false if the cycle that runs, or else the next one, has been marked and there is no room, or the gate is open. */
  private waitForCycle(bytes: number): boolean {
    const { words } = this.collector.memory
    this.bytes = bytes
    this.cycle = words[control.CYCLES] + (words[control.PHASE] === control.PHASE_OFF ? 1 : 0)
    this.patienceMs = GATE_MS
    while (!this.collector.live.addWithin(bytes, this.limit)) {
      if (this.isMarked) return false
      if (words[control.PHASE] === control.PHASE_OFF) this.collector.startCycle(STOP_HEAP_CYCLE, this.isOver)
      else this.help()
    }
    return true
  }

  /**
   * Works on a cycle until it has been marked, limited or not: there is no page for the request, so no gate that is open would let it pass. Were all Ps to sleep for the end of the mark instead, it
   * would wait for a worker, and for each of them to wake and to scan its stack.
   */
  helpMark(cycle: number): void {
    this.bytes = Number.POSITIVE_INFINITY
    this.cycle = cycle
    this.isFull = true
    this.patienceMs = GATE_MS
    try {
      while (!this.isMarked) this.help()
    } finally {
      this.isFull = false
    }
  }

  private help(): void {
    if (this.collector.drain.isWorkAvailable) this.collector.assists.drainUntil(this.isOver)
    else if (this.endsMark(this.patienceMs)) this.patienceMs = Math.min(this.patienceMs * 2, MOST_GATE_MS)
  }

  private get isMarked(): boolean {
    const { memory, limiter } = this.collector
    return memory.words[control.CYCLES_MARKED] >= this.cycle || (limiter.isLimitingNow && !this.isFull)
  }

  /** True if the wait is over: the cycle was marked, or there is room. */
  private isOver(): boolean {
    return this.isMarked || load(this.collector.memory.words, control.HEAP_LIVE) + this.bytes <= this.limit
  }

  private mayWake(): boolean {
    return this.isOver() || this.collector.drain.isWorkAvailable || now() >= this.deadline
  }

  /** True if the limit has room for the request in a heap that holds only what was marked last. */
  private fitsBesideMarked(bytes: number): boolean {
    const { doubles, layout } = this.collector.memory
    return doubles[layout.measures + control.HEAP_MARKED] + bytes <= this.limit
  }

  /** Waits for work or the end; if neither comes in time, raises the termination stop. True if it did. */
  private endsMark(patienceMs: number): boolean {
    const { memory, world, drain, termination } = this.collector
    termination.atRefill(true)
    const { words } = memory
    const cycle = words[control.CYCLES]
    this.deadline = now() + patienceMs
    world.blockInPlace(this.mayWake, this.deadline)
    const epoch = world.epoch()
    if (this.isOver() || drain.isWorkAvailable || words[control.CYCLES] !== cycle) return false
    if (words[control.BLACKEN_ENABLED] === 0 || now() < this.deadline) return false
    add(words, control.GATE_RAISES, 1)
    return world.raise(epoch, STOP_TERMINATION)
  }
}
