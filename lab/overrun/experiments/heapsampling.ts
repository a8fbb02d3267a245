/**
 * golang/go#49564: Go's test heapsampling.go ran out of memory on 386 and wasm, with a heap of 1.7
 * GB where 120 MB were the most that was seen elsewhere. The test allocates 2.8 GB of arrays, of
 * which six live, samples them, and asks whether the profile says how many there were. The profile
 * is not what failed. The mitigation was a Gosched in each iteration, and fewer of them.
 *
 * 1. Only the footprint is sensitive to the overrun. It is measured here: the growth of
 *    MemStats.Sys, from a goal of 4 MiB, with the test's loops as they stand in Go 1.19.
 * 2. An array of 17 KiB is zeroed and dropped: the program takes as much memory in a millisecond as
 *    any. What is allocated while a cycle marks survives it, so an overrun raises the next goal. In
 *    the next cycle credit is priced by the larger room, and the next overrun may be larger too.
 * 3. The profile is checked as in Go's test, on samples that the program takes itself: this runtime
 *    has no heap profiler. If it is right under each policy, it has no part in the failure.
 *
 * Situations: 1, 2 and 4 Ps; the same with a yield in each iteration; a coordinator that sleeps now
 * and then; the pacers from before and after the redesign, which the issue suspected. Where Go is
 * installed it runs the same loops (lab/overrun/go/heapsampling.go), with its own profiler.
 *
 * Not modelled: an address space that ends. Go throws where it is used up. Here a request that
 * finds no room has a cycle first.
 */
import { ownJson } from '../../json.ts'
import { MiB } from '../../units.ts'
import type { Experiment, ExperimentOptions } from '../experiment.ts'
import type { Go } from '../go.ts'
import { goCyclesIn } from '../go-cycles.ts'
import type { ExperimentResult } from '../results.ts'
import { LEAST_GOAL } from '../workload.ts'
import { CAPPED, GO_LIKE, OURS, type Policy } from './configurations.ts'
import { mebibytes, quantileOrNull, rounded, said } from './rows.ts'
import { Runs, seedOf } from './runs.ts'
import { ticksChart } from './ticks-chart.ts'

/** Of each of the two loops, as in Go's test: 2.8 GB. */
const ITERATIONS = 50_000
const QUICK_ITERATIONS = 20_000
/** What lives beside the six arrays, as in `gcsys`. */
const LIVE_REFERENCES = 10_000
/** With hardly anything that lives the footprint should be the least goal. This is twice that. */
const LIMIT = 2 * LEAST_GOAL
const STALL = 'mark-termination/before-stop:stall=20ms:p=0.05'
const PACER = 'go1.21'

interface Situation {
  readonly procs: number
  /** Whether each iteration yields: the mitigation. */
  readonly yields: boolean
  readonly fault: string | null
  readonly pacer: string
  readonly policies: readonly Policy[]
  readonly isBesideGo: boolean
  readonly isQuick: boolean
}

const NATURAL: Omit<Situation, 'procs'> = {
  yields: false,
  fault: null,
  pacer: PACER,
  policies: [GO_LIKE, OURS],
  isBesideGo: true,
  isQuick: false,
}
const SITUATIONS: readonly Situation[] = [
  { ...NATURAL, procs: 1, isQuick: true },
  { ...NATURAL, procs: 2, policies: [GO_LIKE, CAPPED, OURS], isQuick: true },
  { ...NATURAL, procs: 4, policies: [GO_LIKE, CAPPED, OURS] },
  { ...NATURAL, procs: 2, yields: true },
  { ...NATURAL, procs: 4, yields: true },
  { ...NATURAL, procs: 2, fault: STALL, isBesideGo: false, isQuick: true },
  ...['go1.14', 'go1.18'].map(
    (pacer): Situation => ({
      ...NATURAL,
      procs: 2,
      pacer,
      policies: [GO_LIKE],
      isBesideGo: false,
    }),
  ),
]

