/**
 * One record for each cycle, in a ring of shared memory. The record of the running cycle stands
 * behind the ring and is filled in the stops of that cycle. The termination stop copies it into the
 * ring. The end of the sweep completes it. The host takes it. A name is the index of a double in
 * the record. Sizes are in bytes, times in milliseconds.
 *
 * The doubles of a record are plain. The increment of CYCLE_RECORDS_WRITTEN, and later that of
 * CYCLE_RECORDS_COMPLETE, publishes them to the host. The host's increment of CYCLE_RECORDS_TAKEN
 * gives the slot back.
 */

import { add, load } from '#sync'
import type { MetaDouble } from '../../memory/kinds.ts'
import { CYCLE_RECORD_DOUBLES, CYCLE_RECORDS } from '../../memory/layout.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import { IDLE_SWEEP_MS, OVERRUN_PARTS, PLACE_COUNT, SWEEP_MS } from '../../memory/words/p.ts'
import { sumOverrun } from './overrun.ts'

/** The values of a record, in the order of their doubles. */
export const RECORD_FIELDS = [
  'n',
  'trigger',
  'startMs',
  'heapAtStart',
  'heapAtMarkEnd',
  'heapMarked',
  'doubleMarked',
  'triggerBytes',
  'goal',
  'committedGoal',
  'largestRefill',
  'stwSetupMs',
  'markMs',
  'stwTerminationMs',
  'setupTimeToSafepointMs',
  'terminationTimeToSafepointMs',
  'assistMs',
  'dedicatedMs',
  'fractionalMs',
  'idleMs',
  'blockedInPlaceMs',
  'pacerUtilization',
  'scanWorkHeap',
  'scanWorkStack',
  'scanWorkGlobals',
  'terminationAttempts',
  'gateRaises',
  'restarts',
  'rescues',
  'assistRatio',
  'sweptPages',
  'goalAtMarkEnd',
  'maxStackScan',
  'globalsScan',
  'triggered',
  'expectedScanWork',
  'consMarkBefore',
  'heapScannable',
  'dedicatedWorkers',
  'fractionalGoal',
  'heapLiveAtSweepDone',
  'allocatedDuringSweep',
  'sweepPagesPerByte',
  'checkedBytes',
  'sweptMarkedBytes',
  'gateMs',
  'gcCpuLimited',
  'gcCpuMs',
  'sweepMs',
  'idleSweepMs',
  'ratioMarked',
  'ratioLive',
  'ratioTrigger',
  'ratioBefore',
  'ratioGrowth',
  'ratioGrown',
  'ratioUtilization',
  'ratioGoalUtilization',
] as const
export type RecordField = (typeof RECORD_FIELDS)[number]
/**
 * The values of one cycle by name; its account of the overrun, in bytes by place and cause; and its
 * longest stretch at each place, in ms, with what of it was off the CPU, and what was V8's; NaN
 * where that is not known.
 */
export type RawCycle = Record<RecordField, number> & {
  readonly overrunBy: readonly number[]
  readonly gaps: readonly number[]
  readonly gapsOffCpu: readonly number[]
  readonly gapsV8: readonly number[]
}
/** Where the account begins in a record, and where the stretches do. */
const OVERRUN_BY = 64
const GAPS = OVERRUN_BY + OVERRUN_PARTS

const SLOT: Readonly<Record<RecordField, number>> = Object.fromEntries(
  RECORD_FIELDS.map((name, index) => [name, index]),
) as Record<RecordField, number>

export class CycleRecords {
  private readonly memory: Memory
  private readonly running: number

  constructor(memory: Memory) {
    this.memory = memory
    this.running = memory.layout.cycleRecords + CYCLE_RECORDS * CYCLE_RECORD_DOUBLES
  }

  /** Writes a value of the running cycle, in one of its stops. */
  put(field: RecordField, value: number): void {
    this.memory.metaF64[this.running + SLOT[field]] = value
  }

  get(field: RecordField): number {
    return this.memory.metaF64[this.running + SLOT[field]]
  }

