/**
 * What happens in the stops of a cycle, in Go's order (go-gc §1.2, §1.4). Everything here runs on one thread, the last P to stop, while
 * every other P is stopped or asleep: all shared memory is the actor's, and plain accesses are exact.
 */

import { load, now, store } from '#sync'
import type { Cache } from '../heap/cache.ts'
import { InternalError } from '../heap/internal-error.ts'
import * as control from '../heap/layout/control.ts'
import * as p from '../heap/layout/p.ts'
import { EVENT_SETUP, EVENT_TERMINATION } from '../measure/events.ts'
import { nameLateTrigger, nameRest, resetOverrun } from '../measure/overrun.ts'
import { takeStatistics } from '../measure/statistics.ts'
import { Checkmark } from '../verify/checkmark.ts'
import { isVerificationDue, planVerification, verifyHeap } from '../verify/verify-heap.ts'
import { WriteBarrier } from './barrier.ts'
import type { Collector } from './collector.ts'
import { type CycleTrigger, STOP_FORCED_CYCLE } from './world.ts'

/** Per-P doubles that count from the start of a cycle. */
const CYCLE_MEASURES = [
  p.ASSIST_MS,
  p.DEDICATED_MS,
  p.FRACTIONAL_MS,
  p.IDLE_MS,
  p.BLOCKED_MS,
  p.GATE_MS,
  p.BYTES_MARKED,
  p.BYTES_BLACKENED,
]

export class Cycle {
  private readonly collector: Collector
  /** The caches and barrier buffers of all Ps, as the actor handles them. */
  private readonly caches: Cache[] = []
  private readonly barriers: WriteBarrier[] = []
  private readonly checkmark: Checkmark

  constructor(collector: Collector) {
    this.collector = collector
    const { heap, memory, marker } = collector
    for (let index = 0; index < memory.layout.procs; index++) {
      this.caches.push(heap.cacheOf(index))
      this.barriers.push(new WriteBarrier(memory, index, marker))
    }
    this.checkmark = new Checkmark(memory, heap.spans)
  }

  /** Sweep termination and mark setup. `whole`: 1 marks in this stop too, and 2 sweeps as well; 0: concurrently. */
  setUp(trigger: CycleTrigger, whole: 0 | 1 | 2 = 0): void {
    const { memory, controller, roots, sweeper, events } = this.collector
    const { words } = memory
    memory.faults.pass('mark-setup/stopped')
    sweeper.finish()
    this.verify()
    words[control.CYCLES]++
    words[control.CYCLE_TRIGGER] = trigger
    if (trigger === STOP_FORCED_CYCLE) words[control.CYCLES_FORCED]++
    this.resetCounters()
    this.set(control.CYCLE_STARTED_AT, this.get(control.STOP_REQUESTED_AT))
    this.set(control.SETUP_TIME_TO_SAFEPOINT_MS, this.get(control.STOPPED_AT) - this.get(control.STOP_REQUESTED_AT))
    this.set(control.HEAP_AT_START, load(words, control.HEAP_LIVE))
    this.set(control.TRIGGER_AT_START, words[control.TRIGGER])
    this.set(control.COMMITTED_GOAL_AT_START, this.get(control.COMMITTED_GOAL))
    this.set(control.SCANNABLE_AT_START, words[control.HEAP_SCANNABLE])
    this.set(control.MAX_STACK_SCAN, words[control.STACK_WORDS_IN_USE] * 4)
    this.set(control.GLOBALS_SCAN, words[control.GLOBAL_SLOTS] * 4)
    this.set(control.TRIGGERED, load(words, control.HEAP_LIVE))
    this.set(control.CONS_MARK_BEFORE, controller.stateOf('consMark'))
    this.set(
      control.EXPECTED_SCAN_WORK,
      this.get(control.LAST_HEAP_SCAN) + this.get(control.LAST_STACK_SCAN) + this.get(control.GLOBALS_SCAN),
    )
    controller.startCycle(trigger)
    nameLateTrigger(memory, this.collector.pIndex)
    this.set(control.DEDICATED_AT_START, words[control.DEDICATED_NEEDED])
    words[control.PHASE] = control.PHASE_MARK
    words[control.WRITE_BARRIER] = 1
    roots.prepare()
    for (const cache of this.caches) cache.blacken()
    words[control.BLACKEN_ENABLED] = 1
    this.verify()
    if (this.collector.heap.check) planVerification(memory)
    const time = now()
    this.set(control.MARK_STARTED_AT, time)
    this.set(control.SETUP_PAUSE_MS, time - this.get(control.STOP_REQUESTED_AT))
    events.slice(EVENT_SETUP, this.get(control.STOPPED_AT), words[control.CYCLES])
    if (whole > 0) {
      this.collector.drain.drainStopped()
      this.terminate()
      if (whole === 2) sweeper.finish()
    }
  }

