/**
 * Writes down the facts of a cycle, for its record and for the statistics of the run. Each fact is
 * written in the stop in which it is known: when the cycle begins, when the pacer has planned it,
 * and when its mark is over.
 */

import { load } from '#sync'
import type { Bytes, Milliseconds } from '../../memory/kinds.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import { NullListener } from '../listener.ts'
import type { CycleRecords } from './cycle-record.ts'

/** Waits that may last beyond the end of the mark: since when, and their sum. */
const WAITS = [
  [pWords.GATE_SINCE, pWords.GATE_MS],
  [pWords.BLOCKED_SINCE, pWords.BLOCKED_MS],
] as const

/** What the trigger-ratio pacers tell of a cycle, and the names of their state (gc/pacer). */
const RATIO_FIELDS = [
  ['ratioMarked', 'marked'],
  ['ratioTrigger', 'trigger'],
  ['ratioBefore', 'ratioBefore'],
  ['ratioGrowth', 'growth'],
  ['ratioGrown', 'grown'],
  ['ratioUtilization', 'utilization'],
  ['ratioGoalUtilization', 'goalUtilization'],
] as const

export class CycleFacts extends NullListener {
  private readonly memory: Memory
  private readonly records: CycleRecords
  private readonly stoppedCpus: number
  private readonly stateOf: (name: string) => number

  /**
   * `cpus`: those of the machine. A stop holds up no more CPUs than there are, or than Ps.
   * `stateOf`: a value of the pacer's state by name; 0 if the pacer has none of that name.
   */
  constructor(
    memory: Memory,
    records: CycleRecords,
    cpus: number,
    stateOf: (name: string) => number,
  ) {
    super()
    this.memory = memory
    this.records = records
    this.stateOf = stateOf
    this.stoppedCpus = Math.min(memory.layout.procs, cpus)
  }

  override cycleStarted(): void {
    const { memory, records } = this
    const { meta } = memory
    const requested = this.memory.get(control.STOP_REQUESTED_AT)
    records.put('n', meta[control.CYCLES])
    records.put('trigger', meta[control.CYCLE_TRIGGER])
    records.put('startMs', requested - this.memory.get(control.RUN_STARTED_AT))
    records.put('setupTimeToSafepointMs', this.memory.get(control.STOPPED_AT) - requested)
    records.put('heapAtStart', load(meta, control.HEAP_LIVE))
    records.put('triggered', load(meta, control.HEAP_LIVE))
    records.put('triggerBytes', meta[control.TRIGGER])
    records.put('committedGoal', this.memory.get(control.COMMITTED_GOAL))
    records.put('heapScannable', meta[control.HEAP_SCANNABLE])
    records.put('consMarkBefore', this.stateOf('consMark'))
    // Minus the rescues so far. At the end of the cycle the rescues until then are added.
    records.put('rescues', -load(meta, control.RESCUES))
  }

  override planned(): void {
    const { memory, records } = this
    const { meta } = memory
    records.put('goal', this.memory.get(control.GOAL_AT_START))
    records.put('globalsScan', meta[control.GLOBAL_SLOTS] * 4)
    records.put('expectedScanWork', this.memory.get(control.EXPECTED_SCAN_WORK))
    records.put('assistRatio', this.memory.get(control.ASSIST_WORK_PER_BYTE))
    records.put('dedicatedWorkers', meta[control.DEDICATED_NEEDED])
    records.put('fractionalGoal', this.memory.get(control.FRACTIONAL_GOAL))
  }

  override markStarted(pauseMs: Milliseconds): void {
    this.memory.set(control.SETUP_PAUSE_MS, pauseMs)
    this.records.put('stwSetupMs', pauseMs)
  }

  override markOver(): void {
    this.records.put('heapAtMarkEnd', load(this.memory.meta, control.HEAP_LIVE))
  }

  override marked(bytesMarked: number, checkedBytes: Bytes): void {
    this.records.put('heapMarked', bytesMarked)
    this.records.put('checkedBytes', checkedBytes)
    this.records.put('goalAtMarkEnd', this.memory.meta[control.GOAL])
    // The pacer has seen the cycle, and since then neither its state nor L has changed.
    for (const [field, name] of RATIO_FIELDS) this.records.put(field, this.stateOf(name))
    this.records.put('ratioLive', load(this.memory.meta, control.HEAP_LIVE))
  }

  override swept(): void {
    this.records.completeSweep()
  }

