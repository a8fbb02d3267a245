/**
 * What happens in the stops of a cycle, in Go's order (mgc.go gcStart, gcMarkDone,
 * gcMarkTermination, Go 1.19). One P acts, usually the last one to stop, while every other P is
 * stopped or asleep. So plain accesses to shared memory are exact here, except for the few words
 * that a P may change while it counts as stopped (gc/world.ts lists them).
 *
 *   setUp      1  Finish the sweep of the last cycle: it reads the mark bytes that the mark writes.
 *              2  Count the cycle, reset the counters, note the heap as it is at the trigger.
 *                 A stack is grey while its SCANNED_CYCLE is not CYCLES. So counting the cycle
 *                 makes every stack grey, and every credit and debt one of an old cycle.
 *              3  The pacer plans: workers, goal, assist ratio. It needs the counters at 0.
 *              4  The phase is mark, so new objects are black. The write barrier is on, so stores
 *                 shade. Both before anything can be black: a store that no barrier saw could
 *                 hide a white object behind a black one.
 *              5  Count the root jobs. From here on everything that is reachable is reachable from
 *                 something grey. Blacken the slots that the caches have ready to hand out.
 *              6  Blackening is on: workers and assists may mark. Last, since they rely on 1 to 5.
 *   terminate  1  Carry out every shade that waits, and ask: is anything grey left, or a stack
 *                 unscanned? If there is, the world is started again, and the mark goes on (R3).
 *              2  Blackening is off: no worker and no assist marks any more. Assists that wait go
 *                 on after the restart, and their debts are forgotten.
 *              3  Put the caches back. What they have not handed out is free again, and not live.
 *                 No span is cached when 6 makes all spans unswept.
 *              4  The pacer learns from the cycle. It needs this cycle's counters and L, before 5.
 *              5  The phase is mark termination. Check that no work is left. L is what was marked.
 *              6  The phase is off, so new objects are white, and the barrier is off: with nothing
 *                 grey there is nothing to protect. Every swept span becomes an unswept one.
 *              7  The pacer sets new goals for the heap as it is now. They give the sweep its pace.
 *
 * Why the mark is over only when nothing is left: `terminate` asks in a stopped world, where the
 * answer cannot change. All that the termination policies see before is a hint. A wrong hint costs
 * a stop and a restart, and no object.
 *
 * Different from Go: 3 is here, where in Go each P puts its stale spans back after the restart
 * (decision 0002). So the pacer of step 4 sees an L without the unused slots of the caches.
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
import { type BarrierKind, WriteBarrier } from './mark/barrier.ts'
import type { Drain } from './mark/drain.ts'
import type { Marker } from './mark/marker.ts'
import type { Roots } from './mark/roots.ts'
import { takeStatistics } from './record/statistics.ts'
import type { Sweeper } from './sweeper.ts'
import { Checkmark } from './verify/checkmark.ts'
import { isVerificationDue, planVerification, verifyHeap } from './verify/verify-heap.ts'
import type { AssistQueue } from './work/assist-queue.ts'
import type { Gate } from './work/gate.ts'
import { type CycleTrigger, STOP_FORCED_CYCLE } from './world.ts'

/**
 * Other Ps have much in flight if it is more than this share of the arena. Then a request that
 * finds no room may find some a little later.
 */
const IN_FLIGHT_SHARE = 1 / 64

/** The doubles of each P that count from the start of a cycle. */
const CYCLE_MEASURES = [
  pWords.ASSIST_MS,
  pWords.DEDICATED_MS,
  pWords.FRACTIONAL_MS,
  pWords.IDLE_MS,
  pWords.BLOCKED_MS,
  pWords.GATE_MS,
  pWords.BYTES_MARKED,
  pWords.BYTES_BLACKENED,
]

/** What of this P's collector the actor works with. */
export interface CycleParts {
  readonly heap: Heap
  readonly controller: Controller
  readonly marker: Marker
  readonly roots: Roots
  readonly drain: Drain
  readonly assistQueue: AssistQueue
  readonly sweeper: Sweeper
  readonly gate: Gate
  /** Scan work, in bytes, that the termination stop does itself. */
  readonly remainderBytes: Bytes
  /** Verify each cycle by checkmark. */
  readonly checkmark: boolean
  readonly barrier: BarrierKind
}

