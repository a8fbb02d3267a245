/** Cycles for tests: one that is written down in the terms that matter. */
import type { CaseParameters } from '../../../lab/overrun/results.ts'
import type { CycleRecord } from '../../../runtime/record.ts'

export const MIB = 2 ** 20

export function cycleWith(given: Partial<CycleRecord>): CycleRecord {
  const goal = given.goal === undefined ? 4 * MIB : given.goal
  const heapAtMarkEnd = given.heapAtMarkEnd ?? 4 * MIB
  return {
    n: 1,
    trigger: 'heap',
    startMs: 0,
    heapAtStart: 3 * MIB,
    heapMarked: MIB,
    doubleMarked: 0,
    triggerBytes: 3 * MIB,
    committedGoal: goal,
    overrun: goal === null ? 0 : Math.max(0, heapAtMarkEnd - goal),
    overrunBy: {},
    gaps: [],
    largestRefill: 8192,
    stwSetupUs: 100,
    markMs: 2,
    stwTerminationUs: 100,
    timeToSafepointUs: [10, 10],
    cpuMs: { assist: 0, dedicated: 0, fractional: 0, idle: 0 },
    blockedInPlaceMs: 0,
    gateMs: 0,
    utilization: 0.25,
    pacerUtilization: 0.25,
    gcCpuLimited: false,
    scanWork: { heap: MIB, stack: 0, globals: 0 },
    terminationAttempts: 1,
    gateRaises: 0,
    restarts: 0,
    rescues: 0,
    assistRatio: 1,
    sweptPages: 0,
    ...given,
    goal,
    heapAtMarkEnd,
  }
}

export const coordinator: CaseParameters = {
  runtime: 'sawtooth',
  termination: 'coordinator',
  gate: 'off',
  credit: 'go',
  wait: 'sleep',
  procs: 4,
  goal: 4 * MIB,
  noise: 0,
  injected: null,
}

export const gated: CaseParameters = { ...coordinator, termination: 'helping', gate: 'goal' }
