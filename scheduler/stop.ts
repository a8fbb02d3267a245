/**
 * Stopping the world. One word says it all, so that no two P can disagree:
 *
 *    31          13  12      11      8 7        0
 *   ┌──────────────┬────────┬─────────┬──────────┐
 *   │    epoch     │ claimed│  reason │ running  │     reason 0: not raised; running: Ps that run
 *   └──────────────┴────────┴─────────┴──────────┘
 *
 *   raise    stop; then CAS (epoch as read before the hint, reason 0) → reason; then set every P's
 *            poll word. If no P runs by now, the raiser claims, and acts
 *   stop     a P that sees it at a safepoint, or is about to sleep: status WAITING, running − 1.
 *            The P that brings running to 0 while a reason is raised claims (CAS of that very word)
 *            and acts: it does what the reason says
 *   restart  the actor stores epoch + 1, reason 0, running 0, and wakes all
 *   go on    a P that stopped or slept: while a reason is raised, claim and act if no P runs, or
 *            wait for the restart; else CAS running + 1. Status RUNNING
 *
 * Proof that one P acts, and only one.
 * 1. While a reason is raised, running only falls: going on needs reason 0.
 * 2. So exactly one decrement reaches 0, or none does, since the raiser found it 0.
 * 3. The claim is a CAS on the word in which no P runs. The word has the epoch and the reason, so
 *    the claim succeeds in this stop only. Of the Ps that try it, one wins. (When flag and count
 *    were two words, a late P claimed the next epoch while others ran, and freed the live heap.)
 *
 * Proof that a raise belongs to its hint.
 * 1. The epoch moves with every restart, and phases change only in stops.
 * 2. The raise is a CAS on the epoch that was read before the hint was looked at. So if the CAS
 *    succeeds, the phase is still the one that the hint was about.
 *
 * Which Ps a stop waits for.
 * 1. A stop waits only for Ps that run.
 * 2. A P that sleeps counts as stopped, until it goes on. If it sleeps through a restart, the next
 *    stop does not wait for it.
 * 3. A raiser counts as stopped before it raises. So no stop waits for it, even if the system takes
 *    it off the CPU there.
 * 4. So a raiser may be off the CPU after its raise, and no P may run. A P that is about to go on
 *    and finds such a stop acts itself. A P that is about to raise a stop and finds one raised also
 *    tells the others of it.
 *
 * No P waits by spinning: it lost throughput in every measurement.
 */

import { add, compareAndSwap, load, notify, now, or, store, wait } from '#sync'
import type { StopReason } from '../gc/world.ts'
import type { MetaWord, MetaWords } from '../memory/kinds.ts'
import type { Memory } from '../memory/memory.ts'
import { RESTARTS, STOP, STOP_REQUESTED_AT, STOPPED_AT } from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'

const RUNNING_MASK = 0xff
const REASON_SHIFT = 8
const REASON_MASK = 0xf << REASON_SHIFT
const CLAIMED = 1 << 12
const EPOCH_SHIFT = 13

const epochOf = (word: number): number => word >>> EPOCH_SHIFT
const reasonOf = (word: number): StopReason | 0 =>
  ((word & REASON_MASK) >> REASON_SHIFT) as StopReason | 0
const runningOf = (word: number): number => word & RUNNING_MASK

/** The reason that is raised, or 0. For those who watch a run: it may change at once. */
export function raisedReason(memory: Memory): StopReason | 0 {
  return reasonOf(load(memory.meta, STOP))
}

/** Since when a P raises a stop, or is about to: the first of them. Infinity if no P does. */
export function raisingSince(memory: Memory): number {
  let since = Number.POSITIVE_INFINITY
  for (let index = 0; index < memory.layout.procs; index++) {
    const began = memory.metaF64[memory.pDouble(index, pWords.RAISING_SINCE)]
    if (began > 0) since = Math.min(since, began)
  }
  return since
}

export class Stop {
  private readonly memory: Memory
  private readonly meta: MetaWords
  private readonly pIndex: number
  private readonly statusWord: MetaWord
  private readonly pollWord: MetaWord
  private readonly act: (reason: StopReason) => void

  /** `act` carries out a reason, in the stopped world. It must not throw, or no stop ever ends. */
  constructor(memory: Memory, pIndex: number, act: (reason: StopReason) => void) {
    this.memory = memory
    this.meta = memory.meta
    this.pIndex = pIndex
    this.statusWord = memory.pWord(pIndex, pWords.STATUS)
    this.pollWord = memory.pWord(pIndex, pWords.POLL)
    this.act = act
  }

  epoch(): number {
    return epochOf(load(this.meta, STOP))
  }

