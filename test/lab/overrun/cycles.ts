/** Cycles for tests: those of a run, with what matters changed in them. */

import type { CaseParameters } from '../../../lab/overrun/results.ts'
import { MiB } from '../../../memory/units.ts'
import type { CycleRecord } from '../../../runtime/report/record.ts'
import { aHandRun } from '../../support/hand-run.ts'

const [first] = (await aHandRun()).record.cycles as readonly [CycleRecord, ...CycleRecord[]]

/** A cycle at Go's least goal that has run past nothing, unless something else is given. */
export function cycleWith(given: Partial<CycleRecord>): CycleRecord {
  const goal = given.goal === undefined ? 4 * MiB : given.goal
  const heapAtMarkEnd = given.heapAtMarkEnd ?? 4 * MiB
  const overrun = goal === null ? 0 : Math.max(0, heapAtMarkEnd - goal)
  const sizes = {
    heapAtStart: 3 * MiB,
    committedGoal: goal,
    overrun,
    overrunBy: {},
    largestRefill: 8192,
  }
  return { ...first, ...sizes, ...given, goal, heapAtMarkEnd }
}

export const coordinator: CaseParameters = {
  runtime: 'sawtooth',
  termination: 'coordinator',
  gate: 'off',
  credit: 'go',
  wait: 'sleep',
  procs: 4,
  goal: 4 * MiB,
  noise: 0,
  injected: null,
}

export const gated: CaseParameters = { ...coordinator, termination: 'helping', gate: 'goal' }
