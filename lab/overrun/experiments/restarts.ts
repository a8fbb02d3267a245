/**
 * golang/go#27993: Go's ragged barrier has a hole.
 *
 * 1. When every P has flushed its barrier buffer once and nothing came of it, the mark should be
 *    over. But a P may have shaded again after its own flush.
 * 2. So Go looks once more when the world has stopped, and starts it again if it finds grey
 *    objects: a restart.
 * 3. If a flush has published something before that, the attempt has failed, and the next one
 *    begins.
 *
 * Measured are attempts and restarts for each cycle, and the time from the end of the last drain
 * that found work until the world is stopped. On 1 to 4 Ps goroutines move lists through a shared
 * table, so that barrier buffers are never at rest. Slices below 2 µs are not in a trace, so the
 * time is exact only to that.
 */
import { join } from 'node:path'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from 'sawtooth/internal/runtime/output/temporary-folder'
import type { Experiment, ExperimentOptions } from '../experiment.ts'
import type { Criterion, ExperimentResult } from '../results.ts'
import { allHold } from './all-hold.ts'
import { GO_LIKE, OURS, type Policy } from './configurations.ts'
import { type Compared, formatLateness, isInTime, latenessOf } from './lateness.ts'
import { quantileOrNull, rounded, said } from './rows.ts'
import { Runs, seedOf, warmCycles } from './runs.ts'
import { timesToStop } from './time-to-stop.ts'
import { readTrace } from './trace.ts'
import { wilson } from './wilson.ts'

const POLICIES = [GO_LIKE, OURS]
const PROCS = [1, 2, 3, 4]
const QUICK_PROCS = [1, 2, 4]
/** Lists in the table, and nodes of a new list: 1.6 MB live. */
const PLACES = 2000
const LENGTH = 50
/** The quantile that is compared. With more Ps than cores the median of ours is longer. */
const TAIL = 0.9

interface Measured {
  readonly policy: Policy
  readonly procs: number
  readonly attempts: number[]
  readonly restarts: number[]
  readonly stopMs: number[]
  dropped: number
}

