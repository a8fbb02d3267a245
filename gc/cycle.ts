/**
 * What happens in the stops of a cycle, in Go's order (mgc.go gcStart, gcMarkDone,
 * gcMarkTermination, Go 1.19). One thread does it, usually that of the last P to stop, while every
 * other P is stopped or asleep. So all shared memory is the actor's, and plain accesses are exact.
 *
 *   setUp       1  finish the sweep of the last cycle
 *               2  reset the counters; take down the heap as it is at the trigger
 *               3  the pacer plans: workers, goal, assist ratio
 *               4  the phase is mark, and the write barrier is on
 *               5  count the root jobs; blacken what the caches have not handed out
 *               6  blackening is on: workers and assists may mark
 *   terminate   1  carry out every shade that waits. Is work left? Restart the mark
 *               2  blackening is off; assists that wait go on
 *               3  put the caches back, so that what they have not handed out is free, and not live
 *               4  the pacer learns from the cycle
 *               5  the live heap is what was marked
 *               6  the barrier is off, everything is unswept
 *               7  the pacer sets new goals; the pace of the sweep
 */

import { load, now, store } from '#sync'
import type { Cache } from '../heap/cache.ts'
import type { Heap } from '../heap/heap.ts'
import { spanBytesOf } from '../heap/size-classes.ts'
import { InternalError } from '../memory/internal-error.ts'
import type { Bytes } from '../memory/kinds.ts'
import type { Memory } from '../memory/memory.ts'
import * as control from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'
import type { Controller } from './controller.ts'
import type { Here } from './here.ts'
import { WriteBarrier } from './mark/barrier.ts'
import type { Drain } from './mark/drain.ts'
import type { Marker } from './mark/marker.ts'
import type { Roots } from './mark/roots.ts'
import { takeStatistics } from './record/statistics.ts'
import type { Sweeper } from './sweeper.ts'
import { Checkmark } from './verify/checkmark.ts'
import { isVerificationDue, planVerification, verifyHeap } from './verify/verify-heap.ts'
import type { AssistQueue } from './work/assist-queue.ts'
import { type CycleTrigger, STOP_FORCED_CYCLE } from './world.ts'

/**
 * From this share of the arena on, what others have in flight matters to a request without room.
 */
const IN_FLIGHT_SHARE = 1 / 64

/** What of this P's collector the actor works with. */
export interface CycleParts {
  readonly heap: Heap
  readonly controller: Controller
  readonly marker: Marker
  readonly roots: Roots
  readonly drain: Drain
  readonly assistQueue: AssistQueue
  readonly sweeper: Sweeper
  /** Scan work, in bytes, that the termination stop does itself. */
  readonly remainderBytes: Bytes
  /** Verify each cycle by checkmark. */
  readonly checkmark: boolean
}

/** All of it is done in a stop. @nosafepoint */
export class Cycle {
  private readonly here: Here
  private readonly memory: Memory
  private readonly parts: CycleParts
  /** The caches and barrier buffers of all Ps, as the actor handles them. */
  private readonly caches: Cache[] = []
  private readonly barriers: WriteBarrier[] = []
  private readonly checkmark: Checkmark | null

  constructor(here: Here, parts: CycleParts) {
    const { memory } = here
    this.here = here
    this.memory = memory
    this.parts = parts
    for (let index = 0; index < memory.layout.procs; index++) {
      this.caches.push(parts.heap.cacheOf(index))
      this.barriers.push(new WriteBarrier(memory, index, parts.marker))
    }
    this.checkmark = parts.checkmark ? new Checkmark(memory, parts.heap.spans) : null
  }

