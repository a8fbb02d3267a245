/**
 * golang/go#52433: the overrun is the length of the delay times the allocation rate, and does not
 * grow with the heap. So the issue's tests were made to allocate more slowly, by a Gosched in the
 * loop, and a program that uses what it allocates is hardly affected.
 *
 * Measured are the cycles in which the coordinator was stalled before its stop, for 5 or 20 ms,
 * under Go's protocol on 2 Ps: bytes past the goal, against the length of the gap times the
 * allocation rate of the P that goes on.
 *
 * 1. By the allocation rate, at a goal of 4 MiB: held down by the program to fractions of what it
 *    can, then with a yield after each object, and with writes to each object.
 * 2. By the heap, with the rate free: goals of 4 to 256 MiB. A goal of 1 GiB is left out: its tree
 *    takes half a minute to build, and each of its cycles several seconds.
 *
 * The line is fitted through all cycles of 1. Its slope is the share of a gap in which the other P
 * allocates past the goal. A mark that ends in time ends some way below its goal, so the line
 * begins below 0; only cycles that passed their goal are on it.
 */
import { MiB } from '../../units.ts'
import type { Experiment, ExperimentOptions } from '../experiment.ts'
import type { ExperimentResult } from '../results.ts'
import { liveBytesOf, warmOf } from '../workload.ts'
import { GO_LIKE, OURS } from './configurations.ts'
import { fitLine, type LineFit } from './line-fit.ts'
import { mebibytes, quantileOrZero, rounded } from './rows.ts'
import { Runs, seedOf } from './runs.ts'

const PROCS = 2
const POINT = 'mark-termination/before-stop'
const STALLS_MS = [5, 20]
/** Stalls in every cycle would be taken for a slow mark by the pacer, which would begin earlier. */
const STALLED_SHARE = 0.5
const NODE_BYTES = 16
const LEAST_GOAL = 4 * MiB

/** A way to run the program. */
interface Situation {
  readonly goal: number
  /** How the program is slowed down, in words. */
  readonly slowed: string
  readonly args: readonly string[]
  readonly isQuick: boolean
}

const atRate = (mebibytesPerSecond: number, isQuick: boolean): Situation => ({
  goal: LEAST_GOAL,
  slowed: `to ${mebibytesPerSecond} MiB/s a P`,
  args: ['--rate', String(mebibytesPerSecond * MiB)],
  isQuick,
})
const atGoal = (goal: number, isQuick: boolean): Situation => ({
  goal,
  slowed: 'no',
  args: [],
  isQuick,
})
const SITUATIONS: readonly Situation[] = [
  atGoal(LEAST_GOAL, true),
  atRate(80, false),
  atRate(40, true),
  atRate(20, false),
  { goal: LEAST_GOAL, slowed: 'a yield after each object', args: ['--batch', '1'], isQuick: true },
  { goal: LEAST_GOAL, slowed: '8 writes to each object', args: ['--touch', '8'], isQuick: false },
  { goal: LEAST_GOAL, slowed: '64 writes to each object', args: ['--touch', '64'], isQuick: true },
  ...[16, 64, 256].map(size => atGoal(size * MiB, size === 16)),
]

/** A cycle in which the coordinator was stalled. */
interface Stalled {
  readonly gapMs: number
  /** Bytes that the other P allocates in the gap, at the rate of its run. */
  readonly expected: number
  readonly overrun: number
  /** What the gate allows: a request of each P, bytes. */
  readonly allowed: number
}

interface Measured extends Situation {
  readonly stallMs: number
  readonly policy: typeof GO_LIKE
  /** Bytes in a second, of one P: one for each run. */
  readonly rates: number[]
  readonly cycles: Stalled[]
}

async function measure({
  seed,
  quick,
  progress,
  signal,
}: ExperimentOptions): Promise<ExperimentResult> {
  const measured = [GO_LIKE, OURS].flatMap(policy =>
    SITUATIONS.filter(({ isQuick, args, goal }) =>
      // Under ours there is nothing to fit: the fastest and the largest case show it.
      policy === OURS ? args.length === 0 && goal <= 16 * MiB : isQuick || !quick,
    ).flatMap(situation =>
      STALLS_MS.map(
        (stallMs): Measured => ({ ...situation, policy, stallMs, rates: [], cycles: [] }),
      ),
    ),
  )
  const rounds = quick ? 2 : 6
  const wanted = quick ? 5 : 20
  await using runs = new Runs(signal)
  for (let round = 0; round < rounds; round++)
    for (const one of measured.filter(({ cycles }) => cycles.length < wanted)) {
      progress(
        `rate: ${one.policy.name}, goal ${mebibytes(one.goal)} MiB, slowed: ${one.slowed}, stall of ${one.stallMs} ms, round ${round + 1} of ${rounds}`,
      )
      await measureOnce(runs, one, quick, seedOf(seed, round))
    }
  return resultOf(seed, measured)
}

async function measureOnce(runs: Runs, one: Measured, quick: boolean, seed: number): Promise<void> {
  // A cycle of a large heap takes longer.
  const seconds = (quick ? 1 : 2) + one.goal / (64 * MiB)
  const own = ['--goroutines', PROCS, '--live', liveBytesOf(one.goal), '--seconds', seconds]
  const { record, printed } = await runs.run('alloc-only', one.policy, {
    procs: PROCS,
    seed,
    fault: `${POINT}:stall=${one.stallMs}ms:p=${STALLED_SHARE}`,
    args: [...own.map(String), ...one.args],
  })
  const dropped = Number(/^(\d+) objects dropped/.exec(printed)?.[1])
  const rate = (dropped * NODE_BYTES) / PROCS / seconds
  one.rates.push(rate)
  for (const { gaps, overrun, largestRefill } of warmOf(record.cycles)) {
    const gapMs = gaps.find(({ point }) => point === POINT)?.ms ?? 0
    if (gapMs >= one.stallMs)
      one.cycles.push({
        gapMs,
        expected: ((PROCS - 1) * rate * gapMs) / 1000,
        overrun,
        allowed: PROCS * largestRefill,
      })
  }
}