  /** Mark termination; or, if work is left, nothing but a restart (R3). */
  terminate(): void {
    const { memory, controller, assists, sweeper, events, options, termination, roots, drain } = this.collector
    const { words } = memory
    memory.faults.pass('mark-termination/stopped')
    words[control.TERMINATION_RESTARTS]++
    let isWorkLeft = this.isWorkLeft()
    if (isWorkLeft && termination.remainderBytes > 0) {
      memory.faults.pass('mark-termination/remainder')
      roots.scanWanted()
      drain.drainStopped(termination.remainderBytes)
      isWorkLeft = this.isWorkLeft()
    }
    this.verify()
    if (isWorkLeft) return
    words[control.TERMINATION_RESTARTS]--
    const time = now()
    // Where all of it is one stop, the mark is part of this pause.
    const requested = Math.max(this.get(control.STOP_REQUESTED_AT), this.get(control.MARK_STARTED_AT))
    words[control.BLACKEN_ENABLED] = 0
    assists.releaseAll()
    const heapAtMarkEnd = load(words, control.HEAP_LIVE)
    nameRest(memory)
    for (const cache of this.caches) cache.flush()
    const bytesMarked = this.sum(p.BYTES_MARKED) + this.sum(p.BYTES_BLACKENED)
    controller.endCycle(bytesMarked, requested)
    words[control.PHASE] = control.PHASE_MARK_TERMINATION
    this.assertNoWork()
    const checked = options.checkmark ? this.checkmark.verify() : 0
    const goalAtMarkEnd = words[control.GOAL]
    controller.resetLive(bytesMarked)
    words[control.PHASE] = control.PHASE_OFF
    words[control.WRITE_BARRIER] = 0
    words[control.CYCLES_MARKED]++
    sweeper.startSweep()
    controller.commit(false)
    sweeper.pace(controller.sweepDistance)
    this.set(control.LAST_CYCLE_AT, time)
    const end = now()
    this.verify()
    this.addUp(end - requested, end)
    this.record(heapAtMarkEnd, bytesMarked, checked, goalAtMarkEnd, requested, end)
    events.slice(EVENT_TERMINATION, this.get(control.STOPPED_AT), words[control.CYCLES])
    this.collector.world.tellHost()
  }

  /** `--check`: the heap is verified at each boundary of a phase, and once in the mark (STOP_VERIFY). */
  verify(): void {
    const { heap, memory } = this.collector
    memory.words[control.VERIFY_AT] = 0
    if (heap.check && isVerificationDue(memory)) verifyHeap(memory)
  }

  /** Another GOGC, asked for by setGCPercent. */
  changeGcPercent(): void {
    const { memory, controller, sweeper } = this.collector
    memory.words[control.GC_PERCENT] = memory.words[control.GC_PERCENT_WANTED]
    controller.commit(sweeper.isDone)
    if (memory.words[control.PHASE] === control.PHASE_OFF) sweeper.pace(controller.sweepDistance)
  }

  /** The counters as they are now, for the memory statistics. */
  takeStatistics(): void {
    takeStatistics(this.collector.memory, this.caches)
  }

  /** Carries out every shade that waits, then tells whether anything is grey or a stack unscanned. */
  private isWorkLeft(): boolean {
    const { memory, queue, drain } = this.collector
    for (const barrier of this.barriers) barrier.flush()
    queue.publish()
    return drain.isWorkAvailable || load(memory.words, control.SCANS_WANTED) > 0
  }

  private assertNoWork(): void {
    const { drain } = this.collector
    if (drain.isWorkAvailable) throw new InternalError('mark termination with grey objects left')
    for (const barrier of this.barriers)
      if (barrier.isPending) throw new InternalError('mark termination with a barrier buffer that is not empty')
  }

  private resetCounters(): void {
    const { memory } = this.collector
    const { words, doubles } = memory
    for (const counter of [
      control.SCAN_WORK_HEAP,
      control.SCAN_WORK_STACK,
      control.SCAN_WORK_GLOBALS,
      control.BACKGROUND_CREDIT,
      control.TERMINATION_ATTEMPTS,
      control.TERMINATION_RESTARTS,
    ]) {
      store(words, counter, 0)
    }
    for (let index = 0; index < memory.layout.procs; index++) {
      for (const measure of CYCLE_MEASURES) doubles[memory.pMeasure(index, measure)] = 0
    }
    this.set(control.RESCUES_AT_START, load(words, control.RESCUES))
    resetOverrun(memory)
  }

