/**
 * Taking goroutines that have not run from the rings of other Ps. A goroutine that has run stays on
 * its P, so an uneven theft is never evened out. A thief that has `own` goroutines
 *
 *   1  takes from a P if `own` is at most a tenth more than what that P has (STEAL_IMBALANCE)
 *   2  else from a P that is in a turn of more than SLICE_MS, if `own` is less than a tenth above
 *      the mean of all Ps
 *   3  else from a P that is in a turn of more than STUCK_MS
 *
 * A P that always has something to run does not steal. It looks for rule 3 now and then
 * (scheduler/turns.ts), or a goroutine in the ring of a P that is stuck could wait for ever.
 *
 * A P that may not steal yet looks again after a slice. Only time changes the answer, so no other
 * P wakes it then.
 *
 * Different from Go: a thief takes one goroutine, and not half of the queue.
 */

import { now } from '#sync'
import { SLICE_MS } from '../gc/work/workers.ts'
import type { GoroutineId } from '../memory/kinds.ts'
import type { Memory } from '../memory/memory.ts'
import * as pWords from '../memory/words/p.ts'
import type { Random } from './random.ts'
import type { Ring } from './run-queues.ts'

/** A thief may have this many times as many goroutines as the P from which it takes. */
const STEAL_IMBALANCE = 1.1
/** After this time in one turn, in ms, any P may take the new goroutines of a P. */
const STUCK_MS = 200

export class Stealing {
  private readonly memory: Memory
  private readonly pIndex: number
  private readonly rings: readonly Ring[]
  private readonly random: Random

  constructor(memory: Memory, pIndex: number, rings: readonly Ring[], random: Random) {
    this.memory = memory
    this.pIndex = pIndex
    this.rings = rings
    this.random = random
  }

  /** Takes a goroutine from another P, beginning with a random one; 0 if there is none to take. */
  take(): GoroutineId {
    const { layout } = this.memory
    const first = this.random.next() % layout.procs
    for (let offset = 0; offset < layout.procs; offset++) {
      const victim = (first + offset) % layout.procs
      if (!this.mayTakeFrom(victim)) continue
      this.memory.faults.pass('ring/steal')
      const id = this.rings[victim].take()
      if (id !== 0) return id
    }
    return 0
  }

  /** Takes a goroutine by rule 3 only; 0 if there is none to take. */
  takeStuck(): GoroutineId {
    for (let victim = 0; victim < this.rings.length; victim++) {
      if (victim === this.pIndex || this.rings[victim].isEmpty || this.turnMs(victim) < STUCK_MS)
        continue
      const id = this.rings[victim].take()
      if (id !== 0) return id
    }
    return 0
  }

  /** True if there is a ring from which this P may take. */
  get isPossible(): boolean {
    for (let victim = 0; victim < this.rings.length; victim++)
      if (this.mayTakeFrom(victim)) return true
    return false
  }

  /** How long this P may sleep before it looks again, in ms; Infinity if other rings are empty. */
  get untilPossibleMs(): number {
    const isWaiting = this.rings.some((ring, index) => index !== this.pIndex && !ring.isEmpty)
    return isWaiting ? SLICE_MS : Number.POSITIVE_INFINITY
  }

  /** Plain reads of LIVE: an old value makes a theft a little more or less even. */
  private mayTakeFrom(victim: number): boolean {
    const { meta, layout } = this.memory
    if (victim === this.pIndex || this.rings[victim].isEmpty) return false
    const own = meta[this.memory.pWord(this.pIndex, pWords.LIVE)]
    if (own <= meta[this.memory.pWord(victim, pWords.LIVE)] * STEAL_IMBALANCE) return true
    const turnMs = this.turnMs(victim)
    if (turnMs > STUCK_MS) return true
    let all = 0
    for (let index = 0; index < layout.procs; index++)
      all += meta[this.memory.pWord(index, pWords.LIVE)]
    return turnMs > SLICE_MS && own * layout.procs < all * STEAL_IMBALANCE
  }

  /**
   * How long the goroutine that runs on P `victim` has had its turn, in ms. 0 if none runs: that P
   * is about to look into its ring.
   */
  private turnMs(victim: number): number {
    const { meta, metaF64 } = this.memory
    if (meta[this.memory.pWord(victim, pWords.GOROUTINE)] === 0) return 0
    return now() - metaF64[this.memory.pDouble(victim, pWords.TURN_STARTED_AT)]
  }
}
