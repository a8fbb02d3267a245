/** The results of `sawtooth overrun go price`: ratios to base with their intervals, and tables. */

import { humanBytes } from 'sawtooth/internal/runtime/report/units'
import { quantile } from 'simple-statistics'
import { itemAt } from '../../indexed.ts'
import { KiB, MiB } from '../../units.ts'
import type { Provenance } from '../go-variants/provenance.ts'
import { percentilesOfCounts } from '../latency-buckets.ts'
import { type MedianInterval, medianInterval } from '../quantile-interval.ts'
import type { LatencyPercentiles, Percentiles } from '../results.ts'
import { percentilesOf } from '../statistics.ts'
import type { PriceRuns, Subject } from './measure.ts'
import type { Latencies, PriceRun, PriceSituation } from './run.ts'

/** What `--json` writes. */
export interface PriceResults extends Provenance {
  readonly schema: 1
  readonly blocks: readonly PriceBlock[]
}

/** All subjects in one situation; base is the first, and base again the last. */
export interface PriceBlock {
  readonly situation: PriceSituation
  readonly rows: readonly PriceRow[]
}

export interface PriceRow {
  readonly subject: Subject
  /** Ratios to base of the same round; null: base itself. */
  readonly ratios: Ratios | null
  /** null: base, or base again. */
  readonly verdicts: { readonly seconds: Verdict; readonly cpuSeconds: Verdict } | null
  /** Medians of the runs. */
  readonly seconds: number
  readonly cpuSeconds: number
  readonly cycles: number
  readonly triesACycle: number
  readonly peakHeap: number
  /** Of all runs together. */
  readonly pauseUs: LatencyPercentiles
  readonly pastGoal: Percentiles
  /** Of an operation or a request; null: the workload times none. */
  readonly latencyUs: LatencyPercentiles | null
  readonly runs: readonly RunFigures[]
}

/** Above 1 is more than base. Median of the rounds, and its 95 % interval. */
export interface Ratios {
  readonly seconds: MedianInterval
  readonly cpuSeconds: MedianInterval
  readonly cycles: MedianInterval
  readonly peakHeap: MedianInterval
  readonly medianPause: MedianInterval
  readonly longestPause: MedianInterval
  /** 99th percentile of what the workload times; null: nothing. */
  readonly latency: MedianInterval | null
}

/** A run in a few numbers. */
export interface RunFigures {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly cycles: number
  readonly triesACycle: number
  readonly peakHeap: number
  readonly medianPauseUs: number
  readonly longestPauseUs: number
  readonly latencyUs: LatencyPercentiles | null
}

/** What an interval says beside that of base again. */
export type Verdict = 'costs' | 'saves' | 'within 1 %' | 'not told'

const TOLD = 0.01

/** Blocks in the order of the situations. */
export function blocksOf(all: readonly PriceRuns[]): PriceBlock[] {
  return all.map(({ situation, runs }) => {
    const base = figuresOf(runs, 'base')
    const noise = ratiosOf(figuresOf(runs, 'base again'), base)
    const rows = [...runs].map(([subject, own]): PriceRow => {
      const figures = figuresOf(runs, subject)
      const ratios = subject === 'base' ? null : ratiosOf(figures, base)
      const isCompared = ratios !== null && subject !== 'base again'
      return {
        subject,
        ratios,
        verdicts: isCompared
          ? {
              seconds: verdictOf(ratios.seconds, noise.seconds),
              cpuSeconds: verdictOf(ratios.cpuSeconds, noise.cpuSeconds),
            }
          : null,
        seconds: medianOf(figures, one => one.seconds),
        cpuSeconds: medianOf(figures, one => one.cpuSeconds),
        cycles: medianOf(figures, one => one.cycles),
        triesACycle: medianOf(figures, one => one.triesACycle),
        peakHeap: medianOf(figures, one => one.peakHeap),
        pauseUs: latencyPercentiles(own.flatMap(({ pausesUs }) => pausesUs)),
        pastGoal: percentilesOf(own.flatMap(({ pastGoals }) => pastGoals).sort((a, b) => a - b)),
        latencyUs: together(own.map(({ latencies }) => latencies)),
        runs: figures,
      }
    })
    return { situation, rows }
  })
}

export function verdictOf(ratio: MedianInterval, noise: MedianInterval): Verdict {
  if (ratio.low > Math.max(1 + TOLD, noise.high)) return 'costs'
  if (ratio.high < Math.min(1 - TOLD, noise.low)) return 'saves'
  return ratio.low >= 1 - TOLD && ratio.high <= 1 + TOLD ? 'within 1 %' : 'not told'
}

function figuresOf(runs: PriceRuns['runs'], subject: Subject): RunFigures[] {
  return (runs.get(subject) ?? []).map(
    ({ seconds, cpuSeconds, cycles, triesACycle, peakHeap, pausesUs, latencies }: PriceRun) => ({
      ...{ seconds, cpuSeconds, cycles, triesACycle, peakHeap },
      medianPauseUs: quantile(pausesUs as number[], 0.5),
      longestPauseUs: Math.max(...pausesUs),
      latencyUs: together([latencies]),
    }),
  )
}

function ratiosOf(own: readonly RunFigures[], base: readonly RunFigures[]): Ratios {
  const ratio = (of: (run: RunFigures) => number): MedianInterval =>
    medianInterval(own.map((run, round) => of(run) / of(itemAt(base, round))))
  const isTimed = own.every(({ latencyUs }) => latencyUs !== null)
  return {
    seconds: ratio(run => run.seconds),
    cpuSeconds: ratio(run => run.cpuSeconds),
    cycles: ratio(run => run.cycles),
    peakHeap: ratio(run => run.peakHeap),
    medianPause: ratio(run => run.medianPauseUs),
    longestPause: ratio(run => run.longestPauseUs),
    latency: isTimed ? ratio(run => run.latencyUs?.p99 ?? 0) : null,
  }
}

