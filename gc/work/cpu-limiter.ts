/**
 * Go's limiter of the collector's CPU time (1.19; docs/go-collector.md §6i): a leaky bucket
 * (gc/pacer/cpu-bucket.ts). The collector's time fills it, the program's time empties it. Once it
 * is full, the collector is limited until it is empty. So a memory limit below the live heap slows
 * the program, and does not stop it. While the collector is limited:
 *
 *   assists   do nothing. Those under way end, and so do waits for credit
 *   the gate  is open, and waits there end. The heap may pass its goal, and even the memory limit
 *   cycles    follow each other no closer than the heap grows by an eighth of what lives
 *             (limitedTrigger)
 *
 * Whose time is whose:
 *
 *   collector   assists and waits for credit, waits at the gate, sweeping for a cycle that is about
 *               to start; a quarter of all Ps while marking; all Ps while the world stands
 *   neither     Ps that have no goroutine to run, or whose goroutine waits in gc(), whatever else
 *               they do, except the background quarter
 *   program     the rest
 *
 * The bucket is updated before and after what is done in a stop. Besides, a P that works or waits
 * for the collector, or that allocates, updates it if the last update is more than 10 ms ago. One P
 * does so at a time; the others skip it.
 *
 * A stretch of time that has not ended is counted as far as it has come. The P that ends a stretch
 * clears its start, then adds it to its total. Another P may read both words between the two
 * stores. So one update may count that stretch too short or twice. The next update makes up for it,
 * since each counts only how much the sums have changed.
 *
 * Proof that nobody waits while the collector is limited.
 *
 * 1. The P that finds the bucket full sets GC_CPU_LIMITED. Then it takes the lock of the assist
 *    queue and releases the Ps in it. Then it wakes every P.
 * 2. An assist looks at GC_CPU_LIMITED under that lock before it enqueues itself. So either it is
 *    in the queue when that is released, or it sees the word.
 * 3. A P at the gate asks at each waking, and it announces its sleep before it asks
 *    (scheduler/sleepers.ts). So either it is woken, or it sees the word.
 *
 * Proof that the bucket fills while others wait.
 *
 * 1. If an update is due, it is made by a P that drains after every 100,000 bytes, by a P that
 *    sweeps for a cycle after every span, and by a P that sleeps at the gate at each waking, which
 *    is after 50 ms at the latest.
 * 2. A P that waits for credit waits for a P that drains.
 */

import { load, now, store } from '#sync'
import type { MetaDouble, Milliseconds } from '../../memory/kinds.ts'
import { tryLock, unlock } from '../../memory/lock.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import type { Here } from '../here.ts'
import {
  bucketCapacityMs,
  type CpuBucket,
  fillBucket,
  limitedTrigger,
} from '../pacer/cpu-bucket.ts'
import { BACKGROUND_UTILIZATION } from '../pacer/worker-counts.ts'
import type { World } from '../world.ts'
import type { AssistQueue } from './assist-queue.ts'

/** The longest time between two updates, in ms. */
const PERIOD_MS = 10

export class CpuLimiter {
  private readonly memory: Memory
  private readonly world: World
  private readonly queue: AssistQueue
  private readonly measures: MetaDouble
  private readonly bucket: CpuBucket = { levelMs: 0, isLimiting: false }
  constructor(here: Here, queue: AssistQueue) {
    this.memory = here.memory
    this.world = here.world
    this.queue = queue
    this.measures = here.memory.pDouble(here.index, 0)
  }

  /** True while assists must do nothing and the gate is open. */
  get isLimiting(): boolean {
    return load(this.memory.meta, control.GC_CPU_LIMITED) !== 0
  }

  /** The same, after an update if one is due: for a P that works or waits for the collector. */
  get isLimitingNow(): boolean {
    this.updateIfDue()
    return this.isLimiting
  }

  /** The least live heap at which a limited collector starts a cycle, in bytes. */
  get leastTrigger(): number {
    return limitedTrigger(this.memory.get(control.HEAP_MARKED))
  }

  /**
   * From now on this P's goroutine works or waits for the collector. False if it already does: then
   * this stretch is a part of that one, and `end` must not end it.
   */
  begin(): boolean {
    const { metaF64 } = this.memory
    if (metaF64[this.measures + pWords.COLLECTING_SINCE] !== 0) return false
    metaF64[this.measures + pWords.COLLECTING_SINCE] = now()
    return true
  }