  /**
   * Copies the record of a cycle whose mark is over into the ring. If the ring is full, drops the
   * record and counts that, so that a host that is late never holds a cycle up. In the termination
   * stop.
   */
  finish(): void {
    const { meta, metaF64 } = this.memory
    const written = meta[control.CYCLE_RECORDS_WRITTEN]
    if (written - load(meta, control.CYCLE_RECORDS_TAKEN) >= CYCLE_RECORDS) {
      add(meta, control.DROPPED, 1)
      meta[control.CYCLE_RECORD_OPEN] = 0
      return
    }
    sumOverrun(this.memory, this.running + OVERRUN_BY, this.running + GAPS)
    metaF64.copyWithin(this.record(written), this.running, this.running + CYCLE_RECORD_DOUBLES)
    meta[control.CYCLE_RECORD_OPEN] = 1
    add(meta, control.CYCLE_RECORDS_WRITTEN, 1)
  }

  /**
   * Adds what the sweep found to the newest record. By the sweeper that completed the sweep: the
   * next cycle begins after that, so no other P writes the record.
   */
  completeSweep(): void {
    const { meta, metaF64 } = this.memory
    if (meta[control.CYCLE_RECORD_OPEN] === 0) return
    meta[control.CYCLE_RECORD_OPEN] = 0
    const record = this.record(meta[control.CYCLE_RECORDS_WRITTEN] - 1)
    const live = load(meta, control.HEAP_LIVE)
    const swept = load(meta, control.SWEPT_MARKED_BYTES)
    metaF64[record + SLOT.sweptPages] = load(meta, control.PAGES_SWEPT)
    metaF64[record + SLOT.sweptMarkedBytes] = swept
    metaF64[record + SLOT.doubleMarked] = metaF64[record + SLOT.heapMarked] - swept
    metaF64[record + SLOT.heapLiveAtSweepDone] = live
    metaF64[record + SLOT.sweepMs] += this.memory.sumOfPs(SWEEP_MS)
    metaF64[record + SLOT.idleSweepMs] += this.memory.sumOfPs(IDLE_SWEEP_MS)
    metaF64[record + SLOT.allocatedDuringSweep] = live - this.memory.get(control.SWEEP_BEGAN_LIVE)
    add(meta, control.CYCLE_RECORDS_COMPLETE, 1)
  }

  /**
   * Takes the next record; undefined if there is none. With `unfinished`, also a record whose sweep
   * is not complete. By the host.
   */
  take(unfinished: boolean): RawCycle | undefined {
    const { meta, metaF64 } = this.memory
    const taken = meta[control.CYCLE_RECORDS_TAKEN]
    const available = load(
      meta,
      unfinished ? control.CYCLE_RECORDS_WRITTEN : control.CYCLE_RECORDS_COMPLETE,
    )
    if (taken >= available) return undefined
    const complete = taken < load(meta, control.CYCLE_RECORDS_COMPLETE)
    const record = this.record(taken)
    const cycle = {
      overrunBy: [...metaF64.subarray(record + OVERRUN_BY, record + OVERRUN_BY + OVERRUN_PARTS)],
      gaps: this.gapsIn(record, 0),
      gapsOffCpu: this.gapsIn(record, 1),
      gapsV8: this.gapsIn(record, 2),
    } as unknown as RawCycle
    for (const name of RECORD_FIELDS) cycle[name] = metaF64[record + SLOT[name]]
    if (!complete) cycle.sweptPages = Number.NaN
    add(meta, control.CYCLE_RECORDS_TAKEN, 1)
    return cycle
  }

  /** The first, second or third of the lists of gaps in a record. */
  private gapsIn(record: MetaDouble, list: number): number[] {
    const begin = record + GAPS + list * PLACE_COUNT
    return [...this.memory.metaF64.subarray(begin, begin + PLACE_COUNT)]
  }

  private record(index: number): MetaDouble {
    return this.memory.layout.cycleRecords + (index % CYCLE_RECORDS) * CYCLE_RECORD_DOUBLES
  }
}
