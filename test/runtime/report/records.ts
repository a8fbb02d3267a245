// Records to format, each made of a plain one and what a test is about.
import type { CycleRecord, MemStats, RunRecord } from '../../../runtime/record.ts'
import type { CycleExtra } from '../../../runtime/report/gctrace.ts'

export const MiB = 1024 * 1024

export function cycleRecord(changed: Partial<CycleRecord> = {}): CycleRecord {
  return {
    n: 1,
    trigger: 'heap',
    startMs: 0,
    heapAtStart: 0,
    heapAtMarkEnd: 0,
    heapMarked: 0,
    doubleMarked: 0,
    triggerBytes: 3.8125 * MiB,
    goal: 4 * MiB,
    committedGoal: 4 * MiB,
    overrun: 0,
    overrunBy: {},
    gaps: [],
    largestRefill: 8192,
    stwSetupUs: 0,
    markMs: 0,
    stwTerminationUs: 0,
    timeToSafepointUs: [0, 0],
    cpuMs: { assist: 0, dedicated: 0, fractional: 0, idle: 0 },
    blockedInPlaceMs: 0,
    gateMs: 0,
    utilization: 0.25,
    pacerUtilization: 0.25,
    gcCpuLimited: false,
    scanWork: { heap: 0, stack: 0, globals: 0 },
    terminationAttempts: 1,
    restarts: 0,
    rescues: 0,
    assistRatio: 1,
    sweptPages: 0,
    ...changed,
  }
}

export function cycleExtra(changed: Partial<CycleExtra> = {}): CycleExtra {
  return {
    goalAtMarkEnd: 4 * MiB,
    maxStackScan: 0,
    globalsScan: 200_304,
    gcCpuFraction: 0,
    triggered: 0,
    expectedScanWork: 0,
    consMarkBefore: 0,
    ...changed,
  }
}

export function runRecord(changed: Partial<RunRecord> = {}): RunRecord {
  return {
    schema: 1,
    program: 'tree.ts',
    node: '20.20.2',
    cpus: 2,
    procs: 4,
    gogc: 100,
    memoryLimit: null,
    arena: 1024 * MiB,
    pacer: 'go1.21',
    termination: 'coordinator',
    gate: 'off',
    credit: 'go',
    seed: 1,
    schedule: null,
    wallMs: 1000,
    exit: 0,
    error: null,
    rescues: 0,
    cycles: [],
    memStats: memStats,
    allocations: { objects: 2_500_000, bytes: 80 * MiB },
    barriers: { stores: 0, flushes: 0 },
    goroutines: { started: 1, finished: 1, peakLivePerP: [1, 0, 0, 0] },
    faults: [],
    ...changed,
  }
}

const memStats: MemStats = {
  Alloc: 3 * MiB,
  TotalAlloc: 80 * MiB,
  Sys: 0,
  Lookups: 0,
  Mallocs: 2_500_000,
  Frees: 0,
  HeapAlloc: 3 * MiB,
  HeapSys: 0,
  HeapIdle: 0,
  HeapInuse: 0,
  HeapReleased: 0,
  HeapObjects: 0,
  StackInuse: 0,
  StackSys: 0,
  MSpanInuse: 0,
  MSpanSys: 0,
  MCacheInuse: 0,
  MCacheSys: 0,
  BuckHashSys: 0,
  GCSys: 0,
  OtherSys: 0,
  NextGC: 4 * MiB,
  LastGC: 0,
  PauseTotalNs: 0,
  PauseNs: [],
  PauseEnd: [],
  NumGC: 0,
  NumForcedGC: 0,
  GCCPUFraction: 0,
  EnableGC: true,
  DebugGC: false,
  BySize: [],
}