  /** Sweep termination and mark setup. */
  setUp(trigger: CycleTrigger): void {
    const { memory } = this
    const { listener } = this.here
    const { heap, controller, roots, sweeper } = this.parts
    const { meta } = memory
    listener.at('mark-setup/stopped')
    sweeper.finish()
    this.verify()
    meta[control.CYCLES]++
    meta[control.CYCLE_TRIGGER] = trigger
    if (trigger === STOP_FORCED_CYCLE) meta[control.CYCLES_FORCED]++
    this.resetCounters()
    const requested = this.memory.get(control.STOP_REQUESTED_AT)
    listener.cycleStarted(controller.stateOf('consMark'))
    this.memory.set(control.SCANNABLE_AT_START, meta[control.HEAP_SCANNABLE])
    this.memory.set(control.TRIGGERED, load(meta, control.HEAP_LIVE))
    this.memory.set(
      control.EXPECTED_SCAN_WORK,
      this.memory.get(control.LAST_HEAP_SCAN) +
        this.memory.get(control.LAST_STACK_SCAN) +
        meta[control.GLOBAL_SLOTS] * 4,
    )
    controller.startCycle(trigger)
    this.memory.set(control.DEDICATED_AT_START, meta[control.DEDICATED_NEEDED])
    listener.planned()
    // From the phase on, new objects are black; from the barrier on, stores shade.
    meta[control.PHASE] = control.PHASE_MARK
    meta[control.WRITE_BARRIER] = 1
    roots.prepare()
    // What a cache hands out later is black, as is what it has not handed out yet.
    for (const cache of this.caches) cache.blacken()
    meta[control.BLACKEN_ENABLED] = 1
    this.verify()
    if (heap.check) planVerification(memory)
    const time = now()
    this.memory.set(control.MARK_STARTED_AT, time)
    listener.markStarted(time - requested)
  }

  /** The whole mark in one stop (GODEBUG=gcstoptheworld=1). */
  setUpAndMark(trigger: CycleTrigger): void {
    this.setUp(trigger)
    this.parts.drain.drainStopped()
    this.terminate()
  }

  /** And the whole sweep (gcstoptheworld=2, and where the arena is full). */
  setUpMarkAndSweep(trigger: CycleTrigger): void {
    this.setUpAndMark(trigger)
    this.parts.sweeper.finish()
    this.serveWanted()
  }

  /**
   * Requests that found no room are served in the stop that has marked and swept everything and put
   * all caches back: no other P is faster. A P that is given nothing knows that there is no room,
   * unless other Ps have much in flight: their goroutines may never keep it, so that request is
   * tried again. Another P comes first each time.
   */
  private serveWanted(): void {
    const { memory } = this
    const { sweep } = this.parts.sweeper
    const { meta, layout } = memory
    const wanting: number[] = []
    for (let offset = 0; offset < layout.procs; offset++) {
      const index = (meta[control.CYCLES] + offset) % layout.procs
      const own = memory.pWord(index, 0)
      const bytes = meta[own + pWords.WANTED_BYTES]
      if (bytes === 0) continue
      const at = this.caches[index].serve(bytes, meta[own + pWords.WANTED_NOSCAN] !== 0, sweep)
      meta[meta[own + pWords.WANTED_SLOT]] = at
      if (at === 0) wanting.push(own)
      else meta[own + pWords.WANTED_BYTES] = 0
      meta[own + pWords.IN_FLIGHT_BYTES] = at === 0 ? 0 : spanBytesOf(bytes)
    }
    if (this.inFlight() <= layout.arenaBytes * IN_FLIGHT_SHARE)
      for (const own of wanting) meta[own + pWords.WANTED_BYTES] = 0
  }

  /** Bytes that all Ps have taken for objects that their goroutines do not have yet. */
  private inFlight(): number {
    const { meta, layout } = this.memory
    let sum = 0
    for (let index = 0; index < layout.procs; index++)
      sum += meta[this.memory.pWord(index, pWords.IN_FLIGHT_BYTES)]
    return sum
  }

