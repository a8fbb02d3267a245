/**
 * golang/go#52433: the overrun is the length of the delay times the allocation rate, and does not
 * grow with the heap. So the issue's tests were made to allocate more slowly, by a Gosched in the
 * loop, and a program that uses what it allocates is hardly affected.
 *
 * Measured are the cycles in which the coordinator was stalled before its stop, for 5 or 20 ms,
 * under Go's protocol on 2 Ps: bytes past the goal, against the length of the gap times the rate in
 * the gap, which are the bytes that Ps took in it. The trace has each. The rate of the whole run
 * would not do: on a busy machine a P has now half of a core and now a whole one.
 *
 * 1. By the allocation rate, at a goal of 4 MiB: held down by the program to fractions of what it
 *    can, then with a yield after each object, and with writes to each object.
 * 2. By the heap, with the rate free: goals of 4 to 256 MiB, or those that are asked for. Above 256
 *    MiB what lives has no references: a tree would take half a minute to build.
 *
 * The line is fitted through all cycles of 1. Its slope is the share of what is taken in a gap that
 * is past the goal. It is 1 if nothing but the end of the gap ends the allocation, and if nothing
 * but the gap makes the overrun. A mark that ends in time ends some way below its goal, so the line
 * begins below 0; only cycles that passed their goal are on it.
 *
 * That the bytes in a gap are proportional to its length, and do not depend on the heap, is another
 * matter: the table has the rate in the gap, by length and by heap.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from 'sawtooth/internal/runtime/output/temporary-folder'
import { readTraceEvents } from 'sawtooth/internal/runtime/report/trace-events'
import { MiB } from '../../units.ts'
import type { Experiment, ExperimentOptions } from '../experiment.ts'
import type { Criterion, ExperimentResult } from '../results.ts'
import { liveBytesOf, warmOf } from '../workload.ts'
import { allHold } from './all-hold.ts'
import { bytesInGap } from './bytes-in-gap.ts'
import { GO_LIKE, OURS } from './configurations.ts'
import { limitedIn } from './limited-cycles.ts'
import { fitLine, type LineFit } from './line-fit.ts'
import { divided, mebibytes, quantileOrNull, rounded } from './rows.ts'
import { Runs, seedOf } from './runs.ts'

const PROCS = 2
const POINT = 'mark-termination/before-stop'
const STALLS_MS = [5, 20]
/** Stalls in every cycle would be taken for a slow mark by the pacer, which would begin earlier. */
const STALLED_SHARE = 0.5
const NODE_BYTES = 16
const LEAST_GOAL = 4 * MiB
/** The largest goal under which a tree lives. */
const LARGEST_TREE_GOAL = 256 * MiB
/** The largest goal that may be asked for. */
export const LARGEST_RATE_GOAL = 1024 * MiB
/** With it a heap of 1 GiB has room for its overrun. */
const LARGE_ARENA = 1792 * MiB

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

/** With the goals that were asked for; null: none were. */
function situationsOf(goals: readonly number[] | null): readonly Situation[] {
  if (goals === null) return SITUATIONS
  return [
    ...SITUATIONS.filter(({ args, goal }) => args.length > 0 || goal === LEAST_GOAL),
    ...goals.filter(goal => goal !== LEAST_GOAL).map(goal => atGoal(goal, true)),
  ]
}

/** A cycle in which the coordinator was stalled. */
export interface Stalled {
  readonly gapMs: number
  /** Bytes that Ps took in the gap. */
  readonly taken: number
  readonly overrun: number
  /** What the gate allows: one request, bytes. null: nothing is promised (limited-cycles.ts). */
  readonly allowed: number | null
}

/** How much is measured. Each case has a first run, however long that takes. */
interface Effort {
  /** A case is done once it has so many stalled cycles. */
  readonly cycles: number
  /** The most runs of a case. */
  readonly runs: number
  /** When no further run is begun. On a busy machine that is before the cases are done. */
  readonly seconds: number
  /** Length of a case's first run, without what a larger goal adds. */
  readonly firstSeconds: number
}
const FULL: Effort = { cycles: 20, runs: 6, seconds: 200, firstSeconds: 2 }
const QUICK: Effort = { cycles: 5, runs: 6, seconds: 60, firstSeconds: 1 }
/** Length of each further run. Of a longer one less is spent on the start. */
const FURTHER_SECONDS = 2

interface Measured extends Situation {
  readonly stallMs: number
  readonly policy: typeof GO_LIKE
  /** Bytes in a second, of one P: one for each run. */
  readonly rates: number[]
  readonly cycles: Stalled[]
  /** Cycles of which the trace does not tell. */
  untold: number
}

