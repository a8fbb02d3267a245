/**
 * The gate bounds the live heap (L), whatever ends the mark. It is not Go's: it is an answer to the
 * overrun of golang/go#52433.
 *
 * What it promises: no P takes memory that carries L past the limit, except as the bound below
 * says. The limit is the goal (`--gate goal`) or the pacer's hard goal (`--gate hard`). The gate is
 * *open* while the CPU limiter limits (gc/work/cpu-limiter.ts), and with `--gate off`. Then every
 * request passes, and the gate promises nothing.
 *
 * When a request passes a gate that is not open.
 *
 * 1. It fits: L and the request together are within the limit. L grows by the request at once, in
 *    one compare-and-swap: the request is *reserved*.
 * 2. It has the token (gc/work/gate-token.ts), so it is *admitted in any case*. It asks for the
 *    token if a mark has ended while it waited, and even a heap of only what was marked has no room
 *    for it. No further cycle would help. It also asks if it has waited for MOST_CYCLES cycles,
 *    each of which made room, and others have taken it each time. Where another request has the
 *    token, it waits for one more cycle.
 *
 * What a P at the gate does until then:
 *
 *   no cycle runs    sweep what is left, and start one
 *   work is there    drain, whatever its goroutine owes
 *   no work is       sleep: for work, for the end of the mark, or for GATE_MS (twice as long each
 *                    time). After that time, raise the termination stop
 *
 * Between a reservation and its charge there is no safepoint. So in a stop nothing is reserved, and
 * L counts what is there. Nor is there one between the token and the charge.
 *
 * The bound, while the gate was not open: from the end of one mark to the end of the next,
 * L ≤ max(limit, M) + one request. M is what the first of the two has marked. The limit is the
 * highest that a P has read since: it moves between two marks under a memory limit, and within a
 * mark it does not rise (gc/controller.ts). The request is the largest that was made. Proof.
 *
 * 1. L is M when the first mark ends.
 * 2. From then on L grows by reservations, each of which leaves it within the limit, and by what is
 *    admitted in any case.
 * 3. The token admits one request between the two ends. One that has the token of an earlier period
 *    has it no more (`admitAgain`). One that is served in the stop of a whole cycle needs it too
 *    (`admitsStopped`).
 * 4. A reservation that comes after the token finds what it has admitted in L, and leaves L within
 *    the limit. One that comes before it has left L within max(limit, M). So the sum is never more
 *    than one request beyond.
 *
 * Proof that nobody waits for ever.
 *
 * 1. Work that every P sees is drained here too.
 * 2. If no work is in sight and the mark still does not end, the stop is raised after a while, by
 *    this P, whether the policy is at work or not. The stop asks the exact question (gc/cycle.ts).
 *    What it finds in barrier buffers is in sight afterwards, and 1 holds. A stop in vain is short.
 * 3. A wanted stack is scanned by its P before that P can stop. So it is no work that a further
 *    stop would find.
 * 4. White objects only become fewer. So each cycle comes to an end. After MOST_CYCLES cycles at
 *    most the request is in line for the token, and gets it by the proof of gc/work/gate-token.ts.
 *
 * `helpMark` waits at a gate that is open, too: for a mark that is to find pages, and not for room.
 */

import { add, load, now } from '#sync'
import type { LiveHeap } from '../../heap/live-heap.ts'
import type { Bytes, Milliseconds } from '../../memory/kinds.ts'
import type { Memory } from '../../memory/memory.ts'
import { probeStackDeep } from '../../memory/stack-probe.ts'
import * as control from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import type { Here } from '../here.ts'
import type { Drain } from '../mark/drain.ts'
import type { EndOfMark } from '../termination/end-of-mark.ts'
import { type CycleTrigger, STOP_HEAP_CYCLE, STOP_TERMINATION } from '../world.ts'
import type { Assists } from './assist.ts'
import type { CpuLimiter } from './cpu-limiter.ts'
import { GateToken } from './gate-token.ts'

/** `off`: no gate, as Go. */
export type GateLimit = 'off' | 'goal' | 'hard'

/**
 * After a P has waited at the gate for this long without any work in sight, in ms, it raises the
 * termination stop.
 */
const GATE_MS = 3
/**
 * Each further wait is twice as long, up to this, in ms. A P that waits asks the CPU limiter each
 * time, so this also bounds how late the limiter hears of its wait (gc/work/cpu-limiter.ts). It is
 * far below the net of a sleep (scheduler/sleeping.ts), so the question is asked while the P runs.
 */