/** What one run has found. */
interface Found {
  /** Growth of Sys, bytes. */
  readonly growth: number
  readonly cycles: number
  readonly largestGoal: number
  readonly largestOverrun: number
  /** Whether the profile is right; null: not asked. */
  readonly isProfileRight: boolean | null
}

interface Measured extends Situation {
  /** null: Go itself. */
  readonly policy: Policy | null
  readonly runs: Found[]
}

async function measure({
  seed,
  quick,
  progress,
  signal,
  go,
}: ExperimentOptions): Promise<ExperimentResult> {
  const measured = SITUATIONS.filter(({ isQuick }) => isQuick || !quick).flatMap(situation =>
    [...situation.policies, ...(situation.isBesideGo && go !== null ? [null] : [])].map(
      (policy): Measured => ({ ...situation, policy, runs: [] }),
    ),
  )
  const rounds = quick ? 1 : 2
  const iterations = quick ? QUICK_ITERATIONS : ITERATIONS
  await using runs = new Runs(signal)
  for (let round = 0; round < rounds; round++)
    for (const one of measured) {
      progress(
        `heapsampling: ${nameOf(one)}, P = ${one.procs}, ${one.pacer}, ${delayOf(one)}, round ${round + 1} of ${rounds}`,
      )
      one.runs.push(
        one.policy === null
          ? await inGo(go, one, iterations)
          : await inSawtooth(runs, one, one.policy, iterations, seedOf(seed, round)),
      )
    }
  return resultOf(seed, iterations, measured)
}

async function inSawtooth(
  runs: Runs,
  { procs, yields, fault, pacer }: Situation,
  policy: Policy,
  iterations: number,
  seed: number,
): Promise<Found> {
  const { printed, record } = await runs.run('heapsampling', policy, {
    procs,
    seed,
    pacer,
    args: [iterations, yields ? 'yields' : 'runs', LIVE_REFERENCES, seed].map(String),
    ...(fault === null ? {} : { fault }),
  })
  const { sys, isRight } = ownJson<{ sys: number; isRight: boolean }>(printed)
  return {
    growth: sys,
    cycles: record.cycles.length,
    largestGoal: Math.max(0, ...record.cycles.map(({ goal }) => goal ?? 0)),
    largestOverrun: Math.max(0, ...record.cycles.map(({ overrun }) => overrun)),
    isProfileRight: isRight,
  }
}

async function inGo(
  go: Go | null,
  { procs, yields }: Situation,
  iterations: number,
): Promise<Found> {
  if (go === null) throw new Error('heapsampling: a row of Go without a Go')
  const { stdout, stderr } = await go.run('heapsampling', {
    procs,
    gogc: 100,
    memoryLimit: null,
    args: ['-iterations', iterations, ...(yields ? ['-yields'] : [])],
    seconds: 10,
  })
  const cycles = goCyclesIn(stderr)
  return {
    growth: ownJson<{ sys: number }>(stdout).sys,
    cycles: cycles.length,
    largestGoal: Math.max(0, ...cycles.map(({ goal }) => goal ?? 0)),
    largestOverrun: Math.max(0, ...cycles.map(({ overrun }) => overrun)),
    isProfileRight: null,
  }
}

const nameOf = ({ policy }: Measured): string => policy?.name ?? 'Go'
const pacerOf = ({ policy, pacer }: Measured): string => (policy === null ? 'its own' : pacer)
function delayOf({ fault, yields }: Situation): string {
  const delay = fault === null ? 'natural' : 'stall of 20 ms, 1 of 20'
  return yields ? `${delay}, yields` : delay
}

const largest = (runs: readonly Found[], of: (run: Found) => number): number =>
  Math.max(0, ...runs.map(of))
const growthsOf = (measured: readonly Measured[]): number[] =>
  measured.flatMap(({ runs }) => runs.map(({ growth }) => growth))
const over = (measured: readonly Measured[]): number =>
  growthsOf(measured).filter(growth => growth > LIMIT).length

