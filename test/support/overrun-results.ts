// Results of the overrun lab. The lab makes their cases of a run by hand. The rest is written here,
// with some of everything.

import { thisMachine } from '../../lab/machine.ts'
import type { Case, CaseParameters, Cost, OverrunResults } from '../../lab/overrun/results.ts'
import { Tally } from '../../lab/overrun/statistics.ts'
import { worstCycleOf } from '../../lab/overrun/worst-cycle.ts'
import { KiB } from '../../memory/units.ts'
import { aHandRun } from './hand-run.ts'

const { record, trace } = await aHandRun()
export const { cycles: someCycles } = record

const withoutGate: CaseParameters = {
  runtime: 'sawtooth',
  termination: 'coordinator',
  gate: 'off',
  credit: 'go',
  wait: 'sleep',
  procs: record.procs,
  goal: 4096 * KiB,
  noise: 0,
  injected: null,
}

function caseOf(parameters: CaseParameters, cycles: typeof someCycles): Case {
  const tally = new Tally(parameters)
  tally.add(cycles, cycles, record.rescues)
  return tally.row(worstCycleOf(cycles, trace))
}

/** A case of Go's protocol in which some cycles passed their goal. */
export const someCase: Case = caseOf(withoutGate, someCycles)

/** A case in which all cycles kept their goal. Nothing else in the cycles differs. */
const kept: Case = caseOf(
  { ...withoutGate, termination: 'helping', gate: 'goal' },
  someCycles.map(cycle => ({
    ...cycle,
    heapAtMarkEnd: Math.min(cycle.heapAtMarkEnd, cycle.goal ?? 0),
    overrun: 0,
    overrunBy: {},
  })),
)

export const someCost: Cost = {
  program: 'alloc-storm',
  termination: 'coordinator',
  gate: 'off',
  credit: 'go',
  procs: 2,
  throughput: { median: 1.001, low: 0.992, high: 1.011, pairs: 30 },
  pauseUs: { p50: 12, p99: 55, p999: 2100, max: 2500 },
  pauseRatio: { median: 1, low: 0.97, high: 1.04 },
  cycleRatio: 1.07,
  allocationUs: { p50: 0.08, p99: 2.9, p999: 47, max: 83_000 },
  minimumMutatorUtilization: { 1: 0, 10: 0.31, 100: 0.72 },
  overrun: { p50: 0, p90: 900, p99: 300 * KiB, max: 400 * KiB },
}

export const noResults: OverrunResults = {
  schema: 1,
  machine: thisMachine(null),
  command: 'sawtooth overrun --quick',
  cases: [],
  costs: [],
  experiments: [],
  criteria: [],
}

export const someResults: OverrunResults = {
  ...noResults,
  machine: { ...noResults.machine, go: 'go version go1.19.8 linux/amd64' },
  cases: [
    someCase,
    kept,
    { ...someCase, runtime: 'go', by: {}, worst: null },
    { ...someCase, injected: 'mark-termination/before-stop:stall=3ms' },
    { ...kept, injected: 'mark-termination/before-stop:stall=3ms' },
  ],
  costs: [
    someCost,
    {
      ...someCost,
      termination: 'helping',
      gate: 'goal',
      overrun: { p50: 0, p90: 0, p99: 0, max: 0 },
    },
  ],
  experiments: [
    {
      name: 'credit',
      issue: 'golang/go#40460',
      title: 'Banked assist credit past the goal',
      found: 'Near the end of marking an assist earned 65 times the room that was left.',
      criterion: { says: 'capped, no assist earns more than the room', holds: true },
      seed: 9,
      again: 'sawtooth overrun credit --seed 9',
      rows: [
        { policy: 'go', 'bytes banked': 65_536 },
        { policy: 'capped', 'bytes banked': 1000 },
      ],
      chart: {
        width: 300,
        height: 120,
        data: {
          values: [
            { policy: 'go', bytes: 65_536 },
            { policy: 'capped', bytes: 1000 },
          ],
        },
        mark: 'bar',
        encoding: {
          y: { field: 'policy', type: 'nominal' },
          x: { field: 'bytes', type: 'quantitative' },
        },
      },
    },
  ],
  criteria: [
    { says: 'the bound is kept in each of 8 cycles', holds: true },
    { says: 'within a factor 3 of Go', holds: false },
  ],
}