async function measure({
  seed,
  quick,
  goals = null,
  progress,
  signal,
}: ExperimentOptions): Promise<ExperimentResult> {
  const measured = [GO_LIKE, OURS].flatMap(policy =>
    situationsOf(goals)
      .filter(({ isQuick, args, goal }) =>
        // Under ours there is nothing to fit: the fastest and the largest case show it.
        policy === OURS ? args.length === 0 && goal <= 16 * MiB : isQuick || !quick,
      )
      .flatMap(situation =>
        STALLS_MS.map(
          (stallMs): Measured => ({
            ...situation,
            policy,
            stallMs,
            rates: [],
            cycles: [],
            untold: 0,
          }),
        ),
      ),
  )
  const effort = quick ? QUICK : FULL
  const began = performance.now()
  const isTimeLeft = (): boolean => performance.now() - began < effort.seconds * 1000
  const directory = makeTemporaryFolder()
  try {
    await using runs = new Runs(signal)
    for (let round = 0; round < effort.runs; round++)
      for (const one of measured.filter(({ cycles }) => cycles.length < effort.cycles)) {
        if (round > 0 && !isTimeLeft()) break
        progress(
          `rate: ${one.policy.name}, goal ${mebibytes(one.goal)} MiB, slowed: ${one.slowed}, stall of ${one.stallMs} ms, run ${round + 1}`,
        )
        const seconds = round === 0 ? effort.firstSeconds : FURTHER_SECONDS
        await measureOnce(runs, one, seconds, seedOf(seed, round), join(directory, 'trace.json'))
      }
  } finally {
    removeTemporaryFolder(directory)
  }
  return resultOf(seed, measured)
}

async function measureOnce(
  runs: Runs,
  one: Measured,
  ownSeconds: number,
  seed: number,
  trace: string,
): Promise<void> {
  const { goal, stallMs } = one
  // A cycle of a large heap takes longer.
  const seconds = ownSeconds + goal / (64 * MiB)
  const living = goal > LARGEST_TREE_GOAL ? '--ballast' : '--live'
  const own = ['--goroutines', PROCS, living, liveBytesOf(goal), '--seconds', seconds]
  const { record, printed, dropped } = await runs.run('alloc-only', one.policy, {
    procs: PROCS,
    seed,
    trace,
    ...(goal > LARGEST_TREE_GOAL ? { arena: LARGE_ARENA } : {}),
    fault: `${POINT}:stall=${stallMs}ms:p=${STALLED_SHARE}`,
    args: [...own.map(String), ...one.args],
  })
  const objects = Number(/^(\d+) objects dropped/m.exec(printed)?.[1])
  one.rates.push((objects * NODE_BYTES) / PROCS / seconds)
  const events = readTraceEvents(readFileSync(trace, 'utf8'))
  const limited = limitedIn(record.cycles)
  for (const cycle of warmOf(record.cycles)) {
    const { n, gaps, overrun, largestRefill } = cycle
    const gapMs = gaps.find(({ point }) => point === POINT)?.ms ?? 0
    if (gapMs < stallMs) continue
    const taken = dropped > 0 ? null : bytesInGap(cycle, gapMs, events)
    if (taken === null) one.untold++
    else one.cycles.push({ gapMs, taken, overrun, allowed: limited.has(n) ? null : largestRefill })
  }
}

/** The fewest cycles past their goal for a line. */
const LEAST_POINTS = 10

/** A line through the cycles that passed their goal. */
interface Fitted {
  readonly points: number
  /** null: the points are too few. */
  readonly line: LineFit | null
}

export function fittedTo(cycles: readonly Stalled[], seed: number): Fitted {
  const past = cycles.filter(({ overrun }) => overrun > 0)
  const points = past.map(({ taken, overrun }) => [taken, overrun] as const)
  const isEnough = points.length >= LEAST_POINTS && new Set(points.map(([taken]) => taken)).size > 1
  return { points: points.length, line: isEnough ? fitLine(points, seed) : null }
}

function slopeText({ points, line }: Fitted): string {
  return line === null
    ? `${points} cycles are too few for a line`
    : `${rounded(line.slope)} (95 %: ${rounded(line.low)} to ${rounded(line.high)})`
}

/**
 * Whether the overrun grows with what is taken in the gap, under Go's protocol, and whether ours
 * keeps its bound. Neither may fail. What too few cycles were measured for is not told: a line has
 * too few points, or its interval has both 0, no growth, and 1, which a gap alone makes.
 */
export function criterionOf(byRate: Fitted, ours: readonly Stalled[]): Criterion {
  const { line } = byRate
  const isWide = line !== null && line.low <= 0 && line.high >= 1
  const grows = line === null || isWide ? null : line.low > 0
  const promised = ours.filter(({ allowed }) => allowed !== null)
  const isKept =
    promised.length === 0 ? null : promised.every(one => one.overrun <= (one.allowed ?? 0))
  const worst = mebibytes(Math.max(0, ...promised.map(({ overrun }) => overrun)))
  return {
    says:
      `under Go's protocol the overrun grows with what is taken in the gap: slope ${slopeText(byRate)}, ` +
      `${grows === null ? 'which does not tell' : 'its interval above 0'}; ` +
      `under ours no stalled cycle passes its goal by more than one request (${worst} MiB at most in ${promised.length})`,
    holds: allHold([grows, isKept]),
  }
}

const rateIn = ({ taken, gapMs }: Stalled): number => (taken * 1000) / gapMs
const medianRate = ({ cycles }: Measured): number | null => quantileOrNull(cycles.map(rateIn), 0.5)

