/**
 * Which P scans the stack of a goroutine that runs. By Go's protocol its own P must: then nothing
 * may be left to do in a mark but one stack, while the thread of its P is off the CPU and the
 * others allocate. Where any P may scan it (gc/mark/remote-scan.ts), no marker waits for that
 * thread.
 *
 * A program allocates on twice as many Ps as there are cores, so that the system takes threads off
 * the CPU all the time. The configurations take turns. Measured are the bytes past each cycle's
 * goal, how many of them were taken while only a stack was left, the pauses, and what was allocated
 * in the same time.
 */
import { availableParallelism } from 'node:os'
import type { CycleRecord } from 'sawtooth/internal/runtime/report/record'
import type { Experiment, ExperimentOptions } from '../experiment.ts'
import { FEWEST, type MedianInterval, medianInterval } from '../quantile-interval.ts'
import type { ExperimentResult } from '../results.ts'
import { allHold } from './all-hold.ts'
import { GO_LIKE, OURS, type Policy } from './configurations.ts'
import { divided, mebibytes, quantileOrNull, rounded, said } from './rows.ts'
import { Runs, seedOf, warmCycles } from './runs.ts'
import { ticksChart } from './ticks-chart.ts'

const POLICIES = [GO_LIKE, OURS]
const SCANS = ['owner', 'any'] as const
const LEAST_PROCS = 4
/** A live heap of 1 MiB in nodes of 16 bytes, so the goal is Go's least, 4 MiB. */
const LIVE_NODES = 65_536
const GOAL_MIB = 4

type Scans = (typeof SCANS)[number]

interface Measured {
  readonly policy: Policy
  readonly scans: Scans
  readonly cycles: CycleRecord[]
  /** Bytes past the goal for each cycle of a round, in the mean. */
  readonly means: number[]
  /** What each run has dropped, in objects. */
  readonly dropped: number[]
}

async function measure({
  seed,
  quick,
  progress,
  signal,
}: ExperimentOptions): Promise<ExperimentResult> {
  const procs = Math.max(LEAST_PROCS, 2 * availableParallelism())
  const measured = POLICIES.flatMap(policy =>
    SCANS.map((scans): Measured => ({ policy, scans, cycles: [], means: [], dropped: [] })),
  )
  const rounds = quick ? 1 : 8
  const milliseconds = quick ? 2000 : 4000
  await using runs = new Runs(signal)
  for (let round = 0; round < rounds; round++) {
    // Each round begins with another one, so that none is always first.
    for (let turn = 0; turn < measured.length; turn++) {
      const one = measured[(turn + round) % measured.length] as Measured
      progress(`stack-scans: ${nameOf(one)}, round ${round + 1} of ${rounds}`)
      const { record, printed } = await runs.run('churn', one.policy, {
        procs,
        seed: seedOf(seed, round),
        stackScans: one.scans,
        args: [String(LIVE_NODES), String(milliseconds)],
      })
      const cycles = warmCycles(record)
      one.cycles.push(...cycles)
      one.means.push(perCycle(cycles))
      one.dropped.push(Number(printed))
    }
  }
  return resultOf(seed, procs, measured)
}

function nameOf({ policy, scans }: Measured): string {
  return `${policy.name}, scans by ${scans}`
}

function overruns({ cycles }: Measured): number[] {
  return cycles.map(({ overrun }) => overrun)
}

function total(cycles: readonly CycleRecord[]): number {
  return cycles.reduce((sum, { overrun }) => sum + Math.max(0, overrun), 0)
}

/** Bytes past the goal for each cycle: the configurations have different numbers of cycles. */
function perCycle(cycles: readonly CycleRecord[]): number {
  return cycles.length === 0 ? 0 : total(cycles) / cycles.length
}

/** Bytes past the goals of all cycles that were taken while only a stack was left to scan. */
function ofStacks({ cycles }: Measured): number {
  return cycles.reduce((sum, { overrunBy }) => sum + (overrunBy.wantedStack ?? 0), 0)
}