/** All of it is done in a stop. @nosafepoint */
export class Cycle {
  private readonly here: Here
  private readonly memory: Memory
  private readonly parts: CycleParts
  /**
   * Of all Ps. Their state is in shared memory, so the actor works on them through handles of its
   * own.
   */
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
      this.barriers.push(new WriteBarrier(memory, index, parts.marker, parts.barrier))
    }
    this.checkmark = parts.checkmark ? new Checkmark(memory, parts.heap.spans) : null
  }

  /** Sweep termination and mark setup: steps 1 to 6 of `setUp` above. */
  setUp(trigger: CycleTrigger): void {
    const { memory } = this
    const { listener } = this.here
    const { heap, controller, roots, sweeper } = this.parts
    const { meta } = memory
    listener.at('mark-setup/stopped')
    // 1. Usually nothing is left: the P that raised this stop has swept first (gc/starter.ts).
    sweeper.finish()
    this.verify()
    // 2. Makes every stack grey, and all credit and debt that of an old cycle.
    meta[control.CYCLES]++
    meta[control.CYCLE_TRIGGER] = trigger
    if (trigger === STOP_FORCED_CYCLE) meta[control.CYCLES_FORCED]++
    this.resetCounters()
    const requested = this.memory.get(control.STOP_REQUESTED_AT)
    listener.cycleStarted()
    this.memory.set(control.SCANNABLE_AT_START, meta[control.HEAP_SCANNABLE])
    this.memory.set(control.TRIGGERED, load(meta, control.HEAP_LIVE))
    this.memory.set(
      control.EXPECTED_SCAN_WORK,
      this.memory.get(control.LAST_HEAP_SCAN) +
        this.memory.get(control.LAST_STACK_SCAN) +
        meta[control.GLOBAL_SLOTS] * 4,
    )
    // 3. After 2: the plan depends on the counters, and on L at the start.
    controller.startCycle(trigger)
    this.memory.set(control.DEDICATED_AT_START, meta[control.DEDICATED_NEEDED])
    listener.planned()
    // 4. From the phase on, new objects are black; from the barrier on, stores shade. Nothing is
    //    black yet.
    meta[control.PHASE] = control.PHASE_MARK
    meta[control.WRITE_BARRIER] = roots.shades
    // 5. Jobs are counted here. A goroutine that is born later needs none (gc/mark/roots.ts).
    roots.prepare()
    // A run that a cache takes from now on is black. The runs that it has taken before are white,
    // so what is not handed out of them is made black here. What was handed out stays white: the
    // mark must reach it.
    for (const cache of this.caches) cache.blacken()
    // 6. From the restart on, every P may mark.
    meta[control.BLACKEN_ENABLED] = 1
    this.verify()
    if (heap.check) planVerification(memory)
    const time = now()
    this.memory.set(control.MARK_STARTED_AT, time)
    listener.markStarted(time - requested)
  }

  /** Setup, the whole mark and termination in one stop (GODEBUG=gcstoptheworld=1). */
  setUpAndMark(trigger: CycleTrigger): void {
    this.setUp(trigger)
    this.parts.drain.drainStopped()
    this.terminate()
  }

  /** The same, and the whole sweep (gcstoptheworld=2, and where the arena is full). */
  setUpMarkAndSweep(trigger: CycleTrigger): void {
    this.setUpAndMark(trigger)
    this.parts.sweeper.finish()
    this.serveWanted()
  }

  /**
   * Serves requests that found no room. Nothing is marked or swept any more and all caches are put
   * back, so all free memory is in sight, and no other P can be faster. A P that gets nothing here
   * knows that there is no room. There are two exceptions: the gate admits no further request past
   * its limit before another mark has ended, and other Ps may have much in flight, which is memory
   * that they have taken for objects which their goroutines may drop at once. Then the request
   * stays open, and Collector.collectStopped tries again. The order begins with another P each
   * time, so that no P is always last.
   */
  private serveWanted(): void {
    const { memory } = this
    const { gate, sweeper } = this.parts
    const { meta, layout } = memory
    const wanting: number[] = []
    for (let offset = 0; offset < layout.procs; offset++) {
      const index = (meta[control.CYCLES] + offset) % layout.procs
      const own = memory.pWord(index, 0)
      const bytes = meta[own + pWords.WANTED_BYTES]
      if (bytes === 0 || !gate.admitsStopped(index, spanBytesOf(bytes))) continue
      const isNoscan = meta[own + pWords.WANTED_NOSCAN] !== 0
      const at = this.caches[index].serve(bytes, isNoscan, sweeper.sweep)
      meta[meta[own + pWords.WANTED_SLOT]] = at
      if (at === 0) wanting.push(own)
      else meta[own + pWords.WANTED_BYTES] = 0
      meta[own + pWords.IN_FLIGHT_BYTES] = at === 0 ? 0 : spanBytesOf(bytes)
    }
    if (this.inFlight() <= layout.arenaBytes * IN_FLIGHT_SHARE)
      for (const own of wanting) meta[own + pWords.WANTED_BYTES] = 0
  }

  /** Bytes that all Ps have taken for objects that their goroutines have not received yet. */
  private inFlight(): number {
    const { meta, layout } = this.memory
    let sum = 0
    for (let index = 0; index < layout.procs; index++)
      sum += meta[this.memory.pWord(index, pWords.IN_FLIGHT_BYTES)]
    return sum
  }

  /**
   * Mark termination: steps 1 to 7 of `terminate` above. If work is left, nothing but step 1 (R3).
   */
  terminate(): void {
    const { memory } = this
    const { listener } = this.here
    const { controller, assistQueue, sweeper } = this.parts
    const { meta } = memory
    listener.at('mark-termination/stopped')
    // 1. Asked first: if the mark goes on, nothing else may have changed in this stop.
    const isWorkLeft = this.isWorkLeftAfterRemainder()
    this.verify()
    if (isWorkLeft) {
      meta[control.TERMINATION_RESTARTS]++
      return
    }
    const time = now()
    // If setup and mark were in this same stop, the pause to be recorded begins when the mark did,
    // which is later than the request for the stop.
    const requested = Math.max(
      this.memory.get(control.STOP_REQUESTED_AT),
      this.memory.get(control.MARK_STARTED_AT),
    )
    // 2. Off before assists are released, so that they find it off and pay no more.
    meta[control.BLACKEN_ENABLED] = 0
    // Their debts belong to this cycle (Assists.charge), so there is nothing left to wait for.
    assistQueue.releaseAll()
    listener.markOver()
    // 3. Before the marked bytes are summed: putting a cache back takes its unused black slots off
    //    the sum.
    for (const cache of this.caches) cache.flush()
    const bytesMarked =
      this.memory.sumOfPs(pWords.BYTES_MARKED) + this.memory.sumOfPs(pWords.BYTES_BLACKENED)
    // 4. `requested`: the mark lasted until the stop was asked for. The time to reach the stop is
    //    the pause's.
    controller.endCycle(bytesMarked, requested)
    // 5. No P runs in this phase. Checkmark compares with the marks before the sweep may change
    //    them.
    meta[control.PHASE] = control.PHASE_MARK_TERMINATION
    this.assertNoWork()
    listener.marked(bytesMarked, this.checkmark?.verify() ?? 0)
    controller.resetLive(bytesMarked)
    // 6. From here on new objects are white, and no store shades.
    meta[control.PHASE] = control.PHASE_OFF
    meta[control.WRITE_BARRIER] = 0
    meta[control.CYCLES_MARKED]++
    sweeper.startSweep()
    // 7. After the reset: the goals are for the heap that lives now.
    controller.commit()
    sweeper.pace(controller.sweepDistance)
    this.memory.set(control.LAST_CYCLE_AT, time)
    const end = now()
    this.verify()
    listener.cycleEnded(requested, end)
  }

  /**
   * The exact question: is anything grey, or a stack unscanned? Under `helping` the stop first
   * marks up to 64 KiB itself: a short pause costs the program less than a restart and another
   * stop.
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
   * `--check`: verifies the heap at each boundary of a phase, and once in the middle of the mark
   * (STOP_VERIFY).
   */
  verify(): void {
    const { memory } = this
    memory.meta[control.VERIFY_AT] = 0
    if (this.parts.heap.check && isVerificationDue(memory)) verifyHeap(memory)
  }

  /**
   * Carries out what Ps have asked for by setGCPercent, one P after the other. Each is told the
   * value that its own has replaced. During a mark the sweep is complete, so it needs a new pace
   * only in phase off.
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
   * Carries out every shade that waits in a barrier buffer, then tells whether anything is grey or
   * a stack is unscanned. The shades fill the actor's own grey queue. It is published, so that
   * every P finds these objects if the mark goes on.
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
    const { meta, metaF64, layout } = this.memory
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
    for (let index = 0; index < layout.procs; index++)
      for (const measure of CYCLE_MEASURES) metaF64[this.memory.pDouble(index, measure)] = 0
  }
}