const MOST_GATE_MS = 50
/**
 * The most cycles that a request waits for while others take the room that each of them makes.
 * After these it asks for the token.
 */
const MOST_CYCLES = 100

export interface CycleStarter {
  /** Starts a cycle if none runs, wherever L is, unless it is called off. @safepoint */
  start(trigger: CycleTrigger, isCalledOff: () => boolean): void
}

export class Gate {
  private readonly here: Here
  private readonly memory: Memory
  private readonly live: LiveHeap
  private readonly drain: Drain
  private readonly endOfMark: EndOfMark
  private readonly limiter: CpuLimiter
  private readonly assists: Assists
  private readonly starter: CycleStarter
  private readonly limitedBy: GateLimit
  private readonly token: GateToken
  /** The period of the token that this P took last. */
  private tokenPeriod = 0
  /**
   * The wait of this P: the bytes of its request, the cycle whose mark ends the wait (0: the
   * request has not waited), when it raises the stop next, and how long it waits until then.
   */
  private bytes = 0
  private cycle = 0
  private deadline = 0
  private patienceMs = 0
  /** It waits for the end of the mark only, since the arena is full (helpMark). */
  private isFull = false
  /**
   * True if a cycle was marked while the last request waited, and made no room. So it was admitted
   * in any case, or the gate opened.
   */
  private isAdmitted = false

  constructor(
    here: Here,
    live: LiveHeap,
    drain: Drain,
    endOfMark: EndOfMark,
    limiter: CpuLimiter,
    assists: Assists,
    starter: CycleStarter,
    limitedBy: GateLimit,
  ) {
    this.here = here
    this.memory = here.memory
    this.live = live
    this.drain = drain
    this.endOfMark = endOfMark
    this.limiter = limiter
    this.assists = assists
    this.starter = starter
    this.limitedBy = limitedBy
    this.token = new GateToken(here.memory)
    this.isOver = this.isOver.bind(this)
    this.mayWake = this.mayWake.bind(this)
  }

  /**
   * Returns when the request may take memory. Either L has grown by it (heap/live-heap.ts), or it
   * is admitted without that. From then to the charge there must be no safepoint. @safepoint
   */
  admit(bytes: Bytes): void {
    this.cycle = 0
    this.pass(bytes)
  }

  private pass(bytes: Bytes): void {
    this.isAdmitted = false
    if (this.isOpen) return
    if (this.live.reserve(bytes, this.limit) || this.waitFor(bytes)) return
    this.isAdmitted = this.memory.meta[control.CYCLES_MARKED] >= this.cycle
  }

  /**
   * The same for the last request again, which has found no memory. If it was admitted in any case
   * it still is: a wait for another cycle would tell it nothing. But if a mark has ended since, it
   * needs the token of the new period, or room. @safepoint
   */
  admitAgain(bytes: Bytes): void {
    const isHeld = this.tokenPeriod === this.memory.meta[control.CYCLES_MARKED]
    if (!this.isAdmitted || !(this.isOpen || isHeld)) this.pass(bytes)
  }

  /**
   * For the last request, which has found no memory: waits until the cycle that it waited for is
   * marked, even if the gate has opened or there was room. False if it did not wait, or if that
   * cycle has not begun. @safepoint
   */
  finishWait(): boolean {
    const { cycle } = this
    if (cycle === 0 || this.memory.meta[control.CYCLES] < cycle) return false
    this.helpMark(cycle)
    return true
  }

  /**
   * In a stop, for a request of any P that is about to be served. If it does not pass, it is in
   * line, and asks again in the next stop. @nosafepoint
   */
  admitsStopped(pIndex: number, bytes: Bytes): boolean {
    const fits = load(this.memory.meta, control.HEAP_LIVE) + bytes <= this.limit
    if (!this.isOpen && !fits && this.token.take(pIndex) === 0) return false
    this.token.leaveLine(pIndex)
    return true
  }

  /** True if the request of this P was to be served in a stop, and is in line for the token. */
  get isInLine(): boolean {
    return this.token.isInLine(this.here.index)
  }

  /** The request of this P has passed, or is given up. A P that stays in line holds up others. */
  leaveLine(): void {
    this.token.leaveLine(this.here.index)
  }

  private get isOpen(): boolean {
    return this.limitedBy === 'off' || this.limiter.isLimiting
  }