  get isRaised(): boolean {
    return reasonOf(load(this.meta, STOP)) !== 0
  }

  /**
   * Stops, raises a stop in the given epoch, and acts if no P runs. False if another stop was
   * raised or carried out since the epoch was read. The P must have published what it holds. The
   * caller must call enterRunning next. @safepoint
   */
  raise(epoch: number, reason: StopReason): boolean {
    this.leaveRunning()
    return this.raiseAside(epoch, reason)
  }

  /**
   * As `raise`, if `isDue` says so. The epoch is read first, then `isDue` is asked, both while this
   * P counts as stopped. @safepoint
   */
  raiseIf(isDue: () => boolean, reason: StopReason): boolean {
    this.leaveRunning()
    const epoch = this.epoch()
    return isDue() && this.raiseAside(epoch, reason)
  }

  /** Raises a stop while this P counts as stopped. Helps if another stop is raised already. */
  private raiseAside(epoch: number, reason: StopReason): boolean {
    this.memory.faults.pass('stop/raise')
    const sinceDouble = this.memory.pDouble(this.pIndex, pWords.RAISING_SINCE)
    this.memory.metaF64[sinceDouble] = now()
    const raised = this.tryRaise(epoch, reason)
    if (!raised) this.memory.metaF64[sinceDouble] = 0
    if (this.isRaised) {
      this.memory.faults.pass('stop/raised')
      this.tellAll()
      this.actIfLast(load(this.meta, STOP))
    }
    return raised
  }

  private tryRaise(epoch: number, reason: StopReason): boolean {
    for (;;) {
      const word = load(this.meta, STOP)
      if (epochOf(word) !== epoch || reasonOf(word) !== 0) return false
      if (compareAndSwap(this.meta, STOP, word, word | (reason << REASON_SHIFT))) return true
    }
  }

  /** Sets the bit in every other poll word. By each P that raises, or finds a stop as it does. */
  private tellAll(): void {
    for (let index = 0; index < this.memory.layout.procs; index++) {
      if (index !== this.pIndex)
        or(this.meta, this.memory.pWord(index, pWords.POLL), pWords.POLL_STOP)
    }
  }

  /**
   * This P no longer runs. It acts if a stop is raised and it is the last to stop. It must have
   * published what it holds. @safepoint
   */
  leaveRunning(): void {
    const meta = this.meta
    this.memory.faults.pass('stop/acknowledge')
    // Before the count falls: a P that is seen to run is still counted.
    store(meta, this.statusWord, pWords.STATUS_WAITING)
    let word: number
    do word = load(meta, STOP)
    while (!compareAndSwap(meta, STOP, word, word - 1))
    this.actIfLast(word - 1)
  }

  /**
   * Claims the stop that is raised and carries it out, if no P runs and none has claimed it. True
   * if it did. `word`: the stop word as this P saw it last.
   */
  private actIfLast(word: number): boolean {
    const reason = reasonOf(word)
    if (reason === 0 || runningOf(word) !== 0 || (word & CLAIMED) !== 0) return false
    if (!compareAndSwap(this.meta, STOP, word, word | CLAIMED)) return false
    const { memory } = this
    memory.set(STOP_REQUESTED_AT, raisingSince(memory))
    memory.set(STOPPED_AT, now())
    for (let index = 0; index < memory.layout.procs; index++)
      memory.metaF64[memory.pDouble(index, pWords.RAISING_SINCE)] = 0
    this.act(reason)
    this.restart(epochOf(word))
    return true
  }

  /** Ends the stop. STOP is stored before RESTARTS moves, so a P that wakes finds no stop. */
  private restart(epoch: number): void {
    const meta = this.meta
    store(meta, STOP, ((epoch + 1) << EPOCH_SHIFT) | 0)
    this.memory.faults.pass('stop/restart')
    add(meta, RESTARTS, 1)
    notify(meta, RESTARTS)
  }

  /** This P runs again, as soon as no stop is raised. False if the run is over by then. */
  enterRunning(): boolean {
    const meta = this.meta
    for (;;) {
      // In this order: a restart after the look at STOP has moved RESTARTS, and the wait ends.
      const restarts = load(meta, RESTARTS)
      const word = load(meta, STOP)
      if (reasonOf(word) === 0) {
        if (!compareAndSwap(meta, STOP, word, word + 1)) continue
        this.memory.faults.pass('stop/go-on')
        store(meta, this.statusWord, pWords.STATUS_RUNNING)
        return true
      }
      if ((load(meta, this.pollWord) & pWords.POLL_END) !== 0) return false
      // The raiser may be off the CPU, and no other P may run. Then this P must act.
      if (!this.actIfLast(word)) wait(meta, RESTARTS, restarts)
    }
  }
}
