/**
 * Large objects: requests of 1 to 8 MiB beside a goal of some 10 MiB. No cycle makes room for some
 * of them, so a gate must let them pass, or they wait for ever. Of these one passes for each mark
 * (gc/work/gate-token.ts).
 *
 * Two goroutines on each P allocate byte arrays and drop them, with and without a stall of 3 ms
 * before the stop that ends the mark. Measured is by how much a cycle passes its goal. Of cycles in
 * which the CPU limiter limited, or which follow one, no policy promises anything
 * (limited-cycles.ts). The criterion leaves them out; how many there are, and how far they pass
 * their goals, is told beside it.
 */
import type { CycleRecord } from 'sawtooth/internal/runtime/report/record'
import type { Experiment, ExperimentOptions } from '../experiment.ts'
import type { ExperimentResult } from '../results.ts'
import { allHold } from './all-hold.ts'
import { GO_LIKE, OURS, type Policy } from './configurations.ts'
import { limitedIn } from './limited-cycles.ts'
import { mebibytes, quantileOrNull } from './rows.ts'
import { Runs, seedOf, warmCycles } from './runs.ts'
import { ticksChart } from './ticks-chart.ts'

const POLICIES = [GO_LIKE, OURS]
const PROCS = [2, 4, 8, 16]
/** The largest request of the program. */
const MOST_MIB = 8
const STALLS = [null, 'mark-termination/before-stop:stall=3ms'] as const

type Cycle = Pick<CycleRecord, 'overrun' | 'largestRefill'>

export interface Measured {
  readonly policy: Policy
  readonly procs: number
  readonly fault: string | null
  readonly cycles: readonly Cycle[]
  /** Cycles that the CPU limiter limited, and the one after each. They are not in `cycles`. */
  readonly limited: readonly Cycle[]
}

async function measure({
  seed,
  quick,
  progress,
  signal,
}: ExperimentOptions): Promise<ExperimentResult> {
  const measured: Measured[] = []
  const milliseconds = quick ? 1000 : 12_000
  let n = 0
  await using runs = new Runs(signal)
  for (const fault of STALLS) {
    for (const procs of PROCS) {
      for (const policy of POLICIES) {
        progress(`large-objects: ${policy.name}, P = ${procs}, ${delayOf(fault)}`)
        const { record } = await runs.run('large-objects', policy, {
          procs,
          seed: seedOf(seed, n),
          args: [String(milliseconds), String(seedOf(seed, n))],
          ...(fault === null ? {} : { fault }),
        })
        n++
        const warm = warmCycles(record)
        const isLimited = limitedIn(record.cycles)
        measured.push({
          ...{ policy, procs, fault },
          cycles: warm.filter(({ n: number }) => !isLimited.has(number)),
          limited: warm.filter(({ n: number }) => isLimited.has(number)),
        })
      }
    }
  }
  return resultOf(seed, measured)
}

function delayOf(fault: string | null): string {
  return fault === null ? 'natural delays' : 'a stall of 3 ms'
}

function overruns(cycles: readonly Cycle[]): number[] {
  return cycles.map(({ overrun }) => overrun)
}

/** Cycles that are past their goal by more than the largest request so far. */
function beyondOne(cycles: readonly Cycle[]): number {
  return cycles.filter(({ overrun, largestRefill }) => overrun > largestRefill).length
}

function totalsOf(cycles: readonly Cycle[]): Totals {
  return {
    cycles: cycles.length,
    beyond: beyondOne(cycles),
    worst: Math.max(0, ...overruns(cycles)),
  }
}

function limitedText(ours: Totals, go: Totals): string {
  if (ours.cycles + go.cycles === 0)
    return 'The CPU limiter limited in no cycle, so nothing is left out.'
  const told = ({ cycles, beyond, worst }: Totals): string =>
    `${beyond} of ${cycles} by more than one request, the worst by ${mebibytes(worst)} MiB`
  return (
    'Left out are cycles in which the CPU limiter limited, and the one after each: the gate is open there. ' +
    `They pass their goals too, under ours ${told(ours)}; Go-like ${told(go)}.`
  )
}

export function resultOf(seed: number, measured: readonly Measured[]): ExperimentResult {
  const [go, ours] = POLICIES.map(policy => {
    const its = measured.filter(one => one.policy === policy)
    return {
      judged: totalsOf(its.flatMap(({ cycles }) => cycles)),
      limited: totalsOf(its.flatMap(({ limited }) => limited)),
    }
  }) as [{ judged: Totals; limited: Totals }, { judged: Totals; limited: Totals }]
  return {
    name: 'large-objects',
    issue: 'golang/go#52433',
    title: 'Requests that no cycle makes room for',
    found:
      `Of ${ours.judged.cycles} cycles under ours none may be past its goal by more than one request: ${ours.judged.beyond} are, the worst is ${mebibytes(ours.judged.worst)} MiB past it. ` +
      `Go-like: ${go.judged.beyond} of ${go.judged.cycles}, the worst by ${mebibytes(go.judged.worst)} MiB. ${limitedText(ours.limited, go.limited)}`,
    criterion: {
      says:
        `with requests of 1 to 8 MiB some cycles are past their goal by more than one request under the Go-like configuration (${go.judged.beyond} of ${go.judged.cycles}), ` +
        `and none of ours (${ours.judged.beyond} of ${ours.judged.cycles})`,
      holds: allHold([
        go.judged.cycles === 0 ? null : go.judged.beyond > 0,
        ours.judged.cycles === 0 ? null : ours.judged.beyond === 0,
      ]),
    },
    seed,
    rows: measured.map(one => ({
      policy: one.policy.name,
      P: one.procs,
      delay: delayOf(one.fault),
      cycles: one.cycles.length,
      'past the goal': overruns(one.cycles).filter(bytes => bytes > 0).length,
      'by more than one request': beyondOne(one.cycles),
      'p99 MiB': mebibytes(quantileOrNull(overruns(one.cycles), 0.99)),
      'max MiB': mebibytes(quantileOrNull(overruns(one.cycles), 1)),
      limited: one.limited.length,
      'limited, by more than one': beyondOne(one.limited),
      'limited max MiB': mebibytes(quantileOrNull(overruns(one.limited), 1)),
    })),
    chart: chartOf(measured),
  }
}

interface Totals {
  readonly cycles: number
  readonly beyond: number
  readonly worst: number
}

function chartOf(measured: readonly Measured[]): ExperimentResult['chart'] {
  const ticks = measured.flatMap(one =>
    overruns(one.cycles)
      .filter(bytes => bytes > 0)
      .map(bytes => ({
        policy: one.policy.name,
        situation: `P = ${one.procs}, ${delayOf(one.fault)}`,
        MiB: mebibytes(bytes),
      })),
  )
  return ticksChart({
    title: 'Cycles past their goal with requests of 1 to 8 MiB; the rule is the largest request',
    axis: 'past the goal, MiB',
    rule: MOST_MIB,
    ticks,
  })
}

export const experiment: Experiment = {
  name: 'large-objects',
  issue: 'golang/go#52433',
  title: 'Requests that no cycle makes room for',
  about: `Two goroutines on each P allocate byte arrays of 1 to 8 MiB and drop them, on 2 to 16 Ps, with and without a stall before the
stop that ends the mark. Tells how many cycles pass their goal, how many of these by more than one request, and how far the
worst does. Cycles in which the CPU limiter limited are told of apart: no policy promises anything of them.`,
  takes: { minutes: 4, quickSeconds: 20 },
  measure,
}