/** The line through the cycles that passed their goal; null if they are too few. */
function lineOf(measured: readonly Measured[], seed: number): LineFit | null {
  const points = measured
    .flatMap(({ cycles }) => cycles)
    .filter(({ overrun }) => overrun > 0)
    .map(({ expected, overrun }) => [expected, overrun] as const)
  return points.length < 10 ? null : fitLine(points, seed)
}

const slopeText = (line: LineFit | null): string =>
  line === null
    ? 'too few cycles for a line'
    : `${rounded(line.slope)} (95 %: ${rounded(line.low)} to ${rounded(line.high)})`

function resultOf(seed: number, measured: readonly Measured[]): ExperimentResult {
  const goLike = measured.filter(({ policy }) => policy === GO_LIKE)
  const ours = measured.filter(({ policy }) => policy === OURS)
  const byRate = lineOf(
    goLike.filter(({ goal }) => goal === LEAST_GOAL),
    seed,
  )
  const goals = [...new Set(goLike.map(({ goal }) => goal))]
  const byGoal = goals.map(goal => {
    const line = lineOf(
      goLike.filter(one => one.goal === goal && one.args.length === 0),
      seed,
    )
    return `${slopeText(line)} at ${mebibytes(goal)} MiB`
  })
  const oursMost = Math.max(
    0,
    ...ours.flatMap(({ cycles }) => cycles.map(({ overrun }) => overrun)),
  )
  const isKept = ours.every(({ cycles }) =>
    cycles.every(({ overrun, allowed }) => overrun <= allowed),
  )
  const oursCycles = ours.reduce((sum, { cycles }) => sum + cycles.length, 0)
  return {
    name: 'rate',
    issue: 'golang/go#52433',
    title: 'Overrun, delay and allocation rate',
    found: `Bytes past the goal for each byte that the other P allocates in a gap: ${slopeText(byRate)} by the rate, at 4 MiB. By the heap: ${byGoal.join('; ')}.`,
    criterion: {
      says:
        `under Go's protocol the overrun grows with delay times rate: slope ${slopeText(byRate)}, its interval above 0; ` +
        `under ours no stalled cycle passes its goal by more than a request of each P (${mebibytes(oursMost)} MiB at most in ${oursCycles})`,
      holds: byRate !== null && byRate.low > 0 && oursCycles > 0 && isKept,
    },
    seed,
    rows: measured.map(one => {
      const overruns = one.cycles.map(({ overrun }) => overrun)
      return {
        policy: one.policy.name,
        'goal MiB': mebibytes(one.goal),
        slowed: one.slowed,
        'rate MiB/s': rounded(quantileOrZero(one.rates, 0.5) / MiB, 1),
        'stall ms': one.stallMs,
        'stalled cycles': one.cycles.length,
        'gap p50 ms': rounded(
          quantileOrZero(
            one.cycles.map(({ gapMs }) => gapMs),
            0.5,
          ),
          1,
        ),
        'gap × rate p50 MiB': mebibytes(
          quantileOrZero(
            one.cycles.map(({ expected }) => expected),
            0.5,
          ),
        ),
        'overrun p50 MiB': mebibytes(quantileOrZero(overruns, 0.5)),
        'overrun max MiB': mebibytes(quantileOrZero(overruns, 1)),
        'max of goal %': rounded((100 * quantileOrZero(overruns, 1)) / one.goal, 1),
      }
    }),
    chart: chartOf(goLike),
  }
}

function chartOf(measured: readonly Measured[]): ExperimentResult['chart'] {
  const values = measured.flatMap(({ goal, slowed, cycles }) =>
    cycles.map(({ expected, overrun }) => ({
      'gap × rate, MiB': mebibytes(expected),
      MiB: mebibytes(overrun),
      goal: `${mebibytes(goal)} MiB`,
      slowed,
    })),
  )
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: 'Overrun against the length of the gap times the allocation rate (golang/go#52433)',
    width: 520,
    height: 320,
    data: { values },
    mark: { type: 'point', opacity: 0.6 },
    encoding: {
      x: { field: 'gap × rate, MiB', type: 'quantitative' },
      y: { field: 'MiB', type: 'quantitative', title: 'past the goal, MiB' },
      color: { field: 'goal', type: 'nominal', sort: null },
      shape: { field: 'slowed', type: 'nominal', legend: { labelLimit: 0 } },
    },
  }
}

export const experiment: Experiment = {
  name: 'rate',
  issue: 'golang/go#52433',
  title: 'Overrun, delay and allocation rate',
  help: `The overrun is a delay times the allocation rate, whatever the heap. Stalls the coordinator for 5 and 20 ms in half of the cycles,
on 2 Ps under Go's protocol, and compares the bytes past the goal with the length of the gap times the rate: with the program
slowed down (to a rate, by a yield after each object, by writes to each object), and by goals of 4 to 256 MiB. Fits a line
with a 95 % interval. A case has as many runs as give it 20 stalled cycles (5 with --quick), and six (two) at most. Takes two
minutes; --quick some 20 seconds.

Example:
  sawtooth overrun rate --quick --seed 7
`,
  measure,
}