  /** The totals of the run, for the memory statistics. */
  private addUp(terminationMs: number, end: number): void {
    const { memory } = this.collector
    const { procs } = memory.layout
    const pause = this.get(control.SETUP_PAUSE_MS) + terminationMs
    const slot = (memory.words[control.CYCLES_MARKED] + control.PAUSE_RING - 1) % control.PAUSE_RING
    this.set(control.PAUSES + slot, pause * 1e6)
    this.set(control.PAUSE_ENDS + slot, (performance.timeOrigin + end) * 1e6)
    this.set(control.PAUSE_TOTAL_MS, this.get(control.PAUSE_TOTAL_MS) + pause)
    this.set(control.TOTAL_STOPPED_MS, this.get(control.TOTAL_STOPPED_MS) + pause * procs)
    this.set(control.TOTAL_ASSIST_MS, this.get(control.TOTAL_ASSIST_MS) + this.sum(p.ASSIST_MS))
    this.set(control.TOTAL_DEDICATED_MS, this.get(control.TOTAL_DEDICATED_MS) + this.sum(p.DEDICATED_MS))
    this.set(control.TOTAL_FRACTIONAL_MS, this.get(control.TOTAL_FRACTIONAL_MS) + this.sum(p.FRACTIONAL_MS))
    this.set(control.TOTAL_IDLE_MS, this.get(control.TOTAL_IDLE_MS) + this.sum(p.IDLE_MS))
  }

  private record(
    heapAtMarkEnd: number,
    heapMarked: number,
    checkedBytes: number,
    goalAtMarkEnd: number,
    requested: number,
    end: number,
  ): void {
    const { memory, records } = this.collector
    const { words } = memory
    records.write({
      n: words[control.CYCLES],
      trigger: words[control.CYCLE_TRIGGER],
      startMs: this.get(control.CYCLE_STARTED_AT) - this.get(control.RUN_STARTED_AT),
      heapAtStart: this.get(control.HEAP_AT_START),
      heapAtMarkEnd,
      heapMarked,
      triggerBytes: this.get(control.TRIGGER_AT_START),
      goal: this.get(control.GOAL_AT_START),
      committedGoal: this.get(control.COMMITTED_GOAL_AT_START),
      largestRefill: words[control.LARGEST_REFILL],
      stwSetupMs: this.get(control.SETUP_PAUSE_MS),
      markMs: requested - this.get(control.MARK_STARTED_AT),
      stwTerminationMs: end - requested,
      setupTimeToSafepointMs: this.get(control.SETUP_TIME_TO_SAFEPOINT_MS),
      terminationTimeToSafepointMs: Math.max(0, this.get(control.STOPPED_AT) - requested),
      assistMs: this.sum(p.ASSIST_MS),
      dedicatedMs: this.sum(p.DEDICATED_MS),
      fractionalMs: this.sum(p.FRACTIONAL_MS),
      idleMs: this.sum(p.IDLE_MS),
      blockedInPlaceMs: this.sum(p.BLOCKED_MS),
      gateMs: this.sum(p.GATE_MS),
      pacerUtilization: this.get(control.PACER_UTILIZATION),
      scanWorkHeap: load(words, control.SCAN_WORK_HEAP),
      scanWorkStack: load(words, control.SCAN_WORK_STACK),
      scanWorkGlobals: load(words, control.SCAN_WORK_GLOBALS),
      terminationAttempts: load(words, control.TERMINATION_ATTEMPTS),
      restarts: words[control.TERMINATION_RESTARTS],
      rescues: load(words, control.RESCUES) - this.get(control.RESCUES_AT_START),
      assistRatio: this.get(control.ASSIST_RATIO_AT_START),
      goalAtMarkEnd,
      maxStackScan: words[control.STACK_WORDS_IN_USE] * 4,
      globalsScan: this.get(control.GLOBALS_SCAN),
      triggered: this.get(control.HEAP_AT_START),
      expectedScanWork: this.get(control.EXPECTED_SCAN_WORK),
      consMarkBefore: this.get(control.CONS_MARK_BEFORE),
      heapScannable: this.get(control.SCANNABLE_AT_START),
      dedicatedWorkers: this.get(control.DEDICATED_AT_START),
      fractionalGoal: this.get(control.FRACTIONAL_GOAL),
      sweepPagesPerByte: this.get(control.SWEEP_PAGES_PER_BYTE),
      checkedBytes,
    })
  }

  private get(measure: number): number {
    const { memory } = this.collector
    return memory.doubles[memory.measure(measure)]
  }

  private set(measure: number, value: number): void {
    const { memory } = this.collector
    memory.doubles[memory.measure(measure)] = value
  }

  private sum(measure: number): number {
    const { memory } = this.collector
    let sum = 0
    for (let index = 0; index < memory.layout.procs; index++) sum += memory.doubles[memory.pMeasure(index, measure)]
    return sum
  }
}