/** `0.97 at 4 MiB; 1.02 at 16 MiB`: 1 if the bytes in a gap are proportional to its length. */
function lengthText(measured: readonly Measured[]): string {
  const free = measured.filter(({ args }) => args.length === 0)
  const [short, long] = STALLS_MS.map(stall => free.filter(({ stallMs }) => stallMs === stall))
  const ratios = (short ?? []).flatMap(one => {
    const other = long?.find(({ goal }) => goal === one.goal)
    const [shortRate, longRate] = [medianRate(one), other === undefined ? null : medianRate(other)]
    if (longRate === null || !shortRate) return []
    return [`${rounded(longRate / shortRate)} at ${mebibytes(one.goal)} MiB`]
  })
  return ratios.length === 0 ? 'not measured' : ratios.join('; ')
}

function resultOf(seed: number, measured: readonly Measured[]): ExperimentResult {
  const goLike = measured.filter(({ policy }) => policy === GO_LIKE)
  const ours = measured.filter(({ policy }) => policy === OURS)
  const fitted = (those: readonly Measured[]): Fitted =>
    fittedTo(
      those.flatMap(({ cycles }) => cycles),
      seed,
    )
  const byRate = fitted(goLike.filter(({ goal }) => goal === LEAST_GOAL))
  const goals = [...new Set(goLike.map(({ goal }) => goal))]
  const byGoal = goals.map(goal => {
    const its = goLike.filter(one => one.goal === goal && one.args.length === 0)
    return `${slopeText(fitted(its))} at ${mebibytes(goal)} MiB`
  })
  return {
    name: 'rate',
    issue: 'golang/go#52433',
    title: 'Overrun, delay and allocation rate',
    found:
      `Bytes past the goal for each byte that is taken in a gap: ${slopeText(byRate)} by the rate, at 4 MiB. By the heap: ${byGoal.join('; ')}. ` +
      `Rate in a gap of 20 ms for that in one of 5 ms, with the rate free: ${lengthText(goLike)}.`,
    criterion: criterionOf(
      byRate,
      ours.flatMap(({ cycles }) => cycles),
    ),
    seed,
    rows: measured.map(one => {
      const overruns = one.cycles.map(({ overrun }) => overrun)
      return {
        policy: one.policy.name,
        'goal MiB': mebibytes(one.goal),
        slowed: one.slowed,
        'rate of a P MiB/s': rounded(divided(quantileOrNull(one.rates, 0.5), MiB), 1),
        'stall ms': one.stallMs,
        'stalled cycles': one.cycles.length,
        untold: one.untold,
        'gap p50 ms': rounded(
          quantileOrNull(
            one.cycles.map(({ gapMs }) => gapMs),
            0.5,
          ),
          1,
        ),
        'rate in gap p50 MiB/s': rounded(divided(medianRate(one), MiB), 1),
        'in gap p50 MiB': mebibytes(
          quantileOrNull(
            one.cycles.map(({ taken }) => taken),
            0.5,
          ),
        ),
        'past goal': overruns.filter(overrun => overrun > 0).length,
        'overrun p50 MiB': mebibytes(quantileOrNull(overruns, 0.5)),
        'overrun max MiB': mebibytes(quantileOrNull(overruns, 1)),
        'max of goal %': rounded(divided(quantileOrNull(overruns, 1), one.goal / 100), 1),
      }
    }),
    chart: chartOf(goLike),
  }
}

function chartOf(measured: readonly Measured[]): ExperimentResult['chart'] {
  const values = measured.flatMap(({ goal, slowed, cycles }) =>
    cycles.map(({ taken, overrun }) => ({
      'in gap, MiB': mebibytes(taken),
      MiB: mebibytes(overrun),
      goal: `${mebibytes(goal)} MiB`,
      slowed,
    })),
  )
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: 'Overrun against what is taken in the gap: its length times the rate (golang/go#52433)',
    width: 520,
    height: 320,
    data: { values },
    mark: { type: 'point', opacity: 0.6 },
    encoding: {
      x: { field: 'in gap, MiB', type: 'quantitative', title: 'taken in the gap, MiB' },
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
  about: `The overrun is a delay times the allocation rate, whatever the heap. Stalls the coordinator for 5 and 20 ms in half of the
cycles, on 2 Ps under Go's protocol, and compares the bytes past the goal with those taken in the gap, its length times the
rate in it: with the program slowed down (to a rate, by a yield after each object, by writes to each object), and by goals of
4 to 256 MiB. Fits a line with a 95 % interval. A case has as many runs as give it ${FULL.cycles} stalled cycles
(${QUICK.cycles} with --quick), and six at most. After ${FULL.seconds} seconds (${QUICK.seconds}) no further run is begun, and what too few cycles were
found for is not told.`,
  takes: { minutes: 4, quickSeconds: 20 },
  options: [
    [
      '--goal SIZE,…',
      `these heap goals instead, 4MiB to ${LARGEST_RATE_GOAL / MiB}MiB. One of 1 GiB takes up to four minutes by itself. Above 256 MiB
what lives has no references`,
    ],
  ],
  example: '--quick --goal 4MiB,64MiB --seed 7',
  measure,
}