function resultOf(
  seed: number,
  iterations: number,
  measured: readonly Measured[],
): ExperimentResult {
  const ofPolicy = (policy: Policy | null): readonly Measured[] =>
    measured.filter(one => one.policy === policy && one.procs > 1)
  const sentenceOf = (policy: Policy | null): string => {
    const some = ofPolicy(policy)
    const growths = growthsOf(some)
    return `${over(some)} of ${growths.length} runs grow by more than ${mebibytes(LIMIT)} MiB, the worst by ${said(mebibytes(quantileOrNull(growths, 1)))} MiB`
  }
  const goLike = ofPolicy(GO_LIKE)
  const ours = measured.filter(({ policy }) => policy === OURS)
  const profiles = measured
    .flatMap(({ runs }) => runs)
    .flatMap(({ isProfileRight }) => (isProfileRight === null ? [] : [isProfileRight]))
  const right = profiles.filter(isRight => isRight).length
  return {
    name: 'heapsampling',
    issue: 'golang/go#49564',
    title: 'The footprint of heapsampling.go',
    found:
      `With P > 1, ${iterations.toLocaleString('en')} iterations of each loop. Go-like: ${sentenceOf(GO_LIKE)}. Ours: ${sentenceOf(OURS)}. ` +
      `${ofPolicy(null).length === 0 ? 'Go is not installed.' : `Go itself: ${sentenceOf(null)}.`} ` +
      `The profile is right in ${right} of ${profiles.length} runs, whatever the policy.`,
    criterion: {
      says:
        `with P > 1 some runs grow by more than ${mebibytes(LIMIT)} MiB under the Go-like configuration (${over(goLike)} of ${growthsOf(goLike).length}), ` +
        `and none of ours (${over(ours)} of ${growthsOf(ours).length}); the profile is right in each run (${right} of ${profiles.length})`,
      holds: over(goLike) > 0 && over(ours) === 0 && right === profiles.length,
    },
    seed,
    rows: measured.map(one => ({
      policy: nameOf(one),
      pacer: pacerOf(one),
      P: one.procs,
      delay: delayOf(one),
      runs: one.runs.length,
      cycles: one.runs.reduce((sum, { cycles }) => sum + cycles, 0),
      'growth p50 MiB': mebibytes(quantileOrNull(growthsOf([one]), 0.5)),
      'growth max MiB': mebibytes(quantileOrNull(growthsOf([one]), 1)),
      'largest goal MiB': mebibytes(largest(one.runs, ({ largestGoal }) => largestGoal)),
      'overrun max MiB': mebibytes(largest(one.runs, ({ largestOverrun }) => largestOverrun)),
      'profile right': profileText(one.runs),
    })),
    chart: ticksChart({
      title:
        'Growth of Sys in each run of heapsampling.go (golang/go#49564); the rule is twice the least goal',
      axis: 'growth of Sys, MiB',
      rule: mebibytes(LIMIT),
      ticks: measured.flatMap(one =>
        one.runs.map(({ growth }) => ({
          policy: nameOf(one),
          situation: `P = ${one.procs}, ${delayOf(one)}${one.pacer === PACER ? '' : `, ${one.pacer}`}`,
          MiB: rounded(growth / MiB),
        })),
      ),
    }),
  }
}

/** `2 of 2`; `-` if the profile was not asked. */
function profileText(runs: readonly Found[]): string {
  const asked = runs.filter(({ isProfileRight }) => isProfileRight !== null)
  const right = asked.filter(({ isProfileRight }) => isProfileRight === true)
  return asked.length === 0 ? '-' : `${right.length} of ${asked.length}`
}

export const experiment: Experiment = {
  name: 'heapsampling',
  issue: 'golang/go#49564',
  title: 'The footprint of heapsampling.go',
  about: `Go's test heapsampling.go samples what it allocates and checks the profile; on 386 and wasm it ran out of memory. Runs its
loops, which allocate 2.8 GB of which hardly any lives, on 1, 2 and 4 Ps, with a yield in each iteration (Go's mitigation),
with a coordinator that sleeps, and under the pacers from before and after the redesign. Tells how far memory grew, and whether
the profile was right.`,
  takes: { minutes: 1, quickSeconds: 10 },
  isBesideGo: true,
  measure,
}
