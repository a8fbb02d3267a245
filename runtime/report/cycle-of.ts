/** From the doubles of a cycle's record to the record that people and programs read. */

import type { RawCycle } from '../../gc/record/cycle-record.ts'
import { CAUSES } from '../../gc/record/overrun.ts'
import { FIRST_FAULT_PLACE, PLACES as PLACES_OF_TERMINATION } from '../../gc/record/place.ts'
import { STOP_FORCED_CYCLE, STOP_HEAP_CYCLE, STOP_PERIODIC_CYCLE } from '../../gc/world.ts'
import type { FaultPoint } from '../../memory/fault-points.ts'
import { FAULT_POINTS } from '../../memory/fault-points.ts'
import { NO_BYTES } from '../../memory/words/control.ts'
import { PLACE_COUNT } from '../../memory/words/p.ts'
import type { CycleExtra, RatioStep } from './gctrace.ts'
import type { CycleRecord, Gap } from './record.ts'

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
    overrunBy: overrun > 0 ? causesOf(raw.overrunBy) : {},
    gaps: gapsOf(raw),
    largestRefill: raw.largestRefill,
    stwSetupUs: raw.stwSetupMs * 1000,
    markMs: raw.markMs,
    stwTerminationUs: raw.stwTerminationMs * 1000,
    timeToSafepointUs: [raw.setupTimeToSafepointMs * 1000, raw.terminationTimeToSafepointMs * 1000],
    cpuMs: {
      assist: raw.assistMs,
      dedicated: raw.dedicatedMs,
      fractional: raw.fractionalMs,
      idle: raw.idleMs,
    },
    blockedInPlaceMs: raw.blockedInPlaceMs,
    gateMs: raw.gateMs,
    utilization:
      capacityMs > 0 ? (raw.dedicatedMs + raw.fractionalMs + raw.assistMs) / capacityMs : 0,
    pacerUtilization: raw.pacerUtilization,
    gcCpuLimited: raw.gcCpuLimited !== 0,
    scanWork: { heap: raw.scanWorkHeap, stack: raw.scanWorkStack, globals: raw.scanWorkGlobals },
    terminationAttempts: raw.terminationAttempts,
    gateRaises: raw.gateRaises,
    restarts: raw.restarts,
    rescues: raw.rescues,
    assistRatio: raw.assistRatio,
    sweptPages: isSwept ? raw.sweptPages : null,
    sweepMs: isSwept ? { goroutine: raw.sweepMs, idle: raw.idleSweepMs } : null,
  }
}

/** What gctrace and gcpacertrace tell beyond the record. */
export function extraOf(raw: RawCycle, procs: number): CycleExtra {
  const endMs = raw.startMs + raw.stwSetupMs + raw.markMs + raw.stwTerminationMs
  return {
    goalAtMarkEnd: bytesOrNull(raw.goalAtMarkEnd),
    maxStackScan: raw.maxStackScan,
    globalsScan: raw.globalsScan,
    gcCpuFraction: raw.gcCpuMs / (endMs * procs),
    triggered: raw.triggered,
    expectedScanWork: raw.expectedScanWork,
    consMarkBefore: raw.consMarkBefore,
    ratio: raw.ratioGoalUtilization === 0 ? null : ratioOf(raw),
  }
}

function ratioOf(raw: RawCycle): RatioStep {
  return {
    marked: raw.ratioMarked,
    trigger: raw.ratioTrigger,
    live: raw.ratioLive,
    before: raw.ratioBefore,
    growth: raw.ratioGrowth,
    grown: raw.ratioGrown,
    utilization: raw.ratioUtilization,
    goalUtilization: raw.ratioGoalUtilization,
  }
}

/** A place that a P did not leave for this many ms is told as a gap. */
const GAP_MS = 0.1

/** The parts of an overrun by name; a stall is named with its place. */
function causesOf(parts: readonly number[]): Record<string, number> {
  const by: Record<string, number> = {}
  parts.forEach((bytes, part) => {
    if (bytes === 0) return
    const cause =
      part < PLACE_COUNT ? `stall:${placeNamed(part)}` : (CAUSES[part - PLACE_COUNT] as string)
    by[cause] = (by[cause] ?? 0) + bytes
  })
  return by
}

/** A point that is a place, and one at which a fault stalls too, has the longer of the two. */
function gapsOf({ gaps, gapsOffCpu, gapsV8 }: RawCycle): Gap[] {
  const longest = new Map<FaultPoint, Gap>()
  gaps.forEach((ms, place) => {
    if (ms < GAP_MS) return
    const point = placeNamed(place)
    if (ms <= (longest.get(point)?.ms ?? 0)) return
    const [offCpuMs, v8Ms] = [msOrNull(gapsOffCpu[place]), msOrNull(gapsV8[place])]
    longest.set(point, { point, ms, offCpuMs, v8Ms })
  })
  return [...longest.values()]
}

function msOrNull(ms = Number.NaN): number | null {
  return Number.isNaN(ms) ? null : ms
}

function placeNamed(place: number): FaultPoint {
  return (PLACES_OF_TERMINATION[place - 1] ?? FAULT_POINTS[place - FIRST_FAULT_PLACE]) as FaultPoint
}

function bytesOrNull(bytes: number): number | null {
  return bytes >= NO_BYTES ? null : bytes
}

function triggerOf(reason: number): CycleRecord['trigger'] {
  if (reason === STOP_HEAP_CYCLE) return 'heap'
  if (reason === STOP_FORCED_CYCLE) return 'forced'
  return reason === STOP_PERIODIC_CYCLE ? 'periodic' : 'full'
}
