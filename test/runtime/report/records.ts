// Records to format: those of a run, with what a test is about changed in them.

import { MiB } from '../../../memory/units.ts'
import { CycleTotals } from '../../../runtime/report/cycle-totals.ts'
import type { CycleExtra } from '../../../runtime/report/gctrace.ts'
import type { CycleRecord, RunRecord } from '../../../runtime/report/record.ts'
import { aHandRun } from '../../support/hand-run.ts'

const { record } = await aHandRun()
const [first] = record.cycles as readonly [CycleRecord, ...CycleRecord[]]

export function cycleRecord(changed: Partial<CycleRecord> = {}): CycleRecord {
  return { ...first, goal: 4 * MiB, pacerUtilization: 0.25, ...changed }
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
    ratio: null,
    ...changed,
  }
}

export function runRecord(changed: Partial<RunRecord> = {}): RunRecord {
  return { ...record, ...changed }
}

export function totalsOf(cycles: readonly CycleRecord[]): CycleTotals {
  const totals = new CycleTotals()
  for (const cycle of cycles) totals.add(cycle)
  return totals
}
