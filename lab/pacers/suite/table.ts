/** The results of the suite as tables of plain text. */
import { humanBytes, humanMs } from 'sawtooth/internal/runtime/report/units'
import { median } from 'simple-statistics'
import type { MedianInterval } from '../../overrun/quantile-interval.ts'
import { formatTable } from '../../table.ts'
import { percent } from '../league/table.ts'
import type { SuiteResults, SuiteRow } from './results.ts'

type Column<Row> = readonly [head: string, cell: (row: Row) => string]

const interval = ({ median: middle, low, high }: MedianInterval): string =>
  `${middle.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`

export const COLUMNS: readonly Column<SuiteRow>[] = [
  ['program', ({ program }) => program],
  ['pacer', ({ pacer }) => pacer],
  ['speed [95 %]', ({ speed }) => interval(speed)],
  ['time', ({ wallMs }) => humanMs(wallMs)],
  ['cycles', ({ cycles }) => String(cycles)],
  ['peak heap', ({ peakHeap }) => humanBytes(peakHeap)],
  ['goal/live', ({ goalOverLive }) => goalOverLive?.toFixed(3) ?? '-'],
  ['peak/live', ({ peakOverLive }) => peakOverLive?.toFixed(3) ?? '-'],
  ['CPU', ({ cpuMs }) => humanMs(cpuMs)],
  ['collector', ({ collectorMs }) => humanMs(collectorMs)],
  ['barrier on', ({ barrierShare }) => percent(barrierShare)],
  ['MMU 1, 10, 100 ms', utilizationOf],
]

/** Of the windows in ms. */
const WINDOWS = ['1', '10', '100'] as const

/** Says which run it is of if those before have lost events. */
function utilizationOf({ mutatorUtilization, tracedRuns }: SuiteRow): string {
  const shares = WINDOWS.map(window => mutatorUtilization[window]?.least.toFixed(2) ?? '-')
  return [...shares, ...(tracedRuns === 1 ? [] : [`(run ${tracedRuns})`])].join(' ')
}

export const UTILIZATION_COLUMNS: readonly Column<SuiteRow>[] = [
  ['program', ({ program }) => program],
  ['pacer', ({ pacer }) => pacer],
  ...WINDOWS.map(
    (window): Column<SuiteRow> => [
      `${window} ms`,
      ({ mutatorUtilization: { [window]: one } }) =>
        one === undefined
          ? '-'
          : [one.least, one.p1, one.p50].map(share => share.toFixed(2)).join(' '),
    ],
  ),
]

/** The middle, and between which two the runs lie. */
function rangeMs(values: readonly number[]): string {
  const [least, middle, most] = [Math.min(...values), median([...values]), Math.max(...values)]
  return `${humanMs(middle)} (${humanMs(least)} to ${humanMs(most)})`
}

export const MEAN_COLUMNS: readonly Column<SuiteResults['means'][number]>[] = [
  ['pacer', ({ pacer }) => pacer],
  ['speed, geometric mean [95 %]', ({ speed }) => interval(speed)],
]

export const GOGC_COLUMNS: readonly Column<SuiteResults['gogc']['rows'][number]>[] = [
  ['pacer', ({ pacer }) => pacer],
  ['GOGC', ({ gogc }) => String(gogc)],
  ['cycles', ({ cycles }) => String(cycles)],
  ['peak heap', ({ peakHeap }) => humanBytes(peakHeap)],
  ['time', ({ wallMs }) => humanMs(wallMs)],
  ['collector', ({ collectorMs }) => humanMs(collectorMs)],
]

export const LATENCY_COLUMNS: readonly Column<SuiteResults['latencies'][number]>[] = [
  ['what', ({ what }) => what],
  ['pacer', ({ pacer }) => pacer],
  ['p50', ({ us }) => humanMs(us.p50 / 1000)],
  ['p99', ({ us }) => humanMs(us.p99 / 1000)],
  ['p99.9', ({ us }) => humanMs(us.p999 / 1000)],
  ['longest', ({ us }) => humanMs(us.max / 1000)],
  ['standard deviation', ({ deviationsUs }) => rangeMs(deviationsUs.map(us => us / 1000))],
]

/** What each table shows, in a line. */
export const SAYS = {
  rows: (baseline: string): string =>
    `Speed is the time of ${baseline} over that of the pacer, in the same round; that of ${baseline} itself is noise`,
  utilization:
    'Mutator utilization: of all windows of that length, the share that was left to the program in the worst (MMU), in that which one of a hundred falls short of, and in the median. One run of each',
  gogc: (program: string): string => `GOGC, on ${program}, a run each`,
  latencies:
    'Latency. Allocation: of 512 bytes, with the waits in it, 16 goroutines. Timer: from the end of a sleep until its goroutine runs. Request: until another goroutine has answered, which allocates for it. Standard deviation: of each of three runs',
} as const

export function formatSuite({ baseline, rows, means, gogc, latencies }: SuiteResults): string {
  const tables = [
    titled(`${SAYS.rows(baseline)}:`, COLUMNS, rows),
    titled('Over all programs:', MEAN_COLUMNS, means),
    titled(`${SAYS.utilization}:`, UTILIZATION_COLUMNS, rows),
  ]
  if (gogc.rows.length > 0)
    tables.push(titled(`${SAYS.gogc(gogc.program)}:`, GOGC_COLUMNS, gogc.rows))
  tables.push(titled(`${SAYS.latencies}:`, LATENCY_COLUMNS, latencies))
  return tables.join('\n')
}

function titled<Row>(title: string, columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const heads = columns.map(([head]) => head)
  return `${title}\n${formatTable(
    heads,
    rows.map(row => columns.map(([, cell]) => cell(row))),
  )}`
}