  private get limit(): number {
    const { meta } = this.memory
    if (this.limitedBy === 'goal') return meta[control.GOAL]
    // L is a signed word, and without a goal the hard goal is infinite.
    return Math.min(this.memory.get(control.HARD_GOAL), control.NO_BYTES)
  }

  /** Waits. True if the request is reserved now, false if it is admitted in any case. */
  private waitFor(bytes: Bytes): boolean {
    probeStackDeep()
    const { memory, limiter } = this
    const { metaF64 } = memory
    const own = memory.pDouble(this.here.index, 0)
    metaF64[own + pWords.GATE_SINCE] = now()
    const isBegun = limiter.begin()
    try {
      memory.faults.pass('gate/wait')
      return this.waitForCycles(bytes)
    } finally {
      this.leaveLine()
      limiter.end(isBegun)
      metaF64[own + pWords.GATE_MS] += now() - metaF64[own + pWords.GATE_SINCE]
      metaF64[own + pWords.GATE_SINCE] = 0
    }
  }

  private waitForCycles(bytes: Bytes): boolean {
    for (let cycles = 1; ; cycles++) {
      if (this.waitForCycle(bytes)) return true
      if (this.limiter.isLimiting) return false
      // If the request fits beside what was marked, others have taken the room, and another cycle
      // may help.
      if (cycles < MOST_CYCLES && this.fitsBesideMarked(bytes)) continue
      this.tokenPeriod = this.token.take(this.here.index)
      if (this.tokenPeriod !== 0) return false
    }
  }

  /**
   * Waits for one cycle: the one that runs, or else the next one. True if the request is reserved
   * now. False if that cycle has been marked and there is still no room, or if the gate is open.
   */
  private waitForCycle(bytes: Bytes): boolean {
    const { meta } = this.memory
    this.bytes = bytes
    // The cycle whose mark ends while the request waits. If no cycle runs, that is the next one.
    this.cycle = meta[control.CYCLES] + (meta[control.PHASE] === control.PHASE_OFF ? 1 : 0)
    this.patienceMs = GATE_MS
    while (!this.live.reserve(bytes, this.limit)) {
      if (this.isMarked) return false
      if (meta[control.PHASE] === control.PHASE_OFF)
        this.starter.start(STOP_HEAP_CYCLE, this.isOver)
      else this.help()
    }
    return true
  }

  /**
   * Works on a cycle until it has been marked, also while the gate is open: there is no page for
   * the request, so an open gate would not help it. If all Ps only slept here, the mark would wait
   * for a worker, and then for each of these Ps to wake and to scan its stack. @safepoint
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
    if (this.drain.isWorkAvailable) this.assists.drainUntil(this.isOver)
    else if (this.endsMark(this.patienceMs))
      this.patienceMs = Math.min(this.patienceMs * 2, MOST_GATE_MS)
  }

  private get isMarked(): boolean {
    const { memory, limiter } = this
    return (
      memory.meta[control.CYCLES_MARKED] >= this.cycle || (limiter.isLimitingNow && !this.isFull)
    )
  }

  /** True if the wait is over: the cycle was marked, or there is room. */
  private isOver(): boolean {
    return this.isMarked || load(this.memory.meta, control.HEAP_LIVE) + this.bytes <= this.limit
  }

  private mayWake(): boolean {
    return this.isOver() || this.drain.isWorkAvailable || now() >= this.deadline
  }

  /** True if the limit has room for the request in a heap that holds only what was marked last. */
  private fitsBesideMarked(bytes: Bytes): boolean {
    return this.memory.get(control.HEAP_MARKED) + bytes <= this.limit
  }

  /**
   * Sleeps until there is work, the wait is over, or `patienceMs` have passed. In the last case
   * raises the termination stop. True if it did.
   */
  private endsMark(patienceMs: Milliseconds): boolean {
    const { drain } = this
    const { memory, world } = this.here
    this.endOfMark.gateIdle()
    const { meta } = memory
    const cycle = meta[control.CYCLES]
    this.deadline = now() + patienceMs
    world.blockInPlace(this.mayWake, this.deadline)
    const epoch = world.epoch()
    // All of it is asked after the epoch was read, so that the stop belongs to this cycle.
    if (this.isOver() || drain.isWorkAvailable || meta[control.CYCLES] !== cycle) return false
    if (meta[control.BLACKEN_ENABLED] === 0 || now() < this.deadline) return false
    add(meta, control.GATE_RAISES, 1)
    return world.raise(epoch, STOP_TERMINATION)
  }
}
