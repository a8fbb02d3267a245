// Results of the overrun lab made by hand, with something of everything.
import type { Case, Cost, OverrunResults, WorstCycle } from '../../lab/overrun/results.ts'

const KIB = 1024

const worst: WorstCycle = {
  n: 7,
  overrun: 300 * KIB,
  by: { 'stall:flush-wait': 200 * KIB, credit: 100 * KIB },
  gaps: [{ point: 'flush-wait', ms: 4.1 }],
  lanes: [
    { p: 0, what: 'goroutine', fromMs: 0, toMs: 6 },
    { p: 0, what: 'assist', fromMs: 1, toMs: 2 },
    { p: 1, what: 'dedicated worker', fromMs: 0, toMs: 1.5 },
    { p: 1, what: 'stopped', fromMs: 6, toMs: 6.2 },
  ],
  requests: [
    { p: 0, atMs: 1, bytes: 8 * KIB },
    { p: 0, atMs: 4, bytes: 16 * KIB },
  ],
  markEndMs: 6,
}

/** A case of Go's protocol that passed its goal now and then. */
export const someCase: Case = {
  runtime: 'sawtooth',
  termination: 'coordinator',
  gate: 'off',
  credit: 'go',
  wait: 'sleep',
  procs: 4,
  goal: 4096 * KIB,
  noise: 0,
  injected: null,
  cycles: 4,
  overrun: { p50: 8 * KIB, p90: 300 * KIB, p99: 300 * KIB, max: 300 * KIB },
  overruns: [0, 8 * KIB, 16 * KIB, 300 * KIB],
  bound: null,
  held: null,
  rescues: 0,
  by: { 'stall:flush-wait': 224 * KIB, credit: 100 * KIB },
  worst,
}

const kept: Case = {
  ...someCase,
  termination: 'helping',
  gate: 'goal',
  overrun: { p50: 0, p90: 0, p99: 0, max: 0 },
  overruns: [0, 0, 0, 0],
  bound: 4128 * KIB,
  held: true,
  by: {},
  worst: null,
}

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
  overrun: { p50: 0, p90: 900, p99: 300 * KIB, max: 400 * KIB },
}

export const noResults: OverrunResults = {
  schema: 1,
  machine: { cpu: 'Some CPU', cores: 2, platform: 'linux x64', node: 'v20.20.2', go: null },
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
  costs: [someCost, { ...someCost, termination: 'helping', gate: 'goal', overrun: { p50: 0, p90: 0, p99: 0, max: 0 } }],
  experiments: [
    {
      name: 'credit',
      issue: 'golang/go#40460',
      title: 'Banked assist credit past the goal',
      found: 'Near the end of marking an assist earned 65 times the room that was left.',
      criterion: { says: 'capped, no assist earns more than the room', holds: true },
      seed: 9,
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
        encoding: { y: { field: 'policy', type: 'nominal' }, x: { field: 'bytes', type: 'quantitative' } },
      },
    },
  ],
  criteria: [
    { says: 'the bound is kept in each of 8 cycles', holds: true },
    { says: 'within a factor 3 of Go', holds: false },
  ],
}