function medianOf(runs: readonly RunFigures[], of: (run: RunFigures) => number): number {
  return quantile(runs.map(of), 0.5)
}

function latencyPercentiles(values: number[]): LatencyPercentiles {
  const at = (share: number): number => quantile(values, share)
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) }
}

/** What several runs timed, as one. */
function together(all: readonly (Latencies | null)[]): LatencyPercentiles | null {
  const timed = all.filter(one => one !== null)
  const [first] = timed
  if (first === undefined) return null
  const counts = first.counts.map((_, bucket) =>
    timed.reduce((sum, one) => sum + (one.counts[bucket] ?? 0), 0),
  )
  return percentilesOfCounts(counts, Math.max(...timed.map(({ maxUs }) => maxUs)))
}

/** The heads of a block's tables, on the terminal and in the report. */
export const RATIO_HEADS = [
  ...['', 'time [95 %]', '', 'CPU [95 %]', '', 'cycles', 'peak heap'],
  ...['median pause [95 %]', 'longest', 'latency p99 [95 %]'],
]
export const FIGURE_HEADS = [
  ...['', 'ms', 'CPU ms', 'cycles', 'tries', 'peak MiB', 'pause µs p50', 'p99', 'max'],
  ...['latency µs p50', 'p99', 'p99.9', 'max', 'past KiB p50', 'p99', 'max'],
]

export function titleOf(situation: PriceSituation): string {
  const { workload, procs, gogc, comparedGogc, memoryLimit } = situation
  const limit = memoryLimit === null ? '' : `, memory limit ${humanBytes(memoryLimit)}`
  const compared = comparedGogc === gogc ? '' : ` (variants ${comparedGogc})`
  return `${workload}, ${procs} P, GOGC ${gogc}${compared}${limit}`
}

/** Rows of ratios; that of base is left out. */
export function ratioCells(rows: readonly PriceRow[]): string[][] {
  return rows.flatMap(({ subject, ratios, verdicts }) =>
    ratios === null
      ? []
      : [
          [
            subject,
            formatInterval(ratios.seconds),
            verdicts?.seconds ?? '–',
            formatInterval(ratios.cpuSeconds),
            verdicts?.cpuSeconds ?? '–',
            ratios.cycles.median.toFixed(2),
            ratios.peakHeap.median.toFixed(2),
            formatInterval(ratios.medianPause, 2),
            ratios.longestPause.median.toFixed(2),
            ratios.latency === null ? '–' : formatInterval(ratios.latency, 2),
          ],
        ],
  )
}

export function figureCells(rows: readonly PriceRow[]): string[][] {
  return rows.map(row => {
    const {
      subject,
      seconds,
      cpuSeconds,
      cycles,
      triesACycle,
      peakHeap,
      pauseUs,
      latencyUs,
      pastGoal,
    } = row
    return [
      subject,
      ...[seconds, cpuSeconds].map(each => (each * 1000).toFixed(0)),
      cycles.toFixed(0),
      triesACycle.toFixed(1),
      (peakHeap / MiB).toFixed(1),
      ...[pauseUs.p50, pauseUs.p99, pauseUs.max].map(us => us.toFixed(0)),
      ...(latencyUs === null
        ? ['', '', '', '']
        : [latencyUs.p50, latencyUs.p99, latencyUs.p999, latencyUs.max].map(formatUs)),
      ...[pastGoal.p50, pastGoal.p99, pastGoal.max].map(past => (past / KiB).toFixed(0)),
    ]
  })
}

/** What costs or saves more than 1 %, the dearest first; then what the rows tell of the time. */
export function summaryOf(blocks: readonly PriceBlock[]): string[] {
  const compared = blocks.flatMap(({ situation, rows }) =>
    rows.flatMap(({ subject, ratios, verdicts }) =>
      ratios === null || verdicts === null
        ? []
        : MEASURES.map(({ key, name }) => ({
            key,
            verdict: verdicts[key],
            ratio: ratios[key].median,
            says:
              `${subject} ${verdicts[key]} ${name}: ${titleOf(situation)}: ${formatInterval(ratios[key])}; ` +
              `base again ${noiseOf(rows, key)}`,
          })),
    ),
  )
  const told = compared
    .filter(({ verdict }) => verdict === 'costs' || verdict === 'saves')
    .sort((one, other) => other.ratio - one.ratio)
  const countOf = (...verdicts: readonly Verdict[]): number =>
    compared.filter(({ key, verdict }) => key === 'seconds' && verdicts.includes(verdict)).length
  return [
    ...told.map(({ says }) => says),
    `rows: ${compared.length / MEASURES.length}; time more than 1 % off: ${countOf('costs', 'saves')}, within 1 %: ` +
      `${countOf('within 1 %')}, hidden by noise: ${countOf('not told')}`,
  ]
}

const MEASURES = [
  { key: 'seconds', name: 'time' },
  { key: 'cpuSeconds', name: 'CPU time' },
] as const

function noiseOf(rows: readonly PriceRow[], key: 'seconds' | 'cpuSeconds'): string {
  const ratios = rows.find(({ subject }) => subject === 'base again')?.ratios
  return ratios == null ? '–' : formatInterval(ratios[key])
}

function formatInterval({ median, low, high }: MedianInterval, digits = 3): string {
  return `${median.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`
}

function formatUs(us: number): string {
  return us.toFixed(us < 10 ? 1 : 0)
}
