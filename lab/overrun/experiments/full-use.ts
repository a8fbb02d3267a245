/**
 * golang/go#45894: when mark termination is over Go's program does not go on at once. On machines
 * with many processors it took milliseconds until all of them ran goroutines again, since they are
 * woken one after the other and compete for locks.
 *
 * Measured from the trace is the time from the end of each termination stop until every P has run
 * its goroutine again. One goroutine on each P allocates, and none ever waits by itself. A P whose
 * thread was woken and is off the CPU in the middle of its goroutine counts as running: a trace
 * cannot show that.
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
import { quantileOrNull, rounded } from './rows.ts'
import { Runs, seedOf, warmCycles } from './runs.ts'
import { type FullUse, timesToFullUse } from './time-to-full-use.ts'
import { readTrace } from './trace.ts'

const POLICIES = [GO_LIKE, OURS]
const PROCS = [1, 2, 4]
/**
 * A live heap of 8 MiB in nodes of 16 bytes, so that cycles do not follow each other too closely.
 */
const LIVE_NODES = 2 ** 19
interface Measured {
  readonly policy: Policy
  readonly procs: number
  readonly uses: FullUse[]
  dropped: number
}

async function measure({
  seed,
  quick,
  progress,
  signal,
}: ExperimentOptions): Promise<ExperimentResult> {
  const measured = PROCS.flatMap(procs =>
    POLICIES.map((policy): Measured => ({ policy, procs, uses: [], dropped: 0 })),
  )
  const rounds = quick ? 1 : 4
  const milliseconds = quick ? 1200 : 2200
  const directory = makeTemporaryFolder()
  const trace = join(directory, 'trace.json')
  try {
    await using runs = new Runs(signal)
    for (let round = 0; round < rounds; round++) {
      for (const one of measured) {
        progress(`full-use: ${one.policy.name}, P = ${one.procs}, round ${round + 1} of ${rounds}`)
        const { record, dropped } = await runs.run('churn', one.policy, {
          procs: one.procs,
          seed: seedOf(seed, round),
          trace,
          args: [String(LIVE_NODES), String(milliseconds)],
        })
        const numbers = new Set(warmCycles(record).map(({ n }) => n))
        one.uses.push(...timesToFullUse(readTrace(trace)).filter(({ n }) => numbers.has(n)))
        one.dropped += dropped
      }
    }
  } finally {
    removeTemporaryFolder(directory)
  }
  return resultOf(seed, measured)
}

function timesOf({ uses }: Measured): number[] {
  return uses.map(({ afterMs }) => afterMs)
}

function after(measured: Measured, share: number): number | null {
  return quantileOrNull(timesOf(measured), share)
}

/** Nothing of ours is meant to wake threads sooner. It must not wake them later either. */
export function criterionOf(compared: readonly Compared[]): Criterion {
  const medians = compared.map(({ procs, go, ours }) => ({
    procs,
    lateness: latenessOf(ours, go, 0.5),
  }))
  const figures = medians.map(
    ({ procs, lateness }) => `${formatLateness(lateness)} at P = ${procs}`,
  )
  return {
    says: `at no P ours takes longer than Go-like, by the 95 % intervals of the medians, with 15 % allowed (${figures.join(', ')})`,
    holds: allHold(medians.map(({ lateness }) => isInTime(lateness))),
  }
}

function resultOf(seed: number, measured: readonly Measured[]): ExperimentResult {
  const compared = PROCS.map(procs => {
    const [go, ours] = POLICIES.map(policy =>
      measured.find(one => one.policy === policy && one.procs === procs),
    ) as [Measured, Measured]
    return { procs, go, ours }
  })
  const told = (share: number): string =>
    compared
      .filter(({ go, ours }) => go.uses.length > 0 && ours.uses.length > 0)
      .map(
        ({ procs, go, ours }) =>
          `${rounded(after(ours, share), 3)} against ${rounded(after(go, share), 3)} ms at P = ${procs}`,
      )
      .join(', ') || 'unknown'
  return {
    name: 'full-use',
    issue: 'golang/go#45894',
    title: 'Time to full use after termination',
    found: `From the end of the termination stop until all Ps run goroutines again, ours against Go-like: median ${told(0.5)}; p99 ${told(0.99)}.`,
    criterion: criterionOf(
      compared.map(({ procs, go, ours }) => ({
        procs,
        ...{ go: timesOf(go), ours: timesOf(ours) },
      })),
    ),
    seed,
    rows: measured.map(one => ({
      policy: one.policy.name,
      P: one.procs,
      cycles: one.uses.length,
      'p50 ms': rounded(after(one, 0.5), 3),
      'p90 ms': rounded(after(one, 0.9), 3),
      'p99 ms': rounded(after(one, 0.99), 3),
      'max ms': rounded(after(one, 1), 3),
      'next cycle came first': one.uses.filter(({ isOvertaken }) => isOvertaken).length,
      'trace events dropped': one.dropped,
    })),
    chart: chartOf(measured),
  }
}

function chartOf(measured: readonly Measured[]): ExperimentResult['chart'] {
  const values = measured.flatMap(({ policy, procs, uses }) =>
    uses.map(({ afterMs }) => ({
      policy: policy.name,
      P: `P = ${procs}`,
      ms: rounded(afterMs, 4),
    })),
  )
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: 'From the end of the termination stop until all Ps run goroutines (golang/go#45894)',
    data: { values },
    transform: [
      {
        window: [{ op: 'cume_dist', as: 'share' }],
        sort: [{ field: 'ms' }],
        groupby: ['policy', 'P'],
      },
    ],
    mark: { type: 'line', interpolate: 'step-after' },
    width: 520,
    height: 260,
    encoding: {
      x: {
        field: 'ms',
        type: 'quantitative',
        title: 'ms',
        scale: { type: 'symlog', constant: 0.01 },
      },
      y: { field: 'share', type: 'quantitative', title: 'share of cycles', axis: { format: '%' } },
      color: { field: 'policy', type: 'nominal' },
      strokeDash: { field: 'P', type: 'ordinal' },
    },
  }
}

export const experiment: Experiment = {
  name: 'full-use',
  issue: 'golang/go#45894',
  title: 'Time to full use after termination',
  about: `When the stop that ends a mark is over, its Ps must be woken. Measures from a trace how long it takes until each of them
runs its goroutine again, at P = 1, 2 and 4.`,
  takes: { minutes: 1, quickSeconds: 10 },
  measure,
}
