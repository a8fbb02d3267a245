/** Costs as a table of plain text. */
import { humanBytes, humanMs } from 'sawtooth/internal/runtime/report/units'
import { formatTable } from '../table.ts'
import { groupBy } from './group-by.ts'
import { policyName } from './policy.ts'
import type { Cost, Criterion, LatencyPercentiles } from './results.ts'

const HEADS = [
  'policy',
  'throughput [95 %]',
  'cycles',
  'pause',
  'allocation',
  'MMU',
  'overrun p99, max',
]

/** A block for each program, then the criteria. The text ends in a line feed. */
export function costsTable(costs: readonly Cost[], criteria: readonly Criterion[]): string {
  const blocks = [...groupBy(costs, ({ program }) => program)].map(([program, own]) => {
    const [{ procs, throughput, minimumMutatorUtilization }] = own
    const windows = Object.keys(minimumMutatorUtilization).join(', ')
    return (
      `${program}: ${procs} P, ${throughput.pairs} pairs against coordinator/off/go; ` +
      `pause and allocation p50 p99 p99.9 max; MMU of ${windows} ms\n${formatTable(HEADS, own.map(rowOf))}`
    )
  })
  const verdicts = criteria.map(({ says, holds }) => `${holds ? 'holds' : 'FAILS'}: ${says}\n`)
  return [...blocks, ...(verdicts.length > 0 ? [verdicts.join('')] : [])].join('\n')
}

function rowOf(cost: Cost): string[] {
  const { median, low, high } = cost.throughput
  return [
    policyName(cost),
    `${median.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`,
    cost.cycleRatio.toFixed(2),
    latencies(cost.pauseUs),
    latencies(cost.allocationUs),
    Object.values(cost.minimumMutatorUtilization)
      .map(share => share.toFixed(2))
      .join(' '),
    `${humanBytes(cost.overrun.p99)}, ${humanBytes(cost.overrun.max)}`,
  ]
}

function latencies({ p50, p99, p999, max }: LatencyPercentiles): string {
  return [p50, p99, p999, max].map(us => humanMs(us / 1000)).join(' / ')
}
