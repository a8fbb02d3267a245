/**
 * Whose turn it is on a P, and for how long.
 *
 *   every 61st time        the global queue, then a ring of a P that is stuck
 *   woken                  one after the other, all in one slice, as Go's runnext inherits the
 *                          slice of its waker
 *   the slice is used up   one of the others has a turn before the woken begin a new slice
 *   the others             those that gave way and the own ring, alternately · the global queue ·
 *                          steal
 *
 * So two goroutines that wake each other do not wait for the slices of others, and do not keep the
 * others out. A turn ends when its slice is used up. It ends after WAKE_GRACE_MS if a goroutine was
 * woken meanwhile or a timer is due.
 */

import { now } from '#sync'
import type { Sweeper } from '../gc/sweeper.ts'
import { SLICE_MS } from '../gc/work/workers.ts'
import type { GoroutineId, MetaDouble, MetaDoubles } from '../memory/kinds.ts'
import type { Memory } from '../memory/memory.ts'
import * as pWords from '../memory/words/p.ts'
import type { RunQueues } from './run-queues.ts'
import type { Stealing } from './stealing.ts'
import type { Timers } from './timers.ts'

/** How often the global queue comes first (Go's schedtick % 61). */
const GLOBAL_EVERY = 61
/** After this time in a turn, in ms, a goroutine gives way to one that was woken meanwhile. */
const WAKE_GRACE_MS = 1

export class Turns {
  private readonly metaF64: MetaDoubles
  private readonly measures: MetaDouble
  private readonly queues: RunQueues
  private readonly timers: Timers
  private readonly stealing: Stealing
  private readonly sweeper: Sweeper
  private count = 0
  private isRingsTurn = false
  /** When the chain of woken goroutines began; 0 if the last turn was of one that nobody woke. */
  private wokenSince = 0
  /** The next turn goes on in the slice of the one before. */
  private inheritsSlice = false

  constructor(
    memory: Memory,
    pIndex: number,
    queues: RunQueues,
    timers: Timers,
    stealing: Stealing,
    sweeper: Sweeper,
  ) {
    this.metaF64 = memory.metaF64
    this.measures = memory.pDouble(pIndex, 0)
    this.queues = queues
    this.timers = timers
    this.stealing = stealing
    this.sweeper = sweeper
  }

  /** Takes the goroutine that has the next turn; 0 if there is none. */
  next(): GoroutineId {
    const isChain = this.wokenSince !== 0
    this.inheritsSlice = false
    if (++this.count % GLOBAL_EVERY === 0) {
      const id = this.nextElsewhere()
      if (id !== 0) return id
    }
    if (!isChain || now() - this.wokenSince < SLICE_MS) {
      const woken = this.nextWoken()
      this.inheritsSlice = isChain && woken !== 0
      if (woken !== 0) return woken
    }
    this.wokenSince = 0
    return this.nextInTurn() || this.nextWoken()
  }

  private nextWoken(): GoroutineId {
    const id = this.queues.ready.takeWoken()
    if (id !== 0 && this.wokenSince === 0) this.wokenSince = now()
    return id
  }

  /**
   * Takes one that nobody has woken: it gave way, or has not run. The two queues of this P take
   * turns, so that neither keeps the other out.
   */
  private nextInTurn(): GoroutineId {
    const { ready, ring, global } = this.queues
    this.isRingsTurn = !this.isRingsTurn
    const own = this.isRingsTurn
      ? ring.take() || ready.takeYielded()
      : ready.takeYielded() || ring.take()
    return own || global.take() || this.stealing.take()
  }

  /** Does for a P that is never idle what an idle P does, or that work could wait for ever. */
  private nextElsewhere(): GoroutineId {
    this.sweeper.sweepInBackground()
    return this.queues.global.take() || this.stealing.takeStuck()
  }

  /** Begins the turn of the goroutine that was taken last, at `time`. */
  begin(time: number): void {
    if (!this.inheritsSlice) this.metaF64[this.measures + pWords.SLICE_STARTED_AT] = time
    this.metaF64[this.measures + pWords.TURN_STARTED_AT] = time
  }

  /** True if the turn of the goroutine that runs is over, as of `time`. */
  isOver(time: number): boolean {
    if (time - this.metaF64[this.measures + pWords.SLICE_STARTED_AT] > SLICE_MS) return true
    const isAwaited = this.queues.ready.hasWoken || this.timers.nextDeadline <= time
    return isAwaited && time - this.metaF64[this.measures + pWords.TURN_STARTED_AT] > WAKE_GRACE_MS
  }
}
