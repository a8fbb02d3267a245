/** What a file of results must hold. results.ts says what it means. */

import { machineShape } from '../machine.ts'
import { MOST_SEED } from '../random.ts'
import {
  amount,
  count,
  dictionary,
  flag,
  list,
  name,
  number,
  object,
  oneOf,
  optional,
  orNull,
  type Shape,
  suchThat,
  text,
  whole,
} from '../shape.ts'
import { chartShape, rowsShape } from './chart-shape.ts'
import type {
  Case,
  CaseParameters,
  Cost,
  Criterion,
  GapSums,
  LatencyPercentiles,
  OverrunResults,
  Percentiles,
  ReportedExperiment,
  WorstCycle,
} from './results.ts'

const ratio = number(0, 1e9)
const procs = whole(1, 1024)
const policy = {
  termination: oneOf('coordinator', 'assist-takes-over', 'helping'),
  gate: oneOf('off', 'goal', 'hard'),
  credit: oneOf('go', 'capped'),
} as const
const parameters = {
  ...policy,
  runtime: oneOf('sawtooth', 'go'),
  wait: oneOf('sleep', 'yield', 'spin'),
  stackScans: optional(oneOf('owner', 'any')),
  ...{
    procs,
    goal: whole(1, Number.MAX_SAFE_INTEGER),
    noise: whole(0, 1024),
    instances: optional(whole(1, 1024)),
    injected: orNull(name),
  },
} as const

export const parametersShape: Shape<CaseParameters> = object<CaseParameters>(parameters)

const percentiles = suchThat(
  object<Percentiles>({ p50: amount, p90: amount, p99: amount, max: amount }),
  'must rise from p50 to max',
  ({ p50, p90, p99, max }) => isAscending([p50, p90, p99, max]),
)

const latencies = suchThat(
  object<LatencyPercentiles>({ p50: amount, p99: amount, p999: amount, max: amount }),
  'must rise from p50 to max',
  ({ p50, p99, p999, max }) => isAscending([p50, p99, p999, max]),
)

const worstCycle = object<WorstCycle>({
  ...{ n: count, overrun: count, by: dictionary(amount), markEndMs: amount },
  gaps: list(
    object<WorstCycle['gaps'][number]>({
      ...{ point: name, ms: amount },
      ...{ offCpuMs: optional(orNull(amount)), v8Ms: optional(orNull(amount)) },
    }),
  ),
  lanes: list(
    suchThat(
      object({ p: whole(0, 1023), what: name, fromMs: amount, toMs: amount }),
      'must not end before it begins',
      ({ fromMs, toMs }) => fromMs <= toMs,
    ),
  ),
  requests: list(object({ p: whole(0, 1023), atMs: amount, bytes: count })),
})

const oneCase = suchThat(
  object<Case>({
    ...parameters,
    ...{
      cycles: count,
      overrun: percentiles,
      pastLeastGoal: optional(percentiles),
      rescues: count,
      idle: optional(number(0, 1)),
    },
    overruns: suchThat(list(count), 'must not fall', isAscending),
    gaps: optional(
      object<GapSums>({ ms: amount, unknownMs: amount, offCpuMs: amount, v8Ms: amount }),
    ),
    ...{
      bound: orNull(count),
      held: orNull(flag),
      by: dictionary(amount),
      worst: orNull(worstCycle),
    },
  }),
  'must have as many overruns as cycles',
  ({ cycles, overruns }) => cycles === overruns.length,
)

const interval = { median: ratio, low: ratio, high: ratio } as const
const isInterval = ({
  low,
  median,
  high,
}: { readonly [Name in keyof typeof interval]: number }): boolean =>
  isAscending([low, median, high])
const between = 'must have its median between low and high'

const cost = object<Cost>({
  ...{ program: name, ...policy, procs, cycleRatio: ratio, overrun: percentiles },
  throughput: suchThat(object({ ...interval, pairs: whole(1, 1e9) }), between, isInterval),
  pauseRatio: suchThat(object(interval), between, isInterval),
  ...{
    pauseUs: latencies,
    allocationUs: latencies,
    minimumMutatorUtilization: dictionary(number(0, 1)),
  },
})

const criterion = object<Criterion>({ says: name, holds: orNull(flag) })

const experiment = object<ReportedExperiment>({
  ...{ name, issue: name, title: name, found: name, criterion, seed: whole(0, MOST_SEED) },
  again: name,
  rows: rowsShape,
  chart: chartShape,
})

export const resultsShape: Shape<OverrunResults> = object({
  schema: oneOf(1),
  machine: machineShape,
  command: text,
  ...{
    cases: list(oneCase),
    costs: list(cost),
    experiments: list(experiment),
    criteria: list(criterion),
  },
})

function isAscending(values: readonly number[]): boolean {
  return values.every((one, at) => one >= (values[at - 1] ?? one))
}