  /** Ends that stretch, if `begin` began it. `isBegun`: what `begin` returned. */
  end(isBegun: boolean): void {
    if (!isBegun) return
    const { metaF64 } = this.memory
    const ms = now() - metaF64[this.measures + pWords.COLLECTING_SINCE]
    metaF64[this.measures + pWords.COLLECTING_SINCE] = 0
    metaF64[this.measures + pWords.TOTAL_ASSIST_MS] += ms
  }

  /**
   * From now on this P is idle, if it was not: it has no goroutine that could run. A wait for the
   * collector is the collector's time, and not idle.
   */
  idle(): void {
    const { metaF64 } = this.memory
    if (
      metaF64[this.measures + pWords.IDLE_SINCE] === 0 &&
      metaF64[this.measures + pWords.COLLECTING_SINCE] === 0
    )
      metaF64[this.measures + pWords.IDLE_SINCE] = now()
  }

  /** Ends that stretch: the P has a goroutine, or works in the background quarter. */
  busy(): void {
    const { metaF64 } = this.memory
    const since = metaF64[this.measures + pWords.IDLE_SINCE]
    if (since === 0) return
    metaF64[this.measures + pWords.IDLE_SINCE] = 0
    metaF64[this.measures + pWords.TOTAL_IDLE_MS] += now() - since
  }

  /** Updates the bucket if the last update is more than PERIOD_MS ago. */
  updateIfDue(): void {
    if (now() - this.memory.get(control.LIMITER_UPDATED_AT) > PERIOD_MS) this.update()
  }

  /** Counts the time since the last update, during which the program ran. */
  update(): void {
    this.updateAs('running')
  }

  /** The same for a time in which the world stood: all of it is the collector's. */
  updateStopped(): void {
    this.updateAs('stopped')
  }

  private updateAs(world: 'running' | 'stopped'): void {
    const { meta } = this.memory
    let begins = false
    if (!tryLock(meta, control.LIMITER_LOCK)) return
    try {
      const wasLimiting = this.isLimiting
      this.count(world, now())
      begins = this.isLimiting && !wasLimiting
    } finally {
      unlock(meta, control.LIMITER_LOCK)
    }
    if (begins) this.callOff()
  }

  /** The collector begins to be limited: waits for it end (step 1 above). */
  private callOff(): void {
    this.queue.releaseAll()
    this.world.wakeAll()
  }

  private count(world: 'running' | 'stopped', time: number): void {
    const { meta, layout } = this.memory
    const { memory } = this
    const window = (time - memory.get(control.LIMITER_UPDATED_AT)) * layout.procs
    const assisted = this.sum(pWords.TOTAL_ASSIST_MS, pWords.COLLECTING_SINCE, time)
    const idled = this.sum(pWords.TOTAL_IDLE_MS, pWords.IDLE_SINCE, time)
    const assist = assisted - memory.get(control.LIMITER_ASSISTED)
    const idle = idled - memory.get(control.LIMITER_IDLED)
    memory.set(control.LIMITER_UPDATED_AT, time)
    memory.set(control.LIMITER_ASSISTED, assisted)
    memory.set(control.LIMITER_IDLED, idled)
    const background = meta[control.BLACKEN_ENABLED] !== 0 ? BACKGROUND_UTILIZATION * window : 0
    const collector = world === 'stopped' ? window : assist + background
    this.fill(collector, Math.max(0, window - idle - collector))
  }

  private fill(collectorMs: Milliseconds, programMs: Milliseconds): void {
    const { meta, metaF64, layout } = this.memory
    const { bucket } = this
    const levelDouble = this.memory.controlDouble(control.LIMITER_LEVEL)
    const wasLimiting = this.isLimiting
    bucket.levelMs = metaF64[levelDouble]
    bucket.isLimiting = wasLimiting
    const marked = this.memory.get(control.HEAP_MARKED)
    fillBucket(
      bucket,
      collectorMs,
      programMs,
      bucketCapacityMs(layout.procs, meta[control.GOAL], marked),
    )
    metaF64[levelDouble] = bucket.levelMs
    if (bucket.isLimiting === wasLimiting) return
    // The cycle counts as limited if limiting begins or ends in it.
    store(meta, control.GC_CPU_LIMITED_CYCLE, meta[control.CYCLES])
    store(meta, control.GC_CPU_LIMITED, bucket.isLimiting ? 1 : 0)
  }

  /** A total over all Ps, with the stretches that have not ended at `time`. */
  private sum(total: number, since: number, time: Milliseconds): Milliseconds {
    const { metaF64, layout } = this.memory
    let sum = 0
    for (let index = 0; index < layout.procs; index++) {
      const own = this.memory.pDouble(index, 0)
      sum += metaF64[own + total]
      const began = metaF64[own + since]
      if (began > 0) sum += time - began
    }
    return sum
  }
}
