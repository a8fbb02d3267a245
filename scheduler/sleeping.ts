/**
 * How a P sleeps. A P that sleeps counts as stopped, and nothing that it holds is hidden.
 *
 *   1  save the shadow stack, flush the barrier buffer, publish the grey objects
 *   2  read WAKE and announce the sleep (scheduler/sleepers.ts); then look how long it may be,
 *      whether it is still allowed, and whether the poll word asks for something
 *   3  stop running, and pass the ragged barrier, if one was asked: 1 was the flush
 *   4  wait on WAKE, then run again once no stop is raised
 *   5  withdraw the announcement
 *
 * All looks come after the announcement. So each publication is seen by a look, or moves WAKE.
 *
 * The net. A wait that a publication should end is over after NET_MS in any case. If the P must not
 * sleep any more then, and no wake-up comes within NET_GRACE_MS, a wake-up was lost. RESCUES counts
 * these.
 */

import { add, load, wait } from '#sync'
import type { Collector } from '../gc/collector.ts'
import type { MetaWord, Milliseconds } from '../memory/kinds.ts'
import type { Memory } from '../memory/memory.ts'
import * as control from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'
import { passBarrier } from './ragged-barrier.ts'
import { RunOver } from './run-over.ts'
import type { Sleepers, SleepKind } from './sleepers.ts'
import type { Stop } from './stop.ts'

/** The time-out of a wait that a publication should end, in ms. A rescue by it is a bug. */
const NET_MS = 2000
/**
 * As the net ends a wait, the P that is about to wake this one may be off the CPU. Its wake-up
 * comes within this time, in ms.
 */
const NET_GRACE_MS = 500

export class Sleeping {
  private readonly memory: Memory
  private readonly pIndex: number
  private readonly base: MetaWord
  private readonly collector: Collector
  private readonly stop: Stop
  private readonly sleepers: Sleepers

  constructor(collector: Collector, stop: Stop, sleepers: Sleepers) {
    this.memory = collector.memory
    this.pIndex = collector.pIndex
    this.base = this.memory.pWord(this.pIndex, 0)
    this.collector = collector
    this.stop = stop
    this.sleepers = sleepers
  }

  /**
   * Sleeps for at most `mostMs`, unless `mayStill` says no after the announcement. Both are asked
   * while the P runs. Only after a sleep of more than NET_MS is `mayStill` asked while the P counts
   * as stopped. So in such a sleep it must only read. @safepoint
   */
  sleep(kind: SleepKind, mayStill: () => boolean, mostMs: () => number): void {
    const { meta } = this.memory
    const activity = meta[this.base + pWords.ACTIVITY]
    this.collector.stack.save()
    if (this.collector.flush()) this.sleepers.wakeOne()
    const wake = load(meta, this.base + pWords.WAKE)
    this.sleepers.announce(this.pIndex, kind)
    // How long depends on what others publish, so it is asked after the announcement too.
    const milliseconds = mostMs()
    if (
      milliseconds > 0 &&
      mayStill() &&
      (load(meta, this.base + pWords.POLL) & ~pWords.POLL_ALWAYS) === 0
    ) {
      meta[this.base + pWords.ACTIVITY] = pWords.ACTIVITY_SLEEPING
      this.stop.leaveRunning()
      passBarrier(this.memory, this.sleepers, this.pIndex)
      this.memory.faults.pass('sleep/wait')
      const isOver = this.waitForWake(wake, Math.min(milliseconds, NET_MS))
      const isMissed =
        isOver && milliseconds > NET_MS && !mayStill() && this.waitForWake(wake, NET_GRACE_MS)
      this.memory.faults.pass('sleep/woken')
      if (!this.stop.enterRunning()) throw new RunOver('')
      // A wake-up may come after the time-out, as at the end of a long stop. It was not lost.
      if (isMissed && load(meta, this.base + pWords.WAKE) === wake && !mayStill())
        add(meta, control.RESCUES, 1)
      meta[this.base + pWords.ACTIVITY] = activity
    }
    this.sleepers.withdraw(this.pIndex)
  }

  /** Waits for WAKE to move from `wake`. True if it did not in that many milliseconds. */
  private waitForWake(wake: number, milliseconds: Milliseconds): boolean {
    return wait(this.memory.meta, this.base + pWords.WAKE, wake, milliseconds) === 'timed-out'
  }
}