async function measure({
  seed,
  quick,
  progress,
  signal,
}: ExperimentOptions): Promise<ExperimentResult> {
  const measured = (quick ? QUICK_PROCS : PROCS).flatMap(procs =>
    POLICIES.map(
      (policy): Measured => ({ policy, procs, attempts: [], restarts: [], stopMs: [], dropped: 0 }),
    ),
  )
  const rounds = quick ? 1 : 4
  const milliseconds = quick ? 1300 : 2000
  const directory = makeTemporaryFolder()
  const trace = join(directory, 'trace.json')
  try {
    await using runs = new Runs(signal)
    for (let round = 0; round < rounds; round++) {
      for (const one of measured) {
        progress(`restarts: ${one.policy.name}, P = ${one.procs}, round ${round + 1} of ${rounds}`)
        const { record, dropped } = await runs.run('pointer-updates', one.policy, {
          procs: one.procs,
          seed: seedOf(seed, round),
          trace,
          args: [PLACES, LENGTH, milliseconds, seedOf(seed, round)].map(String),
        })
        const warm = warmCycles(record)
        const numbers = new Set(warm.map(({ n }) => n))
        one.attempts.push(...warm.map(({ terminationAttempts }) => terminationAttempts))
        one.restarts.push(...warm.map(({ restarts }) => restarts))
        one.stopMs.push(
          ...timesToStop(readTrace(trace))
            .filter(({ n }) => numbers.has(n))
            .map(({ ms }) => ms),
        )
        one.dropped += dropped
      }
    }
  } finally {
    removeTemporaryFolder(directory)
  }
  return resultOf(seed, measured)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** All measurements of a policy with more than one P, put together. */
function pooled(
  measured: readonly Measured[],
  policy: Policy,
): Omit<Measured, 'procs' | 'dropped'> {
  const several = measured.filter(one => one.policy === policy && one.procs > 1)
  return {
    policy,
    attempts: several.flatMap(({ attempts }) => attempts),
    restarts: several.flatMap(({ restarts }) => restarts),
    stopMs: several.flatMap(({ stopMs }) => stopMs),
  }
}

/**
 * @param attempts - of each cycle of Go-like, with more than one P
 * @param compared - the times from work exhausted to world stopped
 */
export function criterionOf(attempts: readonly number[], compared: readonly Compared[]): Criterion {
  const retried = attempts.filter(count => count > 1).length
  const tails = compared.map(({ procs, go, ours }) => ({
    procs,
    lateness: latenessOf(ours, go, TAIL),
  }))
  const figures = tails.map(({ procs, lateness }) => `${formatLateness(lateness)} at P = ${procs}`)
  return {
    says:
      `with more than one P, attempts fail in at least 5 % of the cycles under the Go-like configuration (${retried} of ${attempts.length}), and ` +
      `at none of them ours takes longer from work exhausted to world stopped, by the 95 % intervals of the 90th percentiles, with 15 % allowed (${figures.join(', ')})`,
    holds: allHold([
      attempts.length === 0 ? null : retried >= 0.05 * attempts.length,
      ...tails.map(({ lateness }) => isInTime(lateness)),
    ]),
  }
}

function resultOf(seed: number, measured: readonly Measured[]): ExperimentResult {
  const [go, ours] = [pooled(measured, GO_LIKE), pooled(measured, OURS)]
  const retried = go.attempts.filter(attempts => attempts > 1).length
  const [goMs, oursMs] = [quantileOrNull(go.stopMs, 0.9), quantileOrNull(ours.stopMs, 0.9)]
  const several = [...new Set(measured.map(({ procs }) => procs))].filter(procs => procs > 1)
  const timesOf = (policy: Policy, procs: number): readonly number[] =>
    measured.find(one => one.policy === policy && one.procs === procs)?.stopMs ?? []
  const restarted = go.restarts.filter(restarts => restarts > 0).length
  const rate = wilson(restarted, go.restarts.length)
  return {
    name: 'restarts',
    issue: 'golang/go#27993',
    title: 'Failed attempts, restarts, and the time to stop',
    found:
      `With more than one P, Go-like, ${said(go.attempts.length === 0 ? null : rounded((100 * retried) / go.attempts.length, 0))} % of ${go.attempts.length} cycles need more than one attempt, and ` +
      `${restarted} restart (95 %: ${rounded(100 * rate.low, 1)} to ${rounded(100 * rate.high, 1)} %); from work exhausted to world stopped ` +
      `it takes ${said(rounded(goMs))} ms (p90). Ours: ${sum(ours.restarts)} restarts in ${ours.restarts.length} cycles, ${said(rounded(oursMs))} ms.`,
    criterion: criterionOf(
      go.attempts,
      several.map(procs => ({
        procs,
        ...{ go: timesOf(GO_LIKE, procs), ours: timesOf(OURS, procs) },
      })),
    ),
    seed,
    rows: measured.map(({ policy, procs, attempts, restarts, stopMs, dropped }) => ({
      policy: policy.name,
      P: procs,
      cycles: attempts.length,
      'attempts / cycle': attempts.length === 0 ? null : rounded(sum(attempts) / attempts.length),
      'cycles with several': attempts.filter(count => count > 1).length,
      restarts: sum(restarts),
      'to stopped p50 ms': rounded(quantileOrNull(stopMs, 0.5), 3),
      'p90 ms': rounded(quantileOrNull(stopMs, 0.9), 3),
      'p99 ms': rounded(quantileOrNull(stopMs, 0.99), 3),
      'trace events dropped': dropped,
    })),
    chart: chartOf(measured),
  }
}

function chartOf(measured: readonly Measured[]): ExperimentResult['chart'] {
  const values = measured.flatMap(({ policy, procs, stopMs }) =>
    stopMs.map(ms => ({ policy: policy.name, P: `P = ${procs}`, ms: rounded(ms, 4) })),
  )
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: 'From the last drain that found work to the stopped world (golang/go#27993)',
    data: { values },
    transform: [
      {
        window: [{ op: 'cume_dist', as: 'share' }],
        sort: [{ field: 'ms' }],
        groupby: ['policy', 'P'],
      },
    ],
    facet: {
      row: {
        field: 'P',
        type: 'ordinal',
        title: null,
        header: { labelAngle: 0, labelAlign: 'left' },
      },
    },
    spec: {
      width: 480,
      height: 110,
      mark: { type: 'line', interpolate: 'step-after' },
      encoding: {
        x: {
          field: 'ms',
          type: 'quantitative',
          title: 'ms',
          scale: { type: 'symlog', constant: 0.01 },
        },
        y: {
          field: 'share',
          type: 'quantitative',
          title: 'share of cycles',
          axis: { format: '%' },
        },
        color: { field: 'policy', type: 'nominal' },
      },
    },
  }
}

export const experiment: Experiment = {
  name: 'restarts',
  issue: 'golang/go#27993',
  title: 'Failed attempts, restarts, and the time to stop',
  about: `Goroutines move lists about, so that the buffers of the write barrier are never at rest while the mark is to end. Measures
how many attempts that takes, how often the world is stopped and started again, and how long it is from the end of the last
mark work to the stopped world.`,
  takes: { minutes: 1, quickSeconds: 10 },
  measure,
}