  /**
   * Cuts the waits of Ps that still wait when the mark ends. The time until `end` counts for this
   * cycle, the time after it for the next. A P that waits is stopped now, so its doubles are the
   * actor's.
   */
  private cutWaits(end: number): void {
    const { metaF64, layout } = this.memory
    for (let index = 0; index < layout.procs; index++) {
      const own = this.memory.pDouble(index, 0)
      for (const [since, total] of WAITS) {
        if (metaF64[own + since] === 0) continue
        metaF64[own + total] += end - metaF64[own + since]
        metaF64[own + since] = end
      }
    }
  }

  override cycleEnded(requested: number, end: number): void {
    const { memory, records } = this
    const { meta } = memory
    // Before the sums over Ps are taken: they hold only waits that have ended or were cut.
    this.cutWaits(end)
    records.put('largestRefill', meta[control.LARGEST_REFILL])
    records.put('markMs', requested - this.memory.get(control.MARK_STARTED_AT))
    records.put('stwTerminationMs', end - requested)
    records.put(
      'terminationTimeToSafepointMs',
      Math.max(0, this.memory.get(control.STOPPED_AT) - requested),
    )
    records.put('assistMs', this.memory.sumOfPs(pWords.ASSIST_MS))
    records.put('dedicatedMs', this.memory.sumOfPs(pWords.DEDICATED_MS))
    records.put('fractionalMs', this.memory.sumOfPs(pWords.FRACTIONAL_MS))
    records.put('idleMs', this.memory.sumOfPs(pWords.IDLE_MS))
    records.put('blockedInPlaceMs', this.memory.sumOfPs(pWords.BLOCKED_MS))
    records.put('gateMs', this.memory.sumOfPs(pWords.GATE_MS))
    records.put('pacerUtilization', this.memory.get(control.PACER_UTILIZATION))
    records.put('scanWorkHeap', load(meta, control.SCAN_WORK_HEAP))
    records.put('scanWorkStack', load(meta, control.SCAN_WORK_STACK))
    records.put('scanWorkGlobals', load(meta, control.SCAN_WORK_GLOBALS))
    records.put('terminationAttempts', load(meta, control.TERMINATION_ATTEMPTS))
    records.put('gateRaises', load(meta, control.GATE_RAISES))
    records.put('restarts', meta[control.TERMINATION_RESTARTS])
    records.put('rescues', records.get('rescues') + load(meta, control.RESCUES))
    records.put('maxStackScan', meta[control.STACK_WORDS_IN_USE] * 4)
    const isLimited = load(meta, control.GC_CPU_LIMITED) !== 0
    records.put(
      'gcCpuLimited',
      isLimited || meta[control.GC_CPU_LIMITED_CYCLE] === meta[control.CYCLES] ? 1 : 0,
    )
    // Minus the time until the sweep begins. When it is complete the time until then is added.
    records.put('sweepMs', -this.memory.sumOfPs(pWords.SWEEP_MS))
    records.put('idleSweepMs', -this.memory.sumOfPs(pWords.IDLE_SWEEP_MS))
    records.put('sweepPagesPerByte', this.memory.get(control.SWEEP_PAGES_PER_BYTE))
    this.addPauses(end - requested, end)
    this.addCpuTime(end - requested)
    records.finish()
  }

  /** Adds a cycle's pauses to those of the run, for the memory statistics. */
  private addPauses(terminationMs: Milliseconds, end: number): void {
    const pause = this.memory.get(control.SETUP_PAUSE_MS) + terminationMs
    const slot =
      (this.memory.meta[control.CYCLES_MARKED] + control.PAUSE_RING - 1) % control.PAUSE_RING
    this.memory.set(control.PAUSES + slot, pause * 1e6)
    this.memory.set(control.PAUSE_ENDS + slot, (performance.timeOrigin + end) * 1e6)
    this.memory.set(control.PAUSE_TOTAL_MS, this.memory.get(control.PAUSE_TOTAL_MS) + pause)
  }

  /**
   * Adds the CPU time that the cycle took from the program: both stops on every CPU that they held
   * up, assists, dedicated and fractional workers. Idle workers took what nobody else needed. It is
   * the one definition of this time: MemStats, gctrace and the summary read the sum.
   */
  private addCpuTime(terminationMs: Milliseconds): void {
    const { memory } = this
    const stopped = (memory.get(control.SETUP_PAUSE_MS) + terminationMs) * this.stoppedCpus
    const worked =
      memory.sumOfPs(pWords.ASSIST_MS) +
      memory.sumOfPs(pWords.DEDICATED_MS) +
      memory.sumOfPs(pWords.FRACTIONAL_MS)
    memory.set(control.GC_CPU_MS, memory.get(control.GC_CPU_MS) + stopped + worked)
    this.records.put('gcCpuMs', memory.get(control.GC_CPU_MS))
  }
}
