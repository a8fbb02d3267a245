/**
 * golang/go#40460: goroutines may allocate beyond the hard heap goal.
 *
 * 1. Near the end of marking Go assumes that at least 1000 bytes of scan work are left, while an
 *    assist does 64 KiB of it.
 * 2. So each assist is credited with some 65 times the bytes that are left to the goal.
 * 3. The credit is in bytes and is never priced again. A goroutine that has it passes the goal
 *    without paying, for as long as the mark fails to end.
 *
 * Measured are the bytes past the goal in each cycle of a program that allocates on 4 Ps: by the
 * delays of the machine only, and with a coordinator that sleeps for 3 ms before each of its stops;
 * with Go's credit, with capped credit and nothing else, and under our policy. No record holds the
 * credit that goroutines have. What one assist is credited with is computed with the pacer's own
 * arithmetic.
 */
import { KiB, MiB } from '../../units.ts'
import type { Experiment, ExperimentOptions } from '../experiment.ts'
import type { ExperimentResult } from '../results.ts'
import { CAPPED, GO_LIKE, OURS, type Policy } from './configurations.ts'
import { inflation } from './inflation.ts'
import { limitedIn } from './limited-cycles.ts'
import { mebibytes, quantileOrNull, rounded, said } from './rows.ts'
import { Runs, seedOf, warmCycles } from './runs.ts'

const PROCS = 4
/** A live heap of 1 MiB in nodes of 16 bytes, so the goal is Go's least, 4 MiB. */
const LIVE_NODES = 65_536
const STALL = 'mark-termination/before-stop:stall=3ms'
const POLICIES = [GO_LIKE, CAPPED, OURS]
const DELAYS = { natural: null, 'stall of 3 ms': STALL } as const
/** By what factor capped credit, with nothing else, must bring the heap nearer to its goal. */
const LEAST_IMPROVEMENT = 4

type Delay = keyof typeof DELAYS

interface Measured {
  readonly policy: Policy
  readonly delay: Delay
  /** Of the cycles that the CPU limiter did not limit: while it does, no assist pays. */
  readonly overruns: number[]
  limited: number
}

async function measure({
  seed,
  quick,
  progress,
  signal,
}: ExperimentOptions): Promise<ExperimentResult> {
  const measured = POLICIES.flatMap(policy =>
    (Object.keys(DELAYS) as Delay[]).map(
      (delay): Measured => ({ policy, delay, overruns: [], limited: 0 }),
    ),
  )
  const rounds = quick ? 1 : 4
  const milliseconds = quick ? 1400 : 2200
  await using runs = new Runs(signal)
  for (let round = 0; round < rounds; round++) {
    for (const one of measured) {
      const { policy, delay } = one
      progress(`credit: ${policy.name}, ${delay}, round ${round + 1} of ${rounds}`)
      const fault = DELAYS[delay]
      const { record } = await runs.run('churn', policy, {
        procs: PROCS,
        seed: seedOf(seed, round),
        args: [String(LIVE_NODES), String(milliseconds)],
        ...(fault === null ? {} : { fault }),
      })
      const isLimited = limitedIn(record.cycles)
      const warm = warmCycles(record)
      const judged = warm.filter(({ n }) => !isLimited.has(n))
      one.overruns.push(...judged.map(({ overrun }) => overrun))
      one.limited += warm.length - judged.length
    }
  }
  return resultOf(seed, measured)
}

