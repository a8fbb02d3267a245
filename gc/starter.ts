/**
 * Starting a cycle: sweep what the last one left, then raise the setup stop, if the cycle is still
 * due.
 *
 *   because of   a heap that has grown to its trigger · the gate · the host's period · gc()
 *
 * The P that starts the cycle sweeps before the stop, so that the stop is short. This counts as the
 * collector's time (gc/work/cpu-limiter.ts). Sweeping passes safepoints, so another P may start the
 * cycle first. So each question is asked again after the sweep, and once more after the epoch was
 * read. The raise fails if another stop comes in between (gc/world.ts), so no cycle starts twice
 * for one reason.
 */

import { load, store } from '#sync'
import type { MetaWord } from '../memory/kinds.ts'
import { probeStackDeep } from '../memory/stack-probe.ts'
import * as control from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'
import type { Here } from './here.ts'
import type { Sweeper } from './sweeper.ts'
import type { CpuLimiter } from './work/cpu-limiter.ts'
import { type CycleTrigger, STOP_HEAP_CYCLE, STOP_PERIODIC_CYCLE } from './world.ts'

const always = (): boolean => true
const never = (): boolean => false

export class Starter {
  private readonly here: Here
  private readonly sweeper: Sweeper
  private readonly limiter: CpuLimiter
  private readonly pollWord: MetaWord

  constructor(here: Here, sweeper: Sweeper, limiter: CpuLimiter) {
    this.here = here
    this.sweeper = sweeper
    this.limiter = limiter
    this.pollWord = here.memory.pWord(here.index, pWords.POLL)
  }

  /**
   * True if no cycle runs and the live heap has reached its trigger. While the CPU limiter limits,
   * L must also have grown enough since the last cycle: else cycles would follow each other without
   * a pause.
   */
  get isHeapTriggered(): boolean {
    const { meta } = this.here.memory
    if (meta[control.PHASE] !== control.PHASE_OFF) return false
    const live = load(meta, control.HEAP_LIVE)
    return (
      live >= meta[control.TRIGGER] &&
      (!this.limiter.isLimiting || live >= this.limiter.leastTrigger)
    )
  }

  /** True if no cycle runs. */
  get isOff(): boolean {
    return this.here.memory.meta[control.PHASE] === control.PHASE_OFF
  }

  /**
   * Sweeps until the sweep is drained or `isDue` says no. For a cycle that is about to start.
   * @safepoint
   */
  sweepFirst(isDue: () => boolean): void {
    const isBegun = this.limiter.begin()
    try {
      while (isDue() && this.sweeper.sweepOne()) {
        this.poll()
        this.limiter.updateIfDue()
      }
    } finally {
      this.limiter.end(isBegun)
    }
  }

  /** Sweeps until the sweep is drained, for an allocator that has found no page. @safepoint */
  sweepAll(): void {
    this.sweepFirst(always)
  }

  /**
   * Starts a cycle if none runs, wherever L is, unless `isCalledOff` says so after the sweep.
   * @safepoint
   */
  start(trigger: CycleTrigger, isCalledOff: () => boolean = never): void {
    const { world } = this.here
    this.sweepFirst(() => this.isOff && !isCalledOff())
    const epoch = world.epoch()
    if (this.isOff && !isCalledOff()) world.raise(epoch, trigger)
  }

  /** Starts a cycle if the heap has reached its trigger. @safepoint */
  startIfTriggered(): void {
    if (!this.isHeapTriggered) return
    probeStackDeep()
    this.sweepFirst(() => this.isHeapTriggered)
    const epoch = this.here.world.epoch()
    if (this.isHeapTriggered) this.here.world.raise(epoch, STOP_HEAP_CYCLE)
  }

  /**
   * Starts the cycle that the host asked for, if its time has come. If another stop comes first,
   * the host asks again after its period. @safepoint
   */
  startPeriodic(): void {
    const { memory, world } = this.here
    const { meta } = memory
    store(meta, control.PERIODIC_WANTED, 0)
    this.sweepFirst(() => this.isOff)
    const epoch = world.epoch()
    if (this.isOff && meta[control.GC_PERCENT] >= 0) world.raise(epoch, STOP_PERIODIC_CYCLE)
  }

  /** Serves stops and requests, if there are any. @safepoint */
  poll(): void {
    if (this.here.memory.meta[this.pollWord] === 0) return
    probeStackDeep()
    this.here.world.safepoint()
  }
}