  /** Mark termination; or, if work is left, nothing but a restart (R3). */
  terminate(): void {
    const { memory } = this
    const { listener } = this.here
    const { controller, assistQueue, sweeper } = this.parts
    const { meta } = memory
    listener.at('mark-termination/stopped')
    const isWorkLeft = this.isWorkLeftAfterRemainder()
    this.verify()
    if (isWorkLeft) {
      meta[control.TERMINATION_RESTARTS]++
      return
    }
    const time = now()
    // Where all of it is one stop, the mark is part of this pause.
    const requested = Math.max(
      this.memory.get(control.STOP_REQUESTED_AT),
      this.memory.get(control.MARK_STARTED_AT),
    )
    meta[control.BLACKEN_ENABLED] = 0
    // The mark is over, and debts are forgotten.
    assistQueue.releaseAll()
    listener.markOver()
    // Before the marked bytes are summed: what no cache has handed out is not live.
    for (const cache of this.caches) cache.flush()
    const bytesMarked =
      this.memory.sumOfPs(pWords.BYTES_MARKED) + this.memory.sumOfPs(pWords.BYTES_BLACKENED)
    controller.endCycle(bytesMarked, requested)
    meta[control.PHASE] = control.PHASE_MARK_TERMINATION
    this.assertNoWork()
    listener.marked(bytesMarked, this.checkmark?.verify() ?? 0)
    controller.resetLive(bytesMarked)
    meta[control.PHASE] = control.PHASE_OFF
    meta[control.WRITE_BARRIER] = 0
    meta[control.CYCLES_MARKED]++
    sweeper.startSweep()
    // After the reset: the goals are those of the heap that lives now.
    controller.commit()
    sweeper.pace(controller.sweepDistance)
    this.memory.set(control.LAST_CYCLE_AT, time)
    const end = now()
    this.verify()
    listener.cycleEnded(requested, end)
  }

  /**
   * The exact question: is anything grey, or a stack unscanned? A policy may have a little of it
   * marked here.
   */
  private isWorkLeftAfterRemainder(): boolean {
    const { roots, drain, remainderBytes } = this.parts
    if (!this.isWorkLeft()) return false
    if (remainderBytes === 0) return true
    this.here.listener.at('mark-termination/remainder')
    roots.scanWanted()
    drain.drainStopped(remainderBytes)
    return this.isWorkLeft()
  }

  /**
   * `--check`: the heap is verified at each boundary of a phase, and once in the mark
   * (STOP_VERIFY).
   */
  verify(): void {
    const { memory } = this
    memory.meta[control.VERIFY_AT] = 0
    if (this.parts.heap.check && isVerificationDue(memory)) verifyHeap(memory)
  }

  /**
   * What Ps ask for by setGCPercent, one after the other. Each replaces the one before, and is told
   * which that was.
   */
  changeGcPercent(): void {
    const { memory } = this
    const { controller, sweeper } = this.parts
    const { meta } = memory
    for (let index = 0; index < memory.layout.procs; index++) {
      const own = memory.pWord(index, 0)
      if (meta[own + pWords.GC_PERCENT_IS_ASKED] === 0) continue
      meta[own + pWords.GC_PERCENT_REPLACED] = meta[control.GC_PERCENT]
      meta[control.GC_PERCENT] = meta[own + pWords.GC_PERCENT_ASKED]
      meta[own + pWords.GC_PERCENT_IS_ASKED] = 0
    }
    controller.commit()
    if (memory.meta[control.PHASE] === control.PHASE_OFF) sweeper.pace(controller.sweepDistance)
  }

  /** The counters as they are now, for the memory statistics. */
  takeStatistics(): void {
    takeStatistics(this.memory, this.caches)
  }

  /**
   * Carries out every shade that waits, then tells whether anything is grey or a stack unscanned.
   */
  private isWorkLeft(): boolean {
    const { marker, drain } = this.parts
    for (const barrier of this.barriers) barrier.flush()
    marker.queue.publish()
    return drain.isWorkAvailable || load(this.memory.meta, control.SCANS_WANTED) > 0
  }

  private assertNoWork(): void {
    if (this.parts.drain.isWorkAvailable)
      throw new InternalError('mark termination with grey objects left')
    for (const barrier of this.barriers)
      if (barrier.isPending)
        throw new InternalError('mark termination with a barrier buffer that is not empty')
  }

  private resetCounters(): void {
    const { meta } = this.memory
    for (const counter of [
      control.SCAN_WORK_HEAP,
      control.SCAN_WORK_STACK,
      control.SCAN_WORK_GLOBALS,
      control.BACKGROUND_CREDIT,
      control.TERMINATION_ATTEMPTS,
      control.TERMINATION_RESTARTS,
      control.GATE_RAISES,
    ]) {
      store(meta, counter, 0)
    }
  }
}