function resultOf(seed: number, measured: readonly Measured[]): ExperimentResult {
  const p99 = (policy: Policy): number | null =>
    quantileOrNull(overrunsOf(measured, policy, 'stall of 3 ms'), 0.99)
  const inflated = inflation(0, MiB, false)
  const [go, capped, ours] = [p99(GO_LIKE), p99(CAPPED), p99(OURS)]
  const found =
    `With a coordinator that is away for 3 ms the heap passes its goal by ${said(mebibytes(go))} MiB (p99) with Go's credit, ` +
    `${said(mebibytes(capped))} MiB with capped credit alone and ${said(mebibytes(ours))} MiB under ours; ` +
    `at the end of marking one assist earns ${rounded(inflated, 1)} bytes for each byte of room.`
  return {
    name: 'credit',
    issue: 'golang/go#40460',
    title: 'Banked assist credit past the goal',
    found,
    criterion: {
      says:
        `with a stall of 3 ms Go's credit lets the heap pass its goal by at least 1 MiB (p99 ${said(mebibytes(go))} MiB), ` +
        `and capped credit alone (${said(mebibytes(capped))} MiB) and ours (${said(mebibytes(ours))} MiB) by at most 1/${LEAST_IMPROVEMENT} of that`,
      holds:
        go === null || capped === null || ours === null
          ? null
          : go >= MiB && Math.max(capped, ours) <= go / LEAST_IMPROVEMENT,
    },
    seed,
    rows: measured.map(({ policy, delay, overruns, limited }) => ({
      policy: policy.name,
      P: PROCS,
      delay,
      cycles: overruns.length,
      limited,
      'past the goal': overruns.filter(overrun => overrun > 0).length,
      'overrun p50 MiB': mebibytes(quantileOrNull(overruns, 0.5)),
      'overrun p99 MiB': mebibytes(quantileOrNull(overruns, 0.99)),
      'overrun max MiB': mebibytes(quantileOrNull(overruns, 1)),
      'credit of one assist / room': rounded(inflation(0, MiB, policy.credit === 'capped'), 1),
    })),
    chart: chartOf(measured),
  }
}

function overrunsOf(
  measured: readonly Measured[],
  policy: Policy,
  delay: Delay,
): readonly number[] {
  return measured
    .filter(one => one.policy === policy && one.delay === delay)
    .flatMap(({ overruns }) => overruns)
}

/** Work left, halved from 2 MiB on: the abscissa of the chart of credit. */
const WORK_LEFT = Array.from({ length: 14 }, (_, halvings) => (2 * MiB) / 2 ** halvings)

function chartOf(measured: readonly Measured[]): ExperimentResult['chart'] {
  const overruns = measured.flatMap(one =>
    one.overruns.map(overrun => ({
      policy: one.policy.name,
      delay: one.delay,
      MiB: mebibytes(overrun),
    })),
  )
  const credits = [false, true].flatMap(isCapped =>
    WORK_LEFT.map(workLeft => ({
      credit: isCapped ? 'capped' : 'go',
      'work left KiB': workLeft / KiB,
      'credit / room': inflation(workLeft, MiB, isCapped),
    })),
  )
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: 'Banked assist credit past the goal (golang/go#40460)',
    vconcat: [
      {
        title: 'Cycles by how far the heap was past its goal',
        width: 520,
        height: 200,
        data: { values: overruns },
        transform: [
          {
            window: [{ op: 'cume_dist', as: 'share' }],
            sort: [{ field: 'MiB' }],
            groupby: ['policy', 'delay'],
          },
        ],
        mark: { type: 'line', interpolate: 'step-after' },
        encoding: {
          x: {
            field: 'MiB',
            type: 'quantitative',
            title: 'past the goal, MiB',
            scale: { type: 'symlog', constant: 0.1 },
          },
          y: {
            field: 'share',
            type: 'quantitative',
            title: 'share of cycles',
            axis: { format: '%' },
          },
          color: { field: 'policy', type: 'nominal', legend: { labelLimit: 0 } },
          strokeDash: { field: 'delay', type: 'nominal' },
        },
      },
      {
        title: 'What one assist of 64 KiB is credited with, for each byte of room',
        width: 520,
        height: 160,
        data: { values: credits },
        mark: { type: 'line', point: true },
        encoding: {
          x: {
            field: 'work left KiB',
            type: 'quantitative',
            scale: { type: 'log', reverse: true, nice: false },
          },
          y: { field: 'credit / room', type: 'quantitative', scale: { type: 'log' } },
          color: { field: 'credit', type: 'nominal' },
        },
      },
    ],
    resolve: { scale: { color: 'independent' } },
  }
}

export const experiment: Experiment = {
  name: 'credit',
  issue: 'golang/go#40460',
  title: 'Banked assist credit past the goal',
  about: `Near the end of marking an assist is credited with many times the bytes that are left to the goal, and its goroutine may then
allocate past the goal without paying. Measures how far, with Go's credit, with capped credit alone, and under our policy, by
natural delays and with a coordinator that sleeps for 3 ms before it stops the world.`,
  takes: { minutes: 1, quickSeconds: 10 },
  measure,
}
