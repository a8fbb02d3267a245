/**
 * What happens in the stops of a cycle, in Go's order (docs/go-collector.md §1.2, §1.4). Everything
 * here runs on one thread, usually the last P to stop, while every other P is stopped or asleep: all
 * shared memory is the actor's, and plain accesses are exact.
 */

import { load, now, store } from '#sync'
import type { Cache } from '../heap/cache.ts'
import { spanBytesOf } from '../heap/size-classes.ts'
import { InternalError } from '../memory/internal-error.ts'
import * as control from '../memory/words/control.ts'
import * as p from '../memory/words/p.ts'
import type { Collector } from './collector.ts'
import { WriteBarrier } from './mark/barrier.ts'
import { CycleFacts } from './record/cycle-facts.ts'
import { EVENT_SETUP, EVENT_TERMINATION } from './record/events.ts'
import { nameRest } from './record/overrun.ts'
import { takeStatistics } from './record/statistics.ts'
import { Checkmark } from './verify/checkmark.ts'
import { isVerificationDue, planVerification, verifyHeap } from './verify/verify-heap.ts'
import { type CycleTrigger, STOP_FORCED_CYCLE } from './world.ts'

/** The share of the arena from which on it matters to a request that finds no room what others have in flight. */
const IN_FLIGHT_SHARE = 1 / 64

export class Cycle {
  private readonly collector: Collector
  /** The caches and barrier buffers of all Ps, as the actor handles them. */
  private readonly caches: Cache[] = []
  private readonly barriers: WriteBarrier[] = []
  private readonly checkmark: Checkmark
  private readonly facts: CycleFacts

  constructor(collector: Collector) {
    this.collector = collector
    const { heap, memory, marker } = collector
    for (let index = 0; index < memory.layout.procs; index++) {
      this.caches.push(heap.cacheOf(index))
      this.barriers.push(new WriteBarrier(memory, index, marker))
    }
    this.checkmark = new Checkmark(memory, heap.spans)
    this.facts = new CycleFacts(memory, collector.pIndex, collector.records)
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
    const requested = this.get(control.STOP_REQUESTED_AT)
    this.facts.begin(trigger, controller.stateOf('consMark'))
    this.set(control.SCANNABLE_AT_START, words[control.HEAP_SCANNABLE])
    this.set(control.TRIGGERED, load(words, control.HEAP_LIVE))
    this.set(
      control.EXPECTED_SCAN_WORK,
      this.get(control.LAST_HEAP_SCAN) + this.get(control.LAST_STACK_SCAN) + words[control.GLOBAL_SLOTS] * 4,
    )
    controller.startCycle(trigger)
    this.set(control.DEDICATED_AT_START, words[control.DEDICATED_NEEDED])
    this.facts.planned()
    words[control.PHASE] = control.PHASE_MARK
    words[control.WRITE_BARRIER] = 1
    roots.prepare()
    for (const cache of this.caches) cache.blacken()
    words[control.BLACKEN_ENABLED] = 1
    this.verify()
    if (this.collector.heap.check) planVerification(memory)
    const time = now()
    this.set(control.MARK_STARTED_AT, time)
    this.facts.paused(time - requested)
    events.slice(EVENT_SETUP, this.get(control.STOPPED_AT), words[control.CYCLES])
    if (whole > 0) {
      this.collector.drain.drainStopped()
      this.terminate()
      if (whole === 2) sweeper.finish()
      if (whole === 2) this.serveWanted()
    }
  }

  /**
   * Requests that found no room are served in the stop that has marked and swept everything and put all caches back: no other P is faster. Who is given nothing knows that there is no
   * room, unless what other Ps have in flight is much: their goroutines may never keep it, so that request is tried again. Another P comes first each time.
   */
  private serveWanted(): void {
    const { memory, sweep } = this.collector
    const { words, layout } = memory
    const wanting: number[] = []
    for (let offset = 0; offset < layout.procs; offset++) {
      const index = (words[control.CYCLES] + offset) % layout.procs
      const own = memory.p(index, 0)
      const bytes = words[own + p.WANTED_BYTES]
      if (bytes === 0) continue
      const at = this.caches[index].serve(bytes, words[own + p.WANTED_NOSCAN] !== 0, sweep)
      words[words[own + p.WANTED_SLOT]] = at
      if (at === 0) wanting.push(own)
      else words[own + p.WANTED_BYTES] = 0
      words[own + p.IN_FLIGHT_BYTES] = at === 0 ? 0 : spanBytesOf(bytes)
    }
    if (this.inFlight() <= layout.arenaBytes * IN_FLIGHT_SHARE)
      for (const own of wanting) words[own + p.WANTED_BYTES] = 0
  }