/** The means of a round, any over owner, with the 95 % interval; null: too few rounds. */
function comparison(owner: Measured, any: Measured): MedianInterval | null {
  const ratios = any.means.flatMap((mean, round) => {
    const other = owner.means[round] ?? 0
    return other === 0 ? [] : [mean / other]
  })
  return ratios.length < FEWEST ? null : medianInterval(ratios)
}

function resultOf(seed: number, procs: number, measured: readonly Measured[]): ExperimentResult {
  const [owner, any] = measured as readonly [Measured, Measured, ...Measured[]]
  const compared = comparison(owner, any)
  const share = total(owner.cycles) === 0 ? 0 : ofStacks(owner) / total(owner.cycles)
  const found =
    `By Go's protocol, with scans by the owner, ${rounded(100 * share, 1)} % of the bytes past the goal were taken while only a stack was left to scan. ` +
    `With scans by any P a cycle passes its goal by ${mebibytes(perCycle(any.cycles))} MiB in the mean in place of ${mebibytes(perCycle(owner.cycles))} MiB, and the worst by ${said(mebibytes(quantileOrNull(overruns(any), 1)))} in place of ${said(mebibytes(quantileOrNull(overruns(owner), 1)))} MiB.`
  return {
    name: 'stack-scans',
    issue: 'golang/go#52433',
    title: 'Stacks that any P may scan',
    found,
    criterion: {
      says:
        `by Go's protocol some bytes past the goal wait for a stack where its owner must scan it (${mebibytes(ofStacks(owner))} MiB); ` +
        (compared === null
          ? 'the rounds are too few to compare that with any P'
          : `where any P may, a cycle passes its goal by less: ${rounded(compared.median)} times as much (95 %: ${rounded(compared.low)} to ${rounded(compared.high)})`),
      holds: allHold([ofStacks(owner) > 0, compared === null ? null : compared.high < 1]),
    },
    seed,
    rows: measured.map(one => ({
      policy: one.policy.name,
      'scans by': one.scans,
      P: procs,
      cycles: one.cycles.length,
      'past the goal': overruns(one).filter(bytes => bytes > 0).length,
      'mean MiB': mebibytes(perCycle(one.cycles)),
      'p99 MiB': mebibytes(quantileOrNull(overruns(one), 0.99)),
      'max MiB': mebibytes(quantileOrNull(overruns(one), 1)),
      'waiting for a stack MiB': mebibytes(ofStacks(one)),
      'of all MiB': mebibytes(total(one.cycles)),
      'termination stop p50 µs': rounded(
        quantileOrNull(
          one.cycles.map(({ stwTerminationUs }) => stwTerminationUs),
          0.5,
        ),
        0,
      ),
      'million objects a run': rounded(divided(quantileOrNull(one.dropped, 0.5), 1e6)),
    })),
    chart: ticksChart({
      title: 'Cycles past their goal, by who scans stacks; the rule is the goal itself',
      axis: 'past the goal, MiB',
      rule: GOAL_MIB,
      ticks: measured.flatMap(one =>
        overruns(one)
          .filter(bytes => bytes > 0)
          .map(bytes => ({
            policy: one.policy.name,
            situation: `scans by ${one.scans}`,
            MiB: mebibytes(bytes),
          })),
      ),
    }),
  }
}

export const experiment: Experiment = {
  name: 'stack-scans',
  issue: 'golang/go#52433',
  title: 'Stacks that any P may scan',
  about: `Many bytes past a goal are taken while only the stack of one running goroutine is left to scan, whose thread is off the CPU.
Compares Go's way, where its own P must scan it, with --stack-scans any, where every P may, under Go's protocol and under
ours, on twice as many Ps as there are cores.`,
  takes: { minutes: 2, quickSeconds: 15 },
  measure,
}
