/** From the doubles of a cycle's record to what a person and a program read. */

import { STOP_FORCED_CYCLE, STOP_HEAP_CYCLE, STOP_PERIODIC_CYCLE } from '../gc/world.ts'
import { NO_BYTES } from '../heap/layout/control.ts'
import type { RawCycle } from '../measure/cycle-record.ts'
import type { CycleRecord } from './record.ts'
import type { CycleExtra } from './report/gctrace.ts'

export function cycleOf(raw: RawCycle, procs: number): CycleRecord {
  const goal = bytesOrNull(raw.goal)
  const overrun = goal === null ? 0 : Math.max(0, raw.heapAtMarkEnd - goal)
  const capacityMs = raw.markMs * procs
  const isSwept = !Number.isNaN(raw.sweptPages)
  return {
    n: raw.n,
    trigger: triggerOf(raw.trigger),
    startMs: raw.startMs,
    heapAtStart: raw.heapAtStart,
    heapAtMarkEnd: raw.heapAtMarkEnd,
    heapMarked: raw.heapMarked,
    doubleMarked: raw.doubleMarked,
    triggerBytes: bytesOrNull(raw.triggerBytes),
    goal,
    committedGoal: bytesOrNull(raw.committedGoal),
    overrun,
    overrunBy: overrun > 0 ? { unattributed: overrun } : {},
    gaps: [],
    largestRefill: raw.largestRefill,
    stwSetupUs: raw.stwSetupMs * 1000,
    markMs: raw.markMs,
    stwTerminationUs: raw.stwTerminationMs * 1000,
    timeToSafepointUs: [raw.setupTimeToSafepointMs * 1000, raw.terminationTimeToSafepointMs * 1000],
    cpuMs: { assist: raw.assistMs, dedicated: raw.dedicatedMs, fractional: raw.fractionalMs, idle: raw.idleMs },
    blockedInPlaceMs: raw.blockedInPlaceMs,
    gateMs: raw.gateMs,
    utilization: capacityMs > 0 ? (raw.dedicatedMs + raw.fractionalMs + raw.assistMs) / capacityMs : 0,
    pacerUtilization: raw.pacerUtilization,
    scanWork: { heap: raw.scanWorkHeap, stack: raw.scanWorkStack, globals: raw.scanWorkGlobals },
    terminationAttempts: raw.terminationAttempts,
    restarts: raw.restarts,
    rescues: raw.rescues,
    assistRatio: raw.assistRatio,
    sweptPages: isSwept ? raw.sweptPages : null,
  }
}

/** What gctrace and gcpacertrace tell beside the record. */
export function extraOf(raw: RawCycle, gcCpuFraction: number): CycleExtra {
  return {
    goalAtMarkEnd: bytesOrNull(raw.goalAtMarkEnd),
    maxStackScan: raw.maxStackScan,
    globalsScan: raw.globalsScan,
    gcCpuFraction,
    triggered: raw.triggered,
    expectedScanWork: raw.expectedScanWork,
    consMarkBefore: raw.consMarkBefore,
  }
}

function bytesOrNull(bytes: number): number | null {
  return bytes >= NO_BYTES ? null : bytes
}

function triggerOf(reason: number): CycleRecord['trigger'] {
  if (reason === STOP_HEAP_CYCLE) return 'heap'
  if (reason === STOP_FORCED_CYCLE) return 'forced'
  return reason === STOP_PERIODIC_CYCLE ? 'periodic' : 'full'
}