  /** Bytes that all Ps have taken for objects that their goroutines do not have yet. */
  private inFlight(): number {
    const { words, layout } = this.collector.memory
    let sum = 0
    for (let index = 0; index < layout.procs; index++) sum += words[this.collector.memory.p(index, p.IN_FLIGHT_BYTES)]
    return sum
  }

  /** Mark termination; or, if work is left, nothing but a restart (R3). */
  terminate(): void {
    const { memory, controller, assists, sweeper, events, options, termination, roots, drain, records } = this.collector
    const { words } = memory
    memory.faults.pass('mark-termination/stopped')
    let isWorkLeft = this.isWorkLeft()
    if (isWorkLeft && termination.remainderBytes > 0) {
      memory.faults.pass('mark-termination/remainder')
      roots.scanWanted()
      drain.drainStopped(termination.remainderBytes)
      isWorkLeft = this.isWorkLeft()
    }
    this.verify()
    if (isWorkLeft) {
      words[control.TERMINATION_RESTARTS]++
      return
    }
    const time = now()
    // Where all of it is one stop, the mark is part of this pause.
    const requested = Math.max(this.get(control.STOP_REQUESTED_AT), this.get(control.MARK_STARTED_AT))
    words[control.BLACKEN_ENABLED] = 0
    assists.releaseAll()
    records.put('heapAtMarkEnd', load(words, control.HEAP_LIVE))
    nameRest(memory)
    for (const cache of this.caches) cache.flush()
    const bytesMarked = this.sum(p.BYTES_MARKED) + this.sum(p.BYTES_BLACKENED)
    controller.endCycle(bytesMarked, requested)
    words[control.PHASE] = control.PHASE_MARK_TERMINATION
    this.assertNoWork()
    records.put('heapMarked', bytesMarked)
    records.put('checkedBytes', options.checkmark ? this.checkmark.verify() : 0)
    records.put('goalAtMarkEnd', words[control.GOAL])
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
    this.facts.end(requested, end)
    events.slice(EVENT_TERMINATION, this.get(control.STOPPED_AT), words[control.CYCLES])
    this.collector.world.tellHost()
  }

  /** `--check`: the heap is verified at each boundary of a phase, and once in the mark (STOP_VERIFY). */
  verify(): void {
    const { heap, memory } = this.collector
    memory.words[control.VERIFY_AT] = 0
    if (heap.check && isVerificationDue(memory)) verifyHeap(memory)
  }

  /** What Ps ask for by setGCPercent, one after the other: each replaces the one before, and is told which that was. */
  changeGcPercent(): void {
    const { memory, controller, sweeper } = this.collector
    const { words } = memory
    for (let index = 0; index < memory.layout.procs; index++) {
      const own = memory.p(index, 0)
      if (words[own + p.GC_PERCENT_IS_ASKED] === 0) continue
      words[own + p.GC_PERCENT_REPLACED] = words[control.GC_PERCENT]
      words[control.GC_PERCENT] = words[own + p.GC_PERCENT_ASKED]
      words[own + p.GC_PERCENT_IS_ASKED] = 0
    }
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
    const { words } = this.collector.memory
    for (const counter of [
      control.SCAN_WORK_HEAP,
      control.SCAN_WORK_STACK,
      control.SCAN_WORK_GLOBALS,
      control.BACKGROUND_CREDIT,
      control.TERMINATION_ATTEMPTS,
      control.TERMINATION_RESTARTS,
      control.GATE_RAISES,
    ]) {
      store(words, counter, 0)
    }
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
